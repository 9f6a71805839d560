"""That two tips may belong together, and why: same file, same pictures, same code, or a likely series.

The machine only points; a person links, marks as duplicate, or says no, and that stays said until something
new speaks for it. A hint runs from the later tip to the earlier one and is shown on both.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, tips
from tipline.domain.actors import Actor
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

FILE, MEDIA, CODE, SERIES = KINDS = ("file", "media", "code", "series")
OPEN, ACCEPTED, DISMISSED = "open", "accepted", "dismissed"
# Why two tips are not related, or that nobody can tell.
ANSWERS = ("other-place", "other-method", "same-camera", "too-common", "cannot-tell")
# Words for how much speaks for it: from so many bits on.
STRONG, SOME, WEAK = BANDS = ("strong", "some", "weak")
# What an answer changes.
DECIDED = ("state", "decided_by_id", "decided_at", "decided_reason")
STRONG_BITS, SOME_BITS = 10.0, 5.0


# Both ends of a hint and their links, made once: each new alias makes all columns of its table anew, which
# took a tenth of the time of a page.
_LATER, _EARLIER = aliased(Tip), aliased(Tip)
_LINK_OF_ONE, _LINK_OF_OTHER = aliased(Link), aliased(Link)


class Hint(Base):
    """From the later tip to the earlier one; `score` in bits of evidence (log2 of a likelihood ratio)."""

    __tablename__ = "hint"
    __table_args__ = (
        UniqueConstraint("tip_id", "other_id", "kind", name="uq_hint"),
        Index("ix_hint_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str] = mapped_column(String(8))
    score: Mapped[float] = mapped_column(Float(53))
    reasons: Mapped[str] = mapped_column(SafeText, default="[]")
    state: Mapped[str] = mapped_column(String(10), default="open")  # open accepted dismissed
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_reason: Mapped[str | None] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def why(self) -> list[dict[str, Any]]:
        """Codes and values, for and against; sentences are made where they are shown."""
        why: list[dict[str, Any]] = json.loads(self.reasons)
        return why

    @property
    def band(self) -> str:
        """How much speaks for it, in a word."""
        return band_of(self.score)

    @property
    def is_fact(self) -> bool:
        """Something to open and compare, not an opinion or a mere camera view."""
        return self.kind != SERIES and self.score >= SOME_BITS

    def other_than(self, tip_id: int) -> int:
        """The tip at the other end."""
        return self.other_id if tip_id == self.tip_id else self.tip_id


class Found(NamedTuple):
    """What a comparison found: the earlier or later tip, the lane, bits, and reasons.

    A reason is `{code, bits, values, …}`; fewer than 0 bits speak against. `mine` and `theirs` of a reason
    name a file and what in it (`{evidence, number, picture?, t?}`).
    """

    other_id: int
    kind: str
    score: float
    reasons: list[dict[str, Any]]


class Pointer(NamedTuple):
    """What a row of the queue says of a hint: the other tip, the lane, and how much speaks for it."""

    id: int
    kind: str
    score: float
    tip_id: int
    reference: str

    @property
    def band(self) -> str:
        return band_of(self.score)


def band_of(score: float) -> str:
    if score >= STRONG_BITS:
        return STRONG
    return SOME if score >= SOME_BITS else WEAK


def keep(tx: Transaction, tip_id: int, found: Iterable[Found], kinds: Collection[str] = KINDS) -> bool:
    """Write down what a comparison of this tip found in these lanes, and drop open hints that no longer hold.

    What was decided stays decided, unless there is a reason now that was not there then. Whether anything a
    person sees has changed.
    """
    known = {(one.kind, one.other_than(tip_id)): one for one in _all_of(tx, [tip_id], kinds)}
    is_changed = False
    for one in found:
        row = known.pop((one.kind, one.other_id), None)
        is_changed |= _renew(row, one) if row else _add(tx, tip_id, one)
    for row in known.values():
        # What runs from a later tip to this one is that tip's own to drop.
        if row.state == OPEN and row.tip_id == tip_id:
            tx.delete(row)
            is_changed = True
    tx.flush()
    return is_changed


def _add(tx: Transaction, tip_id: int, one: Found) -> bool:
    later, earlier = max(tip_id, one.other_id), min(tip_id, one.other_id)
    reasons = one.reasons if later == tip_id else [_turned(reason) for reason in one.reasons]
    tx.add(
        Hint(
            tip_id=later, other_id=earlier, kind=one.kind, score=one.score, reasons=_json(reasons),
            state=OPEN, at=clock.now(),
        )
    )  # fmt: skip
    return True


def _renew(row: Hint, one: Found) -> bool:
    """The newest reasons; a decision is opened again only by a reason that it did not know."""
    reasons = one.reasons if row.other_id == one.other_id else [_turned(reason) for reason in one.reasons]
    if row.state != OPEN:
        if _facts(reasons) <= _facts(row.why):
            return False
        row.state, row.decided_by_id, row.decided_at, row.decided_reason = OPEN, None, None, None
    is_changed = row.why != reasons
    row.score, row.reasons = one.score, _json(reasons)
    return is_changed


def _turned(reason: dict[str, Any]) -> dict[str, Any]:
    """The same reason as the other tip sees it."""
    sides = {"mine": reason.get("theirs"), "theirs": reason.get("mine")}
    return {**reason, **{name: value for name, value in sides.items() if value is not None}}


def seen_from(hint: Hint, tip_id: int) -> list[dict[str, Any]]:
    """Its reasons with this tip's own files as `mine`."""
    return hint.why if tip_id == hint.tip_id else [_turned(reason) for reason in hint.why]


