"""What a reporter may write: `tipline.domain.reports`."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tipline.domain import clock, limits
from tipline.domain.reports import LONGEST_OFFSET_S, Report
from tipline.errors import TiplineError


def _refusal(**fields: Any) -> TiplineError:
    with pytest.raises(TiplineError) as caught:
        Report(**{"category": "theft", **fields}).checked()
    return caught.value


def test_an_empty_report_may_be_begun_for_a_file_may_follow() -> None:
    assert Report("theft").checked().text == ""


def test_words_are_trimmed_and_made_fit_to_be_kept() -> None:
    report = Report("theft", text="  一\0二\ud800 ", place=" 幸福超市\n", contact=" 138 ", beat="").checked()

    assert (report.text, report.place, report.contact, report.beat) == ("一�二�", "幸福超市", "138", None)


def test_an_anonymous_report_keeps_no_contact() -> None:
    assert Report("theft", contact="13800001234", anonymous=True).checked().contact == ""


def test_the_longest_text_is_taken_and_one_sign_more_is_refused_with_the_limit() -> None:
    assert len(Report("theft", text="字" * limits.TEXT).checked().text) == limits.TEXT

    refusal = _refusal(text="字" * (limits.TEXT + 1))
    assert refusal.code == "tip:text-too-long"
    assert str(limits.TEXT) in str(refusal)


@pytest.mark.parametrize("field", ["place", "contact"])
def test_a_long_field_is_refused_with_its_limit(field: str) -> None:
    refusal = _refusal(**{field: "x" * (limits.SHORT + 1)})

    assert refusal.fields == {field: "tip:field-too-long"}
    assert str(limits.SHORT) in str(refusal)


def test_an_unknown_category_is_refused() -> None:
    assert _refusal(category="murder").code == "tip:category-unknown"


@pytest.mark.parametrize(
    ("name", "value"),
    [("lat", 90.1), ("lat", -90.1), ("lat", math.nan), ("lon", 180.1), ("lon", -math.inf)],
)
def test_a_position_off_the_map_is_refused(name: str, value: float) -> None:
    refusal = _refusal(**{"lat": 1.0, "lon": 1.0, name: value})

    assert refusal.code == "tip:place-unclear"
    assert refusal.fields == {name: "tip:place-unclear"}


def test_half_a_position_is_refused() -> None:
    assert _refusal(lat=34.7).code == _refusal(lon=113.6).code == "tip:place-unclear"


@example(90.0, -180.0, LONGEST_OFFSET_S)
@example(-90.0, 180.0, -LONGEST_OFFSET_S)
@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-LONGEST_OFFSET_S, LONGEST_OFFSET_S))
def test_every_position_on_the_map_is_taken(lat: float, lon: float, offset: float) -> None:
    report = Report("theft", lat=lat, lon=lon, clock_offset_s=offset).checked()

    assert (report.lat, report.lon, report.clock_offset_s) == (lat, lon, offset)


@pytest.mark.parametrize("offset", [math.nan, math.inf, LONGEST_OFFSET_S + 1])
def test_a_camera_clock_that_far_off_is_refused(offset: float) -> None:
    assert _refusal(clock_offset_s=offset).code == "tip:offset-unclear"


def test_a_time_ahead_is_refused_but_clocks_may_differ_by_a_day() -> None:
    assert _refusal(occurred_at=clock.now() + timedelta(days=3)).code == "tip:time-ahead"
    assert _refusal(occurred_until=clock.now() + timedelta(days=3)).code == "tip:time-ahead"
    assert Report("theft", occurred_at=clock.now() + timedelta(hours=20)).checked()


def test_an_end_before_the_beginning_is_refused() -> None:
    start = clock.now() - timedelta(days=1)

    assert _refusal(occurred_at=start, occurred_until=start - timedelta(hours=1)).code == "tip:time-reversed"


def test_several_faults_are_told_at_once() -> None:
    refusal = _refusal(category="murder", text="字" * (limits.TEXT + 1), lat=91.0, lon=0.0)

    assert refusal.code == "request:invalid"
    assert refusal.fields == {
        "category": "tip:category-unknown", "text": "tip:text-too-long", "lat": "tip:place-unclear",
    }  # fmt: skip
