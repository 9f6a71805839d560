"""Every figure of the page as a table: what is drawn, what stands below the drawing, and what is saved."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from tipline.domain import beats, categories, figures
from tipline.domain.figures import Figures, Place, Totals, Wanted
from tipline.domain.spreads import Spread
from tipline.errors import N_
from tipline.web import filters
from tipline.web.review import words
from tipline.web.review.saying import gettext

Cell = str | int | float | None
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
AGES = {
    "1h": N_("Less than an hour"), "24h": N_("Up to a day"), "7d": N_("Up to a week"), "older": N_("Older"),
}  # fmt: skip
# What programs call a column → what people read above it; an hour of the day is called as it reads.
HEADS = {
    "day": N_("Day"), "hour": N_("Hour"), "kind": N_("Kind"), "beat": N_("Beat"), "weekday": N_("Weekday"),
    "state": N_("State"), "age": N_("Age"), "place": N_("Place"), "tips": N_("Tips"), "last": N_("Last"),
    "p50_min": N_("Half answered within, min"), "p90_min": N_("90% within, min"),
    "p95_min": N_("95% within, min"), "in_time_pct": N_("In time, %"), "used_pct": N_("Used, %"),
    "footage_used_pct": N_("Footage used, %"), "well_served_pct": N_("Well served, %"),
    "share_pct": N_("Share, %"),
}  # fmt: skip
ANSWERED = ["p50_min", "p90_min", "p95_min"]
OF_TOTALS = ["tips", *ANSWERED, "in_time_pct", "used_pct", "footage_used_pct", "well_served_pct"]


class Table(NamedTuple):
    """`name` is its place in addresses; the first cell names a row, and its link leads to the tips in it.

    `codes` are what programs call the rows, where their names are words.
    """

    name: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]
    links: list[str]
    codes: list[str] | None = None

    @property
    def head(self) -> list[str]:
        return [gettext(HEADS[one]) if one in HEADS else one for one in self.columns]

    @property
    def told(self) -> list[dict[str, Cell]]:
        """Its rows for programs, whatever the language."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        if self.codes is None:
            return rows
        return [
            {**row, self.columns[0]: code, "name": row[self.columns[0]]}
            for row, code in zip(rows, self.codes, strict=True)
        ]

    @property
    def most(self) -> float:
        """The largest of the first figures, for what is drawn beside them."""
        return max((float(row[1]) for row in self.rows if isinstance(row[1], int | float)), default=0)


def share(part: int, whole: int) -> int | None:
    """In whole per cent; None of nothing."""
    return round(100 * part / whole) if whole else None


def every(found: Figures) -> dict[str, Table]:
    """All tables by their names, in the order of the page."""
    made = [one(found) for one in TABLES.values()]
    return {one.name: one for one in made}


def by_day(found: Figures) -> Table:
    numbers, spread = Counter[date](), found.answered_by("day")
    for (day, _hour), number in found.by_hour.items():
        numbers[day] += number
    rows: list[list[Cell]] = []
    for day in figures.days(found.wanted):
        rows.append([day.isoformat(), numbers[day], *_minutes(spread.get(day.isoformat()))])
    links = [_queue(found.wanted, after=str(row[0]), before=str(row[0])) for row in rows]
    return Table("days", gettext("Day by day"), ["day", "tips", *ANSWERED], rows, links)


def by_hour(found: Figures) -> Table:
    numbers, spread = Counter[int](), found.answered_by("hour")
    for (_day, hour), number in found.by_hour.items():
        numbers[hour] += number
    rows: list[list[Cell]] = []
    for hour in range(24):
        rows.append([f"{hour:02}:00", numbers[hour], *_minutes(spread.get(f"{hour:02}"))])
    return Table("hours", gettext("Hour of the day"), ["hour", "tips", *ANSWERED], rows, [])


