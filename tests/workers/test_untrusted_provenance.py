"""Nothing the look at a file's making says is believed unchecked."""

from __future__ import annotations

import math

import pytest

from workers import untrusted
from workers.untrusted_provenance import provenance

EMPTY = {
    "times": [], "gps": None, "device": None, "tags": {}, "encoders": [], "handlers": [], "c2pa": None,
    "screen": None,
}  # fmt: skip


@pytest.mark.parametrize(
    "said", [None, 7, [], "x", {}, {"times": 3, "c2pa": "intact", "screen": [1], "tags": []}]
)
def test_what_is_no_answer_is_an_empty_one(said: object) -> None:
    assert provenance(said) == EMPTY


def test_an_honest_answer_comes_through() -> None:
    honest = EMPTY | {
        "times": [{"source": "xmp:CreateDate", "value": "2024-03-09T21:14:00+08:00", "zone": "known"}],
        "encoders": ["x264 - core 164"],
        "c2pa": {"state": "intact", "signer": "Somebody", "actions": ["c2pa.opened"]},
        "screen": {"frames": 6, "quads": 5, "moved": 0.004, "moire": 11.0},
    }
    assert provenance(honest) == honest


def test_credentials_of_an_unknown_state_are_none() -> None:
    assert provenance({"c2pa": {"state": "trusted", "signer": "Police"}})["c2pa"] is None
    told = provenance(
        {"c2pa": {"state": "intact", "signer": "a\nb" + "x" * 999, "actions": ["<b>", 7, "c2pa.cropped"]}}
    )
    assert told["c2pa"]["actions"] == ["c2pa.cropped"]
    assert "\n" not in told["c2pa"]["signer"]
    assert len(told["c2pa"]["signer"]) <= 120


@pytest.mark.parametrize(
    "screen",
    [
        {"frames": 1, "quads": 2, "moved": 0.0, "moire": 1.0},
        {"frames": True, "quads": 0, "moved": 0.0, "moire": 1.0},
        {"frames": 1, "quads": 1, "moved": math.nan, "moire": 1.0},
        {"frames": 1, "quads": 1, "moved": 0.0},
    ],
)
def test_measures_that_cannot_be_are_none(screen: object) -> None:
    assert provenance({"screen": screen})["screen"] is None


@pytest.mark.parametrize(
    "time",
    [
        None,
        {"source": "xmp:CreateDate\n", "value": "2024-03-09T21:14:00"},
        {"source": "xmp", "value": "2024-03-09T21:14:00"},
        {"source": "xmp:CreateDate", "value": "2024-03-09T21:14:00\n"},
        {"source": "xmp:CreateDate", "value": "2024-13-09T21:14:00"},
        {"source": "xmp:CreateDate", "value": None},
        {"source": "xmp:CreateDate", "value": 7, "note": "mine"},
        {"source": ["x"], "value": "2024-03-09T21:14:00"},
    ],
)
def test_a_time_that_cannot_be_one_is_left_out(time: object) -> None:
    assert untrusted.times([time]) == []


def test_the_zone_is_ours_to_say_and_the_best_time_ours_to_choose() -> None:
    lie = {
        "source": "exif:DateTimeOriginal",
        "value": "2024-03-09T21:14:00.5",
        "zone": "known",
        "note": "sure",
    }
    never = {"source": "quicktime:creationdate", "value": None, "note": "no-date"}
    media = untrusted.media(
        {"times": [lie, never], "captured_at": "1999-01-01T00:00:00", "captured_at_source": "a:b"}
    )
    assert media["times"] == [
        {"source": "quicktime:creationdate", "value": None, "zone": "none", "note": "no-date"},
        {"source": "exif:DateTimeOriginal", "value": "2024-03-09T21:14:00.5", "zone": "none"},
    ]
    assert (media["captured_at"], media["captured_at_source"]) == (
        "2024-03-09T21:14:00",
        "exif:DateTimeOriginal",
    )


def test_only_so_many_times_are_kept() -> None:
    many = [{"source": "name:date", "value": f"2024-03-09T21:14:{at % 60:02}"} for at in range(900)]
    assert len(untrusted.times(many)) <= untrusted.TIMES
