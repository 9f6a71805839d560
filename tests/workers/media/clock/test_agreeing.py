"""Which readings make one clock: agreement within a second, jumps, pace, and dates of two meanings."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers.media.clock import agreeing, facts, stamps
from workers.media.clock.agreeing import Clock, Reading

BEGIN = datetime(2024, 3, 9, 21, 14, 0)
ISO = "%Y-%m-%d %H:%M:%S"


def _at(t: float, shown: datetime, form: str = ISO) -> Reading:
    text = shown.strftime(form)
    stamp = stamps.read(text)
    assert stamp is not None
    return Reading(t, text, stamp, 0.99)


def _film(*times: float, begin: datetime = BEGIN, form: str = ISO, pace: float = 1.0) -> list[Reading]:
    return [_at(t, begin + timedelta(seconds=int(t * pace)), form) for t in times]


def _told(readings: list[Reading]) -> dict[str, object]:
    clock = agreeing.agree(readings)
    return facts.of(clock, readings, len(readings), [one.score for one in readings])


def test_three_readings_that_agree_make_an_offset() -> None:
    told = _told(_film(0.0, 3.4, 7.9))

    assert told["started_at"] == "2024-03-09T21:14:00"
    assert told["offset_s"] == round(
        (datetime(2024, 3, 9, 21, 14) - datetime(1970, 1, 1)).total_seconds() + 0.05, 2
    )
    assert told["confidence"] == 1.0 * round(0.5 + 0.5 * 0.99, 2)


def test_two_readings_are_kept_but_make_no_offset() -> None:
    told = _told(_film(0.0, 3.0))

    assert told["offset_s"] is None
    assert told["started_at"] == "2024-03-09T21:14:00"
    assert told["confidence"] == 0.2


def test_a_misread_digit_is_outvoted_and_makes_no_jump() -> None:
    readings = [*_film(0, 2, 4, 8, 10), _at(6, BEGIN + timedelta(seconds=86))]
    told = _told(readings)

    assert told["agreeing"] == 5
    assert told["jumps"] == []
    assert len(told["readings"]) == 6  # type: ignore[arg-type]


def test_a_misread_last_digit_makes_no_jump_either() -> None:
    assert agreeing.agree([*_film(0, 2, 4, 8), _at(10, BEGIN + timedelta(seconds=70))]).jumps == []


def test_a_clock_that_was_set_jumps_once() -> None:
    told = _told([*_film(0, 2, 4, 6), *_film(8, 10, 12, begin=BEGIN + timedelta(hours=1))])

    assert told["jumps"] == [
        {
            "start": 6, "end": 8, "before": "2024-03-09T21:14:06", "after": "2024-03-09T22:14:08",
            "by_s": 3600.0,
        }
    ]  # fmt: skip
    assert told["started_at"] == "2024-03-09T21:14:00"


def test_a_jump_near_the_end_is_not_taken_for_misreadings() -> None:
    readings = [*_film(*range(0, 20, 2)), *_film(20, 22, begin=BEGIN + timedelta(days=1))]

    assert [jump.by_s for jump in agreeing.agree(readings).jumps] == [86_400.0]


def test_the_beginning_is_told_of_the_clock_as_it_stood_then() -> None:
    told = _told([*_film(0, 2), *_film(4, 6, 8, 10, begin=BEGIN + timedelta(hours=1))])

    assert told["started_at"] == "2024-03-09T21:14:00"
    assert told["agreeing"] == 4


def test_a_cut_back_in_time_is_a_jump_too() -> None:
    jumps = agreeing.agree([*_film(0, 2, 4), *_film(6, 8, begin=BEGIN - timedelta(minutes=9))]).jumps

    assert [jump.by_s for jump in jumps] == [-540.0]


def test_a_clock_that_stands_still_is_believed_of_nothing_else() -> None:
    clock = agreeing.agree([_at(t, BEGIN) for t in (0, 2, 4, 6, 8)])

    assert clock.pace == 0.0
    assert not clock.accepted


def test_a_clock_at_another_pace_tells_of_a_wrong_frame_rate() -> None:
    told = _told(_film(0, 5, 10, 15, 20, 25, pace=2.5))

    assert told["pace"] == 2.5
    assert told["offset_s"] is None
    assert told["jumps"] == []


def test_a_drift_of_a_few_seconds_over_hours_is_one_clock() -> None:
    clock = agreeing.agree(_film(*range(0, 36_000, 4_000), pace=1.0003))

    assert clock.pace is None
    assert clock.accepted
    assert clock.jumps == []


def test_a_date_of_two_meanings_is_told_as_such() -> None:
    told = _told(_film(0, 2, 4, begin=datetime(2024, 3, 2, 8), form="%d-%m-%Y %H:%M:%S"))

    assert told["ambiguous"] == ["2024-03-02T08:00:00", "2024-02-03T08:00:00"]
    assert told["started_at"] == "08:00:00"
    assert told["offset_s"] is None


def test_of_two_meanings_the_one_near_the_files_own_time_is_chosen() -> None:
    readings = _film(0, 2, 4, begin=datetime(2024, 3, 2, 8), form="%d-%m-%Y %H:%M:%S")

    assert agreeing.agree(readings, datetime(2024, 2, 3, 0, 30)).order == "mdy"
    assert agreeing.agree(readings, datetime(2024, 3, 2, 16)).meanings == []
    assert agreeing.agree(readings, datetime(2026, 1, 1)).meanings == ["dmy", "mdy"]


def test_midnight_in_the_film_decides_between_day_and_month() -> None:
    told = _told(_film(0, 2, 4, 6, begin=datetime(2024, 3, 2, 23, 59, 57), form="%d-%m-%Y %H:%M:%S"))

    assert told["ambiguous"] == []
    assert told["started_at"] == "2024-03-02T23:59:57"


def test_a_reading_with_a_number_over_twelve_decides_for_all() -> None:
    readings = _film(0, 2, 4, begin=datetime(2024, 5, 12, 23, 59, 58), form="%d/%m/%Y %H:%M:%S")

    assert agreeing.agree(readings).order == "dmy"


def test_a_time_without_a_date_goes_on_past_midnight() -> None:
    told = _told(_film(0, 2, 4, 6, begin=datetime(2024, 3, 2, 23, 59, 57), form="%H:%M:%S"))

    assert told["agreeing"] == 4
    assert told["started_at"] == "23:59:57"
    assert told["offset_s"] is None


def test_minutes_agree_within_a_minute_and_claim_no_seconds() -> None:
    told = _told(_film(0, 50, 100, 150, form="%Y-%m-%d %H:%M"))

    assert told["agreeing"] == 4
    assert told["started_at"] == "2024-03-09T21:14"


def test_no_reading_is_no_clock() -> None:
    assert agreeing.agree([]) == Clock()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.floats(0, 80_000), min_size=4, max_size=12, unique=True),
    st.floats(0, 0.999),
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)),
)
def test_any_running_clock_is_found_within_a_second(times: list[float], part: float, begin: datetime) -> None:
    begin = begin.replace(microsecond=0)
    readings = [_at(t, begin + timedelta(seconds=int(t + part))) for t in times]
    clock = agreeing.agree(readings)

    true = (begin - datetime(1970, 1, 1)).total_seconds() + part
    assert clock.accepted
    assert clock.jumps == []
    assert abs(clock.offset - true) <= 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.datetimes(datetime(1970, 1, 1), datetime(2079, 1, 1))), max_size=12
    )
)
def test_whatever_is_read_something_is_told(pairs: list[tuple[float, datetime]]) -> None:
    readings = [_at(t, shown) for t, shown in pairs]
    told = _told(readings)

    assert told["offset_s"] is None or told["agreeing"] >= agreeing.ENOUGH  # type: ignore[operator]
    assert 0 <= told["confidence"] <= 1  # type: ignore[operator]
