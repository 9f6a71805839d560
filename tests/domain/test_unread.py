"""What each officer has not seen yet: `tipline.domain.unread`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.domain.conftest import EVENING, file_of, sent
from tipline.db import Transaction
from tipline.domain import accounts, evidence, messages, tallies, tips, triage, unread
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.filters import Filter
from tipline.domain.tips import Tip


def _is_unread(tx: Transaction, officer: Actor, tip: Tip) -> bool:
    (row,) = triage.rows_of(tx, [tip], officer)
    assert officer.user_id
    counted = tallies.count(tx, Filter(state="all", unread="1", reader=officer.user_id))
    assert counted == int(row.is_unread)
    return row.is_unread


def test_a_tip_is_unread_until_its_officer_opens_it(
    tx: Transaction, officer: Actor, tip: Tip, at: Callable[[datetime], None]
) -> None:
    other = accounts.add(tx, SYSTEM, "wang", role="investigator", password_hash="x").actor
    assert _is_unread(tx, officer, tip)
    assert officer.user_id
    unread.look(tx, officer.user_id, tip)
    assert not _is_unread(tx, officer, tip)
    assert _is_unread(tx, other, tip)
    unread.forget(tx, officer.user_id, tip)
    assert _is_unread(tx, officer, tip)


def test_news_from_outside_makes_it_unread_again_and_the_work_of_colleagues_does_not(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    tip = sent(tx)
    file = file_of(tx, tip, state="uploading")
    assert officer.user_id
    news: list[Callable[[], object]] = [
        lambda: messages.write(tx, reporter(tip.reference), tip, "还有一段"),
        lambda: evidence.receive(tx, lambda *_: None, file, sha256="0" * 64, kind="video"),
    ]
    for minute, bring in enumerate(news, 1):
        at(EVENING + timedelta(minutes=minute))
        unread.look(tx, officer.user_id, tip)
        tips.acknowledge(tx, officer, tip) if tip.acknowledged_at is None else None
        messages.write(tx, officer, tip, "内部", kind="note")
        evidence.advance(tx, file, 0.5)
        assert not _is_unread(tx, officer, tip)
        at(EVENING + timedelta(minutes=minute, seconds=30))
        bring()
        assert _is_unread(tx, officer, tip)


def test_nobodys_eyes_see_nothing_unread(tx: Transaction, tip: Tip) -> None:
    (row,) = triage.list_queue(tx, Filter()).rows
    assert not row.is_unread
