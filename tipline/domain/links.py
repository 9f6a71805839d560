"""Links between tips and cases. A link is never deleted, only ended; both acts carry a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, cases, clock, custody, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

_STANDS = text("ended_at IS NULL")


class Link(Base):
    __tablename__ = "link"
    __table_args__ = (
        Index(
            "ux_link_standing",
            "case_id",
            "tip_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    reason: Mapped[str] = mapped_column(SafeText)
    author: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_by: Mapped[str | None] = mapped_column(SafeText)
    ended_reason: Mapped[str | None] = mapped_column(SafeText)


def link(tx: Transaction, actor: Actor, case: Case, tip: Tip, reason: str) -> Link:
    """Say that the tip belongs to the case; raises link:exists or case:closed."""
    reason = _reason(reason)
    cases.refuse_merged(tx, case)
    if case.state == "closed":
        raise TiplineError("case:closed", fields={"case": "case:closed"})
    if find_link(tx, case, tip):
        raise TiplineError("link:exists")
    row = Link(case_id=case.id, tip_id=tip.id, reason=reason, author=actor.name, at=clock.now())
    tx.add(row)
    tx.flush()
    custody.append(tx, actor, "link:create", f"case:{case.number}", tip=tip.reference, reason=reason)
    before = acts.held(tip, *tips.SETTLED)
    tips.follow(tx, actor, tip, "linked")
    tips.decide(tip)
    cases.touch(case)
    acts.record(
        tx, actor, "link:create", tip=tip, case=case, subject=f"link:{row.id}", before=before,
        after=acts.held(tip, *tips.SETTLED),
    )  # fmt: skip
    return row


def unlink(tx: Transaction, actor: Actor, case: Case, tip: Tip, reason: str) -> None:
    """Take the link back; raises link:not-found. The tip returns to triage when this was its last one."""
    reason = _reason(reason)
    row = find_link(tx, case, tip)
    if row is None:
        raise TiplineError("link:not-found")
    row.ended_at, row.ended_by, row.ended_reason = clock.now(), actor.name, reason
    tx.flush()
    custody.append(tx, actor, "link:end", f"case:{case.number}", tip=tip.reference, reason=reason)
    before = acts.held(tip, *tips.SETTLED)
    return_unlinked(tx, actor, tip)
    tips.decide(tip)
    cases.touch(case)
    acts.record(
        tx, actor, "link:end", tip=tip, case=case, subject=f"link:{row.id}", before=before,
        after=acts.held(tip, *tips.SETTLED),
    )  # fmt: skip


def return_unlinked(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """Back to triage when the last link is gone."""
    if tip.state == "linked" and not is_linked(tx, tip):
        tips.follow(tx, actor, tip, "triage")


def find_link(tx: Transaction, case: Case, tip: Tip) -> Link | None:
    """The link that stands between the two."""
    return tx.scalar(
        select(Link).where(Link.case_id == case.id, Link.tip_id == tip.id, Link.ended_at.is_(None))
    )


def is_linked(tx: Transaction, tip: Tip) -> bool:
    standing = select(Link.id).where(Link.tip_id == tip.id, Link.ended_at.is_(None))
    return tx.scalar(standing.limit(1)) is not None


def list_cases_of(tx: Transaction, tip: Tip, viewer: Actor | None = None) -> list[tuple[Link, Case]]:
    """The cases of a tip that the viewer may see, in the order they were linked."""
    query = (
        select(Link, Case)
        .join(Case, Case.id == Link.case_id)
        .where(Link.tip_id == tip.id, Link.ended_at.is_(None), cases.visible(viewer))
        .order_by(Link.id)
    )
    return [(one.Link, one.Case) for one in tx.execute(query)]


def list_cases_of_many(
    tx: Transaction, tip_ids: list[int], viewer: Actor | None = None
) -> dict[int, list[Case]]:
    """Tip id → its cases that the viewer may see, in one query."""
    if not tip_ids:
        return {}
    query = (
        select(Link.tip_id, Case)
        .join(Case, Case.id == Link.case_id)
        .where(Link.tip_id.in_(tip_ids), Link.ended_at.is_(None), cases.visible(viewer))
        .order_by(Link.id)
    )
    found: dict[int, list[Case]] = {one: [] for one in tip_ids}
    for tip_id, case in tx.execute(query):
        found[tip_id].append(case)
    return found


def list_tips_of(tx: Transaction, case: Case) -> list[tuple[Link, Tip]]:
    """In the order they were linked, so that numbering never changes."""
    query = (
        select(Link, Tip)
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.case_id == case.id, Link.ended_at.is_(None))
        .order_by(Link.id)
    )
    return [(one.Link, one.Tip) for one in tx.execute(query)]


def list_tips_of_many(tx: Transaction, case_ids: list[int]) -> dict[int, list[tuple[Link, Tip]]]:
    """Case id → its links and tips in the order they were linked, in one query."""
    query = (
        select(Link, Tip)
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.case_id.in_(case_ids), Link.ended_at.is_(None))
        .order_by(Link.id)
    )
    found: dict[int, list[tuple[Link, Tip]]] = {one: [] for one in case_ids}
    for row in tx.execute(query):
        found[row.Link.case_id].append((row.Link, row.Tip))
    return found


def list_ended(tx: Transaction, case: Case) -> list[tuple[Link, Tip]]:
    """Links taken back, with who and why."""
    query = (
        select(Link, Tip)
        .join(Tip, Tip.id == Link.tip_id)
        .where(Link.case_id == case.id, Link.ended_at.is_not(None))
        .order_by(Link.id)
    )
    return [(one.Link, one.Tip) for one in tx.execute(query)]


def count_tips(tx: Transaction, case_ids: list[int]) -> dict[int, int]:
    rows = tx.execute(
        select(Link.case_id, func.count())
        .where(Link.case_id.in_(case_ids), Link.ended_at.is_(None))
        .group_by(Link.case_id)
    )
    return {case_id: number for case_id, number in rows}


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise TiplineError("link:reason-needed", fields={"reason": "link:reason-needed"})
    if len(reason) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"reason": "tip:field-too-long"}, limit=limits.REASON)
    return reason
