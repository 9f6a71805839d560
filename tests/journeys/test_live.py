"""The desk sees a film while its last byte is far away: the phone sends the end of such a film first."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests import footage
from tests.journeys import acts
from tests.journeys.acts import row
from tests.journeys.conftest import Officer, Open
from tests.journeys.line import Line
from tests.journeys.station import Station
from tests.journeys.test_resume import percent

KIB = 1024
EMPTY = 24 * 1024 * KIB  # minutes on the line below, longer than everything else that is waited for there


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index last, as phones write it, and with so much room in between that it takes a while on any line."""
    path = tmp_path_factory.mktemp("film") / "phone.mp4"
    footage.cctv_clip(path, seconds=10, size=(640, 360))
    data = path.read_bytes()
    index = data.rindex(b"moov") - 4
    room = struct.pack(">I4s", EMPTY + 8, b"free") + bytes(EMPTY)
    path.write_bytes(data[:index] + room + data[index:])
    return path


class Sent:
    """What the phone sent, in order: `tail`, or the offset of a piece."""

    def __init__(self, page: Page) -> None:
        self.order: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/tail"):
            self.order.append("tail")
        elif request.method == "PATCH" and "/uploads/" in request.url:
            self.order.append(request.headers["upload-offset"])


def test_the_desk_sees_a_film_that_is_still_on_its_way(
    opened: Open, officer: Officer, station: Station, film: Path
) -> None:
    phone = opened("/")
    acts.write_report(phone, "收银台被盗，手机拍下了屏幕")
    sent, line = Sent(phone), Line(phone)
    line.slow(160 * KIB)
    acts.pick(phone, film)
    expect(row(phone, film.name)).to_contain_text(re.compile(r"\d+%"))
    acts.go_on_to_check(phone)
    acts.send_report(phone)
    acts.keep_code(phone)
    reference = acts.reference_on(phone)

    desk = officer(path=f"/desk/tips/{reference}")
    pictures = desk.locator("#file-1 .frames img")
    expect(pictures.first).to_be_visible()

    # In the order of events: a picture is there, the film is not.
    file = station.files_of(reference)[0]
    assert (file["state"], file["sha256"]) == ("uploading", None)
    assert all(one["provisional"] for one in file["renditions"])
    assert percent(phone, film.name) < 100
    expect(desk.locator("#file-1")).to_contain_text(re.compile(r"\d+%"))
    assert sent.order[:2] == ["tail", "0"]
    desk.wait_for_function("() => document.querySelector('#file-1 .frames img').naturalWidth > 0")

    line.fast()
    whole = station.wait_examined(reference)[0]
    assert whole["sha256"] == acts.sha256(film)
    assert whole["renditions"]
    assert not any(one["provisional"] for one in whole["renditions"])
    expect(desk.locator("#file-1 .frames img").first).to_be_visible()
