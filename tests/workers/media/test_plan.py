"""How a film gets to play in a browser, by what it is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workers.media.plan import Film, decide

PLAIN = Film("mov", "h264", "yuv420p", 1920, 1080, "aac")


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({}, "original"),
        ({"sound": None}, "original"),
        ({"width": 1080, "height": 1920}, "original"),
        ({"pixels": "yuvj420p", "sound": "mp3"}, "original"),
        ({"codec": "av1"}, "original"),
        ({"form": "webm", "codec": "vp8", "sound": "vorbis"}, "original"),
        ({"form": "gif"}, "original"),
        ({"sound": "pcm_alaw"}, "sound"),
        ({"sound": "ac3", "form": "mpegts"}, "sound"),
        ({"form": "mpegts"}, "remux"),
        ({"form": "dhav", "sound": None}, "remux"),
        ({"form": "matroska"}, "remux"),
        ({"prefaced": True}, "remux"),
        ({"codec": "hevc"}, "encode"),
        ({"codec": "mpeg4"}, "encode"),
        ({"codec": "mjpeg", "form": "avi"}, "encode"),
        ({"pixels": "yuv422p"}, "encode"),
        ({"pixels": "yuv420p10le"}, "encode"),
        ({"width": 3840, "height": 2160}, "encode"),
        ({"width": 2560, "height": 1440}, "encode"),
        ({"damaged": True}, "encode"),
        ({"form": "h264", "timed": False}, "encode"),
        ({"form": "matroska", "codec": "vp8"}, "encode"),
    ],
)
def test_the_cheapest_way_that_plays_is_chosen(change: dict[str, Any], way: str) -> None:
    assert decide(replace(PLAIN, **change)) == way
