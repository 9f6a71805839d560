"""What the neighbourhood service asks of the database, on SQLite and on a real PostgreSQL.

Figures are ranked and put into hours by the database itself, and a step of the ladder is taken once however
many hosts are at it. (Appointments: test_database.py.)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.contracts.test_database import at_once, database, make_tip, migrated_postgres, officer
from tipline.db import Database, Transaction
from tipline.domain import (
    accounts,
    acts,
    bulletins,
    clock,
    concluding,
    duties,
    escalations,
    events,
    figures,
    incidents,
    posting,
    promptness,
    receivers,
    tips,
    tries,
    undoing,
    webhooks,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.duties import Duty
from tipline.domain.figures import Figures, Wanted
from tipline.domain.spreads import Spread

__all__ = ["database", "migrated_postgres", "officer"]  # fixtures

BERLIN = ZoneInfo("Europe/Berlin")
# At one o'clock UTC of this day clocks go back, so that the hour after two comes twice.
TURNED = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def answered(tx: Transaction, officer: Actor, came: datetime, seconds: float, asked: float = 0.0) -> None:
    """A tip that was acknowledged so many seconds after it came, `asked` of them while its clock stood."""
    with clock.frozen(came):
        tip = make_tip(tx)
    if asked:
        with clock.frozen(came + timedelta(seconds=seconds - asked)):
            tips.move(tx, officer, tip, "need_info")
    with clock.frozen(came + timedelta(seconds=seconds)):
        tips.acknowledge(tx, officer, tip)


def test_percentiles_and_hours_are_the_same_on_both(database: Database, officer: Actor) -> None:
    with database.transaction() as tx:
        for number in range(1, 11):
            came = TURNED + timedelta(hours=number % 2, milliseconds=number)
            answered(tx, officer, came, 60.25 * number)
        answered(tx, officer, TURNED + timedelta(hours=2), 1000, asked=970)
        with clock.frozen(TURNED):
            make_tip(tx)
    day = TURNED.astimezone(BERLIN).date()
    wanted = Wanted(day, day, BERLIN).checked()

    with database.reading() as tx, clock.frozen(TURNED + timedelta(hours=6)):
        assert Figures(tx, wanted).answered == Spread(11, 301.25, 542.25, 602.5)
        by_hour = Figures(tx, wanted).answered_by("hour")
        assert {hour: (one.number, one.p50) for hour, one in by_hour.items()} == {
            "02": (10, 301.25), "03": (1, 30.0),
        }  # fmt: skip
        assert Figures(tx, wanted).by_hour == {(day, 2): 11, (day, 3): 1}
        assert figures.count_over(tx, wanted, 10) == (11, 1)
        assert Figures(tx, wanted).totals.received == 12
        assert figures.backlog(tx, wanted)["late"] == 1
        assert figures.hot_places(tx, wanted) == []
        assert promptness.median_s(tx, "north") is None


def test_a_step_of_the_ladder_is_taken_once_however_many_hosts_are_at_it(database: Database) -> None:
    with database.transaction() as tx:
        who = accounts.add(tx, SYSTEM, "wu", role="investigator", password_hash="not a hash").id
        tx.add(Duty(account_id=who, part=duties.ON_CALL, created_at=clock.now()))
        tip = make_tip(tx)

    def climb(_: int) -> int:
        with database.transaction() as tx:
            return len(escalations.climb(tx, tip.id, BERLIN))

    assert sorted(at_once(climb)) == [0] * 7 + [1]
    with database.reading() as tx:
        assert [(one.step, one.account_id) for one in escalations.list_of(tx, tip)] == [("officer", who)]
        assert escalations.count_waiting(tx, who) == 1
        assert escalations.list_due(tx, most=5) == []


def test_of_many_who_act_at_once_one_is_first_and_the_others_read_so(
    database: Database, officer: Actor
) -> None:
    """Taking note and taking that back; ending while others join; withdrawing while somebody publishes."""
    with database.transaction() as tx:
        chief = accounts.add(tx, SYSTEM, "chief", role="supervisor", password_hash="not a hash").actor
        mine = make_tip(tx, "电梯停了").reference
        lift = incidents.open_incident(tx, officer, make_tip(tx, "电梯停了"), title="电梯").reference
        late = [make_tip(tx, f"也困住了 {number}").reference for number in range(4)]
        news = posting.draft(tx, chief, posting.Said("news", "停水", "明天停水。"))

    def note(tx: Transaction, _: int) -> None:
        tips.acknowledge(tx, officer, tips.read_tip(tx, mine))

    def take_back(tx: Transaction, _: int) -> None:
        undoing.undo(tx, officer, acts.list_latest(tx, officer.user_id or 0, limit=1)[0].id)

    def end_or_join(tx: Transaction, number: int) -> None:
        found = incidents.read_incident(tx, lift)
        if number % 2:
            concluding.close(tx, officer, found, "settled", "好了。")
        else:
            incidents.attach(tx, officer, found, tips.read_tip(tx, late[number // 2]))

    def show_or_withdraw(tx: Transaction, number: int) -> None:
        found = bulletins.read_bulletin(tx, news.handle, chief)
        if number % 2:
            posting.withdraw(tx, chief, found, "有误。")
        else:
            posting.publish(tx, chief, found, revision=news.revision)

    def told(act: Callable[[Transaction, int], None]) -> list[str]:
        def one(number: int) -> None:
            with database.transaction() as tx:
                act(tx, number)

        return ["done" if it is None else it.code for it in at_once(one)]

    assert sorted(told(note)) == ["done", *["tip:already-acknowledged"] * 7]
    assert sorted(told(take_back)) == [*["act:undone"] * 7, "done"]
    ended = told(end_or_join)
    assert sorted(ended[1::2]) == ["done", *["incident:closed"] * 3]
    assert told(show_or_withdraw)[0::2].count("done") == 1
    with database.reading() as tx:
        joined = [tips.read_tip(tx, one) for one in late]
        assert [one.state for one in joined] == [
            "closed" if answer == "done" else "received" for answer in ended[0::2]
        ]
        state = bulletins.state_of(bulletins.read_bulletin(tx, news.handle, chief))
        assert state in (bulletins.PUBLISHED, bulletins.WITHDRAWN)


def test_who_rests_is_not_found_and_a_trial_of_theirs_is(database: Database) -> None:
    rung: list[int] = []
    database.ring = lambda _, number: rung.append(number)
    key, told = "a key of a station under test", "bulletin:published"
    with clock.frozen(TURNED):
        with database.transaction() as tx:
            lost, fine = (
                webhooks.add(tx, key, SYSTEM, f"https://{name}.example.org/x", label=name)[0]
                for name in ("lost", "fine")
            )
            events.tell(tx, told)
        with database.transaction() as tx:
            assert tries.due(tx) == [1, 2]
            batch = tries.take(tx, 1)
            assert batch
            tries.failed(tx, batch.rows, "notice:hung", for_good=False)
        with database.transaction() as tx:
            events.tell(tx, told)
            receivers.test(tx, SYSTEM, lost)
        with database.transaction() as tx:
            assert tries.due(tx) == [2, 5]
            assert tries.ring_due(tx) == 2
            batch = tries.take(tx, 2)
            assert batch
            assert (batch.number, len(batch.rows)) == (fine.id, 2)
        assert rung == [1, 4, 2]
