"""Nine ways to tamper with the custody log, by somebody with full rights on the database: each is found.

On both databases. Whoever does it has taken the triggers away and knows how entries are hashed; what they
lack are the station's key and the checkpoints that lie outside the database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import text

from storage.memory import MemoryStore
from tests.contracts.postgres import Postgres
from tipline import db
from tipline.db import Database, Transaction
from tipline.domain import auditing, chain, checkpoints, clock, custody, notes, signatures
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.auditing import Verdict
from tipline.domain.checkpoints import Copy

SECRET = "k" * 48
LI = Actor("staff", "li")
ENTRIES = 12
TRIGGERS = {
    "sqlite": [
        f"DROP TRIGGER {name}"
        for name in ("custody_no_update", "custody_no_delete", "custody_in_order", "checkpoint_no_delete")
    ],
    "postgresql": [
        "ALTER TABLE custody DISABLE TRIGGER ALL",
        "ALTER TABLE checkpoint DISABLE TRIGGER checkpoint_no_delete",
    ],
}


class Station(NamedTuple):
    """A database with a log of which checkpoints lie in a store."""

    database: Database
    stored: list[Copy]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def station(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> Iterator[Station]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("tampers") / "tipline.db"
        shutil.copy(migrated_file, path)
        database = Database(f"sqlite:///{path}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.make("tampers")
        db.migrate(url)
        database = Database(url)
    store = MemoryStore()
    for _ in range(2):
        with database.transaction() as tx:
            for number in range(ENTRIES // 2):
                custody.append(tx, LI, "tip:note", f"tip:T-{number}", tip=f"T-{number}", reason="因为")
            checkpoints.make(tx, SECRET, store)
    yield Station(database, list(checkpoints.list_stored(store)))
    database.close()


class _TakenBackError(Exception):
    """Nothing of what a test did stays."""


@contextmanager
def forging(station: Station) -> Iterator[Transaction]:
    """A transaction without triggers that is taken back in the end."""
    try:
        with station.database.transaction() as tx:
            for statement in TRIGGERS[tx.connection().dialect.name]:
                tx.execute(text(statement))
            yield tx
            raise _TakenBackError
    except _TakenBackError:
        pass


def recompute(tx: Transaction, begin: int = 1) -> None:
    """Make the chain fit again, from `begin` on."""
    tx.expire_all()
    for row in [row for rows in chain.read_rows(tx, begin - 1, custody.size(tx)) for row in rows]:
        previous = tx.scalar(text("SELECT hash FROM custody WHERE seq = :seq"), {"seq": row[0] - 1})
        new = (*row[:8], previous or chain.START)
        tx.execute(
            text("UPDATE custody SET previous = :previous, hash = :hash WHERE seq = :seq"),
            {"previous": new[8], "hash": chain.digest(new), "seq": row[0]},
        )


def edit(tx: Transaction) -> None:
    tx.execute(text("UPDATE custody SET reason = 'x' WHERE seq = 5"))


def delete_in_the_middle(tx: Transaction) -> None:
    tx.execute(text("DELETE FROM custody WHERE seq = 5"))


def delete_and_close_the_gap(tx: Transaction) -> None:
    tx.execute(text("DELETE FROM custody WHERE seq = 5"))
    for seq in range(6, ENTRIES + 2):
        tx.execute(text("UPDATE custody SET seq = :new WHERE seq = :seq"), {"new": seq - 1, "seq": seq})
    recompute(tx, 5)


def cut_the_tail(tx: Transaction) -> None:
    tx.execute(text("DELETE FROM custody WHERE seq > 10"))
    tx.execute(text("DELETE FROM checkpoint WHERE size > 10"))


def insert(tx: Transaction) -> None:
    for seq in range(ENTRIES + 1, 4, -1):
        tx.execute(text("UPDATE custody SET seq = :new WHERE seq = :seq"), {"new": seq + 1, "seq": seq})
    tx.execute(
        text("INSERT INTO custody SELECT 5, at, actor, action, subject, tip, reason, detail, previous, hash "
             "FROM custody WHERE seq = 4")
    )  # fmt: skip


def insert_and_recompute(tx: Transaction) -> None:
    insert(tx)
    recompute(tx, 5)


def reorder(tx: Transaction) -> None:
    for old, new in ((5, 99), (6, 5), (7, 6), (99, 7)):
        tx.execute(text("UPDATE custody SET seq = :new WHERE seq = :old"), {"old": old, "new": new})


def swap(tx: Transaction) -> None:
    """Two entries change what they say; numbers and hashes stay."""
    for old, new in (("tip:T-2", "x"), ("tip:T-3", "tip:T-2"), ("x", "tip:T-3")):
        tx.execute(text("UPDATE custody SET subject = :new WHERE subject = :old"), {"old": old, "new": new})


def recompute_all(tx: Transaction) -> None:
    tx.execute(text("UPDATE custody SET reason = 'x' WHERE seq = 5"))
    recompute(tx)


def recompute_and_drop_checkpoints(tx: Transaction) -> None:
    recompute_all(tx)
    tx.execute(text("DELETE FROM checkpoint"))


def roll_back_and_go_on(tx: Transaction) -> None:
    """An older database, in which work went on until it was as long as before."""
    cut_the_tail(tx)
    for number in range(ENTRIES):
        custody.append(tx, LI, "tip:note", f"tip:T-{number}")


def date_back(tx: Transaction) -> None:
    tx.execute(text("UPDATE custody SET at = :at WHERE seq = 5"), {"at": "2025-11-26 10:00:00.000000"})
    recompute(tx, 5)


def take_another_key(tx: Transaction) -> None:
    """All of it made anew, by a station with a key of its own."""
    tx.execute(text("DELETE FROM checkpoint"))
    tx.execute(text("DELETE FROM custody"))
    tx.execute(text("DELETE FROM signing_key"))
    tx.expire_all()
    for number in range(ENTRIES + 3):
        custody.append(tx, LI, "tip:note", f"tip:T-{number}")
    checkpoints.make(tx, SECRET)


def insert_before_the_first(tx: Transaction) -> None:
    """Shown by every list, and outside of what a chain from the first entry goes over."""
    tx.execute(
        text("INSERT INTO custody SELECT -1, at, actor, action, subject, tip, reason, detail, previous, hash "
             "FROM custody WHERE seq = 4")
    )  # fmt: skip


def spoil_the_key(tx: Transaction) -> None:
    """What would be read of it is no longer there to be read."""
    tx.execute(text("UPDATE custody SET detail = 'x' WHERE action = 'key:make'"))


def date_the_key(tx: Transaction) -> None:
    tx.execute(text("UPDATE custody SET at = '0001-01-01 00:00:00.000000' WHERE action = 'key:make'"))


def forget_the_key(tx: Transaction) -> None:
    tx.execute(text("DELETE FROM checkpoint"))
    tx.execute(text("DELETE FROM signing_key"))


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (insert_before_the_first, ["The log is broken at entry -1: missing or out of order."]),
        (spoil_the_key, ["was changed after it was written", "is not the one that the log tells of"]),
        (date_the_key, ["was changed after it was written"]),
        (forget_the_key, ["is not the one that the log tells of"]),
        (edit, ["The log is broken at entry 5: was changed after it was written."]),
        (delete_in_the_middle, ["The log is broken at entry 5: missing or out of order."]),
        (delete_and_close_the_gap, ["something after entry 0, up to entry 7", "tells of 13 entries"]),
        (cut_the_tail, ["tells of 13 entries, but the log has 10"]),
        (insert, ["The log is broken at entry 5"]),
        (insert_and_recompute, ["something after entry 0, up to entry 7"]),
        (reorder, ["The log is broken at entry 5"]),
        (swap, ["The log is broken at entry 3: was changed after it was written."]),
        (recompute_all, ["in the database was signed over other", "in the store (checkpoint/000000000007)"]),
        (recompute_and_drop_checkpoints, ["in the store (checkpoint/000000000007) was signed over other"]),
        (roll_back_and_go_on, ["something after entry 7, up to entry 13"]),
        (date_back, ["Entry 5 is dated 2025-11-26", "something after entry 0, up to entry 7"]),
        (take_another_key, ["was signed by a key that this log does not name"]),
    ],
)  # fmt: skip
def test_a_tamper_is_found(
    station: Station, tamper: Callable[[Transaction], None], expected: list[str]
) -> None:
    with forging(station) as tx:
        tamper(tx)
        tx.expire_all()
        said = told(auditing.audit_within(tx, station.stored))

    assert all(any(words in line for line in said) for words in expected), said


def told(verdict: Verdict) -> list[str]:
    return [auditing.sentence(one, lambda words, **values: words % values) for one in verdict.faults]


def test_what_sqlite_keeps_in_a_column_against_its_type_is_found(station: Station) -> None:
    if not station.database.is_sqlite:
        return  # PostgreSQL keeps no such thing
    for statement, expected in (
        ("UPDATE checkpoint SET note = x'ff00'", "is no checkpoint, or it was cut short"),
        ("UPDATE custody SET at = 'once' WHERE action = 'key:make'", "was changed after it was written"),
    ):
        with forging(station) as tx:
            tx.execute(text("DROP TRIGGER checkpoint_no_update"))
            tx.execute(text(statement))
            tx.expire_all()
            assert any(expected in line for line in told(auditing.audit_within(tx, station.stored)))


def test_an_untouched_log_holds_against_all_its_checkpoints(station: Station) -> None:
    verdict = auditing.audit(station.database, station.stored)

    assert verdict.is_whole
    assert (verdict.checked, verdict.newest, verdict.walk.size) == (4, ENTRIES + 1, ENTRIES + 1)


def test_blocks_checked_apart_give_the_same_log(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = auditing.audit(station.database, station.stored)
    monkeypatch.setattr(chain, "BLOCK", 4)

    assert auditing.audit(station.database, station.stored) == whole
    with forging(station) as tx:
        recompute_all(tx)
        tx.execute(text("UPDATE custody SET previous = :no WHERE seq = 9"), {"no": chain.START})
        verdict = auditing.audit_within(tx)
    assert verdict.walk.fault == chain.Fault(9, chain.UNLINKED)
    assert verdict.faults[1].code == "log:rewritten"


def test_a_clock_set_back_a_year_is_told_by_the_log_itself(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = datetime.now(UTC) - timedelta(days=365)
    with forging(station) as tx:
        monkeypatch.setattr(clock, "now", lambda: past)
        for _ in range(2):
            custody.append(tx, LI, "tip:note", "tip:T-1")
        verdict = auditing.audit_within(tx, station.stored)
        newest = [(one.action, one.actor) for one in custody.list_latest(tx, limit=3)]

    assert newest == [("tip:note", LI.label), ("tip:note", LI.label), ("clock:back", SYSTEM.label)]
    assert verdict.is_whole, "an empty battery breaks no log"
    assert [(one.seq, one.told) for one in verdict.walk.steps] == [(ENTRIES + 2, True)]


def test_a_checkpoint_of_a_key_that_was_retired_before_is_no_proof(station: Station) -> None:
    with forging(station) as tx:
        old = signatures.open_signer(tx, SECRET)
        signatures.rotate(tx, SECRET, SYSTEM)
        checkpoints.make(tx, SECRET)
        assert auditing.audit_within(tx, station.stored).is_whole, "what it signed before stays good"
        custody.append(tx, LI, "tip:note", "tip:T-1")
        head = notes.Head(checkpoints.origin(tx), custody.size(tx), bytes(32))
        late = notes.sign(head, old.row.raw, old.sign)
        said = told(auditing.audit_within(tx, [Copy("file", "found.txt", late)]))

    assert said == [
        "A checkpoint in the file found.txt over 16 entries was signed by a key that was retired at entry 14."
    ]


def test_a_copy_that_was_altered_or_is_something_else_is_named(station: Station) -> None:
    note = station.stored[0].note
    copies = [Copy("file", "cut.txt", note[:40]), Copy("file", "size.txt", note.replace("\n7\n", "\n8\n"))]

    assert told(auditing.audit(station.database, copies)) == [
        "What lies in the file cut.txt is no checkpoint, or it was cut short.",
        "A checkpoint in the file size.txt was altered: its signature does not fit.",
    ]
