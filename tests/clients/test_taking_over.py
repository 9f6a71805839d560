"""One writer at a time: the newer takes an upload over, and what the older still sends is nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.clients.line import STREAM, Line, append, create, offset
from tests.clients.station import Tip, until
from tests.side_by_side import end_all, side_by_side
from tests.web.reporting import checksum, film, sha256

DATA = film(2_000_000)
SENT = 700_000
# A piece that the server has not read whole is not written yet, and pieces grow: at least so much is.
WRITTEN = SENT // 3
FOREIGN = b"\xee" * 400_000


@pytest.fixture
def path(tip: Tip) -> str:
    return create(tip, len(DATA))


def hang(tip: Tip, path: str, at: int = 0) -> Line:
    """A sender that goes silent in the middle of a piece, its line still up."""
    line = Line(tip)
    line.begin(path, at, len(DATA) - at, DATA[at:SENT])
    until(lambda: tip.on_its_way() >= WRITTEN, lambda: f"{tip.on_its_way()} of {SENT}")
    return line


def is_over(line: Line) -> bool:
    """Whether a sender that goes on sending is told no, or finds its line closed."""
    try:
        line.send(FOREIGN)
        return line.answer().status == 409
    except ConnectionError:
        return True


def complete(tip: Tip, path: str) -> None:
    at = offset(tip, path)
    assert append(tip, path, at, DATA[at:]).headers["tipline-sha256"] == sha256(DATA)
    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_a_question_takes_over_from_a_silent_sender_whose_late_bytes_are_nothing(tip: Tip, path: str) -> None:
    with hang(tip, path) as older:
        at = offset(tip, path)  # answered while the older line is still up
        assert WRITTEN <= at <= SENT
        assert is_over(older)
        assert offset(tip, path) == at
    complete(tip, path)


def test_a_piece_takes_over_from_a_silent_sender_that_goes_on_in_vain(tip: Tip, path: str) -> None:
    with hang(tip, path) as older:
        at = offset(tip, path)
        answer = append(tip, path, at, DATA[at : at + 500_000])
        assert (answer.status, answer.headers["upload-offset"]) == (204, str(at + 500_000))
        assert is_over(older)
    assert offset(tip, path) == at + 500_000
    complete(tip, path)


def test_a_file_is_completed_while_a_silent_sender_still_holds_its_line(tip: Tip, path: str) -> None:
    with hang(tip, path) as older:
        complete(tip, path)
        assert is_over(older)
    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_a_piece_without_a_question_takes_over_where_nothing_had_been_told(tip: Tip, path: str) -> None:
    """The newer sender knows one offset only: the one it was last told, from before the older began."""
    with hang(tip, path) as older:
        answer = append(tip, path, 0, DATA)
        if answer.status == 409:
            at = int(answer.headers["upload-offset"])
            answer = append(tip, path, at, DATA[at:])
        assert answer.headers["tipline-sha256"] == sha256(DATA)
        assert is_over(older)
    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_senders_that_hang_one_after_another_hold_nothing_up(tip: Tip, path: str) -> None:
    with ExitStack() as lines:
        older = [lines.enter_context(hang(tip, path, offset(tip, path))) for _ in range(3)]
        complete(tip, path)
        assert all(is_over(line) for line in older)
    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_what_is_taken_back_is_gone_though_a_silent_sender_holds_it(tip: Tip, path: str) -> None:
    with hang(tip, path) as older:
        with Line(tip) as line:
            assert line.ask("DELETE", path).status == 204
            assert line.ask("HEAD", path).status == 404
        older.send_until_refused(FOREIGN)
        with Line(tip) as line:
            assert line.ask("HEAD", path).status == 404
    assert tip.files() == []


def test_a_sender_that_still_moves_is_stopped_and_told(tip: Tip, path: str) -> None:
    """It sends all the time, so it hears soon that it is not the one any more."""
    told: list[int] = []
    stop = threading.Event()

    def send_slowly() -> None:
        with Line(tip) as line:
            line.begin(path, 0, len(DATA), DATA[:SENT])
            at = SENT
            try:
                while not stop.wait(0.01) and at < len(DATA):
                    line.send(DATA[at : at + 2000])
                    at += 2000
                told.append(line.answer().status)
            except ConnectionError:
                told.append(0)

    older = threading.Thread(target=send_slowly, daemon=True)
    older.start()
    until(lambda: tip.on_its_way() >= WRITTEN, lambda: "nothing arrives")
    at = offset(tip, path)
    assert append(tip, path, at, DATA[at:]).headers["tipline-sha256"] == sha256(DATA)
    end_all([older])

    assert told in ([409], [0])
    assert [file.sha256 for file in tip.files()] == [sha256(DATA)]


def test_of_many_that_send_at_once_only_one_is_kept_at_any_place(tip: Tip, path: str) -> None:
    """Each sends other bytes, so that a mixture would show."""
    length = len(DATA)
    variants = [DATA[:64] + bytes([mark]) * (length // 2 - 64) for mark in range(6)]

    def send(piece: bytes) -> None:
        try:
            append(tip, path, 0, piece)
        except ConnectionError:
            return

    side_by_side(send, variants)

    at = offset(tip, path)
    rest = DATA[at:]
    possible = {sha256(one[:at] + rest) for one in variants}
    assert append(tip, path, at, rest).headers["tipline-sha256"] in possible


@pytest.mark.parametrize("end", [Line.hang_up, Line.reset])
def test_a_checked_piece_that_breaks_off_counts_for_nothing_at_all(
    tip: Tip, path: str, end: Callable[[Line], None]
) -> None:
    append(tip, path, 0, DATA[:1000])
    line = Line(tip)
    rest = DATA[1000:]
    line.head(
        "PATCH", path, Upload_Offset=1000, Content_Type=STREAM, Content_Length=len(rest),
        Upload_Checksum=checksum(rest),
    )  # fmt: skip
    line.send(rest[:SENT])
    end(line)

    assert offset(tip, path) == 1000
    complete(tip, path)
