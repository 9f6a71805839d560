"""Ways back of acts on a case: its members, tasks and descriptions. `undoing` holds the table of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from tipline.db import Base, Transaction
from tipline.domain import acts, clock, holdings, members, merging, splitting, tasks
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.cases import MISTAKEN, Case
from tipline.domain.membership import ASSISTING, LEAD, Member
from tipline.domain.subjects import Subject
from tipline.domain.tasks import Task
from tipline.errors import TiplineError

R = TypeVar("R", bound=Base)


def row_of(tx: Transaction, act: Act, kind: type[R]) -> R:
    """The row that `subject` names: `task:12`; raises act:superseded if it is no more."""
    row = tx.get(kind, int(act.subject.partition(":")[2]))
    if row is None:
        raise TiplineError("act:superseded")
    return row


def case_of(tx: Transaction, act: Act) -> Case:
    return tx.get_one(Case, act.case_id)


def leave_again(tx: Transaction, actor: Actor, act: Act) -> None:
    """Whoever was added assists no more, unless he leads by now or has left already."""
    row = row_of(tx, act, Member)
    if row.ended_at is not None or case_of(tx, act).lead_id == row.account_id:
        raise TiplineError("act:superseded")
    row.ended_at, row.ended_by = clock.now(), actor.name


def stay_after_all(tx: Transaction, _actor: Actor, act: Act) -> None:
    """Whoever was taken out assists as before, unless he came back already."""
    row = row_of(tx, act, Member)
    if row.ended_at is None or members.find_member(tx, case_of(tx, act), row.account_id):
        raise TiplineError("act:superseded")
    row.ended_at = row.ended_by = None


def lead_as_before(tx: Transaction, actor: Actor, act: Act) -> None:
    """The old lead leads again; the other one assists if he did before, else he leaves."""
    case, came = case_of(tx, act), row_of(tx, act, Member)
    if case.lead_id != act.became["lead_id"]:
        raise TiplineError("act:superseded")
    case.lead_id = act.was["lead_id"]
    came.part = ASSISTING
    if act.was["joined"]:
        came.ended_at, came.ended_by = clock.now(), actor.name
    before = members.find_member(tx, case, case.lead_id or 0)
    if before is not None:
        before.part = LEAD


def access_as_before(tx: Transaction, _actor: Actor, act: Act) -> None:
    """A number that leads on by now stays as open as the case it leads to."""
    case = case_of(tx, act)
    if case.merged_into_id is not None:
        raise TiplineError("act:superseded")
    acts.put_back(case, act)
    members.share_access(tx, case)


def drop(kind: type[Any]) -> Callable[[Transaction, Actor, Act], None]:
    """What was written down goes off the list again."""

    def way(tx: Transaction, _actor: Actor, act: Act) -> None:
        row = row_of(tx, act, kind)
        if row.removed_at is not None:
            raise TiplineError("act:superseded")
        row.removed_at = clock.now()

    return way


def restore(kind: type[Any]) -> Callable[[Transaction, Actor, Act], None]:
    """The columns of the row as they were."""

    def way(tx: Transaction, _actor: Actor, act: Act) -> None:
        row = row_of(tx, act, kind)
        acts.put_back(row, act)
        if isinstance(row, Subject):
            row.version += 1

    return way


def correct_task_back(tx: Transaction, _actor: Actor, act: Act) -> None:
    """Words, assignee and day as they were; a day stands as text in the ledger."""
    row = row_of(tx, act, Task)
    now: dict[str, Any] = {"text": row.text, "assignee_id": row.assignee_id}
    now["due_on"] = row.due_on.isoformat() if row.due_on else None
    if any(now[name] != value for name, value in act.became.items()):
        raise TiplineError("act:superseded")
    for name, value in act.was.items():
        setattr(row, name, date.fromisoformat(value) if name == "due_on" and value else value)


def shut_again(tx: Transaction, _actor: Actor, act: Act) -> None:
    """A case that was opened by mistake and holds nothing closes; its number is never given again."""
    case = case_of(tx, act)
    held = holdings.of(tx, case)
    holds = held.tips or held.files or held.subjects or held.sightings or tasks.list_of(tx, case)
    if case.state != "open" or case.merged_into_id is not None or holds:
        raise TiplineError("act:superseded")
    case.state, case.outcome, case.closed_at = "closed", MISTAKEN, clock.now()


WAYS: dict[str, Callable[[Transaction, Actor, Act], None]] = {
    "case:open": shut_again,
    "member:add": leave_again,
    "member:end": stay_after_all,
    "member:lead": lead_as_before,
    "case:access": access_as_before,
    "case:merge": merging.take_back,
    "case:split": splitting.take_back,
    "task:add": drop(Task),
    "task:change": correct_task_back,
    "task:done": restore(Task),
    "task:reopen": restore(Task),
    "task:remove": restore(Task),
    "subject:add": drop(Subject),
    "subject:change": restore(Subject),
    "subject:remove": restore(Subject),
}
