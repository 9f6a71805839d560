"""What is to be done in a case, by whom and until when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Select, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import accounts, acts, cases, clock, custody, limits
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.errors import TiplineError

MOST = 500  # tasks of one list; nobody works through more


class Task(Base):
    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    text: Mapped[str] = mapped_column(SafeText)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and it is still to be done."""
        return self.done_at is None and self.due_on is not None and self.due_on < today


def add(
    tx: Transaction, actor: Actor, case: Case, text: str, *, assignee: str = "", due_on: date | None = None
) -> Task:
    """Write down what is to be done; without an assignee it is everybody's."""
    person = accounts.read_assignable(tx, assignee) if assignee else None
    row = Task(
        case_id=case.id, text=_text(text), assignee_id=person.id if person else None, due_on=due_on,
        author_id=_account(actor), at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _told(tx, actor, case, "task:add", row, assignee=assignee or None, due_on=_iso(due_on))
    return row


def change(
    tx: Transaction, actor: Actor, case: Case, row: Task, *, text: str, assignee: str, due_on: date | None
) -> None:
    """Correct words, assignee or day; the old values stay in the log."""
    person = accounts.read_assignable(tx, assignee) if assignee else None
    before = _values(row)
    row.text, row.assignee_id, row.due_on = _text(text), person.id if person else None, due_on
    after = _values(row)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if changed:
        was = {name: before[name] for name in changed}
        _told(tx, actor, case, "task:change", row, kept=(was, changed), before=was, after=changed)


def finish(tx: Transaction, actor: Actor, case: Case, row: Task) -> None:
    """It is done; saying so twice does nothing."""
    if row.done_at is None:
        before = acts.held(row, "done_at", "done_by_id")
        row.done_at, row.done_by_id = clock.now(), actor.user_id
        _told(tx, actor, case, "task:done", row, kept=(before, acts.held(row, *before)))


def reopen(tx: Transaction, actor: Actor, case: Case, row: Task) -> None:
    """It is to be done after all."""
    if row.done_at is not None:
        before = acts.held(row, "done_at", "done_by_id")
        row.done_at = row.done_by_id = None
        _told(tx, actor, case, "task:reopen", row, kept=(before, acts.held(row, *before)))


def remove(tx: Transaction, actor: Actor, case: Case, row: Task) -> None:
    """Nobody has to do it; the row stays for the log."""
    if row.removed_at is None:
        before = acts.held(row, "removed_at")
        row.removed_at = clock.now()
        _told(tx, actor, case, "task:remove", row, kept=(before, acts.held(row, "removed_at")))


def read_task(tx: Transaction, case: Case, task_id: int) -> Task:
    row = tx.scalar(select(Task).where(Task.id == task_id, Task.case_id == case.id))
    if row is None:
        raise TiplineError("task:not-found")
    return row


def list_of(tx: Transaction, case: Case) -> list[Task]:
    """Open ones first, by day; then what is done, newest first."""
    query = select(Task).where(Task.case_id == case.id, Task.removed_at.is_(None)).limit(MOST)
    found = list(tx.scalars(query.order_by(Task.done_at.is_not(None), Task.due_on.is_(None), Task.due_on)))
    still = [one for one in found if one.done_at is None]
    done = [one for one in found if one.done_at is not None]
    return still + sorted(done, key=lambda one: one.done_at or one.at, reverse=True)


def list_open(tx: Transaction, viewer: Actor, *, mine: bool = True) -> list[tuple[Task, Case]]:
    """What waits in open cases that the viewer may see: his own, or everybody's; by day."""
    query: Select[Any] = _waiting(select(Task, Case), viewer)
    if mine:
        query = query.where(Task.assignee_id == viewer.user_id)
    query = query.order_by(Task.due_on.is_(None), Task.due_on, Task.id).limit(MOST)
    return [(one.Task, one.Case) for one in tx.execute(query)]


def count_open(tx: Transaction, many: list[Case]) -> dict[int, int]:
    """Case id → number of its open tasks, in one query."""
    query = select(Task.case_id, func.count()).where(
        Task.case_id.in_([one.id for one in many]), Task.done_at.is_(None), Task.removed_at.is_(None)
    )
    return {row[0]: row[1] for row in tx.execute(query.group_by(Task.case_id))}


def count_mine(tx: Transaction, viewer: Actor) -> int:
    query = _waiting(select(func.count(Task.id)), viewer).where(Task.assignee_id == viewer.user_id)
    return tx.scalar(query) or 0


def _waiting(query: Select[*tuple[Any, ...]], viewer: Actor) -> Select[*tuple[Any, ...]]:
    return query.join(Case, Case.id == Task.case_id).where(
        Task.done_at.is_(None), Task.removed_at.is_(None), Case.state == "open", cases.visible(viewer)
    )


def _values(row: Task) -> dict[str, Any]:
    """What can be corrected, as the log and the ledger of acts keep it."""
    return {"text": row.text, "assignee_id": row.assignee_id, "due_on": _iso(row.due_on)}


def _told(
    tx: Transaction, actor: Actor, case: Case, action: str, row: Task, *,
    kept: tuple[dict[str, Any], dict[str, Any]] = ({}, {}), **facts: Any,
) -> None:  # fmt: skip
    """Custody, and the ledger with what was and what became."""
    cases.touch(case)
    tx.flush()
    custody.append(tx, actor, action, f"case:{case.number}", task=row.id, text=row.text, **facts)
    acts.record(tx, actor, action, case=case, subject=f"task:{row.id}", before=kept[0], after=kept[1])


def _text(text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > limits.REASON:
        raise TiplineError("task:text-needed", fields={"text": "task:text-needed"}, limit=limits.REASON)
    return text


def _account(actor: Actor) -> int:
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    return actor.user_id


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
