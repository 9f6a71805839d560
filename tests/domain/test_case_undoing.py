"""Every act on a case is taken back, once, and only while it stands: `tipline.domain.case_undoing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tipline.db import Transaction
from tipline.domain import accounts, acts, case_undoing, cases, custody, members, subjects, tasks, undoing
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.cases import Case
from tipline.domain.membership import Member
from tipline.errors import TiplineError

Do = Callable[[Transaction, Actor, Case], Any]


def _task(tx: Transaction, actor: Actor, case: Case) -> tasks.Task:
    return tasks.list_of(tx, case)[0]


def _subject(tx: Transaction, actor: Actor, case: Case) -> subjects.Subject:
    return subjects.list_of(tx, case)[0]


def change_task(tx: Transaction, actor: Actor, case: Case) -> None:
    row = _task(tx, actor, case)
    tasks.change(tx, actor, case, row, text="另一件", assignee="", due_on=date(2026, 12, 1))


def change_subject(tx: Transaction, actor: Actor, case: Case) -> None:
    row = _subject(tx, actor, case)
    subjects.change(tx, actor, case, row, kind="vehicle", label="白色面包车", text="")


def reopen_task(tx: Transaction, actor: Actor, case: Case) -> None:
    tasks.reopen(tx, actor, case, tasks.list_of(tx, case)[-1])


ACTS: dict[str, Do] = {
    "member:add": lambda tx, actor, case: members.add(tx, actor, case, "wu"),
    "member:end": lambda tx, actor, case: members.end(tx, actor, case, "chen"),
    "member:lead": lambda tx, actor, case: members.set_lead(tx, actor, case, "wu"),
    "case:access": lambda tx, actor, case: members.set_access(tx, actor, case, cases.MEMBERS),
    "task:add": lambda tx, actor, case: tasks.add(tx, actor, case, "调取录像", assignee="chen"),
    "task:change": change_task,
    "task:done": lambda tx, actor, case: tasks.finish(tx, actor, case, _task(tx, actor, case)),
    "task:reopen": reopen_task,
    "task:remove": lambda tx, actor, case: tasks.remove(tx, actor, case, _task(tx, actor, case)),
    "subject:add": lambda tx, actor, case: subjects.add(tx, actor, case, "object", "撬棍"),
    "subject:change": change_subject,
    "subject:remove": lambda tx, actor, case: subjects.remove(tx, actor, case, _subject(tx, actor, case)),
}


def picture(tx: Transaction, case: Case) -> dict[str, Any]:
    """All of a case that these acts may change."""
    tx.flush()
    standing = tx.query(Member).filter_by(case_id=case.id, ended_at=None)
    return {
        "case": (case.lead_id, case.access),
        "members": sorted((one.account_id, one.part) for one in standing),
        "tasks": [
            (one.id, one.text, one.assignee_id, one.due_on, one.done_at, one.done_by_id)
            for one in tasks.list_of(tx, case)
        ],
        "subjects": [(one.id, one.kind, one.label, one.text) for one in subjects.list_of(tx, case)],
    }


@pytest.fixture
def case(tx: Transaction, officer: Actor) -> Case:
    """With somebody who assists, two tasks of which one is done, and a description."""
    for name in ("chen", "wu"):
        accounts.add(tx, SYSTEM, name, role="investigator", password_hash="not a hash")
    made = cases.open_case(tx, officer, "便利店系列盗窃", year=2026)
    members.add(tx, officer, made, "chen")
    tasks.add(tx, officer, made, "走访店主", assignee="chen", due_on=date(2026, 11, 30))
    tasks.finish(tx, officer, made, tasks.add(tx, officer, made, "调阅监控"))
    subjects.add(tx, officer, made, "person", "灰帽男子", "跛行")
    return made


def test_every_kind_of_act_is_tried_here() -> None:
    elsewhere = {"case:merge", "case:split", "case:open"}  # test_merging.py, and below
    assert set(case_undoing.WAYS) == set(ACTS) | elsewhere


@pytest.mark.parametrize("kind", ACTS)
def test_an_act_is_taken_back_once_and_stands_in_custody_twice(
    tx: Transaction, officer: Actor, case: Case, kind: str
) -> None:
    before = picture(tx, case)
    ACTS[kind](tx, officer, case)
    assert picture(tx, case) != before
    done = acts.recorded(tx)
    assert done is not None
    assert done.kind == kind
    undoing.undo(tx, officer, done.id)
    assert picture(tx, case) == before
    written = [one.action for one in custody.list_of(tx, subject=f"case:{case.number}")]
    assert written[-2:] == [kind, "act:undo"]
    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, done.id)
    assert caught.value.code == "act:undone"


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("member:add", "member:lead"), ("member:end", "member:again"), ("member:lead", "lead:other"),
        ("case:access", "access:other"), ("task:add", "task:remove-new"), ("task:change", "task:other"),
    ],
)  # fmt: skip
def test_what_was_decided_since_is_not_lost(
    tx: Transaction, officer: Actor, case: Case, kind: str, then: str
) -> None:
    later: dict[str, Do] = {
        "member:lead": ACTS["member:lead"],
        "member:again": lambda tx, actor, case: members.add(tx, actor, case, "chen"),
        "lead:other": lambda tx, actor, case: members.set_lead(tx, actor, case, "chen"),
        "access:other": lambda tx, actor, case: members.set_access(tx, actor, case, cases.STATION),
        "task:remove-new": lambda tx, actor, case: tasks.remove(
            tx, actor, case, next(one for one in tasks.list_of(tx, case) if one.text == "调取录像")
        ),
        "task:other": lambda tx, actor, case: tasks.change(
            tx, actor, case, _task(tx, actor, case), text="第三件", assignee="", due_on=None
        ),
    }
    ACTS[kind](tx, officer, case)
    done = acts.recorded(tx)
    assert done is not None
    later[then](tx, officer, case)
    stands = picture(tx, case)
    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, done.id)
    assert caught.value.code == "act:superseded"
    assert picture(tx, case) == stands


def test_nobody_takes_back_what_he_may_not_see(tx: Transaction, officer: Actor, case: Case) -> None:
    members.set_access(tx, officer, case, cases.MEMBERS)
    done = acts.recorded(tx)
    stranger = accounts.read_account(tx, "wu").actor
    assert done is not None
    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, stranger, done.id)
    assert caught.value.code == "act:not-found"


def test_a_case_opened_by_mistake_is_shut_again_while_it_holds_nothing(
    tx: Transaction, officer: Actor
) -> None:
    empty, used = cases.open_case(tx, officer, "开错了"), cases.open_case(tx, officer, "在用")
    tasks.add(tx, officer, used, "调取录像")
    first, second = (
        next(
            one
            for one in acts.list_latest(tx, officer.user_id or 0)
            if one.case_id == case.id and one.kind == "case:open"
        )
        for case in (empty, used)
    )

    undoing.undo(tx, officer, first.id)
    with pytest.raises(TiplineError) as refused:
        undoing.undo(tx, officer, second.id)

    assert (empty.state, empty.outcome) == ("closed", cases.MISTAKEN)
    assert refused.value.code == "act:superseded"
    assert used.state == "open"
    cases.change(tx, officer, empty, state="open")
    assert (empty.outcome, empty.closed_at) == (None, None)
