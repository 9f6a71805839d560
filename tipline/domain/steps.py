"""Steps of a look at one file: each a job with a state and a result of its own, seen as soon as it is done.

A step may run twice and may die at any instruction. What is known of a file is composed anew from the results
of its steps (`tipline.domain.composing`), so that no step waits for another to be seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Float,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    cast,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, outbox
from tipline.domain.composing import Done, Planned
from tipline.domain.derivatives import MAKE, Derivative
from tipline.domain.evidence import DERIVE, Evidence

FIRST = "first"
MOST_BESIDE, MOST_SETUPS = 24, 6
MOST_LATE = 24  # late jobs of one tip at a time
# What somebody waits for, and what completes it: two kinds of job, in queues of their own.
SOON, LATE = "evidence.soon", "evidence.late"
ARE_LATE = frozenset({"span", "copy"})
# Of the bar that people see, each kind of step has its share.
SHARES = {FIRST: 0.2, "suspects": 0.2, "clock": 0.05, "provenance": 0.05, "span": 0.4, "copy": 0.1}


OVER = ("done", "failed")


class State(NamedTuple):
    """Where a step stands."""

    kind: str
    state: str
    progress: float


class Step(Base):
    """`start_s` and `end_s` bound the time range of a film that it looks at, where it is one of several."""

    __tablename__ = "step"
    # A number is never given out again: a job of an earlier look must not find a step of a later one.
    __table_args__ = (
        UniqueConstraint("evidence_id", "kind", "number", name="uq_step"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[int] = mapped_column(default=0)
    start_s: Mapped[float | None] = mapped_column(Float(53))
    end_s: Mapped[float | None] = mapped_column(Float(53))
    state: Mapped[str] = mapped_column(String(8), default="queued")  # queued running done failed
    progress: Mapped[float] = mapped_column(default=0.0)
    result: Mapped[str | None] = mapped_column(SafeText)
    failure: Mapped[str | None] = mapped_column(String(60))
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def is_over(self) -> bool:
        """Done or failed."""
        return self.state in OVER

    @property
    def found(self) -> dict[str, Any]:
        """What it found; empty while it is not done."""
        found: dict[str, Any] = json.loads(self.result) if self.result else {}
        return found


def plan(tx: Transaction, ring: outbox.Ring, evidence: Evidence, planned: Iterable[Planned]) -> None:
    """Write down the steps that follow the first, each with its job."""
    for one in planned:
        row = Step(
            evidence_id=evidence.id, kind=one.kind, number=one.number, start_s=one.start_s, end_s=one.end_s
        )
        tx.add(row)
        tx.flush()
        if one.kind not in ARE_LATE:
            outbox.add(tx, ring, SOON, str(row.id), tip_id=evidence.tip_id)
    go_on(tx, ring, evidence.tip_id)


def go_on(tx: Transaction, ring: outbox.Ring, tip_id: int) -> None:
    """Ask for late steps of a tip that nobody was asked for yet: only so many at a time, however many films
    it has, and a copy when all spans of its film are over."""
    room = MOST_LATE - outbox.count_pending(tx, LATE, tip_id)
    if room > 0:
        waiting = _unasked().where(Evidence.tip_id == tip_id).order_by(Step.id)
        for step_id in list(tx.scalars(waiting.limit(room))):
            outbox.add(tx, ring, LATE, str(step_id), tip_id=tip_id)


def go_on_everywhere(tx: Transaction, ring: outbox.Ring) -> None:
    """The same for all tips: a step that was lost on the way is found."""
    for tip_id in list(tx.scalars(_unasked().with_only_columns(Evidence.tip_id).distinct())):
        go_on(tx, ring, tip_id)


def _unasked() -> Select[int]:
    """Late steps that may begin and have no job."""
    span = aliased(Step)
    open_spans = select(span.id).where(
        span.evidence_id == Step.evidence_id, span.kind == "span", span.state.not_in(OVER)
    )
    asked = select(outbox.Outbox.id).where(
        outbox.Outbox.kind == LATE, outbox.Outbox.subject == cast(Step.id, String(40))
    )
    return (
        select(Step.id)
        .join(Evidence, Evidence.id == Step.evidence_id)
        .where(Step.kind.in_(ARE_LATE), Step.state == "queued", ~asked.exists())
        .where(or_(Step.kind == "span", ~open_spans.exists()))
    )


def held_up(tx: Transaction, tip_id: int) -> set[str]:
    """Files of a tip of which something waits until there is room on the disk."""
    row = outbox.Outbox
    query = select(row.kind, row.subject).where(
        row.tip_id == tip_id, row.state == "queued", row.failure == outbox.NO_ROOM
    )
    found = tx.execute(query.where(row.kind.in_((DERIVE, SOON, LATE)))).all()
    later = [int(subject) for kind, subject in found if kind != DERIVE]
    of_steps = tx.scalars(select(Step.evidence_id).where(Step.id.in_(later))) if later else ()
    return {subject for kind, subject in found if kind == DERIVE} | set(of_steps)


def begin_anew(tx: Transaction, evidence: Evidence) -> Step:
    """Forget an earlier look; whoever is still at a step of it finds that the step is gone."""
    old = tx.scalars(select(Step.id).where(Step.evidence_id == evidence.id))
    outbox.let_go(tx, (SOON, LATE), [str(one) for one in old])
    tx.execute(delete(Step).where(Step.evidence_id == evidence.id))
    first = Step(evidence_id=evidence.id, kind=FIRST, state="running")
    tx.add(first)
    tx.flush()
    return first


def find_step(tx: Transaction, step_id: int) -> Step | None:
    return tx.get(Step, step_id)


def find_evidence(tx: Transaction, job: outbox.Outbox) -> Evidence | None:
    """The file that a job of any kind is about."""
    if job.kind == DERIVE:
        return tx.get(Evidence, job.subject)
    found: Derivative | Step | None
    found = tx.get(Derivative, int(job.subject)) if job.kind == MAKE else tx.get(Step, int(job.subject))
    return tx.get(Evidence, found.evidence_id) if found else None


def find_first(tx: Transaction, evidence: Evidence) -> Step | None:
    return tx.scalar(select(Step).where(Step.evidence_id == evidence.id, Step.kind == FIRST))


def list_of(tx: Transaction, evidence_id: str) -> list[Step]:
    query = select(Step).where(Step.evidence_id == evidence_id)
    return list(tx.scalars(query.order_by(Step.id)))


def setups_beside(tx: Transaction, evidence: Evidence) -> list[str]:
    """How to decode what the cameras of this tip recorded: a film that lost its index may need it."""
    query = (
        select(Step)
        .join(Evidence, Evidence.id == Step.evidence_id)
        .where(Evidence.tip_id == evidence.tip_id, Evidence.id != evidence.id, Evidence.kind == "video")
        .where(Step.kind == FIRST, Step.state == "done")
        .order_by(Step.id.desc())
        .limit(MOST_BESIDE)
    )
    told = (step.found.get("media", {}).get("setup") for step in tx.scalars(query))
    return list(dict.fromkeys(one for one in told if one))[:MOST_SETUPS]


def copying(tx: Transaction, evidence_ids: Iterable[str]) -> dict[str, float]:
    """Of files whose copy for browsers is still being made: how far it is, from 0 to 1."""
    files = list(evidence_ids)
    if not files:
        return {}
    # Without what they found: that may be long.
    query = select(Step.evidence_id, Step.kind, Step.state, Step.progress)
    parts: dict[str, list[State]] = {}
    for evidence_id, kind, state, part in tx.execute(
        query.where(Step.evidence_id.in_(files), Step.kind.in_(("span", "copy")))
    ):
        parts.setdefault(evidence_id, []).append(State(kind, state, part))
    return {
        one: sum(1.0 if step.state in OVER else step.progress for step in mine) / len(mine)
        for one, mine in parts.items()
        if any(step.kind == "copy" and step.state not in OVER for step in mine)
    }


def settle(step: Step, found: dict[str, Any], failure: str | None = None) -> None:
    """It is over; a step that failed keeps its code and never costs the file what others found."""
    step.state = "failed" if failure else "done"
    step.result = json.dumps(found, ensure_ascii=False, allow_nan=False) if found else None
    step.failure, step.progress, step.finished_at = failure, 1.0, clock.now()


def done(steps: Iterable[Step]) -> list[Done]:
    """Results for composing, in the order of the plan."""
    return [Done(one.kind, one.number, one.found, one.failure) for one in steps if one.is_over]


def states(tx: Transaction, evidence_id: str) -> list[State]:
    """Kind, state and progress of each step, without what they found: that may be long."""
    query = select(Step.kind, Step.state, Step.progress).where(Step.evidence_id == evidence_id)
    return [State(*row) for row in tx.execute(query)]


def tell(tx: Transaction, step_id: int, part: float) -> float | None:
    """A step is so far; returns how far the whole look is, or None when a newer look has forgotten it."""
    step = tx.execute(
        update(Step).where(Step.id == step_id).values(progress=part).returning(Step.evidence_id)
    ).first()
    return progress(states(tx, step.evidence_id)) if step else None


def progress(steps: Sequence[Step | State]) -> float:
    """How far the whole look is, from 0 to 1; while the first runs, the others are guessed."""
    kinds = {one.kind for one in steps}
    whole = sum(SHARES.values()) if kinds == {FIRST} else sum(SHARES[kind] for kind in kinds)
    parts = 0.0
    for kind in kinds:
        mine = [one for one in steps if one.kind == kind]
        parts += SHARES[kind] * sum(1.0 if one.state in OVER else one.progress for one in mine) / len(mine)
    return parts / whole if whole else 0.0
