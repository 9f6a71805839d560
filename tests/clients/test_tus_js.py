"""The client tus-js-client as it is published, under Node: pieces, going on later, giving up, what breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clients.line import Line, offset
from tests.clients.node import Script
from tests.clients.station import UPLOADS, Tip, until
from tests.faults.wire import Wire
from tests.web.reporting import film, sha256

DATA = film(1_500_007)
PIECE = 200_000
NAME = "收银台 2号.mp4"
TROUBLES = ["cut", "reset", "swallow", "503", "500"]


@pytest.fixture
def wish(tip: Tip, tmp_path: Path) -> dict[str, Any]:
    """What every run wants; a test adds to it."""
    file = tmp_path / "cam.mp4"
    file.write_bytes(DATA)
    return {"endpoint": tip.station.url + UPLOADS, "headers": tip.headers, "file": str(file), "name": NAME}


def run(wish: dict[str, Any], *, waits: bool = False, end_after: int = 0, **options: Any) -> Script:
    return Script("tus_js.mjs", {**wish, "waits": waits, "endAfter": end_after, "options": options})


def through(wish: dict[str, Any], wires: Wire) -> dict[str, Any]:
    return {**wish, "endpoint": f"http://127.0.0.1:{wires.port}{UPLOADS}"}


def require_whole(tip: Tip, data: bytes = DATA) -> None:
    assert [(one.name, one.state, one.sha256) for one in tip.files()] == [(NAME, "received", sha256(data))]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": PIECE},
        {"uploadDataDuringCreation": True},
        {"uploadDataDuringCreation": True, "chunkSize": PIECE},
        {"overridePatchMethod": True, "chunkSize": PIECE},
    ],
    ids=str,
)
def test_it_sends_a_file(tip: Tip, wish: dict[str, Any], options: dict[str, Any]) -> None:
    with run(wish, **options) as script:
        script.succeed()

    require_whole(tip)


def test_it_goes_on_by_the_print_of_the_file_after_its_program_was_killed(
    tip: Tip, wish: dict[str, Any], tmp_path: Path
) -> None:
    wish["notes"] = str(tmp_path / "notes.json")
    with run(wish, waits=True, chunkSize=PIECE) as first:
        assert first.wait_for("found")["count"] == 0
        first.wait_for_pieces(4 * PIECE)
    with run(wish, chunkSize=PIECE) as second:
        assert second.wait_for("found")["count"] == 1
        assert second.wait_for("piece")["accepted"] == 5 * PIECE
        second.succeed()

    require_whole(tip)


def test_it_goes_on_by_the_address_after_it_was_paused(tip: Tip, wish: dict[str, Any]) -> None:
    with run(wish, end_after=3, chunkSize=PIECE) as first:
        place = first.wait_for("place")["url"]
        first.wait_for("ended")
    with run(wish, chunkSize=PIECE, uploadUrl=place) as second:
        assert second.wait_for("piece")["accepted"] == 4 * PIECE
        second.succeed()

    require_whole(tip)


def test_it_takes_a_file_back(tip: Tip, wish: dict[str, Any]) -> None:
    with run({**wish, "terminates": True}, end_after=2, chunkSize=PIECE) as script:
        place = script.wait_for("place")["url"]
        ended = script.wait_for("ended", "failed")
    assert ended["event"] == "ended", ended

    assert tip.files() == []
    with Line(tip) as line:
        assert line.ask("HEAD", place.removeprefix(tip.station.url)).status == 404


@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_goes_on_after_a_line_broke(tip: Tip, wish: dict[str, Any], wires: Wire, trouble: str) -> None:
    with run(through(wish, wires), waits=True, chunkSize=PIECE) as script:
        script.wait_for_pieces(3 * PIECE)
        struck = wires.strike(trouble, hits=1, lasts_s=60, hold_s=1)
        script.give_every_leave()
        script.succeed()

    assert struck.hits == 0
    require_whole(tip)


def test_it_goes_on_after_the_server_was_killed(tip: Tip, wish: dict[str, Any]) -> None:
    with run(wish, waits=True, chunkSize=PIECE) as script:
        script.wait_for_pieces(3 * PIECE)
        tip.station.kill()
        tip.station.start()
        script.give_every_leave()
        script.succeed()

    require_whole(tip)


def test_it_goes_on_while_its_own_dead_line_still_holds_the_upload(
    tip: Tip, wish: dict[str, Any], wires: Wire
) -> None:
    """A phone changes the network: the old connection hangs, and the reloaded page comes over a new one."""
    data = film(6_000_000)
    Path(wish["file"]).write_bytes(data)
    wires.strike("delay", hits=1, lasts_s=60, hold_s=0)
    with run(through(wish, wires)) as dead:
        place = dead.wait_for("place")["url"].replace(f":{wires.port}/", f":{tip.station.port}/")
        until(lambda: tip.on_its_way() > 0, lambda: "nothing arrives")
        struck = wires.strike("hole", hits=1, lasts_s=60, hold_s=600)
        until(lambda: struck.hits == 0, lambda: "the line never went dead")
        with run(wish, uploadUrl=place, retryDelays=None) as alive:
            assert alive.wait_for("piece", "failed")["accepted"] == len(data)
            alive.succeed()

    assert offset(tip, place.removeprefix(tip.station.url)) == len(data)
    require_whole(tip, data)


@pytest.mark.parametrize("options", [{"parallelUploads": 2}, {"uploadLengthDeferred": True}])
def test_it_is_told_at_once_what_is_not_offered(
    tip: Tip, wish: dict[str, Any], options: dict[str, Any]
) -> None:
    with run(wish, chunkSize=PIECE, **options) as script:
        failed = script.wait_for("success", "failed")

    assert failed["event"] == "failed"
    assert "Upload-Concat" in failed["why"]
    assert tip.files() == []


def test_it_is_told_in_words_why_an_empty_file_is_not_taken(tip: Tip, wish: dict[str, Any]) -> None:
    Path(wish["file"]).write_bytes(b"")
    with run(wish) as script:
        failed = script.wait_for("success", "failed")

    assert (failed["status"], failed["code"]) == (422, "evidence:empty")
    assert failed["body"].startswith("The file is empty (0 bytes).")
    assert tip.files() == []
