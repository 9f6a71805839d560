"""Incidents: what several people report is one thing that happened, with one handler and one course.

A tip stands in at most one incident. The tips keep their own files, threads and states; what happens to the
incident is told to all of their reporters at once. Nobody who reports learns who else did, only how many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, beats, categories, clock, custody, ids, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError

OPEN, CLOSED, MERGED = STATES = ("open", "closed", "merged")
# How an incident ended, as everyone who reported it reads.
OUTCOMES = {
    "settled": N_("Settled"),
    "handed": N_("Handed over to whoever is responsible"),
    "nothing": N_("Looked at on the spot; nothing was found any more"),
    "unfounded": N_("It was not as reported"),
}
FIRST_NUMBER = 1000
TITLE = 80  # characters: it is the headline of a phone's page
# Tips on which something can still be done with the others.
GONE = ("draft", "withdrawn")


class Incident(Base):
    """`title` is read by everyone who reported it: it names the thing and nobody."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # E-1001
    title: Mapped[str] = mapped_column(SafeText)
    category: Mapped[str] = mapped_column(String(20))
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    place: Mapped[str] = mapped_column(SafeText, default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)  # open closed merged
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", name="fk_incident_merged"))
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    closing: Mapped[str] = mapped_column(SafeText, default="")  # the last words to everyone who reported it
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)  # what pages that watch it compare

    @property
    def subject(self) -> str:
        """As the log and the ledger of acts name it."""
        return f"incident:{self.reference}"


def open_incident(tx: Transaction, actor: Actor, tip: Tip, *, title: str, lead: bool = True) -> Incident:
    """Make an incident of what this tip tells; whoever opens it handles it, unless `lead` says otherwise."""
    _require_attachable(tx, tip)
    now = clock.now()
    incident = Incident(
        reference=ids.new_id()[:20], title=read_title(title), category=tip.category, beat=tip.beat,
        place=tip.place, lat=tip.lat, lon=tip.lon, state=OPEN, opened_at=now, changed_at=now, revision=1,
        lead_id=actor.user_id if lead else None,
    )  # fmt: skip
    tx.add(incident)
    tx.flush()
    incident.reference = f"E-{FIRST_NUMBER + incident.id}"
    tx.flush()
    custody.append(
        tx, actor, "incident:open", incident.subject, incident=incident.reference, title=incident.title,
        category=incident.category, beat=incident.beat,
    )  # fmt: skip
    _place(tx, actor, incident, tip)
    return incident


def attach(tx: Transaction, actor: Actor, incident: Incident, tip: Tip) -> None:
    """The tip tells of the same thing. If somebody has taken note of that, its reporter hears so at once."""
    require_open(incident)
    if tip.incident_id == incident.id:
        raise TiplineError("incident:attached", tip=tip.reference, incident=incident.reference)
    _require_attachable(tx, tip)
    is_known = is_acknowledged(tx, incident)
    with acts.together(tx):
        _place(tx, actor, incident, tip)
        if is_known and tip.acknowledged_at is None and tip.state not in tips.ENDED:
            tips.acknowledge(tx, actor, tip)


def attach_all(tx: Transaction, actor: Actor, incident: Incident, found: Collection[Tip]) -> list[Tip]:
    """All of them that are not in one yet, as one act; which those were."""
    fresh = [one for one in found if one.incident_id is None]
    with acts.together(tx):
        for one in fresh:
            attach(tx, actor, incident, one)
    return fresh


def detach(tx: Transaction, actor: Actor, incident: Incident, tip: Tip) -> None:
    """The tip tells of something else; it stands by itself again, as it was."""
    if tip.incident_id != incident.id:
        raise TiplineError("incident:not-attached", tip=tip.reference, incident=incident.reference)
    require_open(incident)
    before = acts.held(tip, "incident_id")
    tip.incident_id = None
    _tell_moved(tx, actor, "incident:detach", incident, tip, before)


def _place(tx: Transaction, actor: Actor, incident: Incident, tip: Tip) -> None:
    before = acts.held(tip, "incident_id")
    tip.incident_id = incident.id
    _tell_moved(tx, actor, "incident:attach", incident, tip, before)


