"""That a bulletin is out is told once, and when it is out: `tipline.domain.announcing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.domain.test_bulletins import WARNING
from tests.domain.test_events import listen, told
from tests.domain.test_undoing import last
from tipline.db import Transaction
from tipline.domain import announcing, clock, posting, undoing
from tipline.domain.actors import Actor
from tipline.domain.bulletins import Bulletin
from tipline.domain.notices import Notice

SOON = timedelta(hours=2)
Step = Callable[[Transaction, Actor, Bulletin], None]


@pytest.fixture
def row(tx: Transaction, chief: Actor) -> Bulletin:
    """A draft, and a robot that listens."""
    listen(tx, events=["bulletin:published"])
    return posting.draft(tx, chief, WARNING)


def test_what_was_scheduled_is_told_when_it_goes_out_and_only_once(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row, at=clock.now() + SOON)
    assert announcing.announce_due(tx) == 0
    assert told(tx) == []
    with clock.frozen(clock.now() + SOON):
        assert [announcing.announce_due(tx) for _ in range(2)] == [1, 0]
    assert [event for event, _, _ in told(tx)] == ["bulletin:published"]


def test_what_is_published_at_once_is_told_at_once_and_not_by_the_sweep(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    assert len(told(tx)) == 1
    assert announcing.announce_due(tx) == 0


def test_what_was_taken_back_before_its_time_is_never_told(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row, at=clock.now() + SOON)
    posting.take_back(tx, chief, row)
    with clock.frozen(clock.now() + 2 * SOON):
        assert announcing.announce_due(tx) == 0
    assert told(tx) == []


def test_what_ended_or_was_withdrawn_while_nothing_ran_is_not_told(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    now = clock.now()
    posting.publish(tx, chief, row, at=now + SOON, until=now + 2 * SOON)
    other = posting.draft(tx, chief, WARNING)
    posting.publish(tx, chief, other, at=now + SOON)
    with clock.frozen(now + 3 * SOON):
        posting.withdraw(tx, chief, other, "情况有误。")
        assert announcing.announce_due(tx) == 0
        posting.restore(tx, chief, other)
        assert announcing.announce_due(tx) == 1


def test_whoever_would_have_heard_later_does_not_hear_of_what_is_gone_by_then(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    other = posting.draft(tx, chief, WARNING)
    posting.publish(tx, chief, other)
    posting.withdraw(tx, chief, row, "情况有误。")
    assert _states(tx) == ["dropped", "waiting"]


def _states(tx: Transaction) -> list[str]:
    return [one.state for one in tx.scalars(select(Notice).order_by(Notice.id))]


def _undo_last(tx: Transaction, who: Actor, _row: Bulletin) -> None:
    undoing.undo(tx, who, last(tx).id)


def _withdraw(tx: Transaction, who: Actor, row: Bulletin) -> None:
    posting.withdraw(tx, who, row, "情况有误。")


@pytest.mark.parametrize(
    ("gone", "back"),
    [(posting.take_back, _undo_last), (_withdraw, _undo_last), (_withdraw, posting.restore)],
)
def test_who_had_not_heard_before_it_went_hears_once_it_is_out_again(
    tx: Transaction, chief: Actor, row: Bulletin, gone: Step, back: Step
) -> None:
    posting.publish(tx, chief, row)
    gone(tx, chief, row)
    assert _states(tx) == ["dropped"]

    back(tx, chief, row)

    assert announcing.announce_due(tx) == 0
    assert _states(tx) == ["waiting"]


def test_what_was_told_already_is_not_told_again_when_it_is_out_again(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    posting.take_back(tx, chief, row)  # of an earlier publication nothing waits again
    posting.publish(tx, chief, row)
    tx.scalars(select(Notice).order_by(Notice.id)).all()[-1].state = "sent"
    _withdraw(tx, chief, row)
    posting.restore(tx, chief, row)

    assert _states(tx) == ["dropped", "sent"]


def test_nobody_hears_of_what_came_back_and_was_gone_again(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    now = clock.now()
    posting.publish(tx, chief, row, at=now + SOON)
    with clock.frozen(now + 2 * SOON):
        _withdraw(tx, chief, row)
        posting.restore(tx, chief, row)
        assert announcing.announce_due(tx) == 1

        _undo_last(tx, chief, row)

        assert _states(tx) == ["dropped"]
