"""Progress in the reporter's words: `tipline.domain.timeline`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.domain.conftest import EVENING, Ring, draft, file_of, sent
from tipline.db import Transaction
from tipline.domain import (
    acts,
    cases,
    custody,
    evidence,
    links,
    messages,
    snoozing,
    thanks,
    timeline,
    tips,
    undoing,
)
from tipline.domain.actors import Actor, reporter
from tipline.domain.cases import Case
from tipline.domain.tips import STATES, Tip


def _codes(tx: Transaction, tip: Tip) -> list[str]:
    return [step.code for step in timeline.steps(tx, tip)]


def test_every_state_of_a_tip_has_words_for_the_reporter() -> None:
    assert set(STATES) <= set(timeline.STATUS)


@pytest.mark.parametrize(
    ("state", "files", "code"),
    [
        ("draft", [], "draft"),
        ("received", [], "received"),
        ("received", ["uploading"], "files-pending"),
        ("received", ["ready", "uploading"], "files-pending"),
        ("received", ["received"], "processing"),
        ("received", ["processing", "ready"], "processing"),
        ("received", ["ready", "undecodable"], "received"),
        ("received", ["expired"], "received"),
        ("triage", ["uploading"], "files-pending"),
        ("triage", ["processing"], "triage"),
        ("need_info", ["uploading"], "need_info"),
        ("linked", ["processing"], "linked"),
        ("closed", ["processing"], "closed"),
    ],
)
def test_the_status_tells_what_the_reporter_should_know_or_do(
    tx: Transaction, state: str, files: list[str], code: str
) -> None:
    tip = sent(tx)
    tip.state = state
    for number, file_state in enumerate(files, 1):
        file_of(tx, tip, number=number, state=file_state)

    assert timeline.status(tx, tip) == (code, timeline.STATUS[code])


def test_a_message_waits_for_an_officer_while_its_voice_note_is_prepared(tx: Transaction) -> None:
    tip = sent(tx)
    tip.category = "lift"
    file_of(tx, tip, state="processing")

    assert timeline.status(tx, tip)[0] == "received"


def test_the_whole_way_is_told_in_order(
    tx: Transaction, officer: Actor, case: Case, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    tip = draft(tx)
    row = evidence.add(
        tx, tip, evidence_id=evidence.new_id(), filename="a.mp4", filetype="", size=1, sha256=None
    )
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    evidence.receive(tx, ring, row, sha256="ab" * 32, kind="video")
    at(EVENING + timedelta(minutes=1))
    tips.acknowledge(tx, officer, tip)
    links.link(tx, officer, case, tip, "同款外套")

    steps = timeline.steps(tx, tip)
    assert [step.code for step in steps] == [
        "tip:create", "tip:submit", "evidence:receive", "tip:acknowledge", "tip:linked",
    ]  # fmt: skip
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[2].values == {"number": 1}


def test_nothing_names_an_officer_a_case_or_a_reason(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    cases.change(tx, officer, case, title="嫌疑人王某")
    links.link(tx, officer, case, tip, "同款外套")
    messages.write(tx, officer, tip, "像上周那个人", kind="note")
    tips.assign(tx, officer, tip, officer.user_id, officer.name)
    tips.move(tx, officer, tip, "not_used", reason="看不清")

    told = repr(timeline.steps(tx, tip)) + repr(timeline.status(tx, tip))
    for secret in ("li", case.number, "外套", "看不清", "上周", "王某"):
        assert f"'{secret}'" not in told
        assert secret == "li" or secret not in told


def test_a_question_is_told_once(tx: Transaction, officer: Actor, tip: Tip) -> None:
    messages.write(tx, officer, tip, "几点？", kind="question")

    assert _codes(tx, tip).count("message:question") == 1
    assert "tip:need-info" not in _codes(tx, tip)


def test_nobody_is_said_to_look_when_nobody_does(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    answered, woken, looked_at = sent(tx), sent(tx), sent(tx)
    messages.write(tx, officer, answered, "几点？", kind="question")
    messages.write(tx, reporter(answered.reference), answered, "九点")
    tips.move(tx, officer, woken, "snoozed", until=EVENING + timedelta(hours=1))
    tips.move(tx, officer, looked_at, "triage")
    at(EVENING + timedelta(hours=2))
    snoozing.wake_snoozed(tx)

    assert answered.state == woken.state == "triage"
    assert "tip:triage" not in _codes(tx, answered)
    assert "tip:triage" not in _codes(tx, woken)
    assert "tip:triage" in _codes(tx, looked_at)


def _undo_last(tx: Transaction, officer: Actor) -> None:
    act = acts.recorded(tx)
    assert act is not None
    undoing.undo(tx, officer, act.id)


def test_a_step_taken_back_is_told_where_the_reporter_had_read_of_it(
    tx: Transaction, officer: Actor, tip: Tip, case: Case
) -> None:
    links.link(tx, officer, case, tip, "同一件外套")
    links.unlink(tx, officer, case, tip, "另一件")
    _undo_last(tx, officer)

    # Without the last line "An officer is looking at it" would stand under "Used, and being checked".
    assert tip.state == "linked"
    assert _codes(tx, tip)[-3:] == ["tip:linked", "tip:triage", "act:undo"]


def test_a_step_within_the_desk_leaves_no_line_and_neither_does_taking_it_back(
    tx: Transaction, officer: Actor, tip: Tip, case: Case
) -> None:
    links.link(tx, officer, case, tip, "同一件外套")
    before = _codes(tx, tip)
    links.link(tx, officer, cases.open_case(tx, officer, "另一系列"), tip, "也可能是这一件")
    _undo_last(tx, officer)

    assert _codes(tx, tip) == before


def test_once_told_that_the_case_is_closed_nothing_is_said_to_be_checked(
    tx: Transaction, officer: Actor, tip: Tip, case: Case
) -> None:
    links.link(tx, officer, case, tip, "同一件外套")
    cases.change(tx, officer, case, state="closed", reason="并入专案")
    assert timeline.status(tx, tip) == ("linked", timeline.STATUS["linked"])
    thanks.tell(tx, officer, case, [tip.reference], {tip.language: "谢谢您，案件已办结"})
    assert timeline.status(tx, tip) == ("linked", timeline.OVER)
    _undo_last(tx, officer)
    assert timeline.status(tx, tip) == ("linked", timeline.STATUS["linked"])


def test_a_thousand_acts_of_desk_and_workers_hide_nothing_from_the_reporter(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    for _ in range(1100):
        custody.append(tx, officer, "contact:read", f"tip:{tip.reference}", tip=tip.reference)
    messages.write(tx, officer, tip, "几点？", kind="question")

    assert _codes(tx, tip)[-1] == "message:question"