def _tell_moved(
    tx: Transaction, actor: Actor, act: str, incident: Incident, tip: Tip, before: dict[str, Any]
) -> None:
    tips.decide(tip)
    touch(incident)
    acts.record(
        tx, actor, act, tip=tip, subject=f"incident:{incident.id}", before=before,
        after=acts.held(tip, "incident_id"),
    )  # fmt: skip
    custody.append(tx, actor, act, incident.subject, tip=tip.reference, incident=incident.reference)


def acknowledge(tx: Transaction, actor: Actor, incident: Incident) -> int:
    """Somebody takes note of the thing: of every tip that tells of it, and handles it if nobody does yet.

    How many were waiting for it; raises incident:acknowledged if none was.
    """
    require_open(incident)
    with acts.together(tx):
        number = take_note(tx, actor, incident)
        if not number:
            raise TiplineError("incident:acknowledged", incident=incident.reference)
        if incident.lead_id is None:
            hand_to(tx, actor, incident, actor.user_id, actor.name)
    return number


def take_note(tx: Transaction, actor: Actor, incident: Incident) -> int:
    """Acknowledge every tip of it that waits; how many."""
    waiting = [one for one in list_tips(tx, incident) if is_waiting(one)]
    if waiting:
        tips.acknowledge_each(tx, actor, waiting)
        touch(incident)
    return len(waiting)


def acknowledge_tip(tx: Transaction, actor: Actor, tip: Tip) -> int:
    """Take note of a tip; inside an open incident of all that tell the same. How many that were."""
    incident = incident_of(tx, tip)
    if incident is None or incident.state != OPEN or not is_waiting(tip):
        tips.acknowledge(tx, actor, tip)
        return 1
    return acknowledge(tx, actor, incident)


def is_waiting(tip: Tip) -> bool:
    """Whether nobody has taken note of it yet, and somebody still should."""
    return tip.acknowledged_at is None and tip.state not in tips.ENDED and tip.erased_at is None


def hand_to(
    tx: Transaction, actor: Actor, incident: Incident, lead_id: int | None, username: str | None
) -> None:
    """Who handles the incident; nobody with None."""
    if incident.lead_id == lead_id:
        return
    before = acts.held(incident, "lead_id")
    incident.lead_id = lead_id
    _tell_changed(tx, actor, "incident:lead", incident, before, lead=username)


def change(tx: Transaction, actor: Actor, incident: Incident, **values: Any) -> None:
    """Correct title, place, beat or kind. The log keeps what it was; of a place a digest alone."""
    if "title" in values:
        values["title"] = read_title(values["title"])
    if "category" in values:
        categories.read_category(values["category"])
    if values.get("beat"):
        beats.read_beat(tx, values["beat"])
    if len(values.get("place", "")) > limits.SHORT:
        raise TiplineError("tip:field-too-long", fields={"place": "tip:field-too-long"}, limit=limits.SHORT)
    changed = {name: value for name, value in values.items() if getattr(incident, name) != value}
    if not changed:
        return
    before = acts.held(incident, *changed)
    for name, value in changed.items():
        setattr(incident, name, value)
    _tell_changed(tx, actor, "incident:change", incident, before, changes=_told(changed))


def _tell_changed(
    tx: Transaction, actor: Actor, act: str, incident: Incident, before: dict[str, Any], **facts: Any
) -> None:
    touch(incident)
    acts.record(
        tx, actor, act, subject=f"incident:{incident.id}", before=before,
        after=acts.held(incident, *before),
    )  # fmt: skip
    was = _told(before)
    custody.append(tx, actor, act, incident.subject, incident=incident.reference, before=was, **facts)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """As the log may hold it for good."""
    words = values.get("place")
    return values | {"place": hashlib.sha256(words.encode()).hexdigest()} if words else values


def touch(incident: Incident) -> None:
    """Something about it changed: every page that watches it must notice."""
    incident.changed_at = clock.now()
    incident.revision += 1


def require_open(incident: Incident) -> None:
    if incident.state != OPEN:
        raise TiplineError("incident:closed", incident=incident.reference)


def read_title(title: str) -> str:
    """What everyone will read as its name; raises incident:title-needed or incident:title-long."""
    title = " ".join(title.split())
    if not title:
        raise TiplineError("incident:title-needed", fields={"title": "incident:title-needed"})
    if len(title) > TITLE:
        raise TiplineError("incident:title-long", fields={"title": "incident:title-long"}, limit=TITLE)
    return title


