"""The page about one file: it stands alone, says what was seen and what not, and escapes what a file says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests import footage
from tipline.settings import LOCALES
from workers import inspect
from workers.encode import Picture
from workers.page import sheet, words

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def media(**changes: Any) -> dict[str, Any]:
    """The media object of a minute of film."""
    known: dict[str, Any] = {
        "kind": "video", "mime": "video/mp4", "container": "mov", "size": 12_345, "sha256": "ab" * 32,
        "duration_s": 60.0, "frame_count": 600, "fps": 10.0, "vfr": False, "width": 640, "height": 360,
        "rotation": 0, "video_codec": "h264", "audio_codec": None, "bitrate": 100_000, "captured_at": None,
        "captured_at_source": None, "gps": None, "device": None, "tags": {}, "clock": None,
        "provenance": None,
        "playable": "original", "warnings": [], "failure": None, "timings_s": {}, "tools": {"av": "1"},
        "keyframes": [
            {"t": 12.5, "frame": 125, "file": "a.jpg", "width": 640, "height": 360, "reason": "activity"}
        ],
        "activity": {
            "step_s": 1.0, "score": [0.0] * 12 + [0.9] + [0.0] * 47, "seen": [[0.0, 30.0]],
            "events": [{"start": 12.0, "end": 14.0, "peak": 12.5}],
        },
    }  # fmt: skip
    return known | changes


PICTURES = {"a.jpg": Picture(b"\x00\x01", "image/webp", ".webp", 640, 360)}


def made(locale: str = "en", name: str = "cam1.mp4", **changes: Any) -> str:
    return sheet.page(name, media(**changes), PICTURES, locale)


class Tags(HTMLParser):
    """Names of the elements, values of the attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.values: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.values += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_fetches_nothing_and_runs_nothing(locale: str) -> None:
    tags = Tags(made(locale))
    addresses = [value for name, value in tags.values if name in ("src", "href", "srcset", "action", "data")]
    assert addresses
    assert all(address.startswith(("data:image/", "#")) for address in addresses)
    assert "script" not in tags.names
    assert not any(name.startswith("on") or name == "style" for name, _ in tags.values)
    assert "url(" not in sheet.STYLE.read_text().replace("url(#", "")
    (policy,) = (value for name, value in tags.values if value.startswith("default-src"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_whatever_a_file_says_of_itself_is_shown_as_text() -> None:
    changes = {
        "tags": {HOSTILE: HOSTILE},
        "device": {"make": HOSTILE, "model": HOSTILE, "software": HOSTILE},
        "clock": {"readings": [{"t": 0.0, "text": HOSTILE, "at": "x"}], "agreeing": 3, "looked": 3},
        "provenance": {"c2pa": {"state": "intact", "signer": HOSTILE, "claim_generator": HOSTILE}},
        "video_codec": HOSTILE,
    }
    page = made(name=HOSTILE, **changes)
    assert Tags(page).names.count("img") == 1
    assert "script" not in Tags(page).names
    assert "&lt;script&gt;" in page


def test_a_name_that_steers_terminals_or_is_no_text_still_makes_a_page() -> None:
    page = made(name="a\x1b[31m\n\udcff\u202egpj.mp4")
    page.encode("utf-8")
    assert "\x1b" not in page


def test_what_was_only_sampled_is_never_called_quiet() -> None:
    half = made()
    assert "Every frame of 50% of the film was looked at" in half
    assert "only sampled" in half
    nothing = made(activity={"step_s": 1.0, "score": [0.0] * 60, "events": [], "seen": []})
    assert "The film was only sampled" in nothing
    whole = made(activity={"step_s": 1.0, "score": [0.0] * 60, "events": [], "seen": [[0.0, 60.0]]})
    assert "Every frame was looked at." in whole
    assert "only sampled" not in whole


def test_a_short_event_is_drawn_in_a_long_film() -> None:
    score = [0.0] * 20_000
    score[10_001] = 1.0
    long = {
        "step_s": 1.0,
        "score": score,
        "events": [{"start": 1e4, "end": 1e4 + 1, "peak": 1e4}],
        "seen": [],
    }
    page = made(activity=long, duration_s=20_000.0)
    assert page.count('class="bar"') == 1


def test_pictures_carry_the_camera_clock_where_it_was_read() -> None:
    clock = {"readings": [], "started_at": "2024-03-09T21:14:00", "agreeing": 3, "looked": 3}
    assert "<time>21:14:12</time>" in made(clock=clock)
    assert "<time>" not in made(clock={"readings": [], "started_at": "not a time"})


def test_failures_and_warnings_stand_on_top_in_words() -> None:
    page = made(
        "zh_Hans_CN", failure="media:corrupt", warnings=["media:truncated"], keyframes=[], activity=None
    )
    assert page.index('class="failed"') < page.index('class="warned"') < page.index("SHA-256")
    assert "media:corrupt" not in page


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.96, "1:00"), (61, "1:01"), (3723, "1:02:03"), (-2, "−0:02")]
)
def test_lengths_read_as_in_a_player(seconds: float, shown: str) -> None:
    assert words.length(seconds) == shown


