"""Shifts on the wall clock, also where it is put forward or back: `tipline.domain.shifts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.domain import shifts

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
# Put forward and back by an hour or by half of one, at night or at midnight; a day left out; never.
ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "Asia/Shanghai")
TURNS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC),
]  # fmt: skip


@dataclass
class Plain:
    weekdays: str = "1234567"
    starts: str = "00:00"
    ends: str = "00:00"
    since: date | None = None
    until: date | None = None


walls = st.tuples(st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59))).map(
    lambda one: f"{one[0]:02}:{one[1]:02}"
)
near_a_turn = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes), st.sampled_from(TURNS), st.integers(-3000, 3000)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@settings(max_examples=60)
@given(near_a_turn, zones, walls, walls)
def test_two_shifts_that_meet_on_paper_leave_nobody_out_and_nothing_twice(
    at: datetime, zone: ZoneInfo, one: str, other: str
) -> None:
    day, night = Plain(starts=one, ends=other), Plain(starts=other, ends=one)
    on = [shifts.is_on(day, at, zone), shifts.is_on(night, at, zone)]

    assert on == [True, True] if one == other else sorted(on) == [False, True]


@settings(max_examples=40)
@given(near_a_turn, walls, walls)
def test_where_no_clock_is_turned_the_wall_clock_alone_decides(at: datetime, starts: str, ends: str) -> None:
    wall = at.astimezone(SHANGHAI).strftime("%H:%M")
    told = starts <= wall < ends if starts < ends else wall >= starts or wall < ends

    assert shifts.is_on(Plain(starts=starts, ends=ends), at, SHANGHAI) is told


@pytest.mark.parametrize(
    ("day", "wall", "told"),
    [
        (date(2026, 3, 29), "02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # left out: when it was passed
        (date(2026, 3, 29), "03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (date(2026, 10, 25), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first time
        (date(2026, 10, 25), "03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_a_time_the_clock_leaves_out_or_shows_twice_is_one_moment(
    day: date, wall: str, told: datetime
) -> None:
    assert shifts.moment(day, wall, BERLIN) == told


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    friday_night = Plain(weekdays="5", starts="22:00", ends="06:00")

    def on(text: str) -> bool:
        return shifts.is_on(friday_night, datetime.fromisoformat(text).astimezone(UTC), SHANGHAI)

    assert [on(f"2026-11-27T{one}+08:00") for one in ("05:59", "21:59", "22:00", "23:59")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [on(f"2026-11-28T{one}+08:00") for one in ("00:00", "05:59", "06:00", "22:30")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_its_last_night_ends_in_the_morning_after() -> None:
    shift = Plain(starts="20:00", ends="08:00", since=date(2026, 11, 27), until=date(2026, 11, 27))

    found = list(shifts.stretches(shift, date(2026, 11, 20), date(2026, 12, 4), SHANGHAI))

    assert found == [(datetime(2026, 11, 27, 12, tzinfo=UTC), datetime(2026, 11, 28, 0, tzinfo=UTC))]


@pytest.mark.parametrize("text", ["24:00", "8:00", "08:60", "", "08:00 "])
def test_what_is_no_time_is_refused(text: str) -> None:
    assert not shifts.is_time(text)


@pytest.mark.parametrize(
    ("text", "is_fine"), [("1", True), ("57", True), ("", False), ("18", False), ("55", False)]
)
def test_weekdays_are_named_once(text: str, is_fine: bool) -> None:
    assert shifts.is_days(text) is is_fine
