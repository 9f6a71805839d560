"""What came in, how it was answered and what became of it, over a span and as it stands now.

Counting is done by the database, in a fixed number of queries however many tips there are; waits alone are
read in one pass and ranked here. Moments are kept in UTC while people count in days and hours of their wall,
so the database is told how far the wall is ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Subquery, and_, case, func, or_, select

from tipline.db import Transaction, WallHour
from tipline.domain import categories, clock, spreads
from tipline.domain.evidence import Evidence
from tipline.domain.filters import WAITING
from tipline.domain.links import Link
from tipline.domain.shops import Shop
from tipline.domain.spreads import Part, Spread, Waits
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LONGEST = timedelta(days=800)
MOST = 10  # places and premises that are named
# Tips of a place without an address of ours are counted by squares of about a hundred metres.
SQUARE = 1000
AGES = (("1h", timedelta(hours=1)), ("24h", timedelta(days=1)), ("7d", timedelta(days=7)))


class Wanted(NamedTuple):
    """Days of the station's calendar, both included; a beat, a kind or a group of kinds, or all."""

    first: date
    last: date
    zone: ZoneInfo
    beat: str = ""
    category: str = ""

    def checked(self) -> Wanted:
        """Raises figures:span for days that run backwards or reach too far, tip:category-unknown."""
        is_on_a_calendar = date.min.year < self.first.year and self.last.year < date.max.year
        if self.last < self.first or self.last - self.first > LONGEST or not is_on_a_calendar:
            raise TiplineError("figures:span", fields={"first": "figures:span"}, limit=LONGEST.days)
        if self.category and self.category not in categories.GROUPS:
            categories.read_category(self.category)
        return self

    @property
    def since(self) -> datetime:
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def of_tips(self) -> list[ColumnElement[bool]]:
        """Which tips are meant, whenever they came."""
        found: list[ColumnElement[bool]] = [Tip.state.not_in(("draft", "withdrawn"))]
        if self.beat:
            found.append(Tip.beat == self.beat)
        if self.category:
            found.append(Tip.category.in_(categories.meant_by(self.category)))
        return found

    @property
    def in_span(self) -> list[ColumnElement[bool]]:
        return [*self.of_tips, Tip.received_at >= self.since, Tip.received_at < self.until]

    @property
    def wall_hour(self) -> ColumnElement[str]:
        """Of when a tip came: `2026-11-27 04` on the wall of the station."""
        ahead = [(Tip.received_at < until, seconds) for until, seconds in self._ahead]
        return WallHour(Tip.received_at, case(*ahead, else_=_ahead_at(self.until, self.zone)))

    @property
    def _ahead(self) -> list[tuple[datetime, int]]:
        """Until when the wall is how many seconds ahead of UTC. Summer times begin and end on half hours."""
        found, hour = [], self.since
        while hour < self.until:
            day = min(hour + timedelta(days=1), self.until)
            if _ahead_at(hour, self.zone) != _ahead_at(day, self.zone):
                while _ahead_at(hour + timedelta(minutes=30), self.zone) == _ahead_at(hour, self.zone):
                    hour += timedelta(minutes=30)
                found.append((hour + timedelta(minutes=30), _ahead_at(hour, self.zone)))
            hour = day
        return found or [(self.until, _ahead_at(self.since, self.zone))]

    @property
    def before(self) -> Wanted:
        """As many days before these, to compare with."""
        days = self.last - self.first + timedelta(days=1)
        return self._replace(first=self.first - days, last=self.last - days)


class Totals(NamedTuple):
    """`used` are tips that stand in a case; `in_time` of those that were acknowledged or are late by now."""

    received: int = 0
    acknowledged: int = 0
    in_time: int = 0
    judged: int = 0
    used: int = 0
    with_footage: int = 0
    footage_used: int = 0
    rated: int = 0
    well_served: int = 0


class Group(NamedTuple):
    """What tips are counted by."""

    kind: str
    beat: str
    state: str


