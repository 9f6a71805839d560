"""Clocks as cameras burn them in, read out of drawn pictures, and of films and photos behind the wall."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.journeys.station import ROOT, SHARED_MEDIA
from tests.workers.media.clock import drawing
from workers import sandbox
from workers.media.clock import stamps

BEGIN = datetime(2024, 3, 9, 21, 58, 56)
FORMS = sorted(drawing.FORMS)
SCENES = {
    "prices": "酱油 ¥12.30\n第二件半价 9.90",
    "hours": "营业时间 08:30-22:00",
    "closing": "今日营业至 22:00",
    "phone": "订货电话 138-1234-5678",
    "sale": "2024-05-01 至 2024-05-07 满100减20",
    "nothing": " ",
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every form at the top or the bottom of a noisy picture, and scenes without one."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, form in enumerate(FORMS):
        shown = drawing.overlay(drawing.FORMS[form](BEGIN), at="top" if number % 2 else "bottom", seed=number)
        Image.fromarray(shown).save(folder / f"{form}.png")
    screen = Image.new("RGB", (960, 540), (50, 48, 46))
    screen.paste(Image.fromarray(drawing.overlay(drawing.FORMS["chinese"](BEGIN))).rotate(1.5), (150, 100))
    screen.save(folder / "screen.png")
    for name, text in SCENES.items():
        Image.fromarray(drawing.overlay(text)).save(folder / f"{name}.png")
    done = subprocess.run(
        [sys.executable, "-m", "tests.workers.media.clock.reader", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in told}


@pytest.mark.parametrize("form", [*FORMS, "screen"])
def test_every_form_is_read_to_the_second_and_on_a_filmed_screen(
    read: dict[str, dict[str, Any]], form: str
) -> None:
    stamp = stamps.read(read[form]["line"])

    assert stamp is not None, read[form]
    assert BEGIN.date() in [day for _, day in stamp.days]
    assert stamp.second == (BEGIN - BEGIN.replace(hour=0, minute=0, second=0)).seconds
    assert not stamp.doubtful


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_without_a_clock_has_none(read: dict[str, dict[str, Any]], scene: str) -> None:
    assert read[scene]["line"] is None


def test_other_text_is_kept_for_a_search(read: dict[str, dict[str, Any]]) -> None:
    assert any("138-1234-5678" in text for text in read["phone"]["texts"])


def _clock(path: Path, **given: Any) -> dict[str, Any]:
    answer = sandbox.ask(path, "clock", given=given)
    assert answer.failure is None
    return answer.result


def test_a_film_tells_its_clock_and_where_it_jumped(tmp_path: Path) -> None:
    def shows(t: float) -> str:
        return drawing.FORMS["chinese"](BEGIN + timedelta(seconds=int(t) + (3600 if t >= 8 else 0)))

    path = drawing.film(tmp_path / "cam1.mp4", shows, seconds=16)
    told = _clock(path, media={"kind": "video", "duration_s": 16.0})

    clock = told["clock"]
    assert clock["started_at"] == "2024-03-09T21:58:56"
    assert abs(clock["offset_s"] - (BEGIN - datetime(1970, 1, 1)).total_seconds()) <= 1
    assert clock["agreeing"] >= 4
    [jump] = clock["jumps"]
    assert 6 <= jump["start"] < 8 <= jump["end"] <= 10
    assert abs(jump["by_s"] - 3600) <= 1
    assert clock["readings"][0] == {
        "t": 0.0,
        "text": clock["readings"][0]["text"],
        "at": "2024-03-09T21:58:56",
    }
    assert clock["box"][:2] == [pytest.approx(6, abs=8), pytest.approx(4, abs=6)]


def test_a_film_with_prices_tells_no_clock(tmp_path: Path) -> None:
    path = drawing.film(tmp_path / "shelf.mp4", lambda t: "酱油 ¥12.30 08:30-22:00", seconds=4)

    assert _clock(path)["clock"] is None


def test_a_photo_of_a_recorder_beside_a_phone_tells_both_clocks(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    drawing.beside("2026-11-26 10:03:20 星期四", "10:00").save(path, quality=85)
    told = _clock(path, purpose="clock", media={"kind": "photo", "width": 1600, "height": 1200})

    assert told["clock"]["readings"][0]["at"] == "2026-11-26T10:03:20"
    assert told["clock"]["beside"] == {"text": "10:00", "at": "10:00"}
    assert told["clock"]["confidence"] <= 0.3
    assert "收银台01" in [text.replace(" ", "") for text in told["texts"]]


# Where the shared films lie beside the checkout; elsewhere the drawn ones above stand for them.
if SHARED_MEDIA.exists():

    @pytest.mark.parametrize(
        ("name", "begins"),
        [
            ("dev_cctv_720p_120s.mp4", "2018-05-21T12:33:05"),
            ("dvrscan_issue53_brightness_change.avi", "2024-02-14T13:25:55"),
        ],
    )
    def test_the_clock_of_a_shared_film_is_told(name: str, begins: str) -> None:
        clock = _clock(SHARED_MEDIA / name)["clock"]

        assert clock["started_at"] == clock["readings"][0]["at"] == begins
        assert clock["agreeing"] == len(clock["readings"]) >= 3
        assert (
            abs(clock["offset_s"] - (datetime.fromisoformat(begins) - datetime(1970, 1, 1)).total_seconds())
            <= 1
        )

    def test_a_clock_too_small_to_be_read_claims_nothing() -> None:
        assert _clock(SHARED_MEDIA / "bgs_video02.avi")["clock"] is None
