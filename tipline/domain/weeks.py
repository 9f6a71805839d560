"""A week of the rota as people read it: a line a person, a cell a day, and the hours nobody covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import absences, accounts, duties, shifts
from tipline.domain.accounts import Account
from tipline.domain.duties import Absence, Duty
from tipline.domain.shifts import DAY, Stretch

MIDNIGHT = "00:00"


class Shown(NamedTuple):
    """One shift on one day; `is_away` if an absence touches it, `stand_in` who serves instead."""

    starts: str
    ends: str
    is_next_day: bool
    is_away: bool
    stand_in: str

    @property
    def is_whole_day(self) -> bool:
        return self.starts == self.ends


@dataclass
class Line:
    duty: Duty
    account: Account
    serves: bool  # whether this account can be on duty at all
    cells: list[Shown | None] = field(default_factory=list)


@dataclass
class Week:
    """Seven days from a Monday; `gaps` are the stretches in which nobody of these lines is there."""

    days: list[date]
    lines: list[Line]
    gaps: list[Stretch]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(tx: Transaction, rows: Sequence[Duty], day: date, zone: tzinfo) -> Week:
    """The week this day is in."""
    first = monday(day)
    days = [first + timedelta(days=one) for one in range(7)]
    begins, ends = shifts.moment(first, MIDNIGHT, zone), shifts.moment(first + 7 * DAY, MIDNIGHT, zone)
    away = absences.list_between(tx, begins, ends + DAY)
    people = accounts.names(
        tx, {one.account_id for one in rows} | {one.deputy_id for one in away if one.deputy_id}
    )
    lines, served = [], list[Stretch]()
    for row in rows:
        account = people[row.account_id]
        line = Line(row, account, duties.may_serve(account))
        mine = [one for one in away if one.account_id == row.account_id]
        line.cells = [_cell(row, one, mine, people, zone) for one in days]
        lines.append(line)
        if line.serves:
            for one in shifts.stretches(row, first, days[-1], zone):
                served += _there(one, mine, people)
    return Week(days, lines, _gaps(served, begins, ends))


def _cell(
    row: Duty, day: date, away: Sequence[Absence], people: dict[int, Account], zone: tzinfo
) -> Shown | None:
    found = next((one for one in shifts.stretches(row, day, day, zone) if _is_on(one, day, zone)), None)
    if found is None:
        return None
    absence = next((one for one in away if one.since < found.ends and one.until > found.begins), None)
    stand_in = people[absence.deputy_id].display_name if absence and absence.deputy_id else ""
    return Shown(row.starts, row.ends, row.ends <= row.starts, absence is not None, stand_in)


def _is_on(one: Stretch, day: date, zone: tzinfo) -> bool:
    """Whether it begins on this day; what a day before runs into it stands under that day."""
    return one.begins.astimezone(zone).date() == day


def _there(one: Stretch, away: Sequence[Absence], people: dict[int, Account]) -> list[Stretch]:
    """The parts of a stretch in which somebody serves: the person, or who stands in."""
    parts = [one]
    for absence in away:
        deputy = people.get(absence.deputy_id or 0)
        if deputy is None or not duties.may_serve(deputy):
            parts = [cut for part in parts for cut in _without(part, absence.since, absence.until)]
    return parts


def _without(part: Stretch, since: datetime, until: datetime) -> list[Stretch]:
    pieces = Stretch(part.begins, min(part.ends, since)), Stretch(max(part.begins, until), part.ends)
    return [one for one in pieces if one.begins < one.ends]


def _gaps(served: Sequence[Stretch], begins: datetime, ends: datetime) -> list[Stretch]:
    found, at = [], begins
    for one in sorted(served):
        if one.begins > at:
            found.append(Stretch(at, min(one.begins, ends)))
        at = max(at, one.ends)
        if at >= ends:
            return found
    return [*found, Stretch(at, ends)]