class Place(NamedTuple):
    """A shop, or a square of the map; `lat` and `lon` are its middle, where there is one."""

    name: str
    shop: str | None
    lat: float | None
    lon: float | None
    number: int
    last_at: datetime | None


class Figures:
    """What is told of a span. Each part is read when it is first asked for, and once however many ask."""

    def __init__(self, tx: Transaction, wanted: Wanted) -> None:
        self.tx, self.wanted = tx, wanted

    @cached_property
    def totals(self) -> Totals:
        return _sum(totals for _group, totals in self._groups)

    @cached_property
    def by_kind(self) -> dict[str, Totals]:
        """Category → totals, most first."""
        return _folded((group.kind, totals) for group, totals in self._groups)

    @cached_property
    def by_beat(self) -> dict[str, Totals]:
        """Code of the beat, or `` for tips without one → totals, most first."""
        return _folded((group.beat, totals) for group, totals in self._groups)

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """State → how many of the span's tips stand in it."""
        found = _folded((group.state, totals) for group, totals in self._groups)
        return {state: totals.received for state, totals in found.items()}

    @cached_property
    def by_hour(self) -> dict[tuple[date, int], int]:
        """(Day, hour of the station's wall) → tips received; an hour that comes twice counts for both."""
        numbers = self._waits.numbers.items()
        return {(date.fromisoformat(hour[:10]), int(hour[11:])): number for hour, number in numbers}

    @cached_property
    def answered(self) -> Spread | None:
        """How long the span's tips waited for an answer; None if none was answered."""
        return self._waits.of_all()

    def answered_by(self, part: Part) -> dict[str, Spread]:
        """The same by `day` (2026-11-27), `hour` (04), `kind` or `beat`."""
        return self._waits.by(part)

    @cached_property
    def backlog(self) -> dict[str, int]:
        return backlog(self.tx, self.wanted)

    @cached_property
    def _waits(self) -> Waits:
        return spreads.read(self.tx, self.wanted.in_span, self.wanted.wall_hour)

    @cached_property
    def _groups(self) -> list[tuple[Group, Totals]]:
        """The span in one query; no more rows leave it than kinds, beats and states make together."""
        columns = _group_columns()
        query = select(*columns, *_columns()).where(*self.wanted.in_span).group_by(*columns)
        return [
            (Group(kind, beat, state), _counted(numbers, is_used=is_used, has_footage=has_footage))
            for kind, beat, state, is_used, has_footage, *numbers in self.tx.execute(query)
        ]


def count_over(tx: Transaction, wanted: Wanted, minutes: int) -> tuple[int, int]:
    """How many of the span's tips were acknowledged, and how many would have been late with such a target."""
    return spreads.count_over(tx, wanted.in_span, minutes)


def days(wanted: Wanted) -> list[date]:
    """Each day of the span."""
    return [wanted.first + timedelta(days=one) for one in range((wanted.last - wanted.first).days + 1)]


def backlog(tx: Transaction, wanted: Wanted) -> dict[str, int]:
    """What waits now, by age: `1h`, `24h`, `7d`, `older`; and `late`, whose answer is overdue."""
    now = clock.now()
    ages = [(Tip.received_at > now - age, name) for name, age in AGES]
    age = case(*ages, else_="older")
    late = (Tip.acknowledged_at.is_(None), Tip.paused_at.is_(None), Tip.ack_due_at < now)
    query = select(age, func.count(), func.sum(_one_if(*late))).group_by(age)
    found = dict.fromkeys([name for name, _ in AGES] + ["older", "late"], 0)
    for name, number, overdue in tx.execute(query.where(*wanted.of_tips, Tip.state.in_(WAITING))):
        found[name] = number
        found["late"] += int(overdue)
    return found


