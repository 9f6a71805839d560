"""People, vehicles and objects of a case as officers describe them in words. No measure of a body is kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, cases, clock, custody, limits
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.sightings import Sighting
from tipline.errors import TiplineError

PERSON, VEHICLE, OBJECT = KINDS = ("person", "vehicle", "object")
CORRECTED = ("kind", "label", "text")
MOST = 500  # of one case


class Subject(Base):
    """`label` is what colleagues call it: man in the grey cap."""

    __tablename__ = "subject"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


def add(tx: Transaction, actor: Actor, case: Case, kind: str, label: str, text: str = "") -> Subject:
    """Describe somebody or something new."""
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    now = clock.now()
    row = Subject(
        case_id=case.id, kind=_kind(kind), label=_label(label), text=_text(text), author_id=actor.user_id,
        at=now, changed_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _told(tx, actor, case, "subject:add", row)
    return row


def change(
    tx: Transaction, actor: Actor, case: Case, row: Subject, *, kind: str, label: str, text: str,
    version: int | None = None,
) -> None:  # fmt: skip
    """Correct the description as it was seen; raises subject:changed on an older one."""
    if version is not None and version != row.version:
        raise TiplineError("subject:changed")
    before = acts.held(row, *CORRECTED)
    row.kind, row.label, row.text = _kind(kind), _label(label), _text(text)
    after = acts.held(row, *CORRECTED)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if changed:
        was = {name: before[name] for name in changed}
        _told(tx, actor, case, "subject:change", row, kept=(was, changed), before=was, after=changed)


def remove(tx: Transaction, actor: Actor, case: Case, row: Subject) -> None:
    """Off the list; its sightings stay in the trail, and the row stays for the log."""
    if row.removed_at is None:
        before = acts.held(row, "removed_at")
        row.removed_at = clock.now()
        _told(tx, actor, case, "subject:remove", row, kept=(before, acts.held(row, "removed_at")))


def read_subject(tx: Transaction, case: Case, subject_id: int) -> Subject:
    row = tx.scalar(select(Subject).where(Subject.id == subject_id, Subject.case_id == case.id))
    if row is None:
        raise TiplineError("subject:not-found")
    return row


def list_of(tx: Transaction, case: Case) -> list[Subject]:
    """By kind, then in the order they were described."""
    return list_of_many(tx, [case])[case.id]


def list_of_many(tx: Transaction, cases: Collection[Case]) -> dict[int, list[Subject]]:
    """Case id → its subjects in that order, in one query."""
    found: dict[int, list[Subject]] = {one.id: [] for one in cases}
    if not found:
        return found
    query = select(Subject).where(Subject.case_id.in_(found), Subject.removed_at.is_(None))
    for one in tx.scalars(query.order_by(Subject.id)):
        if len(found[one.case_id]) < MOST:
            found[one.case_id].append(one)
    return {number: sorted(many, key=lambda one: KINDS.index(one.kind)) for number, many in found.items()}


def count_sightings(tx: Transaction, case: Case) -> dict[int, int]:
    """Subject id → how often it was sighted."""
    rows = tx.execute(
        select(Sighting.subject_id, func.count())
        .where(Sighting.case_id == case.id, Sighting.subject_id.is_not(None), Sighting.removed_at.is_(None))
        .group_by(Sighting.subject_id)
    )
    return {subject_id: number for subject_id, number in rows if subject_id is not None}


def _told(
    tx: Transaction, actor: Actor, case: Case, action: str, row: Subject, *,
    kept: tuple[dict[str, Any], dict[str, Any]] = ({}, {}), **facts: Any,
) -> None:  # fmt: skip
    """Custody, and the ledger with what was and what became."""
    row.changed_at = clock.now()
    row.version += 1
    cases.touch(case)
    tx.flush()
    custody.append(tx, actor, action, f"case:{case.number}", subject_id=row.id, label=row.label, **facts)
    acts.record(tx, actor, action, case=case, subject=f"subject:{row.id}", before=kept[0], after=kept[1])


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise TiplineError("subject:kind-unknown", fields={"kind": "subject:kind-unknown"})
    return kind


def _label(label: str) -> str:
    label = " ".join(label.split())
    if not label or len(label) > limits.SHORT:
        raise TiplineError(
            "subject:label-needed", fields={"label": "subject:label-needed"}, limit=limits.SHORT
        )
    return label


def _text(text: str) -> str:
    text = text.strip()
    if len(text) > limits.MESSAGE:
        raise TiplineError("tip:field-too-long", fields={"text": "tip:field-too-long"}, limit=limits.MESSAGE)
    return text