def by_kind(found: Figures) -> Table:
    spread = found.answered_by("kind")
    names = {one.code: gettext(one.short) for one in categories.CATEGORIES}
    rows = [_row(names.get(code, code), one, spread.get(code)) for code, one in found.by_kind.items()]
    links = [_queue(found.wanted, category=code) for code in found.by_kind]
    return Table("kinds", gettext("By kind"), ["kind", *OF_TOTALS], rows, links, list(found.by_kind))


def by_beat(found: Figures) -> Table:
    spread = found.answered_by("beat")
    names = {one.code: one.name for one in beats.list_beats(found.tx)} | {"": gettext("No beat")}
    rows = [_row(names.get(code, code), one, spread.get(code)) for code, one in found.by_beat.items()]
    links = [_queue(found.wanted, beat=code) if code else "" for code in found.by_beat]
    return Table("beats", gettext("By beat"), ["beat", *OF_TOTALS], rows, links, list(found.by_beat))


def by_weekday(found: Figures) -> Table:
    numbers = Counter[tuple[int, int]]()
    for (day, hour), number in found.by_hour.items():
        numbers[day.weekday(), hour] += number
    rows: list[list[Cell]] = [
        [gettext(name), *(numbers[weekday, hour] for hour in range(24))]
        for weekday, name in enumerate(WEEKDAYS)
    ]
    columns = ["weekday", *(f"{hour:02}" for hour in range(24))]
    codes = [str(weekday) for weekday in range(1, 8)]
    return Table("weekdays", gettext("Hours of the week"), columns, rows, [], codes)


def outcomes(found: Figures) -> Table:
    numbers = found.outcomes
    whole = sum(numbers.values())
    known = [state for state in words.TIP if state in numbers]
    rows: list[list[Cell]] = [
        [gettext(words.TIP[state].text), numbers[state], share(numbers[state], whole)] for state in known
    ]
    links = [_queue(found.wanted, state=state) for state in known]
    columns = ["state", "tips", "share_pct"]
    return Table("outcomes", gettext("What became of them"), columns, rows, links, known)


def backlog(found: Figures) -> Table:
    rows: list[list[Cell]] = [[gettext(word), found.backlog[name]] for name, word in AGES.items()]
    return Table("backlog", gettext("Waiting now, by age"), ["age", "tips"], rows, [], list(AGES))


def places(found: Figures) -> Table:
    hot = figures.hot_places(found.tx, found.wanted)
    return _places("places", gettext("Where it happens most"), hot, found.wanted)


def premises(found: Figures) -> Table:
    again = figures.repeat_premises(found.tx, found.wanted)
    return _places("premises", gettext("Premises that report again"), again, found.wanted)


TABLES = {
    "days": by_day, "hours": by_hour, "kinds": by_kind, "beats": by_beat, "weekdays": by_weekday,
    "places": places, "premises": premises, "outcomes": outcomes, "backlog": backlog,
}  # fmt: skip


def _places(name: str, title: str, found: list[Place], wanted: Wanted) -> Table:
    rows: list[list[Cell]] = [
        [one.name, one.number, filters.plain_time(one.last_at) if one.last_at else None] for one in found
    ]
    links = [_queue(wanted, shop=one.shop) if one.shop else "" for one in found]
    return Table(name, title, ["place", "tips", "last"], rows, links)


def _row(name: str, one: Totals, spread: Spread | None) -> list[Cell]:
    return [
        name, one.received, *_minutes(spread), share(one.in_time, one.judged), share(one.used, one.received),
        share(one.footage_used, one.with_footage), share(one.well_served, one.rated),
    ]  # fmt: skip


def _minutes(spread: Spread | None) -> list[Cell]:
    """Seconds as people read them here: minutes with one digit."""
    if spread is None:
        return [None, None, None]
    return [round(one / 60, 1) for one in (spread.p50, spread.p90, spread.p95)]


def _queue(wanted: Wanted, **others: str | None) -> str:
    """The queue narrowed to what a row counts."""
    asked = {
        "state": "all", "beat": wanted.beat, "after": wanted.first.isoformat(),
        "before": wanted.last.isoformat(), "category": wanted.category,
    } | others  # fmt: skip
    return "/desk/queue?" + urlencode({name: value for name, value in asked.items() if value})
