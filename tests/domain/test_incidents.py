"""What several people report as one thing: `tipline.domain.incidents`, `progress`, `concluding`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.domain.conftest import EVENING, sent
from tipline.db import Database, Transaction
from tipline.domain import (
    accounts,
    acts,
    cases,
    clock,
    concluding,
    custody,
    incidents,
    links,
    policy,
    progress,
    timeline,
    tips,
    undoing,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LIFT = "电梯困人 · 幸福里3号楼"


@pytest.fixture
def lift(tx: Transaction, officer: Actor) -> Incident:
    """One incident, told of by three tips nobody has taken note of."""
    incident = incidents.open_incident(tx, officer, sent(tx, "电梯停了，里面有人"), title=LIFT)
    incidents.attach_all(tx, officer, incident, [sent(tx, "3号楼电梯坏了"), sent(tx, "电梯里有人拍门")])
    return incident


def undo_last(tx: Transaction, actor: Actor) -> undoing.Undone:
    last = acts.recorded(tx)
    assert last is not None
    return undoing.undo(tx, actor, last.id)


def refusal(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(TiplineError) as raised:
        call(*arguments, **more)
    return raised.value.code


def test_news_from_an_officer_stops_the_clocks_of_all_who_read_it(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    progress.post(tx, officer, lift, "已联系电梯维保")

    assert all(one.acknowledged_at for one in incidents.list_tips(tx, lift))
    undo_last(tx, officer)
    assert all(one.acknowledged_at for one in incidents.list_tips(tx, lift))  # read is read


def test_news_to_a_crowd_asks_the_database_no_more_than_news_to_a_few(
    database: Database, tx: Transaction, officer: Actor
) -> None:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    costs = []
    for number in (2, 12):
        crowd = [sent(tx, f"电梯停了 {at}") for at in range(number)]
        incident = incidents.open_incident(tx, officer, crowd[0], title=LIFT)
        incidents.attach_all(tx, officer, incident, crowd)
        before = custody.size(tx)
        asked.clear()
        progress.post(tx, officer, incident, "已联系电梯维保")
        costs.append(len(asked))

        told = [(one.action, one.tip) for one in custody.list_of(tx, after=before)]
        assert told[:-1] == [("tip:acknowledge", one.reference) for one in crowd]
        assert [len(acts.list_of_kind(tx, "tip:acknowledge", tip_id=one.id, account_id=officer.user_id or 0))
                for one in crowd] == [1] * number  # fmt: skip
    assert costs[0] == costs[1]
    assert custody.verify(tx) is None


def test_news_from_a_partner_stops_no_clock(tx: Transaction, officer: Actor, lift: Incident) -> None:
    progress.post(tx, officer, lift, "电梯维保单位已接单", source=progress.PARTNER)

    assert not any(one.acknowledged_at for one in incidents.list_tips(tx, lift))


def test_acknowledging_one_tip_of_an_incident_stops_the_clock_of_all(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    first = incidents.list_tips(tx, lift)[0]

    assert incidents.acknowledge_tip(tx, officer, first) == 3

    assert all(one.acknowledged_at for one in incidents.list_tips(tx, lift))
    assert refusal(incidents.acknowledge, tx, officer, lift) == "incident:acknowledged"
    assert len(undo_last(tx, officer).done) == 3
    assert not any(one.acknowledged_at for one in incidents.list_tips(tx, lift))


def test_a_tip_attached_later_is_acknowledged_if_the_incident_is(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    incidents.acknowledge(tx, officer, lift)
    late = sent(tx, "电梯还没好吗")

    incidents.attach(tx, officer, lift, late)

    assert late.acknowledged_at is not None
    assert [one.code for one in timeline.steps(tx, late)][-2:] == ["incident:attach", "tip:acknowledge"]
    undo_last(tx, officer)
    assert (late.incident_id, late.acknowledged_at) == (None, None)


def test_a_tip_stands_in_one_incident_alone(tx: Transaction, officer: Actor, lift: Incident) -> None:
    first = incidents.list_tips(tx, lift)[0]
    other = incidents.open_incident(tx, officer, sent(tx), title="噪音")

    assert refusal(incidents.attach, tx, officer, other, first) == "incident:elsewhere"
    assert refusal(incidents.attach, tx, officer, lift, first) == "incident:attached"
    incidents.detach(tx, officer, lift, first)
    incidents.attach(tx, officer, other, first)
    assert incidents.incident_of(tx, first) is other
    assert incidents.count_tips(tx, [lift.id, other.id]) == {lift.id: 2, other.id: 2}


def test_a_note_is_written_once_and_withdrawn_for_half_an_hour(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    revision = lift.revision
    with clock.frozen(EVENING):
        note = progress.post(tx, officer, lift, " 维保已在路上 ")
    assert lift.revision > revision
    assert [one.text for one in progress.told(tx, lift)["progress"]] == ["维保已在路上"]

    with clock.frozen(EVENING + timedelta(minutes=31)):
        assert refusal(progress.withdraw, tx, officer, lift, note) == "message:said"
    with clock.frozen(EVENING + timedelta(minutes=29)):
        undo_last(tx, officer)
    told = progress.told(tx, lift)["progress"][0]
    assert (told.text, told.withdrawn_at is None) == ("", False)
    assert note.text == "维保已在路上"


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "message:empty"), ("x" * 4001, "message:too-long"), ("约 ____ 到", "message:gap")],
)
def test_a_note_for_everyone_is_judged_like_a_message(
    tx: Transaction, officer: Actor, lift: Incident, text: str, code: str
) -> None:
    assert refusal(progress.post, tx, officer, lift, text) == code


def test_closing_ends_its_tips_but_those_a_case_uses(tx: Transaction, officer: Actor, lift: Incident) -> None:
    first, second, third = incidents.list_tips(tx, lift)
    links.link(tx, officer, cases.open_case(tx, officer, "电梯破坏", year=2026), first, "同一部电梯")

    assert refusal(concluding.close, tx, officer, lift, "") == "incident:outcome-needed"
    assert concluding.close(tx, officer, lift, "settled", "人已全部救出") == 2

    assert [one.state for one in (first, second, third)] == ["linked", "closed", "closed"]
    assert third.acknowledged_at is not None
    assert progress.told(tx, lift)["closing"] == "人已全部救出"
    assert refusal(progress.post, tx, officer, lift, "再看看") == "incident:closed"
    concluding.reopen(tx, officer, lift)
    assert [one.state for one in (first, second, third)] == ["linked", "triage", "triage"]


def test_what_was_closed_by_itself_before_stays_closed_when_the_incident_opens_again(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    first, second, third = incidents.list_tips(tx, lift)
    tips.move(tx, officer, second, "closed")
    concluding.close(tx, officer, lift, "settled")

    concluding.reopen(tx, officer, lift)

    assert [one.state for one in (first, second, third)] == ["triage", "closed", "triage"]


def test_closing_is_taken_back_as_one_act(tx: Transaction, officer: Actor, lift: Incident) -> None:
    concluding.close(tx, officer, lift, "nothing")

    undo_last(tx, officer)

    assert (lift.state, lift.closed_at, lift.outcome) == ("open", None, None)
    assert {one.state for one in incidents.list_tips(tx, lift)} == {"received"}


def test_merged_incidents_have_one_course_and_can_be_parted_again(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    other = incidents.open_incident(tx, officer, sent(tx, "有人被困"), title="3号楼有人被困")
    incidents.acknowledge(tx, officer, other)
    progress.post(tx, officer, lift, "已通知物业")
    progress.post(tx, officer, other, "消防已到")

    assert refusal(concluding.merge, tx, officer, lift, lift) == "incident:merge-itself"
    concluding.merge(tx, officer, lift, other)

    assert incidents.count_tips(tx, [other.id]) == {other.id: 4}
    assert [one.text for one in progress.list_noted(tx, other)] == ["已通知物业", "消防已到"]
    assert all(one.acknowledged_at for one in incidents.list_tips(tx, other))
    assert [one.reference for one in incidents.list_incidents(tx)] == [other.reference]
    undo_last(tx, officer)
    assert incidents.count_tips(tx, [lift.id, other.id]) == {lift.id: 3, other.id: 1}
    assert lift.state == "open"


def hide_one(tx: Transaction, officer: Actor, incident: Incident) -> tuple[cases.Case, Tip, Actor]:
    """A case for members alone, the tip of the incident in it, and somebody who may not see that tip."""
    case = cases.open_case(tx, officer, "内部", year=2026)
    case.access = cases.MEMBERS
    hidden = incidents.list_tips(tx, incident)[1]
    links.link(tx, officer, case, hidden, "同一部电梯")
    outsider = accounts.add(tx, SYSTEM, "he", role="investigator", password_hash="not a hash").actor
    tx.flush()
    return case, hidden, outsider


def test_a_tip_of_a_closed_case_stays_hidden_inside_an_incident(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    case, hidden, outsider = hide_one(tx, officer, lift)
    alone = incidents.open_incident(tx, officer, sent(tx, "只有这一条"), title="内部事件")
    links.link(tx, officer, case, incidents.list_tips(tx, alone)[0], "同一部电梯")

    with policy.viewing(outsider):
        assert hidden.id not in {one.id for one in incidents.list_tips(tx, lift)}
        assert [one.id for one in incidents.list_incidents(tx)] == [lift.id]
        assert incidents.find_incident(tx, alone.reference) is None
    with policy.viewing(officer):
        assert len(incidents.list_tips(tx, lift)) == 3


def test_parting_gives_back_what_whoever_merged_could_not_see(
    tx: Transaction, officer: Actor, lift: Incident
) -> None:
    *_, outsider = hide_one(tx, officer, lift)
    other = incidents.open_incident(tx, officer, sent(tx, "有人被困"), title="3号楼有人被困")

    with policy.viewing(outsider):
        concluding.merge(tx, outsider, lift, other)
        undo_last(tx, outsider)

    assert incidents.count_tips(tx, [lift.id, other.id]) == {lift.id: 3, other.id: 1}


def test_what_anybody_outside_is_told_names_nobody(tx: Transaction, officer: Actor, lift: Incident) -> None:
    progress.post(tx, officer, lift, "已通知物业")
    told = repr(progress.told(tx, lift))

    assert "'li'" not in told
    assert not any(tip.reference in told or tip.place in told for tip in _tips(tx, lift))


def _tips(tx: Transaction, incident: Incident) -> list[Tip]:
    return incidents.list_tips(tx, incident)


def test_all_of_it_stands_in_the_log(tx: Transaction, officer: Actor, lift: Incident) -> None:
    incidents.acknowledge(tx, officer, lift)
    progress.post(tx, officer, lift, "已通知物业")
    concluding.close(tx, officer, lift, "settled")

    logged = [one.action for one in custody.list_of(tx, subject=lift.subject)]
    assert logged == ["incident:open", *["incident:attach"] * 3, "incident:progress", "incident:close"]
