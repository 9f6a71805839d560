"""What is put together of a file's way here: echoes dropped, traces named, warnings given with care."""

from __future__ import annotations

from typing import Any

import pytest

from tipline.domain import provenance

SCREEN = {"frames": 6, "quads": 6, "moved": 0.004, "moire": 4.0}


def _composed(
    media: dict[str, Any], found: dict[str, Any], name: str = "clip.mp4", purpose: str = ""
) -> dict[str, Any]:
    return provenance.compose(media, found, filename=name, purpose=purpose)


def test_a_file_of_which_nothing_is_known_stays_so() -> None:
    assert _composed({}, {}) == {
        "times": [], "captured_at": None, "captured_at_source": None, "gps": None, "device": None, "tags": {},
        "provenance": None, "warnings": [],
    }  # fmt: skip


def test_a_deeper_look_fills_what_is_missing_and_overwrites_nothing() -> None:
    media = {"device": {"make": "Apple"}, "tags": {"a": "1"}, "gps": None, "warnings": ["media:damaged"]}
    found = {
        "device": {"make": "X", "software": "12.3"},
        "tags": {"a": "2", "b": "3"},
        "gps": {"lat": 1.0, "lon": 2.0},
    }
    made = _composed(media, found)
    assert made["device"] == {"make": "Apple", "software": "12.3"}
    assert made["tags"] == {"a": "1", "b": "3"}
    assert made["gps"] == {"lat": 1.0, "lon": 2.0}
    assert made["warnings"] == ["media:damaged"]


def test_the_name_gives_a_time_where_nothing_better_is_known() -> None:
    made = _composed({}, {}, "VID_20180521_123305.mp4")
    assert (made["captured_at"], made["captured_at_source"]) == ("2018-05-21T12:33:05", "name:phone")
    better = _composed(
        {"times": [{"source": "dhav:start", "value": "2018-05-21T12:30:00", "zone": "none"}]},
        {},
        "VID_20180521_123305.mp4",
    )
    assert better["captured_at_source"] == "dhav:start"
    assert len(better["times"]) == 2


def test_what_the_deep_look_only_repeats_is_dropped() -> None:
    own = [
        {"source": "container:creation_time", "value": "2019-07-24T08:25:57+00:00", "zone": "known"},
        {"source": "exif:DateTimeOriginal", "value": "2019-07-24T11:25:57.250000", "zone": "none"},
    ]
    deep = [
        {"source": "exiftool:CreateDate", "value": "2019-07-24T08:25:57+00:00", "zone": "known"},
        {"source": "exiftool:DateTimeOriginal", "value": "2019-07-24T11:25:57", "zone": "none"},
        {"source": "exiftool:ModifyDate", "value": "2020-01-01T00:00:00", "zone": "none"},
    ]
    kept = [one["source"] for one in _composed({"times": own}, {"times": deep})["times"]]
    assert kept == ["exif:DateTimeOriginal", "container:creation_time", "exiftool:ModifyDate"]


@pytest.mark.parametrize(
    ("media", "found", "name", "by"),
    [
        ({}, {"encoders": ["x264 - core 164 r3095"]}, "a.mp4", "x264 - core 164 r3095"),
        ({}, {}, "mmexport1526877185123.mp4", "WeChat"),
        ({}, {"encoders": ["x264 - core 155"]}, "mmexport1.mp4", "WeChat · x264 - core 155"),
        ({"tags": {"software": "MEncoder 2:1.0"}}, {}, "a.avi", "MEncoder 2:1.0"),
        ({"tags": {"encoder": "HandBrake 1"}}, {"encoders": ["x264 - 1"]}, "a", "x264 - 1 · HandBrake 1"),
        ({"tags": {"comment": "vid:v0200fg10000abcdefgh"}}, {}, "a.mp4", "Douyin"),
        ({"device": {"software": "Meitu 10"}}, {}, "a.jpg", "Meitu 10"),
        ({}, {"handlers": ["Mainconcept Video Media Handler"]}, "a.mp4", "Mainconcept Video Media Handler"),
        ({}, {"encoders": ["Lavc59.37.100"], "handlers": ["Lavc59.37.100 libx264"]}, "a", "Lavc59.37.100"),
        ({}, {}, "Screenrecorder-2024-03-09-21-14-00.mp4", "screen"),
    ],
)  # fmt: skip
def test_who_encoded_it_again_is_named(
    media: dict[str, Any], found: dict[str, Any], name: str, by: str
) -> None:
    made = _composed(media, found, name)
    assert made["provenance"] == {"reencoded_by": by}
    assert made["warnings"] == ["media:reencoded"]


@pytest.mark.parametrize(
    "media",
    [
        {"tags": {"encoder": "Lavf58.76.100"}},  # repacked: the picture is as it was
        {"tags": {"com.android.version": "13"}, "device": {"software": "13"}},
        {"device": {"make": "Apple", "model": "iPhone 13", "software": "16.2"}},
        {"tags": {"handler_name": "VideoHandle", "comment": "shop"}},
    ],
)
def test_a_camera_or_a_repacking_is_no_encoding(media: dict[str, Any]) -> None:
    made = _composed(media, {"handlers": ["VideoHandler", "Core Media Video"]}, "IMG_1234.MOV")
    assert (made["provenance"], made["warnings"]) == (None, [])


def test_a_filmed_screen_is_told_but_not_of_a_photo_for_the_clock() -> None:
    assert _composed({}, {"screen": SCREEN})["warnings"] == ["media:screen-filmed"]
    assert _composed({}, {"screen": SCREEN}, purpose="clock")["warnings"] == []
    assert _composed({}, {"screen": {**SCREEN, "moved": 0.0}})["warnings"] == []


def test_credentials_are_passed_on_as_they_were_read() -> None:
    seal = {"state": "altered", "signer": "Somebody"}
    assert _composed({}, {"c2pa": seal})["provenance"] == {"c2pa": seal}
