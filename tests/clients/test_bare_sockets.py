"""What HTTP allows around the protocol, over a real socket: lengths told, untold, wrong; lines that break."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.clients.line import STREAM, Line, append, create, offset
from tests.clients.station import UPLOADS, Tip, until
from tests.web.reporting import film, sha256

DATA = film(1_500_000)


def complete(tip: Tip, path: str, data: bytes = DATA) -> None:
    """Send what is missing, and see that nothing but these bytes has been kept."""
    at = offset(tip, path)
    assert append(tip, path, at, data[at:]).headers["tipline-sha256"] == sha256(data)
    assert [file.sha256 for file in tip.files()] == [sha256(data)]


# --- bodies


def test_a_body_of_untold_length_is_read_to_its_end(tip: Tip) -> None:
    path = create(tip, len(DATA))
    with Line(tip) as line:
        line.head("PATCH", path, Upload_Offset=0, Content_Type=STREAM, Transfer_Encoding="chunked")
        for start in range(0, 900_000, 70_000):
            line.send_chunk(DATA[start : min(start + 70_000, 900_000)])
        line.send_chunk(b"")
        answer = line.answer()

    assert (answer.status, answer.headers["upload-offset"]) == (204, "900000")
    complete(tip, path)


def test_a_creation_may_bring_a_body_of_untold_length(tip: Tip) -> None:
    with Line(tip) as line:
        line.head("POST", UPLOADS, Upload_Length=len(DATA), Content_Type=STREAM, Transfer_Encoding="chunked")
        line.send_chunk(DATA)
        line.send_chunk(b"")
        answer = line.answer()

    assert (answer.status, answer.headers["tipline-sha256"]) == (201, sha256(DATA))


def test_a_sender_that_asks_first_is_told_to_go_on(tip: Tip) -> None:
    path = create(tip, len(DATA))
    with Line(tip) as line:
        line.head(
            "PATCH",
            path,
            Upload_Offset=0,
            Content_Type=STREAM,
            Content_Length=len(DATA),
            Expect="100-continue",
        )
        assert line.answer().status == 100
        line.send(DATA)
        assert line.answer().headers["tipline-sha256"] == sha256(DATA)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Offset": 5, "Content_Type": STREAM}, 409),
        ({"Upload_Offset": 0, "Content_Type": "text/plain"}, 415),
        ({"Upload_Offset": 0, "Content_Type": STREAM, "Tus_Resumable": "0.2.2"}, 412),
        ({"Upload_Offset": 1, "Content_Type": STREAM}, 413),
    ],
)
def test_a_sender_that_asks_first_is_refused_before_it_sends(
    tip: Tip, headers: dict[str, str | int], status: int
) -> None:
    path = create(tip, len(DATA))
    length = len(DATA) if status == 413 else 1000
    with Line(tip) as line:
        line.head("PATCH", path, Content_Length=length, Expect="100-continue", **headers)
        assert line.answer().status == status

    assert offset(tip, path) == 0


def test_a_refusal_is_heard_though_the_body_was_sent_unasked(tip: Tip) -> None:
    path = create(tip, len(DATA))
    for _ in range(3):
        answer = append(tip, path, 7, DATA[7:])
        assert (answer.status, answer.headers["upload-offset"]) == (409, "0")


@pytest.mark.parametrize("is_told", [True, False])
def test_more_bytes_than_the_file_has_are_refused_and_the_file_can_still_be_sent(
    tip: Tip, is_told: bool
) -> None:
    path = create(tip, len(DATA))
    append(tip, path, 0, DATA[:1000])
    surplus = DATA[1000:] + b"more"
    with Line(tip) as line:
        if is_told:
            line.begin(path, 1000, len(surplus), surplus)
        else:
            line.head("PATCH", path, Upload_Offset=1000, Content_Type=STREAM, Transfer_Encoding="chunked")
            line.send_chunk(surplus)
            line.send_chunk(b"")
        assert line.answer().status == 413

    assert 1000 <= offset(tip, path) < len(DATA)
    complete(tip, path)


def test_one_connection_carries_a_whole_upload(tip: Tip) -> None:
    with Line(tip) as line:
        path = line.ask("POST", UPLOADS, Upload_Length=len(DATA)).headers["location"]
        for start in range(0, len(DATA), 400_000):
            assert line.ask("HEAD", path).headers["upload-offset"] == str(start)
            piece = DATA[start : start + 400_000]
            answer = line.ask("PATCH", path, piece, Upload_Offset=start, Content_Type=STREAM)
            assert answer.status == 204
        assert line.ask("OPTIONS", UPLOADS).status == 200
        assert line.ask("GET", path).status == 405

    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_a_network_without_patch_sends_by_post(tip: Tip) -> None:
    path = create(tip, len(DATA))
    with Line(tip) as line:
        answer = line.ask(
            "POST", path, DATA, Upload_Offset=0, Content_Type=STREAM, X_HTTP_Method_Override="PATCH"
        )
        assert answer.headers["tipline-sha256"] == sha256(DATA)
        looked = line.ask("POST", path, X_HTTP_Method_Override="HEAD")
        assert (looked.headers["upload-offset"], looked.body) == (str(len(DATA)), b"")


def test_a_chinese_name_goes_through_and_comes_back(tip: Tip) -> None:
    said = "filename 5pS26ZO25Y+wIDLlj7cubXA0,note eA=="  # 收银台 2号.mp4
    path = create(tip, 10, Upload_Metadata=said)

    with Line(tip) as line:
        assert line.ask("HEAD", path).headers["upload-metadata"] == said
    assert [file.name for file in tip.files()] == ["收银台 2号.mp4"]


# --- lines that break


@pytest.mark.parametrize("sent", [1, 100_000, 262_144, 1_000_001])
def test_every_byte_counts_that_came_before_a_sender_hung_up(tip: Tip, sent: int) -> None:
    path = create(tip, len(DATA))
    line = Line(tip)
    line.begin(path, 0, len(DATA), DATA[:sent])
    line.hang_up()

    until(lambda: tip.on_its_way() == sent, lambda: f"{tip.on_its_way()} of {sent}")
    assert offset(tip, path) == sent
    complete(tip, path)


def test_a_sender_that_is_reset_loses_at_most_the_piece_that_was_not_read_whole(tip: Tip) -> None:
    path, sent = create(tip, len(DATA)), 1_000_001
    least = sent // 3  # pieces grow as they come
    line = Line(tip)
    line.begin(path, 0, len(DATA), DATA[:sent])
    until(lambda: tip.on_its_way() >= least, lambda: f"{tip.on_its_way()} of {sent}")
    line.reset()

    assert least <= offset(tip, path) <= sent
    complete(tip, path)


@pytest.mark.parametrize("end", [Line.hang_up, Line.reset])
def test_a_creation_that_breaks_off_leaves_no_upload_nobody_knows_of(
    tip: Tip, end: Callable[[Line], None]
) -> None:
    line = Line(tip)
    line.head("POST", UPLOADS, Upload_Length=len(DATA), Content_Type=STREAM, Content_Length=len(DATA))
    line.send(DATA[:500_000])
    until(lambda: bool(tip.files()), lambda: "the upload never began")
    end(line)

    until(lambda: not tip.files(), lambda: "the upload is still there")


def test_a_killed_server_goes_on_where_it_kept_bytes(tip: Tip) -> None:
    path = create(tip, len(DATA))
    append(tip, path, 0, DATA[:300_000])
    with Line(tip) as line:
        line.begin(path, 300_000, len(DATA) - 300_000, DATA[300_000:900_000])
        until(lambda: tip.on_its_way() > 300_000, lambda: "nothing arrives")
        tip.station.kill()
    tip.station.start()

    at = offset(tip, path)
    assert 300_000 <= at <= 900_000
    complete(tip, path)
