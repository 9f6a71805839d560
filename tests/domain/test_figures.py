"""What the commander is told: counts, percentiles and hours, on either side of a summer time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tipline.db import Transaction
from tipline.domain import beats, cases, figures, links, shops, tips
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.figures import Figures, Wanted
from tipline.domain.reports import Report
from tipline.domain.spreads import Spread
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai
At = Callable[[datetime], None]


def hand_in(tx: Transaction, category: str = "theft", **about: object) -> Tip:
    tip = tips.begin(
        tx, Report(category, "x", **about), language="zh_Hans_CN", door="web", ack_minutes=2  # type: ignore[arg-type]
    )  # fmt: skip
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    return tip


def answer_after(tx: Transaction, at: At, officer: Actor, tip: Tip, seconds: float) -> None:
    assert tip.received_at
    at(tip.received_at + timedelta(seconds=seconds))
    tips.acknowledge(tx, officer, tip)


def week(**about: str) -> Wanted:
    return Wanted(date(2026, 11, 23), date(2026, 11, 29), SHANGHAI, **about).checked()


def test_each_tip_is_counted_by_what_became_of_it(tx: Transaction, at: At, officer: Actor) -> None:
    at(MONDAY)
    quick, slow, never = hand_in(tx), hand_in(tx), hand_in(tx, "noise")
    tips.begin(tx, Report("theft", "a draft"), language="en", door="web", ack_minutes=2)
    answer_after(tx, at, officer, quick, 60)
    answer_after(tx, at, officer, slow, 600)
    case = cases.open_case(tx, officer, "series", year=2026)
    links.link(tx, officer, case, quick, "same coat")
    slow.rating, never.rating = 1, -1
    at(MONDAY + timedelta(hours=3))

    found = Figures(tx, week()).totals
    assert (found.received, found.acknowledged, found.in_time, found.judged) == (3, 2, 1, 3)
    assert (found.used, found.rated, found.well_served) == (1, 2, 1)
    assert list(Figures(tx, week()).by_kind) == ["theft", "noise"]
    assert Figures(tx, week()).by_kind["noise"].judged == 1
    assert Figures(tx, week(category="now")).totals.received == 1
    assert Figures(tx, week().before).totals.received == 0
    assert figures.backlog(tx, week()) == {"1h": 0, "24h": 2, "7d": 0, "older": 0, "late": 1}
    assert Figures(tx, week()).outcomes["linked"] == 1


def test_a_percentile_is_a_time_within_which_so_many_were_answered(
    tx: Transaction, at: At, officer: Actor
) -> None:
    for minutes in range(1, 11):
        at(MONDAY)
        answer_after(tx, at, officer, hand_in(tx), 60 * minutes)
    at(MONDAY)
    asked = hand_in(tx, "noise")
    answer_after(tx, at, officer, asked, 100)
    asked.paused_s = 40.0

    assert Figures(tx, week(category="theft")).answered == Spread(10, 300.0, 540.0, 600.0)
    assert Figures(tx, week()).answered_by("kind")["noise"] == Spread(1, 60.0, 60.0, 60.0)
    assert Figures(tx, week()).answered_by("day").keys() == {"2026-11-23"}
    assert Figures(tx, week()).answered_by("hour").keys() == {"09"}
    assert Figures(tx, week().before).answered is None
    assert figures.count_over(tx, week(), 9) == (11, 1)


def test_what_the_reporter_was_asked_for_is_no_waiting(tx: Transaction, at: At, officer: Actor) -> None:
    at(MONDAY)
    tip = hand_in(tx)
    at(MONDAY + timedelta(seconds=30))
    tips.move(tx, officer, tip, "need_info")
    answer_after(tx, at, officer, tip, 3600)

    assert Figures(tx, week()).answered == Spread(1, 30.0, 30.0, 30.0)
    assert figures.count_over(tx, week(), 1) == (1, 0)


def test_an_hour_is_that_of_the_wall_on_both_sides_of_a_summer_time(tx: Transaction, at: At) -> None:
    # At 1:00 UTC on the 25th clocks go back from 3 to 2 o'clock: that hour comes twice.
    for hour in (22, 23, 24, 25, 26):
        at(datetime(2026, 10, 24, 0, 15, tzinfo=UTC) + timedelta(hours=hour))
        hand_in(tx)
    found = Figures(tx, Wanted(date(2026, 10, 25), date(2026, 10, 25), BERLIN)).by_hour
    assert found == {
        (date(2026, 10, 25), 0): 1, (date(2026, 10, 25), 1): 1, (date(2026, 10, 25), 2): 2,
        (date(2026, 10, 25), 3): 1,
    }  # fmt: skip


def test_places_that_are_told_of_again_are_named(tx: Transaction, at: At) -> None:
    at(MONDAY)
    beats.add(tx, SYSTEM, "south", "南片")
    shop = shops.add(tx, SYSTEM, shops.Described("幸福超市", "航海路88号", "south"))
    for _ in range(3):
        hand_in(tx, shop=shop.code)
    for _ in range(2):
        hand_in(tx, place="公园北门", lat=34.74611, lon=113.62541)
    hand_in(tx, place="别处", lat=34.80001, lon=113.60001)

    hot = figures.hot_places(tx, week())
    assert [(one.name, one.number) for one in hot] == [("幸福超市", 3), ("公园北门", 2)]
    assert [one.shop for one in figures.repeat_premises(tx, week())] == [shop.code]
    assert Figures(tx, week()).by_beat["south"].received == 3
    assert Figures(tx, week(beat="south")).totals.received == 3


@pytest.mark.parametrize("days", [-1, 900])
def test_days_that_make_no_span_are_refused(days: int) -> None:
    first = date(2026, 11, 23)
    with pytest.raises(TiplineError) as refused:
        Wanted(first, first + timedelta(days=days), SHANGHAI).checked()
    assert refused.value.code == "figures:span"