def test_tenths_are_carried_over() -> None:
    assert words.length(59.96, tenths=True) == "1:00.0"
    assert words.length(12.44, tenths=True) == "0:12.4"


def test_the_command_writes_the_page_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, page = footage.photo(tmp_path / "p.jpg", size=(160, 120)), tmp_path / "page.html"
    assert inspect.main([str(photo), "--html", str(page)]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "photo"
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r'src="data:image/webp;base64,[A-Za-z0-9+/=]{100,}"', text)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.jpg", "page.html"]


@pytest.mark.parametrize("target", ["p.jpg", ".", "no/such/folder.html"])
def test_a_page_that_cannot_be_written_is_told_before_the_work(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = footage.photo(tmp_path / "p.jpg", size=(160, 120))
    before = photo.read_bytes()
    assert inspect.main([str(photo), "--html", str(tmp_path / target)]) == 2
    told = capsys.readouterr()
    assert told.err.strip()
    assert told.out == ""
    assert photo.read_bytes() == before


def test_a_terminal_is_told_which_step_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    line = inspect._Line("en")
    line.step("clock")
    line.progress(0.5)
    line.clear()
    said = capsys.readouterr()
    assert [part for part in said.err.split("\r\x1b[K") if part] == [
        "first look",
        "camera clock",
        "camera clock 50%",
    ]
    assert said.out == ""


def test_a_clock_that_jumped_or_was_never_set_is_told_in_the_language_of_the_page() -> None:
    jump = {
        "start": 12.0, "end": 13.0, "before": "2018-05-21T12:33:05", "after": "2018-05-21T13:33:06",
        "by_s": 3600.0,
    }  # fmt: skip
    clock = {"readings": [{"t": 1.0, "text": "x", "at": "12:33:05"}], "agreeing": 0, "jumps": [jump]}
    times = [{"source": "exif:DateTime", "value": None, "zone": "none", "note": "no-date"}]
    page = made("zh_Hans_CN", clock=clock, times=times)
    assert "2018-05-21 12:33:05 → 2018-05-21 13:33:06" in page
    assert "无日期" in page
    assert "None" not in page
    assert "by_s" not in page


def test_a_page_printed_from_a_dark_screen_is_light() -> None:
    dark = re.findall(r"@media ([^{]*dark[^{]*)\{", made())
    assert [one.strip() for one in dark] == ["screen and (prefers-color-scheme: dark)"]


def test_where_a_time_was_read_is_told_in_words() -> None:
    told = [{"source": "container:creation_time", "value": "2018-05-21T04:33:05+00:00", "zone": "known"}]
    known = {"captured_at": "2018-05-21T12:33:05", "captured_at_source": "picture:clock", "times": told}
    assert "The clock in the picture" in made(**known)
    page = made("zh_Hans_CN", **known)
    assert "画面中的时钟" in page
    assert "文件索引" in page
    assert all(code not in page for code in ("picture:clock", "container:creation_time"))
