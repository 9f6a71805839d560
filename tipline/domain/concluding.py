"""How an incident ends: closed with last words to everyone, opened again, or merged into another one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from tipline.db import Transaction
from tipline.domain import acts, clock, custody, incidents, progress, tips
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.incidents import CLOSED, MERGED, OPEN, Incident
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

_ENDING = ("state", "closed_at", "outcome", "closing")
# Tips that end with their incident; one that a case uses goes on there, one that was refused stays so.
_END_TOO = ("received", "triage", "need_info", "snoozed", "duplicate")


def close(tx: Transaction, actor: Actor, incident: Incident, outcome: str, words: str = "") -> int:
    """It is over. Every tip of it is closed with it, its reporter reads outcome and words. How many were.

    Raises incident:outcome-needed or incident:closed.
    """
    incidents.require_open(incident)
    if outcome not in incidents.OUTCOMES:
        raise TiplineError("incident:outcome-needed", fields={"outcome": "incident:outcome-needed"})
    text = progress.read_text(words) if words.strip() else ""
    before = acts.held(incident, *_ENDING)
    with acts.together(tx):
        closed = [one for one in incidents.list_tips(tx, incident) if one.state in _END_TOO]
        for tip in closed:
            if tip.acknowledged_at is None:
                tips.acknowledge(tx, actor, tip)
            tips.move(tx, actor, tip, "closed")
        incident.state, incident.closed_at = CLOSED, clock.now()
        incident.outcome, incident.closing = outcome, text
        _tell(
            tx,
            actor,
            "incident:close",
            incident,
            before,
            outcome=outcome,
            count=len(closed),
            length=len(text),
        )
    return len(closed)


def reopen(tx: Transaction, actor: Actor, incident: Incident) -> None:
    """It is not over after all: the tips that were closed with it wait for an officer again."""
    if incident.state != CLOSED:
        raise TiplineError("incident:is-open", incident=incident.reference)
    before = acts.held(incident, *_ENDING)
    with acts.together(tx):
        with_it = _closed_with(tx, incident)
        for tip in incidents.list_tips(tx, incident):
            if tip.state == "closed" and tip.erased_at is None and tip.id in with_it:
                tips.move(tx, actor, tip, "triage")
        incident.state, incident.closed_at, incident.outcome, incident.closing = OPEN, None, None, ""
        _tell(tx, actor, "incident:reopen", incident, before)


def _closed_with(tx: Transaction, incident: Incident) -> set[int]:
    """Tips that the last closing closed; what somebody had closed by itself before stays closed."""
    subject = f"incident:{incident.id}"
    closings = select(Act).where(Act.kind == "incident:close", Act.subject == subject)
    last = tx.scalars(closings.order_by(Act.id.desc()).limit(1)).first()
    moved = acts.list_batch(tx, last) if last else []
    return {one.tip_id for one in moved if one.kind == "tip:state" and one.tip_id is not None}


def _tell(
    tx: Transaction, actor: Actor, act: str, incident: Incident, before: dict[str, Any], **facts: Any
) -> None:
    incidents.touch(incident)
    acts.record(
        tx, actor, act, subject=f"incident:{incident.id}", before=before, after=acts.held(incident, *_ENDING)
    )
    custody.append(tx, actor, act, incident.subject, incident=incident.reference, **facts)


def merge(tx: Transaction, actor: Actor, incident: Incident, into: Incident) -> None:
    """Both are one thing: tips and course of the first go on in the other.

    Raises incident:merge-itself, or incident:closed if one of them is over.
    """
    if incident.id == into.id:
        raise TiplineError("incident:merge-itself", fields={"into": "incident:merge-itself"})
    incidents.require_open(incident)
    incidents.require_open(into)
    table = Tip.__table__.c  # the table itself: tips that do not exist for the actor go along
    moved = list(tx.scalars(select(table.id).where(table.incident_id == incident.id)))
    parts = list(tx.scalars(select(Incident.id).where(Incident.merged_into_id == incident.id)))
    with acts.together(tx):
        _move(tx, moved, into)
        tx.execute(update(Incident).where(Incident.id.in_(parts)).values(merged_into_id=into.id))
        incident.state, incident.merged_into_id = MERGED, into.id
        incidents.touch(incident)
        incidents.touch(into)
        acts.record(
            tx, actor, "incident:merge", subject=f"incident:{incident.id}",
            before={"tips": moved, "parts": parts}, after={"into": into.id},
        )  # fmt: skip
        custody.append(
            tx, actor, "incident:merge", incident.subject, incident=incident.reference, into=into.reference,
            count=len(moved),
        )  # fmt: skip
        custody.append(
            tx, actor, "incident:merged", into.subject, incident=into.reference, other=incident.reference,
            count=len(moved),
        )  # fmt: skip
        if incidents.is_acknowledged(tx, into):
            incidents.take_note(tx, actor, into)


def part_again(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The merged one stands by itself again, with the tips that came from it and are still there."""
    incident, into = tx.get_one(Incident, _number(act)), tx.get_one(Incident, act.became["into"])
    if incident.state != MERGED or incident.merged_into_id != into.id:
        raise TiplineError("act:superseded")
    table = Tip.__table__.c  # the table itself, as they were merged
    there = select(table.id).where(table.id.in_(act.was["tips"]), table.incident_id == into.id)
    _move(tx, list(tx.scalars(there)), incident)
    tx.execute(
        update(Incident)
        .where(Incident.id.in_(act.was["parts"]), Incident.merged_into_id == into.id)
        .values(merged_into_id=incident.id)
    )
    incident.state, incident.merged_into_id = OPEN, None
    incidents.touch(incident)
    incidents.touch(into)


