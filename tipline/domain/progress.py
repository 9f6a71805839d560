"""Short notes of how an incident goes, written once and read by everyone who reported it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, events, incidents, limits, messages, replies
from tipline.domain.actors import Actor
from tipline.domain.incidents import Incident
from tipline.errors import N_, TiplineError

OFFICER, PARTNER = SOURCES = ("officer", "partner")
# Ready phrases: a tap fills them in, nothing is sent by that.
PHRASES = (
    N_("We know of it and are on our way."),
    N_("We are on the spot."),
    N_("The company responsible has been called and is coming."),
    N_("Work is under way. We write here as soon as there is news."),
    N_("It is settled. Thank you for your patience."),
)


class Progress(Base):
    """`source` is officer or partner: a reporter reads that, never a name."""

    __tablename__ = "progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    source: Mapped[str] = mapped_column(String(12), default="officer")
    author: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Noted(NamedTuple):
    """A note as all who reported the incident may read it: of one that was withdrawn nothing but that."""

    id: int
    source: str
    text: str
    at: datetime
    withdrawn_at: datetime | None


def post(tx: Transaction, actor: Actor, incident: Incident, text: str, *, source: str = OFFICER) -> Progress:
    """Tell everyone who reported the incident how it goes. An officer who does has taken note of it."""
    incidents.require_open(incident)
    text = read_text(text)
    if source == OFFICER:
        incidents.take_note(tx, actor, incident)
    note = Progress(incident_id=incident.id, source=source, author=actor.name, text=text, at=clock.now())
    tx.add(note)
    tx.flush()
    incidents.touch(incident)
    acts.record(tx, actor, "progress:post", subject=f"progress:{note.id}")
    custody.append(
        tx, actor, "incident:progress", incident.subject, incident=incident.reference, note=note.id,
        source=source, length=len(note.text),
    )  # fmt: skip
    events.tell(tx, "incident:progress", incident=incident, by=actor)
    return note


def read_text(text: str) -> str:
    """Words for everyone; raises message:empty, message:too-long or message:gap."""
    text = text.strip()
    if not text:
        raise TiplineError("message:empty", fields={"text": "message:empty"})
    if len(text) > limits.MESSAGE:
        raise TiplineError("message:too-long", fields={"text": "message:too-long"}, limit=limits.MESSAGE)
    if replies.has_gap(text):
        raise TiplineError("message:gap", fields={"text": "message:gap"})
    return text


def withdraw(tx: Transaction, actor: Actor, incident: Incident, note: Progress) -> None:
    """The reporters no longer see the text, only that there was one. The desk and the log keep it."""
    if note.withdrawn_at is not None:
        raise TiplineError("act:superseded")
    if clock.now() - note.at > messages.WITHDRAWN_WITHIN:
        raise TiplineError("message:said")
    note.withdrawn_at = clock.now()
    tx.flush()
    incidents.touch(incident)
    custody.append(
        tx, actor, "incident:withdraw", incident.subject, incident=incident.reference, note=note.id
    )


def read_note(tx: Transaction, incident: Incident, note_id: int) -> Progress:
    """A note of this incident; raises incident:note-unknown."""
    note = tx.get(Progress, note_id)
    if note is None or note.incident_id != incident.id:
        raise TiplineError("incident:note-unknown")
    return note


def list_of(tx: Transaction, incident: Incident) -> list[Progress]:
    """All notes, also of incidents that went into this one, the oldest first."""
    merged = select(Incident.id).where(Incident.merged_into_id == incident.id)
    query = select(Progress).where(or_(Progress.incident_id == incident.id, Progress.incident_id.in_(merged)))
    return list(tx.scalars(query.order_by(Progress.at, Progress.id)))


def list_latest(tx: Transaction, incident_ids: Collection[int]) -> dict[int, Progress]:
    """Incident → the newest note that stands, for lists."""
    newest = (
        select(func.max(Progress.id))
        .where(Progress.incident_id.in_(incident_ids), Progress.withdrawn_at.is_(None))
        .group_by(Progress.incident_id)
    )
    return {one.incident_id: one for one in tx.scalars(select(Progress).where(Progress.id.in_(newest)))}


def list_noted(tx: Transaction, incident: Incident) -> list[Noted]:
    """The same as the reporters read it."""
    return [
        Noted(one.id, one.source, "" if one.withdrawn_at else one.text, one.at, one.withdrawn_at)
        for one in list_of(tx, incident)
    ]


def told(tx: Transaction, incident: Incident) -> dict[str, Any]:
    """What anybody outside may know of it: pages of reporters, and programs of partners.

    No officer, no reporter, no case, no address that somebody typed.
    """
    return {
        "reference": incident.reference,
        "title": incident.title,
        "category": incident.category,
        "state": incident.state,
        "reporters": incidents.count_tips(tx, [incident.id]).get(incident.id, 0),
        "opened_at": incident.opened_at,
        "closed_at": incident.closed_at,
        "outcome": incident.outcome,
        "closing": incident.closing,
        "progress": list_noted(tx, incident),
    }
