"""Where a file lies in true time: camera less offset, piece by piece, never surer than what it rests on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tipline.domain import placing
from tipline.domain.burned import Read
from tipline.domain.evidence import Evidence
from tipline.domain.placing import Placement
from tipline.domain.tips import Tip

STATION, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
TOLD = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)  # 21:30 at the station
BEGUN = datetime(2026, 11, 22, 21, 32, 5)  # noqa: DTZ001 - a camera's clock
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
offsets = st.floats(-3e8, 3e8).map(round).map(float)
positions = st.floats(0, 100_000)


def _clock(begun: datetime | str = BEGUN, **changed: Any) -> dict[str, Any]:
    exact = (begun - EPOCH).total_seconds() if isinstance(begun, datetime) else None
    started = begun.isoformat() if isinstance(begun, datetime) else begun
    return {
        "readings": [{"t": 0.0, "text": started, "at": started}], "agreeing": 5, "looked": 5, "pace": None,
        "offset_s": exact, "started_at": started, "ambiguous": [], "jumps": [], **changed,
    }  # fmt: skip


def _jump(start: float, by_s: float) -> dict[str, Any]:
    return {"start": start, "end": start + 2, "before": "", "after": "", "by_s": by_s}


def _file(clock: Any = None, *, length: float = 600.0, offset: float | None = None, **more: Any) -> Evidence:
    facts = {"duration_s": length, "clock": clock, **more.pop("facts", {})}
    source = more.pop("source", None if offset is None else "desk")
    return Evidence(
        id="e" * 26, purpose="footage", media=json.dumps(facts), clock_offset_s=offset, clock_source=source,
        **more,
    )  # fmt: skip


def _tip(**more: Any) -> Tip:
    return Tip(reference="T-1001", **{"occurred_at": TOLD, **more})


def _place(file: Evidence, tip: Tip | None = None, zone: ZoneInfo = STATION) -> Placement:
    return placing.placed(file, tip or _tip(), zone)


def test_a_clock_that_was_read_less_its_offset_is_true_time() -> None:
    found = _place(_file(_clock(), offset=125.0))

    assert (found.known_by, found.offset_s, found.offset_of) == ("clock", 125.0, "file")
    assert found.starts_at == datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
    assert placing.at(found, 60.0).camera == BEGUN + timedelta(minutes=1)
    assert found.doubts == ()


def test_the_files_own_offset_goes_before_the_tips_and_unknown_may_be_said_of_one_file() -> None:
    tip = _tip(clock_offset_s=60.0, clock_source="minutes")

    assert _place(_file(_clock()), tip).offset_of == "tip"
    assert _place(_file(_clock(), offset=0.0), tip).offset_s == 0.0
    unknown = _place(_file(_clock(), source="desk"), tip)
    assert (unknown.known_by, unknown.offset_s) == ("camera", None)


def test_a_clock_that_nobody_compared_is_taken_as_it_stands_and_said_to_be_so() -> None:
    found = _place(_file(_clock(datetime(2020, 1, 1, 0, 0, 0))))  # noqa: DTZ001

    assert (found.known_by, found.offset_s, found.doubts) == ("camera", None, ("far",))
    assert found.starts_at == datetime(2019, 12, 31, 16, tzinfo=UTC)


def test_the_files_own_time_serves_where_no_clock_was_read() -> None:
    phone = {"captured_at": "2026-11-22T21:30:00+08:00", "captured_at_source": "quicktime:creationdate"}
    recorder = {"captured_at": "2026-11-22T21:32:00", "captured_at_source": "dhav:start"}
    tip = _tip(clock_offset_s=120.0, clock_source="minutes")

    # What was told of a recorder does not hold for a phone.
    assert _place(_file(facts=phone), tip).starts_at == TOLD
    assert _place(_file(facts=phone), tip).known_by == "file"
    assert _place(_file(facts=recorder), tip).starts_at == TOLD
    assert _place(_file(facts=recorder), tip).known_by == "clock"
    assert _place(_file(facts=recorder), _tip()).known_by == "camera"
    assert _place(_file(facts=phone, offset=60.0), tip).starts_at == TOLD - timedelta(minutes=1)


def test_the_reporters_words_are_the_last_resort_and_then_nothing() -> None:
    told = _place(_file(), _tip(occurred_until=TOLD + timedelta(hours=1)))

    assert (told.known_by, told.is_about) == ("told", True)
    assert (told.starts_at, told.ends_at) == (TOLD, TOLD + timedelta(hours=1))
    nothing = _place(_file(), _tip(occurred_at=None))
    assert (nothing.known_by, nothing.starts_at, placing.at(nothing, 3.0).true) == ("unknown", None, None)


def test_a_true_moment_of_one_picture_places_a_film_without_any_clock() -> None:
    read = Read(30.0, None, TOLD)
    found = _place(_file(clock_reading=read.text), _tip(occurred_at=None))

    assert found.known_by == "moment"
    assert placing.at(found, 30.0).true == TOLD


def test_what_a_person_read_is_believed_before_the_machine_but_jumps_it_saw_stay() -> None:
    misread = _place(
        _file(_clock(), offset=0.0, clock_reading=Read(10.0, datetime(2026, 11, 22, 20, 0)).text)
    )  # noqa: DTZ001
    agreeing = Read(10.0, BEGUN + timedelta(seconds=10))
    kept = _place(_file(_clock(jumps=[_jump(100, 600)]), offset=0.0, clock_reading=agreeing.text))

    assert (misread.source, misread.camera_at) == ("desk", datetime(2026, 11, 22, 19, 59, 50))  # noqa: DTZ001
    assert (kept.source, len(kept.pieces)) == ("picture:clock", 2)


def test_a_leap_ahead_is_a_cut_and_a_clock_that_falls_back_was_set() -> None:
    cut = _place(_file(_clock(jumps=[_jump(100, 600)]), offset=0.0))
    was_set = _place(_file(_clock(jumps=[_jump(100, -600)]), offset=0.0))

    assert cut.doubts == ("cut",)
    assert _elapsed(cut, 0, 200) == 800
    assert was_set.doubts == ("set",)
    assert _elapsed(was_set, 0, 200) == 200
    assert [placing.at(was_set, t).offset_s for t in (0, 200)] == [600.0, 0.0]


def test_a_clock_that_follows_the_zone_to_winter_was_not_set() -> None:
    night = datetime(2026, 10, 25, 2, 50)  # noqa: DTZ001 - at 03:00 it is 02:00 once more
    found = _place(_file(_clock(night, jumps=[_jump(599, -3600)]), length=1800, offset=0.0), zone=BERLIN)

    assert found.doubts == ()
    assert _elapsed(found, 0, 1800) == 1800
    assert found.starts_at == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)


def test_an_hour_that_comes_twice_or_never_is_said() -> None:
    twice, never = datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001

    assert "twice" in _place(_file(_clock(twice), offset=0.0), zone=BERLIN).doubts
    assert "never" in _place(_file(_clock(never), offset=0.0), zone=BERLIN).doubts


def test_a_clock_without_a_day_or_with_an_open_date_takes_what_else_is_known() -> None:
    without = _place(_file(_clock("21:32:05"), offset=125.0))
    both = ["2026-11-22T21:32:05", "2026-12-11T21:32:05"]
    open_date = _place(_file(_clock("21:32:05", ambiguous=both), offset=125.0))

    assert (without.starts_at, without.doubts) == (TOLD, ("day",))
    assert (open_date.starts_at, open_date.doubts) == (TOLD, ("date",))
    lost = _place(_file(_clock("21:32:05"), offset=125.0), _tip(occurred_at=None))
    assert (lost.known_by, lost.doubts) == ("unknown", ("day",))


def test_a_film_slower_than_life_follows_its_clock_and_one_that_stands_tells_nothing() -> None:
    reading = [{"t": 10.0, "text": "", "at": (BEGUN + timedelta(seconds=25)).isoformat()}]
    slow = _place(_file(_clock(readings=reading, pace=2.5, started_at=None), offset=0.0))
    stands = _place(_file(_clock(pace=0.0, started_at=None), offset=0.0))

    assert (slow.camera_at, _elapsed(slow, 0, 100)) == (BEGUN, 250)
    assert (stands.known_by, stands.doubts) == ("told", ("stands",))


@given(offsets, offsets, positions)
def test_another_offset_moves_true_time_by_just_that_and_leaves_the_cameras(
    a: float, b: float, t: float
) -> None:
    one, two = (_place(_file(_clock(), length=1e5, offset=offset)) for offset in (a, b))

    before, after = placing.at(one, t), placing.at(two, t)
    assert before.camera == after.camera
    assert before.true is not None
    assert after.true is not None
    moved = (before.true - after.true).total_seconds()
    # Whole hours of summer time, which China had in some years, are no error.
    assert round(moved - (b - a)) % 3600 == 0


@given(st.lists(st.tuples(st.floats(1, 50), st.floats(-9000, 9000).map(round)), max_size=5), offsets)
@example([(1.0, 0), (1.0, -2)], 0.0)  # a clock set back by just as much as readings are out
@settings(max_examples=60)
def test_true_time_never_runs_back_and_each_moment_is_found_again(
    jumps: list[tuple[float, int]], offset: float
) -> None:
    told, at_s = [], 0.0
    for gap, by_s in jumps:
        told.append(_jump(at_s + gap, by_s))
        at_s += gap + 2
    begun = BEGUN + timedelta(seconds=offset)
    found = _place(_file(_clock(begun, jumps=told), length=400, offset=offset))

    last = None
    for t in range(0, 400, 7):
        moment = placing.at(found, t).true
        assert moment is not None
        assert last is None or moment > last
        last = moment
        again = placing.find(found, moment)
        assert again is not None
        assert abs(again - t) < 0.001
    end = placing.at(found, 399)
    assert end.camera is not None
    assert end.true is not None
    assert end.offset_s == offset
    wall = end.true.astimezone(STATION).replace(tzinfo=None)
    assert abs((end.camera - wall).total_seconds() - offset) < 0.001


anything = st.one_of(
    st.none(), st.just("21:32:05"), st.just("0001-01-01T00:00"), st.just("9999-12-31T23:59:59"),
    st.datetimes().map(lambda one: one.isoformat(timespec="seconds")),
)  # fmt: skip
numbers = st.one_of(st.none(), st.floats(-4e9, 4e9))
some_reading = st.fixed_dictionaries({"t": st.floats(-1e9, 1e9), "at": anything})
some_jump = st.fixed_dictionaries(
    {"start": st.floats(-10, 900), "end": st.floats(-10, 900), "by_s": st.floats(-4e9, 4e9)}
)


@given(
    st.fixed_dictionaries(
        {
            "readings": st.lists(some_reading, max_size=2),
            "started_at": anything, "offset_s": numbers, "pace": st.one_of(st.none(), st.floats(-1000, 1000)),
            "ambiguous": st.lists(anything, max_size=2), "jumps": st.lists(some_jump, max_size=3),
            "agreeing": st.integers(0, 40),
        }
    ),
    anything, numbers,
)  # fmt: skip
@settings(max_examples=80)
def test_whatever_a_checked_file_tells_is_placed_or_not_but_never_breaks(
    clock: dict[str, Any], captured: str | None, offset: float | None
) -> None:
    file = _file(clock, offset=offset, facts={"captured_at": captured, "captured_at_source": "riff:IDIT"})
    found = _place(file, zone=BERLIN)

    assert found.starts_at is not None
    assert placing.at(found, 1e6).offset_s == placing.at(found, 2e6).offset_s
    assert found.ends_at is None or found.ends_at.tzinfo is not None


def _elapsed(found: Placement, one: float, two: float) -> float:
    first, second = placing.at(found, one).true, placing.at(found, two).true
    assert first is not None
    assert second is not None
    return (second - first).total_seconds()
