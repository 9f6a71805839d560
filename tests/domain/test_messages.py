"""What reporter and desk write to each other: `tipline.domain.messages`."""

from __future__ import annotations

import pytest

from tipline.db import Transaction
from tipline.domain import custody, limits, messages, tips
from tipline.domain.actors import Actor, reporter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def test_a_question_waits_for_the_reporter_and_the_answer_settles_it(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    question = messages.write(tx, officer, tip, " 收银台时间比北京时间快吗？ ", kind="question")
    assert (tip.state, question.text) == ("need_info", "收银台时间比北京时间快吗？")
    assert messages.open_questions(tx, tip) == [question]

    messages.write(tx, reporter(tip.reference), tip, "快两分钟")
    assert tip.state == "triage"
    assert question.answered_at is not None
    assert messages.open_questions(tx, tip) == []


@pytest.mark.parametrize(("kind", "is_known"), [("message", True), ("progress", True), ("note", False)])
def test_an_officer_who_answers_has_taken_note(
    tx: Transaction, officer: Actor, tip: Tip, kind: str, is_known: bool
) -> None:
    messages.write(tx, reporter(tip.reference), tip, "还在吵")
    assert tip.acknowledged_at is None

    messages.write(tx, officer, tip, "已联系物业", kind=kind)

    assert (tip.acknowledged_at is not None) == is_known


def test_one_answer_settles_all_open_questions(tx: Transaction, officer: Actor, tip: Tip) -> None:
    for text in ("几点？", "几个人？"):
        messages.write(tx, officer, tip, text, kind="question")
    messages.write(tx, reporter(tip.reference), tip, "九点半，两个人")

    assert messages.open_questions(tx, tip) == []


def test_a_question_on_a_linked_tip_leaves_it_linked(tx: Transaction, officer: Actor, tip: Tip) -> None:
    tips.follow(tx, officer, tip, "linked")
    messages.write(tx, officer, tip, "还有别的角度吗？", kind="question")

    assert tip.state == "linked"
    assert len(messages.open_questions(tx, tip)) == 1


def test_a_message_of_the_desk_answers_no_question(tx: Transaction, officer: Actor, tip: Tip) -> None:
    messages.write(tx, officer, tip, "几点？", kind="question")
    messages.write(tx, officer, tip, "请尽快回答")

    assert len(messages.open_questions(tx, tip)) == 1


def test_notes_stay_at_the_desk(tx: Transaction, officer: Actor, tip: Tip) -> None:
    messages.write(tx, officer, tip, "像上周那个人", kind="note")
    messages.write(tx, officer, tip, "已收到，谢谢", kind="progress")

    assert [one.kind for one in messages.list_public(tx, tip)] == ["progress"]
    assert [one.kind for one in messages.list_all(tx, tip)] == ["note", "progress"]


def test_the_log_says_that_something_was_written_but_not_what(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    message = messages.write(tx, officer, tip, "像上周那个人", kind="note")
    entry = custody.list_of(tx, tip=tip.reference)[-1]

    assert (entry.action, entry.actor) == ("message:note", "staff:li")
    assert entry.facts() == {"message": message.id, "length": 6}


def test_the_thread_knows_who_spoke(tx: Transaction, officer: Actor, tip: Tip) -> None:
    messages.write(tx, officer, tip, "您好")
    messages.write(tx, reporter(tip.reference), tip, "您好")

    assert [one.by_reporter for one in messages.list_public(tx, tip)] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "message:empty"),
        ("  \n ", "message:empty"),
        ("字" * (limits.MESSAGE + 1), "message:too-long"),
    ],
)
def test_nothing_and_too_much_are_refused(tx: Transaction, tip: Tip, text: str, code: str) -> None:
    with pytest.raises(TiplineError) as caught:
        messages.write(tx, reporter(tip.reference), tip, text)
    assert caught.value.code == code
    assert caught.value.fields == {"text": code}


def test_every_message_is_a_change_that_pages_notice(tx: Transaction, officer: Actor, tip: Tip) -> None:
    revision = tip.revision
    messages.write(tx, officer, tip, "您好")

    assert tip.revision > revision
