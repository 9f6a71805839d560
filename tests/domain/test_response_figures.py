"""Percentiles of the response clock: `tipline.domain.response_figures`."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from tests.domain.conftest import EVENING
from tipline.db import Transaction
from tipline.domain import beats, response_figures
from tipline.domain.actors import SYSTEM
from tipline.domain.response_figures import Span
from tipline.domain.tips import Tip

BERLIN = ZoneInfo("Europe/Berlin")


def fill(tx: Transaction, rows: list[tuple[datetime, int | None, str, str | None, float]]) -> None:
    """Tips by when they came, seconds until acknowledged, kind, beat, and how long the clock stood still."""
    said = {"state": "triage", "text": "", "language": "en", "place": "", "door": "web", "anonymous": False}
    made = [
        {
            **said, "reference": f"T-{at}", "category": kind, "beat": beat, "paused_s": stood,
            "target_minutes": 2, "created_at": came, "received_at": came, "changed_at": came,
            "acknowledged_at": None if seconds is None else came + timedelta(seconds=seconds),
        }
        for at, (came, seconds, kind, beat, stood) in enumerate(rows)
    ]  # fmt: skip
    tx.execute(insert(Tip), made)


def test_a_percentile_is_a_time_that_somebody_has_waited(tx: Transaction) -> None:
    beats.add(tx, SYSTEM, "north", "北片区")
    seconds = [5, 9, 20, 40, 41, 60, 90, 119, 121, 700]
    rows = [(EVENING + timedelta(minutes=at), one, "noise", "north", 0.0) for at, one in enumerate(seconds)]
    rows += [(EVENING, 100, "theft", None, 90.0), (EVENING, None, "theft", None, 0.0)]
    fill(tx, rows)
    span = Span(EVENING - timedelta(days=1), EVENING + timedelta(days=1))

    by_kind = response_figures.percentiles(tx, "category", span, UTC)
    assert [tuple(one) for one in by_kind] == [("noise", 10, 2, 41, 121, 700), ("theft", 1, 0, 10, 10, 10)]
    assert [one.key for one in response_figures.percentiles(tx, "beat", span, UTC)] == ["", "north"]
    (whole,) = response_figures.percentiles(tx, "all", span._replace(category="noise"), UTC)
    assert whole.p50 == sorted(seconds)[math.ceil(0.5 * 10) - 1]
    assert response_figures.count_over(tx, span, 1) == (11, 4)
    assert response_figures.count_waiting(tx, span) == 1


def test_hours_are_those_of_the_wall_clock_also_across_summer_time(tx: Transaction) -> None:
    before, after = datetime(2026, 3, 28, 9, 30, tzinfo=BERLIN), datetime(2026, 3, 30, 9, 30, tzinfo=BERLIN)
    turned = datetime(2026, 3, 29, 3, 0, 1, tzinfo=BERLIN)
    fill(tx, [(one.astimezone(UTC), 30, "noise", None, 0.0) for one in (before, after, turned)])
    span = Span(before - timedelta(days=3), after + timedelta(days=3))

    found = response_figures.percentiles(tx, "hour", span, BERLIN)
    assert [(one.key, one.number) for one in found] == [(3, 1), (9, 2)]
