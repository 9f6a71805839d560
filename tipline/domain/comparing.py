"""A photo of a recorder's screen beside a phone: how far the recorder's clock is off, as a proposal.

Three clocks may be told of: the recorder's and the phone's as they were read in the picture, and that of the
phone that took it. All are wall clocks of one place, so no zone is needed. What is proposed counts only once
an officer has accepted it; what the reporter told stays as it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from tipline.db import Transaction
from tipline.domain import acts, custody, tips
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.reports import is_offset
from tipline.domain.tips import Tip

SOURCE = "compared"
# Where an offset may come from; to these an accepted proposal can be taken back.
SOURCES = frozenset({"minutes", "reading", "photo", "desk", SOURCE})
MINUTE, HALF_DAY = timedelta(minutes=1), timedelta(hours=12)
# The phone in the picture and the one that took it agree within this; often they are two.
SAME = timedelta(seconds=90)
# What a phone writes by its own clock; the time of satellites beside it is UTC.
BY_THE_PHONE = frozenset({"exif:DateTimeOriginal", "exif:DateTimeDigitized"})
LATE = timedelta(minutes=2)  # a phone's clock may run ahead of ours by this


@dataclass(frozen=True)
class Proposal:
    """What a photo says of the recorder's clock."""

    evidence_id: str
    number: int
    shown: datetime  # by the recorder
    true: datetime  # by the phone, or by the photo itself
    offset_s: float  # recorder minus true time
    within_s: int  # how exact that is
    sources: tuple[str, ...]  # `phone` in the picture, `photo` that says when it was taken


def propose(file: Evidence, zone: tzinfo) -> Proposal | None:
    """From the checked facts of a photo sent for the clock; None when they do not suffice."""
    if file.purpose != "clock":
        return None
    known: dict[str, Any] = file.facts.get("clock") or {}
    readings = known.get("readings") or []
    shown = _moment(readings[0]["at"]) if readings and not known.get("ambiguous") else None
    if shown is None:
        return None
    told = str((known.get("beside") or {}).get("at") or "")
    true = _true(told, _taken(file), file.received_at.astimezone(zone) if file.received_at else None)
    if true is None:
        return None
    at, within, sources = true
    if len(str(readings[0]["at"])) == len("2026-11-26T10:03"):
        shown, within = shown + MINUTE / 2, within + 30  # no seconds on the recorder
    offset = float(round((shown - at).total_seconds()))
    return Proposal(file.id, file.number, shown, at, offset, within, sources) if is_offset(offset) else None


def _moment(text: str) -> datetime | None:
    """A day and a time; None of a time alone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if "T" in text else None
    except ValueError:
        return None


def _taken(file: Evidence) -> datetime | None:
    """When the photo was taken, by its own metadata, on the wall clock of the phone."""
    facts = file.facts
    if facts.get("captured_at_source") not in BY_THE_PHONE:
        return None
    return _moment(str(facts.get("captured_at") or ""))


def _true(
    told: str, taken: datetime | None, received: datetime | None
) -> tuple[datetime, int, tuple[str, ...]] | None:
    """The true moment, how exact it is in seconds, and what says so."""
    has_seconds = len(told.rpartition("T")[2]) > len("10:00")
    phone = _on_its_day(told, taken, received)
    if phone is None:
        return (taken, 2, ("photo",)) if taken else None
    if not has_seconds:
        phone += MINUTE / 2
    if taken is not None and abs(phone - taken) <= SAME:
        # The same time twice; the one with seconds is the more exact.
        return phone if has_seconds else taken, 2, ("phone", "photo")
    return phone, 1 if has_seconds else 30, ("phone",)


def _on_its_day(told: str, taken: datetime | None, received: datetime | None) -> datetime | None:
    """A phone seldom shows the year: the day is that of the photo, or the last before it came here."""
    if not told:
        return None
    if "T" in told:
        return _moment(told)
    try:
        of_day = time.fromisoformat(told)
    except ValueError:
        return None
    if taken is not None:
        near = datetime.combine(taken.date(), of_day)
        days = -1 if near - taken > HALF_DAY else 1 if taken - near > HALF_DAY else 0
        return near + timedelta(days=days)
    if received is None:
        return None
    came = received.replace(tzinfo=None)
    day = datetime.combine(came.date(), of_day)
    return day if day <= came + LATE else day - timedelta(days=1)


def accept(tx: Transaction, actor: Actor, tip: Tip, proposal: Proposal) -> None:
    """Take what the photo says for the offset of the tip's footage."""
    _set(tx, actor, tip, proposal.offset_s, SOURCE, number=proposal.number)


def _set(
    tx: Transaction,
    actor: Actor,
    tip: Tip,
    offset_s: float | None,
    source: str | None,
    number: int | None = None,
) -> None:
    before, names = tip.clock_offset_s, ("clock_offset_s", "clock_source")
    if (before, tip.clock_source) == (offset_s, source):
        return
    was = acts.held(tip, *names)
    # The reporter's own reading stays beside it.
    tip.clock_offset_s, tip.clock_source = offset_s, source
    tips.decide(tip)
    acts.record(tx, actor, "tip:clock", tip=tip, before=was, after=acts.held(tip, *names))
    custody.append(
        tx, actor, "tip:clock", f"tip:{tip.reference}", tip=tip.reference, clock_offset_s=offset_s,
        before=before, source=source, reading=tip.clock_reading, photo=number,
    )  # fmt: skip
