"""Handing a tip over: to a colleague, to another beat, on to another service; each with its way back."""

from __future__ import annotations

import pytest

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    beats,
    custody,
    handover,
    mentions,
    messages,
    partners,
    timeline,
    undoing,
    unread,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.partners import Described
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


@pytest.fixture
def colleague(tx: Transaction) -> accounts.Account:
    return accounts.add(tx, SYSTEM, "zhao", role="investigator", password_hash="x", display_name="赵")


def _undo(tx: Transaction, actor: Actor) -> None:
    act = acts.recorded(tx)
    assert act is not None
    undoing.undo(tx, actor, act.id)


def _steps(tx: Transaction, tip: Tip) -> list[str]:
    return [one.code for one in timeline.steps(tx, tip)]


def test_a_colleague_finds_the_tip_unread_with_a_note_that_names_them(
    tx: Transaction, tip: Tip, officer: Actor, colleague: accounts.Account
) -> None:
    unread.look(tx, colleague.id, tip)

    handover.delegate(tx, officer, tip, colleague, "已告知住户稍等，请到现场")

    assert tip.assignee_id == colleague.id
    assert unread.list_unread(tx, colleague.id, [tip.id]) == {tip.id}
    assert [one.note.text for one in mentions.list_of(tx, colleague.id)] == ["已告知住户稍等，请到现场"]
    assert messages.list_public(tx, tip) == []
    assert _steps(tx, tip)[-1] == "tip:delegate"

    _undo(tx, officer)

    assert tip.assignee_id is None
    assert mentions.list_of(tx, colleague.id) == []
    assert _steps(tx, tip)[-2:] == ["tip:delegate", "act:undo"]


def test_another_beat_takes_over_while_the_clock_goes_on(tx: Transaction, tip: Tip, officer: Actor) -> None:
    for code in ("north", "south"):
        beats.add(tx, SYSTEM, code, code.title())
    tip.beat, tip.assignee_id, due = "north", officer.user_id, tip.ack_due_at

    handover.transfer(tx, officer, tip, "south", "地址在南片")

    assert (tip.beat, tip.assignee_id, tip.ack_due_at) == ("south", None, due)
    with pytest.raises(TiplineError, match="with South already"):
        handover.transfer(tx, officer, tip, "south", "再来")

    _undo(tx, officer)

    assert (tip.beat, tip.assignee_id) == ("north", officer.user_id)


def test_what_is_not_for_the_police_is_closed_with_words_that_say_where_to_go(
    tx: Transaction, tip: Tip, officer: Actor
) -> None:
    handover.send_on(tx, officer, tip, "请联系 12345", "12345")

    assert tip.state == "closed"
    assert [one.text for one in messages.list_public(tx, tip)] == ["请联系 12345"]
    assert _steps(tx, tip)[-2:] == ["tip:send-on", "tip:closed"]
    with pytest.raises(TiplineError) as fault:
        handover.send_on(tx, officer, tip, "又一次", "12345")
    assert fault.value.code == "tip:closed"

    _undo(tx, officer)

    assert tip.state == "received"
    assert messages.list_public(tx, tip)[0].text == ""


def test_nothing_is_handed_over_without_a_note(
    tx: Transaction, tip: Tip, officer: Actor, colleague: accounts.Account
) -> None:
    with pytest.raises(TiplineError) as fault:
        handover.delegate(tx, officer, tip, colleague, "  ")

    assert fault.value.fields == {"words": "handover:note-needed"}
    assert tip.assignee_id is None


def test_a_list_brings_partners_in_line_by_line_and_says_which_it_did_not_take(tx: Transaction) -> None:
    beats.add(tx, SYSTEM, "hh", "航海片区")
    table = (
        "类别,名称,电话,辖区,说明\n电梯维保,江南电梯,0571-87654321转2,航海片区,24 小时\n"
        "便民服务,12345 热线,12345\n物业,没有辖区,123456,不存在\n水,自来水,打我\n电梯,江南电梯,,hh\n"
    )

    brought = partners.bring_in(tx, SYSTEM, table)

    assert [(one.kind, one.beat, one.dialled) for one in brought.added] == [
        ("lift", "hh", "057187654321"),
        ("public", None, "12345"),
    ]
    assert brought.known == ["江南电梯"]
    assert [(number, fault.code) for number, fault in brought.refused] == [
        (4, "tip:beat-unknown"),
        (5, "partner:phone-unclear"),
    ]


def test_partners_of_a_tip_are_its_beats_with_the_likely_kind_first(tx: Transaction) -> None:
    beats.add(tx, SYSTEM, "hh", "航海片区")
    beats.add(tx, SYSTEM, "zy", "中原片区")
    said = [
        ("property", "物业", "hh"),
        ("lift", "区电梯", ""),
        ("lift", "维保", "hh"),
        ("school", "保卫", "zy"),
    ]
    for kind, name, beat in said:
        partners.add(tx, SYSTEM, Described(kind, name, "1234567", beat))
    partners.set_active(tx, SYSTEM, partners.add(tx, SYSTEM, Described("lift", "旧", "1", "hh")), False)
    tip = sent(tx, beat="hh")
    tip.category = "lift"

    offered = partners.for_tip(tip, partners.serving(tx, tip))
    assert [one.name for one in offered] == ["维保", "区电梯", "物业"]
    assert custody.list_of(tx, actions={"partner:off"})
