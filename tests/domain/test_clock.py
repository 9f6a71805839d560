"""Time: `tipline.domain.clock`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

from tipline.domain import clock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_one_moment_has_one_spelling_whatever_its_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=8)))

    assert clock.stamp(there) == clock.stamp(NOON) == "2026-11-22T12:00:00.000000Z"


def test_a_frozen_clock_stands_still_within_and_goes_on_after() -> None:
    with clock.frozen(NOON):
        assert clock.now() == NOON
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_a_clock_frozen_here_goes_on_elsewhere() -> None:
    with clock.frozen(NOON), ThreadPoolExecutor(1) as pool:
        assert pool.submit(clock.now).result() != NOON
