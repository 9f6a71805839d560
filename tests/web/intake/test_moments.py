"""Times as people write them: `tipline.web.intake.moments`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apiflask import APIFlask

from tipline.domain import clock
from tipline.errors import TiplineError
from tipline.web.intake import moments


@pytest.fixture(autouse=True)
def _asked(app: APIFlask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T21:30",
        "2026-11-22 21:30",
        "2026-11-22T21:30:00+08:00",
        "2026-11-22T13:30:00Z",
        "2026/11/22 21:30",
        "2026年11月22日 21点30分",
        "2026.11.22 21：30",
    ],
)
def test_the_same_moment_in_many_spellings(text: str) -> None:
    moment = moments.read(text, "occurred_at")

    assert moment
    assert clock.stamp(moment) == "2026-11-22T13:30:00.000000Z"


@pytest.mark.parametrize("text", ["", "  ", None])
def test_nothing_said_is_nothing(text: str | None) -> None:
    assert moments.read(text, "occurred_at") is None
    assert moments.read_parts(text or "", "") == (None, None)


@pytest.mark.parametrize(
    "text",
    ["gestern", "2026-13-01", "2026-02-30 10:00", "2026-11-22 25:00", "0001-01-01T00:00+14:00", "9" * 300],
)
def test_what_is_no_time_is_told_at_its_field(text: str) -> None:
    with pytest.raises(TiplineError) as caught:
        moments.read(text, "occurred_at")

    assert caught.value.fields == {"occurred_at": "tip:time-unclear"}


def test_a_day_alone_may_be_any_minute_of_it() -> None:
    begin, end = moments.read_parts("2026-11-22", "")

    assert begin
    assert end
    assert clock.stamp(begin) == "2026-11-21T16:00:00.000000Z"
    assert clock.stamp(end) == "2026-11-22T15:59:00.000000Z"


def test_an_hour_makes_it_one_moment() -> None:
    begin, end = moments.read_parts("2026-11-22", "21:30")

    assert begin
    assert clock.stamp(begin) == "2026-11-22T13:30:00.000000Z"
    assert end is None


@pytest.mark.parametrize(
    ("date", "time", "field"),
    [("", "21:30", "occurred_date"), ("x", "", "occurred_date"), ("2026-11-22", "late", "occurred_time")],
)
def test_a_fault_is_told_at_the_part_it_is_in(date: str, time: str, field: str) -> None:
    with pytest.raises(TiplineError) as caught:
        moments.read_parts(date, time)

    assert list(caught.value.fields) == [field]
