"""Acts on bulletins are taken back like others, within the limits of their own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.domain.test_bulletins import WARNING
from tests.domain.test_topics import refused
from tests.domain.test_undoing import last
from tipline.db import Transaction
from tipline.domain import accounts, acts, bulletins, clock, custody, posting, undoing
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.bulletins import Bulletin
from tipline.domain.cases import Case
from tipline.domain.posting import Said

SOON = timedelta(hours=2)
Step = Callable[[Transaction, Actor, Bulletin], None]


@pytest.fixture
def row(tx: Transaction, chief: Actor) -> Bulletin:
    return posting.draft(tx, chief, WARNING)


def undo_last(tx: Transaction, actor: Actor) -> None:
    undoing.undo(tx, actor, last(tx).id)


def _schedule(tx: Transaction, who: Actor, row: Bulletin) -> None:
    posting.publish(tx, who, row, at=clock.now() + SOON)


def _withdraw(tx: Transaction, who: Actor, row: Bulletin) -> None:
    posting.withdraw(tx, who, row, "情况有误。")


@pytest.mark.parametrize(
    "steps",
    [
        (posting.propose,),
        (posting.discard,),
        (posting.discard, posting.restore),
        (posting.publish,),
        (_schedule,),
        (_schedule, posting.take_back),
        (posting.publish, _withdraw),
        (posting.publish, _withdraw, posting.restore),
        (posting.publish, posting.take_back),
    ],
)
def test_each_step_has_a_way_back_that_stands_in_the_log(
    tx: Transaction, chief: Actor, row: Bulletin, steps: tuple[Step, ...]
) -> None:
    *before, step = steps
    for one in before:
        one(tx, chief, row)
    names = [name for name in Bulletin.__table__.c.keys() if name not in ("changed_at", "revision")]  # noqa: SIM118
    was, revision = acts.held(row, *names), row.revision
    step(tx, chief, row)
    assert acts.held(row, *names) != was
    undo_last(tx, chief)
    assert acts.held(row, *names) == was
    assert row.revision > revision
    assert custody.list_of(tx, subject=f"bulletin:{row.handle}")[-1].action == "act:undo"


def test_words_are_put_back_and_residents_read_that_they_were_corrected(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    posting.edit(tx, chief, row, Said("news", "另一个标题", "另一段话"))
    row.corrected_at = None
    undo_last(tx, chief)
    assert (row.kind, row.title, row.text) == (WARNING.kind, WARNING.title, WARNING.text)
    assert row.corrected_at is not None
    assert WARNING.text not in custody.list_of(tx, subject=f"bulletin:{row.handle}")[-1].detail


def test_what_was_published_counts_as_read_after_ten_minutes(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    act = last(tx)
    assert undoing.may_undo(act)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        assert not undoing.may_undo(act)
        assert refused(lambda: undo_last(tx, chief)) == "bulletin:too-late"
    assert bulletins.state_of(row) == "published"


def test_nothing_comes_before_residents_by_a_way_back_that_is_taken_too_late(
    tx: Transaction, chief: Actor, row: Bulletin
) -> None:
    _schedule(tx, chief, row)
    posting.publish(tx, chief, row, at=clock.now() + 3 * SOON)
    moved = last(tx)
    posting.take_back(tx, chief, row)
    with clock.frozen(clock.now() + 4 * SOON):
        assert refused(lambda: undo_last(tx, chief)) == "bulletin:time-passed"
    undo_last(tx, chief)  # in time
    with clock.frozen(clock.now() + 1.5 * SOON):
        assert refused(lambda: undoing.undo(tx, chief, moved.id)) == "bulletin:time-passed"
    undoing.undo(tx, chief, moved.id)
    assert row.publishes_at is not None
    assert row.publishes_at < clock.now() + 1.5 * SOON


def test_what_was_changed_since_is_not_published_unseen(
    tx: Transaction, chief: Actor, officer: Actor, row: Bulletin
) -> None:
    posting.publish(tx, chief, row)
    posting.take_back(tx, chief, row)
    taken_back = last(tx)
    posting.edit(tx, officer, row, Said("warning", "改过", "改过"))
    assert refused(lambda: undoing.undo(tx, chief, taken_back.id)) == "act:superseded"


def test_who_may_not_publish_takes_back_only_what_a_drafter_may(
    tx: Transaction, chief: Actor, officer: Actor, row: Bulletin
) -> None:
    posting.propose(tx, officer, row)
    proposed = last(tx)
    posting.publish(tx, chief, row)
    assert refused(lambda: undo_last(tx, officer)) == "account:forbidden"
    _withdraw(tx, chief, row)
    assert refused(lambda: undo_last(tx, officer)) == "account:forbidden"
    assert refused(lambda: undoing.undo(tx, officer, proposed.id)) == "account:forbidden"


def test_an_act_on_a_bulletin_of_a_case_that_is_closed_to_somebody_is_not_there(
    tx: Transaction, chief: Actor, case: Case
) -> None:
    row = posting.draft(tx, chief, WARNING, case)
    posting.propose(tx, chief, row)
    case.access = "members"
    other = accounts.add(tx, SYSTEM, "zhou", role="investigator", password_hash="not a hash").actor
    assert refused(lambda: undo_last(tx, other)) == "act:not-found"
