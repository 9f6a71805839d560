"""Uploads on a bad day: a weak line, no line, a closed page, a killed server. No byte twice, none lost."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row, said
from tests.journeys.conftest import Open
from tests.journeys.line import Line
from tests.journeys.station import Station

MIB = 1024 * 1024
SIZE = 28 * MIB


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that plays, made heavy by a box of bytes that no player reads and no two of which are alike."""
    path = footage.cctv_clip(tmp_path_factory.mktemp("heavy") / "cam1_2130.mp4", seconds=2).path
    film = path.read_bytes()
    stretch = SIZE - len(film) - 8
    filling = hashlib.shake_256(b"tipline").digest(stretch)
    path.write_bytes(film + struct.pack(">I4s", stretch + 8, b"free") + filling)
    return path


class Offsets:
    """Where each piece that the page sends begins, and how many uploads it opens."""

    def __init__(self, page: Page) -> None:
        self.opened = 0
        self.begun: list[int] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/api/v1/public/uploads" not in request.url:
            return
        self.opened += request.method == "POST"
        if request.method == "PATCH":
            self.begun.append(int(request.headers["upload-offset"]))


def percent(page: Page, name: str) -> int:
    """How far the bar of a file has come."""
    bar = row(page, name).locator("progress")
    return int(bar.evaluate("bar => Math.floor(100 * bar.value / bar.max)"))


def arrived(page: Page, station: Station, heavy: Path) -> None:
    """The page says so, and the station holds the very bytes."""
    done = row(page, heavy.name)
    expect(done).to_have_attribute("data-state", "done", timeout=90_000)
    expect(done).to_contain_text(said("zh", "Uploaded, hash matches"), timeout=90_000)
    acts.go_on_to_check(page)
    acts.send_report(page)
    (file,) = station.files_of(acts.reference_on(page))
    assert (file["size"], file["sha256"]) == (SIZE, acts.sha256(heavy))
    sealed = station.read(f"/api/v1/evidence/{file['id']}/original")
    assert hashlib.sha256(sealed).hexdigest() == acts.sha256(heavy)


def begun(opened: Open, heavy: Path, speed: int) -> tuple[Page, Line]:
    """An upload that is well under way."""
    page = opened("/")
    acts.write_report(page, "监控录像见附件")
    line = Line(page)
    line.slow(speed)
    acts.pick(page, heavy)
    expect(row(page, heavy.name)).to_contain_text(re.compile(r"[2-9]\d%"), timeout=60_000)
    return page, line


def test_an_upload_waits_while_there_is_no_line_and_goes_on_by_itself(
    opened: Open, station: Station, heavy: Path
) -> None:
    page, line = begun(opened, heavy, 3 * MIB)
    sent = Offsets(page)
    line.cut()
    expect(row(page, heavy.name)).to_have_attribute("data-state", "cut")
    expect(row(page, heavy.name)).to_contain_text("进度已保存")
    kept = percent(page, heavy.name)
    assert kept >= 20
    line.slow(24 * MIB)
    arrived(page, station, heavy)
    # It went on where the server stood: at most the last piece was sent again.
    assert sent.opened == 0
    assert min(sent.begun) >= 4 * MIB


def test_a_page_that_was_closed_goes_on_when_the_same_file_is_picked_again(
    opened: Open, station: Station, heavy: Path
) -> None:
    page, line = begun(opened, heavy, 3 * MIB)
    page.reload()
    lost = row(page, heavy.name)
    expect(lost).to_have_attribute("data-state", "lost")
    expect(lost).to_contain_text(re.compile(f"{re.escape(heavy.name)}.*[1-9][0-9]?%"))
    line.slow(24 * MIB)
    sent = Offsets(page)
    acts.pick(page, heavy)
    expect(lost).to_contain_text(said("zh", "Uploaded, hash matches"), timeout=90_000)
    # Once more by a hand that shakes: what is here is not sent again.
    page.reload()
    expect(row(page, heavy.name)).to_have_attribute("data-state", "done")
    acts.pick(page, heavy)
    expect(page.locator("#net")).to_contain_text("已在列表中")
    arrived(page, station, heavy)
    assert sent.opened == 0
    assert min(sent.begun) >= 4 * MIB


def test_an_upload_outlives_the_killing_of_the_web_server(
    opened: Open, station: Station, heavy: Path
) -> None:
    page, line = begun(opened, heavy, 2 * MIB)
    sent = Offsets(page)
    server = station.children("tipline web")[0]
    os.kill(server, signal.SIGKILL)
    expect(row(page, heavy.name)).to_have_attribute("data-state", "retrying")
    expect(row(page, heavy.name)).to_have_attribute("data-state", "sending", timeout=60_000)
    assert server not in station.children("tipline web")
    line.slow(24 * MIB)
    arrived(page, station, heavy)
    assert sent.opened == 0
    assert min(sent.begun) > 0
