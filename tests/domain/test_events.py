"""What is written down for whoever listens: `tipline.domain.events`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.domain.conftest import EVENING, draft, sent
from tipline.db import Database, Transaction
from tipline.domain import accounts, clock, events, messages, tips
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.channels import PAUSED_AT, Channel, ReporterChannel, Webhook
from tipline.domain.incidents import Incident
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip


def listen(tx: Transaction, account: Actor | None = None, **values: Any) -> Channel:
    lists = {name: json.dumps(values.pop(name, [])) for name in ("events", "categories", "beats")}
    row = Channel(
        account_id=account.user_id if account else None, label="x", scheme="wecombot", sealed="",
        created_at=clock.now(), **lists, **values,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def leave_mail(tx: Transaction, tip: Tip) -> None:
    tx.add(ReporterChannel(tip_id=tip.id, scheme="mail", sealed="", created_at=clock.now()))
    tx.flush()


def told(tx: Transaction) -> list[tuple[str, str, int]]:
    rows = tx.scalars(select(Notice).order_by(Notice.id))
    return [(one.event, *one.receiver) for one in rows]


def test_a_new_tip_is_told_to_the_channels_whose_filters_let_it_through(tx: Transaction) -> None:
    robot = listen(tx)
    listen(tx, categories=["other"])
    listen(tx, beats=["north"])
    listen(tx, events=["tip:closed"])
    listen(tx, active=False)
    listen(tx, failures=PAUSED_AT)
    thefts = listen(tx, categories=["theft", "other"], events=["tip:new"])
    sent(tx)

    assert told(tx) == [("tip:new", "channel", robot.id), ("tip:new", "channel", thefts.id)]


def test_where_nobody_listens_it_costs_one_query(database: Database, tx: Transaction) -> None:
    tip = sent(tx)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *all: asked.append(all[2]))
    events.tell(tx, "tip:new", tip=tip)

    assert len(asked) == 1


def test_nobody_is_told_what_they_did_themselves_or_what_is_another_s(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    other = accounts.add(tx, SYSTEM, "he", role="investigator", password_hash="not a hash").actor
    mine, theirs = listen(tx, officer), listen(tx, other)
    tips.assign(tx, officer, tip, other.user_id, "he")
    assert told(tx) == [("tip:assigned", "channel", theirs.id)]

    messages.write(tx, reporter(tip.reference), tip, "他又来了")
    assert told(tx)[1:] == [("tip:message", "channel", theirs.id)]
    assert mine.id not in [one[2] for one in told(tx)]


def test_the_reporter_hears_what_the_desk_does_and_not_what_it_keeps_to_itself(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    leave_mail(tx, tip)
    tips.acknowledge(tx, officer, tip)
    messages.write(tx, officer, tip, "像上周那个人", kind="note")
    messages.write(tx, officer, tip, "几点？", kind="question")
    messages.write(tx, reporter(tip.reference), tip, "九点")
    tips.move(tx, officer, tip, "closed")

    assert told(tx) == [(code, "reporters", 0) for code in ("tip:acknowledged", "tip:question", "tip:closed")]


def test_progress_on_an_incident_reaches_every_reporter_in_it_who_left_a_way(tx: Transaction) -> None:
    lift = Incident(
        reference="E-1001",
        title="3 号楼电梯",
        category="other",
        opened_at=clock.now(),
        changed_at=clock.now(),
    )
    tx.add(lift)
    tx.flush()
    inside = [sent(tx) for _ in range(3)]
    for tip in inside:
        tip.incident_id = lift.id
    leave_mail(tx, inside[0])
    leave_mail(tx, inside[2])
    leave_mail(tx, sent(tx))
    events.tell(tx, "incident:progress", incident=lift)

    assert [one.tip_id for one in tx.scalars(select(Notice))] == [inside[0].id, inside[2].id]


def test_what_is_told_of_many_tips_is_what_would_be_told_of_each(
    tx: Transaction, officer: Actor, chief: Actor
) -> None:
    mall = accounts.add(tx, SYSTEM, "mall", role="partner", password_hash="").actor
    many = [sent(tx, category=kind) for kind in ("theft", "other", "theft", "footage")]
    many[1].taken_by_id, many[2].assignee_id = mall.user_id, chief.user_id
    leave_mail(tx, many[0])
    leave_mail(tx, many[3])
    listen(tx)
    listen(tx, officer)
    listen(tx, categories=["theft"], digest_minutes=15)
    listen(tx, events=["tip:closed"])
    row = Webhook(account_id=mall.user_id, label="x", host="x", sealed="", secret="", created_at=clock.now())
    tx.add(row)

    def kept(found: list[Notice]) -> set[Any]:
        return {(one.event, one.tip_id, one.receiver, one.values, one.due_at) for one in found}

    with clock.frozen(EVENING):
        one_by_one = [one for tip in many for one in events.tell(tx, "tip:acknowledged", tip=tip, by=SYSTEM)]
        at_once = events.tell_each(tx, "tip:acknowledged", many, by=SYSTEM)

    assert len(one_by_one) == len(at_once) == 4 + 3 + 2 + 1 + 2
    assert kept(one_by_one) == kept(at_once)


def test_a_partner_s_webhook_hears_of_its_own_tips_alone(tx: Transaction, officer: Actor) -> None:
    mall = accounts.add(tx, SYSTEM, "mall", role="partner", password_hash="").actor
    row = Webhook(account_id=mall.user_id, label="x", host="x", sealed="", secret="", created_at=clock.now())
    tx.add(row)
    sent(tx)
    theirs = draft(tx)
    theirs.taken_by_id = mall.user_id
    tips.submit(tx, theirs, mall, ack_minutes=2)

    assert told(tx) == [("tip:new", "webhook", row.id)]


def test_what_is_gathered_is_due_at_the_end_of_its_quarter_and_what_is_urgent_at_once(
    tx: Transaction, at: Any
) -> None:
    at(EVENING + timedelta(minutes=4))
    listen(tx, digest_minutes=15)
    tip = sent(tx)
    events.tell(tx, "tip:escalated", tip=tip, step="deputy")

    due = {one.event: one.due_at for one in tx.scalars(select(Notice))}
    assert due == {"tip:new": EVENING + timedelta(minutes=15), "tip:escalated": clock.now()}


def test_words_are_refused_before_they_are_written(tx: Transaction, tip: Tip) -> None:
    listen(tx)
    for words in ("幸福超市", "a word", "x" * 41):
        with pytest.raises(ValueError, match="numbers and codes"):
            events.tell(tx, "tip:new", tip=tip, step=words)