def _facts(reasons: list[dict[str, Any]]) -> set[str]:
    """What speaks for it, without how much: another weight is nothing new."""
    return {
        _json([one["code"], *(one.get(side, {}).get("evidence") for side in ("mine", "theirs"))])
        for one in reasons
        if one["bits"] > 0
    }


def open_of(tx: Transaction, tip_ids: Collection[int]) -> dict[int, list[Pointer]]:
    """Tip → its open hints, the strongest first, in one query: for lists, so without what says little (only a
    camera view) and without what is settled already."""
    ids = set(tip_ids)
    found: dict[int, list[Pointer]] = {one: [] for one in ids}
    if not ids:
        return found
    columns = (Hint.id, Hint.kind, Hint.score, Hint.tip_id, Hint.other_id)
    query = (
        select(*columns, _LATER.reference, _EARLIER.reference)
        .join(_LATER, _LATER.id == Hint.tip_id)
        .join(_EARLIER, _EARLIER.id == Hint.other_id)
        .where(or_(Hint.tip_id.in_(ids), Hint.other_id.in_(ids)))
        .where(Hint.state == OPEN, Hint.score >= SOME_BITS)
        .where(~_is_settled())
        .order_by(Hint.score.desc(), Hint.id)
    )
    rows = tx.execute(query).all()
    # Asked by itself, so that it is narrowed to what exists for whoever asks (tipline.domain.policy).
    met = {end for one in rows for end in one[3:5]}
    known = set(tx.scalars(select(Tip.id).where(Tip.id.in_(met)))) if met else set()
    for hint_id, kind, score, later_id, earlier_id, later_reference, earlier_reference in rows:
        if not {later_id, earlier_id} <= known:
            continue
        ends = ((later_id, earlier_id, earlier_reference), (earlier_id, later_id, later_reference))
        for here, there, reference in ends:
            if here in ids:
                found[here].append(Pointer(hint_id, kind, score, there, reference))
    return found