def _require_attachable(tx: Transaction, tip: Tip) -> None:
    if tip.state in GONE or tip.erased_at is not None:
        raise TiplineError("incident:tip-gone", tip=tip.reference)
    other = incident_of(tx, tip)
    if other is not None and other.state == OPEN:
        raise TiplineError("incident:elsewhere", tip=tip.reference, incident=other.reference)


# --- reading


def incident_of(tx: Transaction, tip: Tip) -> Incident | None:
    """What the tip tells of together with others."""
    return tx.get(Incident, tip.incident_id) if tip.incident_id else None


def find_incident(tx: Transaction, reference: str) -> Incident | None:
    return tx.scalar(select(Incident).where(Incident.reference == reference.strip().upper()))


def revision_of(tx: Transaction, tip: Tip) -> int:
    """The version of what the tip tells of with others; 0 for a tip by itself. For pages that poll."""
    if tip.incident_id is None:
        return 0
    return tx.scalar(select(Incident.revision).where(Incident.id == tip.incident_id)) or 0


def by_id(tx: Transaction, ids_of: Collection[int]) -> dict[int, Incident]:
    if not ids_of:
        return {}
    return {one.id: one for one in tx.scalars(select(Incident).where(Incident.id.in_(ids_of)))}


def read_incident(tx: Transaction, reference: str) -> Incident:
    """By its number, `E-1001`; raises incident:not-found."""
    found = find_incident(tx, reference)
    if found is None:
        raise TiplineError("incident:not-found")
    return found


def is_acknowledged(tx: Transaction, incident: Incident) -> bool:
    """Whether somebody has taken note of any of it."""
    known = select(Tip.id).where(Tip.incident_id == incident.id, Tip.acknowledged_at.is_not(None))
    return tx.scalar(known.limit(1)) is not None


def list_tips(tx: Transaction, incident: Incident) -> list[Tip]:
    """The tips that tell of it and exist for whoever asks, the first first."""
    query = select(Tip).where(Tip.incident_id == incident.id, Tip.state.not_in(GONE))
    return list(tx.scalars(query.order_by(Tip.received_at, Tip.id)))


def count_tips(tx: Transaction, incident_ids: Collection[int]) -> dict[int, int]:
    """Incident → how many report it, erased tips included; who took a tip back reports nothing."""
    query = (
        select(Tip.incident_id, func.count())
        .where(Tip.incident_id.in_(incident_ids), Tip.state.not_in(GONE))
        .group_by(Tip.incident_id)
    )
    return {int(one or 0): number for one, number in tx.execute(query)}


def count_waiting(tx: Transaction, incident_ids: Collection[int]) -> dict[int, int]:
    """Incident → how many of its tips nobody has taken note of."""
    query = (
        select(Tip.incident_id, func.count())
        .where(Tip.incident_id.in_(incident_ids), Tip.state.not_in((*GONE, "closed")))
        .where(Tip.acknowledged_at.is_(None), Tip.erased_at.is_(None))
        .group_by(Tip.incident_id)
    )
    return {int(one or 0): number for one, number in tx.execute(query)}


def list_incidents(
    tx: Transaction, *, state: str = "", lead_id: int | None = None, q: str = "", before: int | None = None,
    limit: int = 50,
) -> list[Incident]:  # fmt: skip
    """The newest first; of those that were merged the one they went into stands for them."""
    query = select(Incident).where(*_wanted(state, lead_id)).order_by(Incident.id.desc()).limit(limit)
    if q:
        named = Incident.title.icontains(q, autoescape=True) | Incident.place.icontains(q, autoescape=True)
        query = query.where(or_(named, Incident.reference == q.upper()))
    if before is not None:
        query = query.where(Incident.id < before)
    return list(tx.scalars(query))


def count_incidents(tx: Transaction, *, state: str = "", lead_id: int | None = None) -> int:
    return tx.scalar(select(func.count(Incident.id)).where(*_wanted(state, lead_id))) or 0


def _wanted(state: str, lead_id: int | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Incident.state == state if state else Incident.state != MERGED]
    return [*found, Incident.lead_id == lead_id] if lead_id is not None else found
