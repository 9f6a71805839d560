"""What came in, how it was answered and what became of it, over a span and as it stands now.

Counting is done by the database, in a fixed number of queries however many tips there are. Moments are kept
in UTC while people count in days and hours of their wall, so the database is told how far the wall is ahead.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select

from tipline.db import Transaction, WallHour
from tipline.domain import categories, clock, spreads
from tipline.domain.evidence import Evidence
from tipline.domain.filters import WAITING
from tipline.domain.links import Link
from tipline.domain.shops import Shop
from tipline.domain.spreads import Spread
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


class Place(NamedTuple):
    """A shop, or a square of the map; `lat` and `lon` are its middle, where there is one."""

    name: str
    shop: str | None
    lat: float | None
    lon: float | None
    number: int
    last_at: datetime | None


def totals(tx: Transaction, wanted: Wanted) -> Totals:
    """All of the span in one query."""
    row = tx.execute(select(*_columns()).where(*wanted.in_span)).one()
    return Totals(*(int(one or 0) for one in row))


def by_kind(tx: Transaction, wanted: Wanted) -> dict[str, Totals]:
    """Category → totals, most first."""
    return _grouped(tx, wanted, Tip.category)


def by_beat(tx: Transaction, wanted: Wanted) -> dict[str, Totals]:
    """Code of the beat, or `` for tips without one → totals, most first."""
    return _grouped(tx, wanted, func.coalesce(Tip.beat, ""))


def outcomes(tx: Transaction, wanted: Wanted) -> dict[str, int]:
    """State → how many of the span's tips stand in it."""
    rows = tx.execute(select(Tip.state, func.count()).where(*wanted.in_span).group_by(Tip.state))
    return {state: number for state, number in rows}


def by_hour(tx: Transaction, wanted: Wanted) -> dict[tuple[date, int], int]:
    """(Day, hour of the station's wall) → tips received; an hour that comes twice counts once for both."""
    hour = wanted.wall_hour
    counted = tx.execute(select(hour, func.count()).where(*wanted.in_span).group_by(hour))
    return {(date.fromisoformat(text[:10]), int(text[11:])): number for text, number in counted}


def answered(tx: Transaction, wanted: Wanted) -> Spread | None:
    """How long the span's tips waited for an answer; None if none was answered."""
    return spreads.measure(tx, wanted.in_span).get(None)


def answered_by(tx: Transaction, wanted: Wanted, part: str) -> dict[str, Spread]:
    """The same by `day` (2026-11-27), `hour` (04), `kind` or `beat`."""
    parts: dict[str, SQLColumnExpression[str]] = {
        "day": func.substr(wanted.wall_hour, 1, 10), "hour": func.substr(wanted.wall_hour, 12, 2),
        "kind": Tip.category, "beat": func.coalesce(Tip.beat, ""),
    }  # fmt: skip
    return spreads.measure(tx, wanted.in_span, parts[part])


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
    waits = [*wanted.of_tips, Tip.state.in_(WAITING)]
    found = dict.fromkeys([name for name, _ in AGES] + ["older"], 0)
    found |= {
        name: number for name, number in tx.execute(select(age, func.count()).where(*waits).group_by(age))
    }
    late = [*waits, Tip.acknowledged_at.is_(None), Tip.paused_at.is_(None), Tip.ack_due_at < now]
    return found | {"late": tx.scalar(select(func.count()).select_from(Tip).where(*late)) or 0}


def hot_places(tx: Transaction, wanted: Wanted) -> list[Place]:
    """Where most of the span's tips speak of; a place that was told once is none."""
    y, x = func.round(Tip.lat * SQUARE), func.round(Tip.lon * SQUARE)
    number = func.count()
    # A shop counts as itself, whatever square its tips were put into.
    square = [case((Tip.shop.is_(None), one)) for one in (y, x)]
    query = (
        select(Tip.shop, *square, func.max(Tip.place), func.max(Tip.received_at), number, func.max(Shop.name))
        .outerjoin(Shop, Shop.code == Tip.shop)
        .where(*wanted.in_span, or_(Tip.shop.is_not(None), and_(Tip.lat.is_not(None), Tip.lon.is_not(None))))
        .group_by(Tip.shop, *square)
        .having(number > 1)
        .order_by(number.desc(), func.max(Tip.received_at).desc())
        .limit(MOST)
    )
    return [
        Place(name or place, shop, _degrees(lat), _degrees(lon), count, last)
        for shop, lat, lon, place, last, count, name in tx.execute(query)
    ]


def repeat_premises(tx: Transaction, wanted: Wanted) -> list[Place]:
    """Shops that report again and again: twice or more in the span."""
    number, last = func.count(), func.max(Tip.received_at)
    query = (
        select(Shop, number, last)
        .join(Tip, Tip.shop == Shop.code)
        .where(*wanted.in_span)
        .group_by(*Shop.__table__.columns)
        .having(number > 1)
        .order_by(number.desc(), last.desc())
        .limit(MOST)
    )
    return [
        Place(shop.name, shop.code, shop.lat, shop.lon, count, at) for shop, count, at in tx.execute(query)
    ]


def _grouped(tx: Transaction, wanted: Wanted, key: SQLColumnExpression[str]) -> dict[str, Totals]:
    query = select(key, *_columns()).where(*wanted.in_span).group_by(key)
    found = {code: Totals(*(int(one or 0) for one in row)) for code, *row in tx.execute(query)}
    return dict(sorted(found.items(), key=lambda one: -one[1].received))


def _columns() -> list[ColumnElement[int]]:
    """Those of Totals, in its order."""
    now = clock.now()
    used = Tip.id.in_(select(Link.tip_id).where(Link.ended_at.is_(None)))
    footage = Tip.id.in_(select(Evidence.tip_id).where(Evidence.kind.in_(("video", "photo"))))
    in_time = and_(Tip.acknowledged_at.is_not(None), Tip.acknowledged_at <= Tip.ack_due_at)
    judged = or_(Tip.acknowledged_at.is_not(None), and_(Tip.ack_due_at < now, Tip.state.in_(WAITING)))
    wanted = (
        Tip.acknowledged_at.is_not(None), in_time, judged, used, footage, and_(footage, used),
        Tip.rating.is_not(None), Tip.rating > 0,
    )  # fmt: skip
    return [func.count(), *(func.sum(case((one, 1), else_=0)) for one in wanted)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _ahead_at(moment: datetime, zone: ZoneInfo) -> int:
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _degrees(square: float | None) -> float | None:
    return None if square is None else square / SQUARE