def put_back(tx: Transaction, _actor: Actor, act: Act) -> None:
    """Columns of the incident as they were before somebody changed, closed or opened it."""
    incident = tx.get_one(Incident, _number(act))
    acts.put_back(incident, act)
    incidents.touch(incident)


def move_back(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The tip stands where it stood before it was attached or taken out."""
    tip = tx.get_one(Tip, act.tip_id)
    here, there = act.became["incident_id"], act.was["incident_id"]
    other = tx.get(Incident, there) if there else None
    if other is not None and other.state == MERGED:
        raise TiplineError("act:superseded")
    acts.put_back(tip, act)
    for number in {here, there} - {None}:
        incidents.touch(tx.get_one(Incident, number))


def withdraw_note(tx: Transaction, actor: Actor, act: Act) -> None:
    note = tx.get_one(progress.Progress, _number(act))
    progress.withdraw(tx, actor, tx.get_one(Incident, note.incident_id), note)


WAYS = {
    "incident:attach": move_back,
    "incident:detach": move_back,
    "incident:lead": put_back,
    "incident:change": put_back,
    "incident:close": put_back,
    "incident:reopen": put_back,
    "incident:merge": part_again,
    "progress:post": withdraw_note,
}


def incident_of(tx: Transaction, act: Act) -> int | None:
    """Which incident an act was done to, or to a note of its course; None of other acts."""
    kind = act.subject.partition(":")[0]
    if kind == "progress":
        return tx.scalar(select(progress.Progress.incident_id).where(progress.Progress.id == _number(act)))
    return _number(act) if kind == "incident" else None


def _number(act: Act) -> int:
    return int(act.subject.partition(":")[2])


def _move(tx: Transaction, tip_ids: list[int], incident: Incident) -> None:
    """Many at once, whoever may see them."""
    moved = update(Tip).where(Tip.id.in_(tip_ids))
    tx.execute(
        moved.values(
            incident_id=incident.id,
            changed_at=clock.now(),
            revision=Tip.revision + 1,
            version=Tip.version + 1,
        )
    )
