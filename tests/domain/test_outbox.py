"""Work that must happen: `tipline.domain.outbox`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.domain.conftest import EVENING, Ring
from tipline.db import Database, Transaction
from tipline.domain import outbox
from tipline.domain.outbox import LEASE, MAX_ATTEMPTS, RING_AGAIN, Outbox

KIND = "evidence.derive"


def _taken(tx: Transaction, row: Outbox) -> Outbox:
    found = outbox.take(tx, row.id)
    assert found is not None
    return found


def _token(row: Outbox) -> str:
    assert row.token is not None
    return row.token


# --- ringing


def test_the_bell_rings_after_the_commit(database: Database, ring: Ring) -> None:
    with database.transaction() as tx:
        row = outbox.add(tx, ring, KIND, "e1")
        assert ring.rung == []

    assert ring.rung == [(KIND, row.id)]


def test_nothing_rings_after_a_rollback(database: Database, ring: Ring) -> None:
    def act() -> None:
        with database.transaction() as tx:
            outbox.add(tx, ring, KIND, "e1")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()

    assert ring.rung == []
    with database.reading() as tx:
        assert outbox.counts(tx) == {}


def test_a_ring_that_was_lost_is_rung_again_after_a_while_and_not_before(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    tx.after_commit.clear()
    assert outbox.ring_stuck(tx, ring) == []
    assert tx.after_commit == []

    at(EVENING + RING_AGAIN + timedelta(seconds=1))
    assert outbox.ring_stuck(tx, ring) == []
    assert len(tx.after_commit) == 1
    tx.after_commit.pop()()
    assert ring.rung == [(KIND, row.id)]
    # Rung just now: the next round leaves it alone.
    outbox.ring_stuck(tx, ring)
    assert tx.after_commit == []


# --- taking


def test_a_job_is_in_one_hand_at_a_time(tx: Transaction, ring: Ring) -> None:
    row = outbox.add(tx, ring, KIND, "e1")
    first = _taken(tx, row)

    assert (first.state, first.attempt) == ("running", 1)
    assert outbox.take(tx, row.id) is None


def test_a_job_that_does_not_exist_or_is_done_is_not_taken(tx: Transaction, ring: Ring) -> None:
    row = outbox.add(tx, ring, KIND, "e1")
    assert outbox.finish(tx, row.id, _token(_taken(tx, row)))

    assert outbox.take(tx, row.id) is None
    assert outbox.take(tx, 4711) is None


def test_who_lost_the_lease_can_no_longer_finish(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    old = _token(_taken(tx, row))
    at(EVENING + LEASE + timedelta(seconds=1))
    new = _token(_taken(tx, row))

    assert new != old
    assert not outbox.renew(tx, row.id, old)
    assert not outbox.finish(tx, row.id, old)
    assert not outbox.put_back(tx, row.id, old, "media:crashed")
    assert not outbox.release(tx, row.id, old)
    assert outbox.finish(tx, row.id, new)


def test_a_renewed_lease_holds(tx: Transaction, ring: Ring, at: Callable[[datetime], None]) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    token = _token(_taken(tx, row))
    at(EVENING + LEASE - timedelta(seconds=1))
    assert outbox.renew(tx, row.id, token)
    at(EVENING + LEASE + timedelta(seconds=10))

    assert outbox.take(tx, row.id) is None
    assert outbox.finish(tx, row.id, token)


# --- giving back


def test_a_passing_fault_frees_the_row_until_the_last_try(tx: Transaction, ring: Ring) -> None:
    row = outbox.add(tx, ring, KIND, "e1")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        taken = _taken(tx, row)
        assert taken.attempt == attempt
        assert outbox.put_back(tx, row.id, _token(taken), "media:unreadable")
        tx.refresh(row)
        assert row.state == ("dead" if attempt == MAX_ATTEMPTS else "queued")
        assert row.failure == "media:unreadable"

    assert outbox.take(tx, row.id) is None
    assert outbox.counts(tx) == {"dead": 1}


def test_a_released_job_costs_no_try_and_is_rung_at_once(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    tx.after_commit.clear()
    for _ in range(MAX_ATTEMPTS + 2):
        assert outbox.release(tx, row.id, _token(_taken(tx, row)))

    tx.refresh(row)
    assert (row.state, row.attempt) == ("queued", 0)
    outbox.ring_stuck(tx, ring)
    assert len(tx.after_commit) == 1


def test_waiting_for_something_that_is_down_costs_no_try(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    tx.after_commit.clear()
    for _ in range(MAX_ATTEMPTS + 2):
        assert outbox.wait(tx, row.id, _token(_taken(tx, row)), "media:unreadable")

    tx.refresh(row)
    assert (row.state, row.attempt, row.failure) == ("queued", 0, "media:unreadable")
    outbox.ring_stuck(tx, ring)
    assert tx.after_commit == []  # not at once, or a store that is down is asked without pause


def test_giving_up_is_final(tx: Transaction, ring: Ring, at: Callable[[datetime], None]) -> None:
    at(EVENING)
    row = outbox.add(tx, ring, KIND, "e1")
    assert outbox.give_up(tx, row.id, _token(_taken(tx, row)), "media:timeout")
    tx.after_commit.clear()
    at(EVENING + timedelta(days=1))

    assert outbox.ring_stuck(tx, ring) == []
    assert tx.after_commit == []
    assert outbox.take(tx, row.id) is None


def test_a_job_whose_worker_died_is_rung_again_and_dead_after_its_last_try(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    moment = EVENING
    at(moment)
    row = outbox.add(tx, ring, KIND, "e1")
    tx.after_commit.clear()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        _taken(tx, row)
        moment += LEASE + RING_AGAIN
        at(moment)
        dead = outbox.ring_stuck(tx, ring)
        assert len(tx.after_commit) == (0 if attempt == MAX_ATTEMPTS else 1)
        tx.after_commit.clear()

    assert dead == [row]
    assert (row.state, row.failure) == ("dead", "media:crashed")
    assert outbox.take(tx, row.id) is None


def test_one_round_rings_no_more_than_it_may(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    for number in range(5):
        outbox.add(tx, ring, KIND, f"e{number}")
    tx.after_commit.clear()
    at(EVENING + timedelta(minutes=5))
    outbox.ring_stuck(tx, ring, limit=3)
    assert len(tx.after_commit) == 3

    # Those that were not rung come first the next time.
    at(EVENING + timedelta(minutes=10))
    tx.after_commit.clear()
    outbox.ring_stuck(tx, ring, limit=2)
    for call in tx.after_commit:
        call()
    assert [outbox_id for _, outbox_id in ring.rung] == [4, 5]


# --- fairness


def _waiting(tx: Transaction, ring: Ring, *tips: int) -> list[Outbox]:
    return [outbox.add(tx, ring, KIND, f"e{at}", tip_id=tip) for at, tip in enumerate(tips)]


def _order(tx: Transaction, rows: list[Outbox]) -> list[int]:
    """Whose job is begun at each ring, the rings coming in the order of the jobs."""
    begun = []
    for row in rows:
        taken = outbox.take(tx, outbox.fairest(tx, row.id))
        assert taken is not None
        begun.append(taken.tip_id or 0)
    return begun


def test_a_tip_with_many_files_takes_turns_with_the_others(tx: Transaction, ring: Ring) -> None:
    rows = _waiting(tx, ring, 1, 1, 1, 1, 2, 3, 2)
    assert _order(tx, rows) == [1, 2, 3, 1, 2, 1, 1]


def test_whose_turn_it_is_is_soon_known_however_many_wait(tx: Transaction, ring: Ring) -> None:
    """It is asked within a transaction that nobody else may write beside."""
    *_, last = _waiting(tx, ring, *[1] * 5000, 2)
    begun = time.process_time()
    assert outbox.fairest(tx, last.id) != last.id
    assert time.process_time() - begun < 1.0


def test_each_ring_begins_one_job_and_none_twice(tx: Transaction, ring: Ring) -> None:
    rows = _waiting(tx, ring, 1, 1, 2)
    _order(tx, rows)
    assert all(outbox.take(tx, outbox.fairest(tx, row.id)) is None for row in rows)


def test_another_kind_of_work_gives_no_turn_away(tx: Transaction, ring: Ring) -> None:
    (film,) = _waiting(tx, ring, 1)
    step = outbox.add(tx, ring, "evidence.late", "7", tip_id=2)
    assert outbox.fairest(tx, step.id) == step.id
    assert outbox.fairest(tx, film.id) == film.id


def test_what_came_back_after_a_fault_waits_for_its_own_ring(tx: Transaction, ring: Ring) -> None:
    broken, fine = _waiting(tx, ring, 1, 2)
    taken = _taken(tx, broken)
    outbox.put_back(tx, broken.id, _token(taken), "media:unreadable")
    tx.flush()
    assert outbox.fairest(tx, fine.id) == fine.id


def test_turns_taken_long_ago_do_not_count(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    for row in _waiting(tx, ring, 1, 1):
        outbox.finish(tx, row.id, _token(_taken(tx, row)))
    at(EVENING + timedelta(minutes=11))
    rows = _waiting(tx, ring, 1, 2)
    assert _order(tx, rows) == [1, 2]


def test_the_ring_for_a_job_whose_worker_died_begins_that_job_and_no_other(
    tx: Transaction, ring: Ring, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    dead, _ = _waiting(tx, ring, 1, 2)
    _taken(tx, dead)
    at(EVENING + LEASE + timedelta(seconds=1))
    assert outbox.fairest(tx, dead.id) == dead.id