def settled(tx: Transaction, rows: Collection[Hint]) -> set[int]:
    """Ids of hints whose tips belong together already: a duplicate and its target, or two of one case."""
    if not rows:
        return set()
    query = (
        select(Hint.id)
        .join(_LATER, _LATER.id == Hint.tip_id)
        .join(_EARLIER, _EARLIER.id == Hint.other_id)
        .where(Hint.id.in_([one.id for one in rows]), _is_settled())
    )
    return set(tx.scalars(query))


def tips_of(tx: Transaction, rows: Collection[Hint]) -> dict[int, Tip]:
    """Tip id → every tip at an end of these hints, in one query."""
    ids = {end for one in rows for end in (one.tip_id, one.other_id)}
    return {one.id: one for one in tx.scalars(select(Tip).where(Tip.id.in_(ids)))} if ids else {}


def _is_settled() -> ColumnElement[bool]:
    return or_(
        func.coalesce(_LATER.duplicate_of_id, 0) == _EARLIER.id,
        func.coalesce(_EARLIER.duplicate_of_id, 0) == _LATER.id,
        _share_a_case(),
    )


def _share_a_case() -> Any:
    one, other = _LINK_OF_ONE, _LINK_OF_OTHER
    return (
        select(one.id)
        .join(other, and_(other.case_id == one.case_id, other.ended_at.is_(None)))
        .where(one.tip_id == Hint.tip_id, other.tip_id == Hint.other_id, one.ended_at.is_(None))
        .exists()
    )


def list_of(tx: Transaction, tip_id: int) -> list[Hint]:
    """All hints of a tip in any state, facts before opinions, the strongest first."""
    rows = _all_of(tx, [tip_id], KINDS)
    return sorted(rows, key=lambda one: (KINDS.index(one.kind), -one.score, one.id))


def read_hint(tx: Transaction, hint_id: int, tip: Tip) -> Hint:
    """A hint of this tip; raises hint:not-found."""
    row = tx.get(Hint, hint_id)
    if row is None or tip.id not in (row.tip_id, row.other_id):
        raise TiplineError("hint:not-found")
    return row


def dismiss(tx: Transaction, actor: Actor, tip: Tip, hint: Hint, answer: str) -> None:
    """Somebody has looked: not related, and why; or nobody can tell."""
    if answer not in ANSWERS:
        raise TiplineError("hint:answer-needed", fields={"answer": "hint:answer-needed"})
    if hint.state == DISMISSED:
        raise TiplineError("hint:decided")
    _decide(tx, actor, tip, hint, DISMISSED, answer)


def accept(tx: Transaction, actor: Actor, tip: Tip, hint: Hint, how: str) -> None:
    """Somebody acted on it: linked to its case, or marked as duplicate."""
    if hint.state == OPEN:
        _decide(tx, actor, tip, hint, ACCEPTED, how)


def _decide(tx: Transaction, actor: Actor, tip: Tip, hint: Hint, state: str, reason: str) -> None:
    before = acts.held(hint, *DECIDED)
    hint.state, hint.decided_reason = state, reason
    hint.decided_by_id, hint.decided_at = actor.user_id, clock.now()
    acts.record(
        tx, actor, "hint:answer", tip=tip, subject=f"hint:{hint.id}", before=before,
        after=acts.held(hint, *DECIDED),
    )  # fmt: skip
    other = tx.get_one(Tip, hint.other_than(tip.id))
    custody.append(
        tx, actor, f"hint:{state}", f"tip:{tip.reference}", tip=tip.reference,
        other=other.reference, kind=hint.kind, answer=reason, bits=round(hint.score, 1),
        shown=[one["code"] for one in hint.why],
    )  # fmt: skip
    tips.touch(tip)
    tips.touch(other)


def _all_of(tx: Transaction, tip_ids: Collection[int], kinds: Collection[str]) -> list[Hint]:
    query = select(Hint).where(or_(Hint.tip_id.in_(tip_ids), Hint.other_id.in_(tip_ids)))
    return list(tx.scalars(query.where(Hint.kind.in_(kinds)).order_by(Hint.id)))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
