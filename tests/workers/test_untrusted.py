"""Whatever a captured child says, only known keys with sane values come out."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers import untrusted
from workers.media import codes

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(sorted(codes.ALL)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(untrusted.FIELDS)), values))
def test_any_claim_becomes_strict_json_with_every_key(said: dict[str, object]) -> None:
    checked = untrusted.media(said)
    assert set(checked) == set(untrusted.FIELDS)
    json.dumps(checked, allow_nan=False).encode("utf-8")
    assert checked["failure"] is None or checked["failure"] in codes.FAILURES
    assert set(checked["warnings"]) <= codes.ALL


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_not_even_an_object_is_needed(said: object) -> None:
    assert untrusted.media(said)["kind"] in untrusted.KINDS


def test_unknown_keys_and_wrong_types_are_dropped() -> None:
    said = {
        "kind": "video",
        "path": "/etc/passwd",
        "width": "640",
        "height": 10**9,
        "gps": {"lat": 91, "lon": 0},
    }
    checked = untrusted.media(said)
    assert "path" not in checked
    assert checked["width"] is None
    assert checked["height"] is None
    assert checked["gps"] is None


def test_text_loses_what_steers_terminals_logs_and_databases() -> None:
    hostile = {"a\nb": "x\x00y\x1b[2J\r\nz\u2028", "lone": "\ud800", "long": "w" * 9000}
    tags = untrusted.media({"tags": hostile})["tags"]
    assert tags["a b"] == "x y [2J  z"
    assert "lone" not in tags
    assert len(tags["long"]) == untrusted.TAG_TEXT


@pytest.mark.parametrize("moment", ["2024-03-09T21:14:00", "2024-03-09T21:14:00+08:00"])
def test_a_time_needs_its_source(moment: str) -> None:
    alone = untrusted.media({"captured_at": moment})
    told = untrusted.media({"captured_at": moment, "captured_at_source": "exif:DateTimeOriginal"})
    assert alone["captured_at"] is None
    assert told["captured_at"] == moment


@pytest.mark.parametrize("name", ["mime", "container", "video_codec"])
def test_no_word_carries_a_line_break_along(name: str) -> None:
    assert untrusted.media({name: "video/mp4" if name == "mime" else "mp4"})[name] in ("video/mp4", "mp4")
    assert untrusted.media({name: "video/mp4\n" if name == "mime" else "mp4\n"})[name] in (
        None,
        "application/octet-stream",
    )


def test_an_unknown_failure_is_still_a_failure() -> None:
    assert untrusted.media({"failure": "media:fine-really"})["failure"] == codes.BAD_ANSWER


def test_a_time_at_the_end_of_the_calendar_is_left_out_so_that_no_zone_leads_beyond() -> None:
    for value in ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2024-02-30T00:00:00"):
        told = untrusted.media(
            {
                "captured_at": value,
                "captured_at_source": "exif:DateTimeOriginal",
                "times": [{"source": "exif:DateTimeOriginal", "value": value}],
            }
        )
        assert (told["captured_at"], told["times"]) == (None, []), value


TOO_LONG = 10**400  # a whole number in JSON may have any number of digits


@pytest.mark.parametrize(
    "said",
    [
        {"duration_s": TOO_LONG, "fps": -TOO_LONG, "width": TOO_LONG},
        {"gps": {"lat": TOO_LONG, "lon": 0}, "timings_s": {"total": TOO_LONG}},
        {"activity": {"step_s": 1, "score": [TOO_LONG]}},
    ],
)
def test_a_number_of_four_hundred_digits_is_none(said: dict[str, object]) -> None:
    assert untrusted.media(said) == untrusted.media({})