def hot_places(tx: Transaction, wanted: Wanted) -> list[Place]:
    """Where most of the span's tips speak of; a place that was told once is none."""
    # A shop counts as itself, whatever square its tips were put into.
    y, x = (case((Tip.shop.is_(None), func.round(one * SQUARE))) for one in (Tip.lat, Tip.lon))
    placed = or_(Tip.shop.is_not(None), and_(Tip.lat.is_not(None), Tip.lon.is_not(None)))
    found = _repeated(wanted, placed, Tip.shop, y.label("y"), x.label("x"), place=func.max(Tip.place))
    query = select(found, Shop.name).outerjoin(Shop, Shop.code == found.c.shop)
    return [
        Place(name or place, shop, _degrees(lat), _degrees(lon), count, last)
        for shop, lat, lon, count, last, place, name in tx.execute(_most_first(query, found))
    ]


def repeat_premises(tx: Transaction, wanted: Wanted) -> list[Place]:
    """Shops that report again and again: twice or more in the span."""
    found = _repeated(wanted, Tip.shop.is_not(None), Tip.shop)
    query = select(Shop, found.c.number, found.c.last).join(found, Shop.code == found.c.shop)
    return [
        Place(shop.name, shop.code, shop.lat, shop.lon, count, at)
        for shop, count, at in tx.execute(_most_first(query, found))
    ]


def _repeated(
    wanted: Wanted, which: ColumnElement[bool], *by: SQLColumnExpression[Any], **more: ColumnElement[Any]
) -> Subquery:
    """The first that were told twice or more; what they are called is looked up for these alone."""
    number, last = func.count().label("number"), func.max(Tip.received_at).label("last")
    columns = (*by, number, last, *(one.label(name) for name, one in more.items()))
    query = select(*columns).where(*wanted.in_span, which).group_by(*by).having(number > 1)
    return query.order_by(number.desc(), last.desc()).limit(MOST).subquery()


def _most_first(query: Select[Any], found: Subquery) -> Select[Any]:
    return query.order_by(found.c.number.desc(), found.c.last.desc())


def _group_columns() -> list[ColumnElement[Any]]:
    """Those of Group, then whether tips stand in a case and whether they hold footage.

    Both are asked tip by tip: a list of all that ever did is longer than most spans."""
    used = select(Link.id).where(Link.tip_id == Tip.id, Link.ended_at.is_(None))
    footage = select(Evidence.id).where(Evidence.tip_id == Tip.id, Evidence.kind.in_(("video", "photo")))
    named = (Tip.category, func.coalesce(Tip.beat, ""), Tip.state, used.exists(), footage.exists())
    return [one.label(f"group_{place}") for place, one in enumerate(named)]


def _columns() -> list[ColumnElement[int]]:
    """How many there are, and of those the ones that hold what Totals names."""
    in_time = (Tip.acknowledged_at.is_not(None), Tip.acknowledged_at <= Tip.ack_due_at)
    judged = or_(Tip.acknowledged_at.is_not(None), and_(Tip.ack_due_at < clock.now(), Tip.state.in_(WAITING)))
    rated = Tip.rating.is_not(None)
    wanted = ((Tip.acknowledged_at.is_not(None),), in_time, (judged,), (rated,), (Tip.rating > 0,))
    return [func.count(), *(func.sum(_one_if(*one)) for one in wanted)]


def _counted(numbers: Sequence[int], *, is_used: bool, has_footage: bool) -> Totals:
    received, acknowledged, in_time, judged, rated, well_served = map(int, numbers)
    return Totals(
        received, acknowledged, in_time, judged, received * is_used, received * has_footage,
        received * (is_used and has_footage), rated, well_served,
    )  # fmt: skip


def _folded(parts: Iterable[tuple[str, Totals]]) -> dict[str, Totals]:
    """Totals of the same name added up, most first."""
    found: dict[str, list[Totals]] = {}
    for name, totals in parts:
        found.setdefault(name, []).append(totals)
    summed = {name: _sum(some) for name, some in found.items()}
    return dict(sorted(summed.items(), key=lambda one: -one[1].received))


def _sum(parts: Iterable[Totals]) -> Totals:
    return Totals(*(sum(column) for column in zip(Totals(), *parts, strict=True)))


def _one_if(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return case((and_(*conditions), 1), else_=0)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _ahead_at(moment: datetime, zone: ZoneInfo) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _degrees(square: float | None) -> float | None:
    return None if square is None else square / SQUARE
