"""Taking acts back: each kind, what stands in the way, two people at once, and what the log says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.domain.conftest import EVENING, sent
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    beats,
    cases,
    custody,
    links,
    messages,
    rights,
    saved_filters,
    tips,
    undoing,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

At = Callable[[datetime], None]


@pytest.fixture
def colleague(tx: Transaction) -> Actor:
    return accounts.add(tx, SYSTEM, "wang", role="supervisor", password_hash="x", display_name="王").actor


def last(tx: Transaction) -> Act:
    act = acts.recorded(tx)
    assert act is not None, "nothing was recorded"
    return act


def _link(tx: Transaction, who: Actor, tip: Tip, case: Case) -> None:
    links.link(tx, who, case, tip, "同款外套")


def _unlink(tx: Transaction, who: Actor, tip: Tip, case: Case) -> None:
    links.link(tx, who, case, tip, "同款外套")
    links.unlink(tx, who, case, tip, "误关联")


def _snooze(tx: Transaction, who: Actor, tip: Tip, _case: Case) -> None:
    tips.move(tx, who, tip, "snoozed", until=EVENING + timedelta(days=2))


def _change(tx: Transaction, who: Actor, tip: Tip, _case: Case) -> None:
    tips.change(tx, who, tip, category="footage", clock_offset_s=-125.5)


def _close(tx: Transaction, who: Actor, _tip: Tip, case: Case) -> None:
    cases.change(tx, who, case, state="closed", reason="并入专案")


ACTS: dict[str, Callable[[Transaction, Actor, Tip, Case], Any]] = {
    "acknowledge": lambda tx, who, tip, _: tips.acknowledge(tx, who, tip),
    "assign": lambda tx, who, tip, _: tips.assign(tx, who, tip, who.user_id, who.name),
    "not used": lambda tx, who, tip, _: tips.move(tx, who, tip, "not_used", reason="画面太暗"),
    "duplicate": lambda tx, who, tip, _: tips.move(tx, who, tip, "duplicate", reason="同一段"),
    "snooze": _snooze,
    "change": _change,
    "link": _link,
    "unlink": _unlink,
    "case words": lambda tx, who, _, case: cases.change(tx, who, case, title="新题", summary="新摘要"),
    "case closed": _close,
    "question": lambda tx, who, tip, _: messages.write(tx, who, tip, "几点？", kind="question"),
    "note": lambda tx, who, tip, _: messages.write(tx, who, tip, "核对车牌", kind="note"),
}
HELD_OF_TIP = (
    "state", "assignee_id", "category", "beat", "clock_offset_s", "clock_source", "acknowledged_at",
    "snoozed_until",
)  # fmt: skip
HELD_OF_CASE = ("title", "summary", "state", "closed_at")


@pytest.mark.parametrize("name", ACTS)
def test_each_act_is_taken_back_once_and_the_log_tells_of_both(
    tx: Transaction, officer: Actor, colleague: Actor, tip: Tip, case: Case, at: At, name: str
) -> None:
    at(EVENING)
    before = acts.held(tip, *HELD_OF_TIP), acts.held(case, *HELD_OF_CASE)
    if name == "unlink":
        before = {**before[0], "state": "linked"}, before[1]
    ACTS[name](tx, officer, tip, case)
    act = last(tx)
    written = custody.size(tx)

    undone = undoing.undo(tx, colleague, act.id)

    assert ([one.id for one in undone.done], undone.left) == ([act.id], [])
    assert (acts.held(tip, *HELD_OF_TIP), acts.held(case, *HELD_OF_CASE)) == before
    assert bool(links.list_cases_of(tx, tip)) is (name == "unlink")
    entry = custody.list_of(tx, after=written)[-1]
    assert (entry.action, entry.actor, entry.facts()["of"]) == ("act:undo", "staff:wang", "li")
    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, officer, act.id)
    assert (fault.value.code, fault.value.values["name"]) == ("act:undone", "王")


def test_a_later_decision_is_never_undone_with_an_older_one(
    tx: Transaction, officer: Actor, colleague: Actor, tip: Tip
) -> None:
    tips.move(tx, officer, tip, "not_used", reason="画面太暗")
    mine = last(tx)
    tips.move(tx, colleague, tip, "triage")
    written = custody.size(tx)

    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, officer, mine.id)

    assert fault.value.code == "act:superseded"
    assert (tip.state, custody.size(tx)) == ("triage", written)


def test_what_another_has_changed_beside_it_stays(
    tx: Transaction, officer: Actor, colleague: Actor, tip: Tip
) -> None:
    beats.add(tx, SYSTEM, "north", "北片区")
    tips.change(tx, officer, tip, category="footage")
    mine = last(tx)
    tips.change(tx, colleague, tip, beat="north")

    undoing.undo(tx, officer, mine.id)

    assert (tip.category, tip.beat) == ("theft", "north")


def test_after_a_shift_an_act_is_settled(tx: Transaction, officer: Actor, tip: Tip, at: At) -> None:
    at(EVENING)
    tips.assign(tx, officer, tip, officer.user_id, officer.name)
    at(EVENING + acts.LASTS)

    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, officer, last(tx).id)

    assert fault.value.code == "act:too-late"
    assert not undoing.may_undo(last(tx))


def test_acts_of_one_command_are_taken_back_together_but_for_what_was_decided_since(
    tx: Transaction, officer: Actor, colleague: Actor
) -> None:
    three = [sent(tx) for _ in range(3)]
    with acts.together(tx):
        for tip in three:
            tips.move(tx, officer, tip, "not_used", reason="无关")
    act = last(tx)
    tips.move(tx, colleague, three[1], "triage")

    undone = undoing.undo(tx, officer, act.id)

    assert [tip.state for tip in three] == ["received", "triage", "received"]
    assert {one.tip_id for one in undone.done} == {three[0].id, three[2].id}
    assert [one.tip_id for one in undone.left] == [three[1].id]


def test_a_link_taken_back_leaves_the_tip_with_its_other_case(
    tx: Transaction, officer: Actor, tip: Tip, case: Case
) -> None:
    other = cases.open_case(tx, officer, "另一案", year=2026)
    links.link(tx, officer, other, tip, "同车")
    links.link(tx, officer, case, tip, "同款外套")

    undoing.undo(tx, officer, last(tx).id)

    assert [found.number for _link, found in links.list_cases_of(tx, tip)] == [other.number]
    assert tip.state == "linked"


def test_an_ended_link_stands_again_under_its_number_but_not_in_a_closed_case(
    tx: Transaction, officer: Actor, tip: Tip, case: Case
) -> None:
    link = links.link(tx, officer, case, tip, "同款外套")
    links.unlink(tx, officer, case, tip, "误关联")
    act = last(tx)
    cases.change(tx, officer, case, state="closed")
    with pytest.raises(TiplineError, match="closed"):
        undoing.undo(tx, officer, act.id)
    cases.change(tx, officer, case, state="open")

    undoing.undo(tx, officer, act.id)

    assert links.find_link(tx, case, tip) is link


def test_a_message_is_withdrawn_within_half_an_hour_and_its_text_is_gone_for_the_reporter(
    tx: Transaction, officer: Actor, tip: Tip, at: At
) -> None:
    at(EVENING)
    messages.write(tx, officer, tip, "请到所里来一趟", kind="message")
    act = last(tx)
    at(EVENING + messages.WITHDRAWN_WITHIN - timedelta(seconds=1))

    undoing.undo(tx, officer, act.id)

    (told,) = messages.list_public(tx, tip)
    assert (told.text, told.withdrawn_at is not None) == ("", True)
    assert messages.list_all(tx, tip)[0].text == "请到所里来一趟"  # the desk keeps what was said
    messages.write(tx, officer, tip, "第二条", kind="message")
    at(EVENING + 2 * messages.WITHDRAWN_WITHIN)
    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, officer, last(tx).id)
    assert fault.value.code == "message:said"


def test_a_question_that_was_answered_is_not_withdrawn(tx: Transaction, officer: Actor, tip: Tip) -> None:
    messages.write(tx, officer, tip, "几点？", kind="question")
    act = last(tx)
    messages.write(tx, reporter(tip.reference), tip, "九点半")

    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, officer, act.id)

    assert fault.value.code == "act:superseded"
    assert tip.state == "triage"


def test_who_may_not_act_may_not_take_back(tx: Transaction, officer: Actor, tip: Tip) -> None:
    tips.assign(tx, officer, tip, officer.user_id, officer.name)
    auditor = accounts.add(tx, SYSTEM, "sun", role="auditor", password_hash="x").actor

    with pytest.raises(TiplineError) as fault:
        undoing.undo(tx, auditor, last(tx).id)

    assert fault.value.code == "account:forbidden"


def test_a_deleted_filter_is_brought_back_by_its_owner_alone(
    tx: Transaction, officer: Actor, colleague: Actor
) -> None:
    row = saved_filters.keep(tx, officer.user_id or 0, "北片区", "beat=north")
    saved_filters.remove(tx, officer, row)
    act = last(tx)
    with pytest.raises(TiplineError) as refused:
        undoing.undo(tx, colleague, act.id)
    assert refused.value.code == "act:not-found"
    undoing.undo(tx, officer, act.id)
    assert [one.name for one in saved_filters.list_of(tx, officer.user_id or 0)] == ["北片区"]


def test_what_the_system_and_reporters_do_is_no_act_of_anybody(tx: Transaction, tip: Tip) -> None:
    messages.write(tx, reporter(tip.reference), tip, "补充")
    assert acts.recorded(tx) is None


def test_every_way_back_asks_for_a_right_that_exists() -> None:
    assert set(undoing.RIGHTS.values()) <= set(rights.RIGHTS)
    assert set(undoing.RIGHTS) <= set(undoing.WAYS)
    assert all(len(kind) <= Act.__table__.c.kind.type.length for kind in undoing.WAYS)
