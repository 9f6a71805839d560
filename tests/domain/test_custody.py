"""The custody log: `tipline.domain.custody`. Each way of tampering is found, most are refused at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.domain.conftest import EVENING
from tipline.db import Database, Transaction
from tipline.domain import clock, custody
from tipline.domain.actors import SYSTEM, Actor

LI = Actor("staff", "li", 1, "investigator")
ENTRIES = 5


@pytest.fixture
def written(database: Database) -> Database:
    """A log of five entries."""
    with database.transaction() as tx:
        for number in range(1, ENTRIES + 1):
            custody.append(
                tx, LI, "tip:note", f"tip:T-{number}", tip=f"T-{number}", reason="因为", number=number
            )
    return database


@pytest.fixture
def forger(written: Database) -> Iterator[Transaction]:
    """Somebody with full rights on the database, who took the triggers away first."""
    with written.transaction() as tx:
        tx.execute(text("DROP TRIGGER custody_no_update"))
        tx.execute(text("DROP TRIGGER custody_no_delete"))
        tx.execute(text("DROP TRIGGER custody_in_order"))
        yield tx


def test_an_untouched_log_is_whole(written: Database) -> None:
    with written.reading() as tx:
        assert custody.verify(tx) is None
        assert custody.size(tx) == ENTRIES


def test_an_empty_log_is_whole(database: Database) -> None:
    with database.reading() as tx:
        assert custody.verify(tx) is None
        assert custody.size(tx) == 0


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'staff:wang'",
        "action = 'tip:closed'",
        "subject = 'tip:T-9'",
        "tip = 'T-9'",
        "tip = NULL",
        "reason = '另一个原因'",
        "reason = NULL",
        "detail = '{}'",
        "at = '2020-01-01 00:00:00.000000'",
    ],
)
def test_a_changed_entry_is_found(forger: Transaction, change: str) -> None:
    forger.execute(text(f"UPDATE custody SET {change} WHERE seq = 3"))

    assert custody.verify(forger) == custody.Fault(3, "was changed after it was written")


def test_a_change_with_a_fitting_hash_is_found_at_the_next_entry(forger: Transaction) -> None:
    forger.execute(text("UPDATE custody SET reason = 'x' WHERE seq = 3"))
    entry = forger.get_one(custody.Custody, 3, populate_existing=True)
    forger.execute(text("UPDATE custody SET hash = :hash WHERE seq = 3"), {"hash": custody.digest(entry)})
    forger.expire_all()

    assert custody.verify(forger) == custody.Fault(4, "does not follow the entry before it")


def test_a_deleted_entry_is_found(forger: Transaction) -> None:
    forger.execute(text("DELETE FROM custody WHERE seq = 2"))

    assert custody.verify(forger) == custody.Fault(2, "missing or out of order")


def test_a_deleted_beginning_is_found(forger: Transaction) -> None:
    forger.execute(text("DELETE FROM custody WHERE seq = 1"))

    assert custody.verify(forger) == custody.Fault(1, "missing or out of order")


def test_a_closed_gap_is_found(forger: Transaction) -> None:
    forger.execute(text("DELETE FROM custody WHERE seq = 2"))
    forger.execute(text("UPDATE custody SET seq = seq - 1 WHERE seq > 2"))

    fault = custody.verify(forger)
    assert fault is not None
    assert fault.seq == 2


def test_two_entries_that_changed_places_are_found(forger: Transaction) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        forger.execute(text("UPDATE custody SET seq = :new WHERE seq = :old"), {"old": old, "new": new})

    fault = custody.verify(forger)
    assert fault is not None
    assert fault.seq == 2


def test_an_inserted_entry_is_found(forger: Transaction) -> None:
    forger.execute(text("UPDATE custody SET seq = seq + 10 WHERE seq > 2"))
    forger.execute(
        text("INSERT INTO custody SELECT 3, at, actor, action, subject, tip, reason, detail, previous, hash "
             "FROM custody WHERE seq = 2")
    )  # fmt: skip

    fault = custody.verify(forger)
    assert fault is not None
    assert fault.seq == 3


COPY = "SELECT {seq}, at, actor, action, subject, tip, reason, detail, {previous}, hash FROM custody"


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE custody SET reason = 'x'",
        "UPDATE OR IGNORE custody SET seq = 9 WHERE seq = 3",
        "DELETE FROM custody",
        f"INSERT OR REPLACE INTO custody {COPY.format(seq=3, previous='previous')} WHERE seq = 2",
        f"INSERT OR IGNORE INTO custody {COPY.format(seq=3, previous='previous')} WHERE seq = 2",
        f"REPLACE INTO custody {COPY.format(seq=9, previous='hash')} WHERE seq = 5",
        f"INSERT INTO custody {COPY.format(seq=6, previous='previous')} WHERE seq = 5",
        f"INSERT INTO custody {COPY.format(seq=2, previous='hash')} WHERE seq = 1 "
        "ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
    ],
)
def test_the_database_itself_lets_the_log_grow_at_its_end_alone(written: Database, act: str) -> None:
    with pytest.raises(DBAPIError, match="append-only|at its end alone"), written.transaction() as tx:
        tx.execute(text(act))


def test_an_entry_is_gone_with_the_act_it_tells_of(written: Database) -> None:
    def act() -> None:
        with written.transaction() as tx:
            custody.append(tx, SYSTEM, "tip:note", "tip:T-6")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()

    with written.reading() as tx:
        assert custody.size(tx) == ENTRIES


def test_what_was_taken_back_within_a_transaction_leaves_no_gap(written: Database) -> None:
    with written.transaction() as tx:
        custody.append(tx, LI, "tip:note", "tip:T-6")
        part = tx.begin_nested()
        custody.append(tx, LI, "tip:note", "tip:T-7")
        part.rollback()
        custody.append(tx, LI, "tip:note", "tip:T-8")
        with tx.begin_nested():
            custody.append(tx, LI, "tip:note", "tip:T-9")
        custody.append(tx, LI, "tip:note", "tip:T-10")
    with written.reading() as tx:
        assert custody.verify(tx) is None
        told = [one.subject for one in custody.list_of(tx, after=ENTRIES)]
        assert told == ["tip:T-6", "tip:T-8", "tip:T-9", "tip:T-10"]


def test_an_act_on_many_leaves_the_entries_it_would_leave_one_by_one(database: Database) -> None:
    lines = [custody.Line(f"tip:T-{at}", f"T-{at}", {"late": at == 2}) for at in (1, 2, 3)]
    with clock.frozen(EVENING), database.transaction() as tx:
        at_once = tx.begin_nested()
        custody.append_each(tx, LI, "tip:acknowledge", lines, reason="同一件事")
        custody.append_each(tx, LI, "tip:acknowledge", [])
        written = [custody.row_of(one) for one in custody.list_of(tx)]
        at_once.rollback()
        for subject, tip, detail in lines:
            custody.append(tx, LI, "tip:acknowledge", subject, tip=tip, reason="同一件事", **detail)

        assert len(written) == len(lines)
        assert [custody.row_of(one) for one in custody.list_of(tx)] == written
        assert custody.verify(tx) is None


def test_words_no_database_can_keep_do_not_break_the_chain(database: Database) -> None:
    with database.transaction() as tx:
        custody.append(tx, LI, "tip:note", "tip:T-1", reason="a\0b\ud800c", words="\0\ud800")
    with database.reading() as tx:
        assert custody.verify(tx) is None
        assert custody.list_of(tx)[0].reason == "a�b�c"


def test_entries_are_listed_by_tip_and_subject_and_page_by_page(written: Database) -> None:
    with written.reading() as tx:
        assert [one.seq for one in custody.list_of(tx, tip="T-2")] == [2]
        assert [one.seq for one in custody.list_of(tx, subject="tip:T-3")] == [3]
        assert [one.seq for one in custody.list_of(tx, after=3)] == [4, 5]
        assert [one.seq for one in custody.list_of(tx, limit=2)] == [1, 2]
        assert custody.list_of(tx, tip="T-2")[0].facts() == {"number": 2}
