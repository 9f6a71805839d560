"""Who is on duty on which beat and when, in the wall clock of the station; who stands in for whom.

A shift names weekdays and two times of day; one that ends at or before its start runs into the next day. The
beat's officer comes first, then the deputies, then whoever is on call for the whole station.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

from sqlalchemy import Date, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import accounts, acts, beats, clock, custody, rights, shifts
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.errors import TiplineError

OFFICER, DEPUTY, ON_CALL = PARTS = ("officer", "deputy", "on_call")
STATION = "station"  # what the log calls the rota of no beat
ADDED, CHANGED, REMOVED = KINDS = ("duty:add", "duty:change", "duty:remove")
_SAID = ("beat", "account_id", "part", "weekdays", "starts", "ends", "since", "until")


class Duty(Base):
    """One line of the rota. `beat` is empty for who is on call for the whole station."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(primary_key=True)
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    part: Mapped[str] = mapped_column(String(12))  # one of PARTS
    weekdays: Mapped[str] = mapped_column(String(7), default="1234567")  # ISO days, Monday is 1
    starts: Mapped[str] = mapped_column(String(5), default="00:00")
    ends: Mapped[str] = mapped_column(String(5), default="00:00")  # the same as `starts`: round the clock
    since: Mapped[date | None] = mapped_column(Date)  # first and last day it holds; empty: no bound
    until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Absence(Base):
    """Somebody is away; `deputy_id` stands in on all beats, else the rota's own deputies do."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    words: Mapped[str] = mapped_column(SafeText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


# --- who is on


class Chain(NamedTuple):
    """Account ids in the order in which they are told; nobody stands in it twice."""

    officers: tuple[int, ...] = ()
    deputies: tuple[int, ...] = ()
    on_call: tuple[int, ...] = ()

    @property
    def everyone(self) -> tuple[int, ...]:
        return (*self.officers, *self.deputies, *self.on_call)

    @property
    def first(self) -> int | None:
        """Who is told first; None while nobody is on duty."""
        return next(iter(self.everyone), None)

    def part_of(self, account_id: int) -> str:
        """In which part of the chain somebody stands."""
        return next(part for part, ids in zip(PARTS, self, strict=True) if account_id in ids)


def chain(tx: Transaction, beat: str | None, at: datetime, zone: tzinfo) -> Chain:
    """Who is on duty on the beat at this moment. Without a beat, or with an unknown one: who is on call."""
    rows = tx.scalars(select(Duty).where(or_(Duty.beat == beat, Duty.beat.is_(None))).order_by(Duty.id))
    return _link(rows, _Present(tx, at), at, zone)


def chains(tx: Transaction, at: datetime, zone: tzinfo) -> dict[str, Chain]:
    """The same for every beat at once."""
    rows, present = list(tx.scalars(select(Duty).order_by(Duty.id))), _Present(tx, at)
    codes = tx.scalars(select(beats.Beat.code).order_by(beats.Beat.code))
    return {
        code: _link((one for one in rows if one.beat in (code, None)), present, at, zone) for code in codes
    }


def _link(rows: Iterable[Duty], present: _Present, at: datetime, zone: tzinfo) -> Chain:
    parts: dict[str, list[int]] = {part: [] for part in PARTS}
    on = [row for row in rows if shifts.is_on(row, at, zone)]
    seen: set[int] = set()
    for part in PARTS:
        for row in (one for one in on if one.part == part):
            person = present.find(row.account_id)
            if person is not None and person not in seen:
                parts[part].append(person)
                seen.add(person)
    return Chain(*(tuple(parts[part]) for part in PARTS))


class _Present:
    """Who is there at a moment: who is away is replaced by whom they named, who has left by nobody."""

    def __init__(self, tx: Transaction, at: datetime) -> None:
        away = tx.scalars(select(Absence).where(Absence.since <= at, Absence.until > at).order_by(Absence.id))
        self._away = {one.account_id: one.deputy_id for one in away}
        self._may = {one.id for one in tx.scalars(select(Account)) if may_serve(one)}

    def find(self, account_id: int | None) -> int | None:
        """This person, or who stands in; a circle of people who stand in for each other is nobody."""
        asked = set()
        while account_id in self._away and account_id not in asked:
            asked.add(account_id)
            account_id = self._away[account_id]
        return account_id if account_id in self._may and account_id not in self._away else None


def may_serve(account: Account) -> bool:
    """Whether somebody can be on duty: an open account that may act on tips."""
    return account.active and rights.may(account.actor, "tip:act")


# --- the rota


@dataclass
class Line:
    """What somebody says of one line of the rota; checked before it is kept. `who` is a user name."""

    who: str
    part: str
    beat: str | None = None
    weekdays: str = "1234567"
    starts: str = "00:00"
    ends: str = "00:00"
    since: date | None = None
    until: date | None = None

    def checked(self, tx: Transaction) -> dict[str, Any]:
        """As a row keeps it; raises duty:…, tip:beat-unknown or request:invalid."""
        self.beat = self.beat or None
        if self.part not in PARTS or (self.part == ON_CALL) != (self.beat is None):
            raise TiplineError("request:invalid", fields={"part": "request:field-unclear"})
        if self.beat:
            beats.read_beat(tx, self.beat)
        account = read_person(tx, self.who, "who")
        self.weekdays = "".join(sorted(self.weekdays))
        if not shifts.is_days(self.weekdays):
            raise TiplineError("duty:days-needed", fields={"weekdays": "duty:days-needed"})
        for name in ("starts", "ends"):
            if not shifts.is_time(getattr(self, name)):
                raise TiplineError("duty:time-unclear", fields={name: "duty:time-unclear"})
        if self.since and self.until and self.until < self.since:
            raise TiplineError("duty:days-reversed", fields={"until": "duty:days-reversed"})
        said = {name: getattr(self, name) for name in _SAID if name != "account_id"}
        return {**said, "account_id": account.id}


def read_person(tx: Transaction, username: str, field: str) -> Account:
    """Somebody who can be on duty; raises duty:person-unknown beside this field."""
    account = accounts.find_account(tx, username.strip())
    if account is None or not may_serve(account):
        raise TiplineError("duty:person-unknown", fields={field: "duty:person-unknown"})
    return account


def add(tx: Transaction, actor: Actor, line: Line) -> Duty:
    """One more line; raises duty:exists for one that says the same as another, and what `checked` raises."""
    said = line.checked(tx)
    _require_new(tx, said)
    row = Duty(created_at=clock.now(), **said)
    tx.add(row)
    _keep(tx, actor, ADDED, row, {}, _held(row))
    return row


def change(tx: Transaction, actor: Actor, row: Duty, line: Line) -> None:
    said, before = line.checked(tx), _held(row)
    if all(getattr(row, name) == value for name, value in said.items()):
        return
    _require_new(tx, said)
    for name, value in said.items():
        setattr(row, name, value)
    _keep(tx, actor, CHANGED, row, before, _held(row))


def remove(tx: Transaction, actor: Actor, row: Duty) -> None:
    _keep(tx, actor, REMOVED, row, _held(row), {})
    tx.delete(row)
    tx.flush()


def read_duty(tx: Transaction, duty_id: int) -> Duty:
    row = tx.get(Duty, duty_id)
    if row is None:
        raise TiplineError("duty:not-found")
    return row


def list_of(tx: Transaction, beat: str | None) -> list[Duty]:
    """The rota of a beat, or with None of the station: officers first, then deputies."""
    same = Duty.beat.is_(None) if beat is None else Duty.beat == beat
    rows = tx.scalars(select(Duty).where(same).order_by(Duty.id))
    return sorted(rows, key=lambda one: PARTS.index(one.part))


def list_all(tx: Transaction) -> dict[str | None, list[Duty]]:
    """All lines by beat, those of the station under None."""
    found: dict[str | None, list[Duty]] = {}
    for row in tx.scalars(select(Duty).order_by(Duty.id)):
        found.setdefault(row.beat, []).append(row)
    return {code: sorted(rows, key=lambda one: PARTS.index(one.part)) for code, rows in found.items()}


def list_of_person(tx: Transaction, account_id: int) -> Sequence[Duty]:
    """All lines of one person, those of beats first."""
    mine = select(Duty).where(Duty.account_id == account_id)
    return list(tx.scalars(mine.order_by(Duty.beat.is_(None), Duty.beat, Duty.id)))


def _require_new(tx: Transaction, said: dict[str, Any]) -> None:
    same = [getattr(Duty, name) == value for name, value in said.items()]
    if tx.scalar(select(Duty.id).where(*same).limit(1)) is not None:
        raise TiplineError("duty:exists")


def _held(row: Duty) -> dict[str, Any]:
    """As acts and the log keep it."""
    told = {name: getattr(row, name) for name in _SAID}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in told.items()}


def _keep(
    tx: Transaction, actor: Actor, kind: str, row: Duty, before: dict[str, Any], after: dict[str, Any]
) -> None:
    tx.flush()
    said = after or before
    who = tx.get_one(Account, said["account_id"]).username
    subject = f"beat:{row.beat}" if row.beat else STATION
    detail = {name: value for name, value in said.items() if name not in ("beat", "account_id")}
    was = {name: value for name, value in before.items() if after and after[name] != value}
    custody.append(tx, actor, kind, subject, who=who, was=was, **detail)
    acts.record(tx, actor, kind, subject=f"duty:{row.id}", before=before, after=after)


def put_back(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The line as it was before the act; raises act:superseded if it is another one by now."""
    row = tx.get(Duty, int(act.subject.partition(":")[2]))
    if act.became and (row is None or _held(row) != act.became):
        raise TiplineError("act:superseded")
    if not act.became:
        tx.add(Duty(created_at=clock.now(), **_read(act.was)))
    elif row is not None and not act.was:
        tx.delete(row)
    elif row is not None:
        for name, value in _read(act.was).items():
            setattr(row, name, value)
    tx.flush()


def _read(told: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(told[name]) for name in ("since", "until") if told[name]}
    return {**told, **days}
