"""What a child says of a clock is believed only in form: each word known, each number bounded."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers import untrusted_clock

CLOCK = {
    "readings": [{"t": 0.0, "text": "2018-05-21 12:33:05", "at": "2018-05-21T12:33:05"}],
    "agreeing": 1, "looked": 1, "offset_s": 1526905985.5,
    "started_at": "2018-05-21T12:33:05", "confidence": 0.1,
    "ambiguous": ["12:33"], "pace": 0.5, "weekday_differs": False, "box": [1, 2, 30, 10],
    "jumps": [{"start": 1.0, "end": 2.0, "before": "12:33:05", "after": "13:33:05", "by_s": 3600.0}],
    "beside": {"text": "10:00", "at": "10:00"},
}  # fmt: skip


def test_an_honest_clock_comes_through_whole() -> None:
    assert untrusted_clock.result({"clock": CLOCK, "texts": ["收银台 01"]}) == {
        "clock": CLOCK,
        "texts": ["收银台 01"],
    }


def test_a_day_that_never_was_is_none() -> None:
    for at in ("2018-02-30T12:33:05", "0001-01-01T00:00:00", "9999-99-99T00:00", "２０１８-05-21T12:33:05"):
        assert untrusted_clock.result({"clock": {**CLOCK, "started_at": at}})["clock"]["started_at"] is None


def test_a_clock_without_a_reading_is_none() -> None:
    assert untrusted_clock.result({"clock": {**CLOCK, "readings": []}})["clock"] is None
    assert (
        untrusted_clock.result({"clock": {**CLOCK, "readings": [{"t": 0, "text": "x", "at": "now"}]}})[
            "clock"
        ]
        is None
    )


def test_a_day_that_no_calendar_has_is_none() -> None:
    for day in ("2018-02-30", "0001-01-01", "9999-12-31", "2018-99-99", "２０１８-05-21"):
        told = untrusted_clock.result({"clock": {**CLOCK, "started_at": f"{day}T10:00:00"}})
        assert told["clock"]["started_at"] is None, day


def test_what_is_not_right_is_left_out() -> None:
    lies = {
        "offset_s": float("inf"), "started_at": "<script>", "box": [1, 2], "confidence": 7, "pace": "fast",
        "jumps": [{"start": 1}], "ambiguous": ["2018-05-21T99:00:00"],
        "beside": {"text": "\x00", "at": "10:00"},
    }  # fmt: skip
    told = untrusted_clock.result({"clock": {**CLOCK, **lies}, "texts": ["a\x1b[31mb", 7, "x" * 999]})

    clock = told["clock"]
    assert {name: clock[name] for name in lies} == {
        "offset_s": None, "started_at": None, "box": None, "confidence": 0.0, "pace": None, "jumps": [],
        "ambiguous": [], "beside": None,
    }  # fmt: skip
    assert told["texts"] == ["a [31mb", "x" * 120]


WORDS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NESTED = WORDS | st.lists(WORDS, max_size=4) | st.dictionaries(st.sampled_from(["t", "at", "text"]), WORDS)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(CLOCK)), NESTED), NESTED)
def test_whatever_is_said_can_be_kept(said: dict[str, object], texts: object) -> None:
    told = untrusted_clock.result({"clock": {**CLOCK, **said}, "texts": texts})

    json.dumps(told, allow_nan=False)
