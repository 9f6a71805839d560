"""Transactions and shapes on SQLite: `tipline.db`. `tests/contracts` holds both databases to one promise."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from tests.side_by_side import side_by_side
from tipline import db
from tipline.db import Base, Database, safe_text
from tipline.domain import beats, clock, messages, search, tables
from tipline.domain.actors import SYSTEM
from tipline.domain.beats import Beat
from tipline.domain.cases import Counter
from tipline.domain.tips import Tip


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tipline.db"


@pytest.fixture
def database(url: str) -> Database:
    db.migrate(url)
    return Database(url)


# --- shapes


def test_a_migrated_database_has_just_the_shape_of_the_code(database: Database) -> None:
    assert len(tables.ALL) > 10
    with database.engine.connect() as connection:
        opts = {"render_as_batch": True, "include_name": search.is_mapped}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing_and_two_hosts_may_do_it_at_once(url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(db.migrate, url).result()
    db.migrate(url)

    database = Database(url)
    assert db.is_current(database)
    database.close()


def test_a_database_of_another_shape_is_not_current(url: str, database: Database) -> None:
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        connection.commit()

    assert not db.is_current(database)


def test_a_step_that_fails_half_way_leaves_no_half_made_shape(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic.operations import Operations

    made: list[str] = []
    create_table = Operations.create_table

    def power_cut(self: Operations, name: str, *columns: object, **options: object) -> object:
        made.append(name)
        if len(made) == 5:
            raise RuntimeError("power cut")
        return create_table(self, name, *columns, **options)

    monkeypatch.setattr("alembic.op.create_table", lambda *a, **k: power_cut(_current_operations(), *a, **k))
    with pytest.raises(RuntimeError):
        db.migrate(url)
    monkeypatch.undo()

    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    db.migrate(url)


def _current_operations() -> object:
    from alembic import op

    return op._proxy


# --- transactions


def test_what_a_transaction_did_stands_or_is_gone_as_a_whole(database: Database) -> None:
    def half() -> None:
        with database.transaction() as tx:
            beats.add(tx, SYSTEM, "north", "北片区")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        half()
    with database.reading() as tx:
        assert beats.list_beats(tx) == []


def test_calls_wait_for_the_commit_and_a_rollback_forgets_them(database: Database) -> None:
    called: list[str] = []

    def undone() -> None:
        with database.transaction() as tx:
            tx.after_commit.append(lambda: called.append("never"))
            raise RuntimeError("half-way")

    with database.transaction() as tx:
        tx.after_commit.append(lambda: called.append("once"))
        assert called == []
    with pytest.raises(RuntimeError):
        undone()
    assert called == ["once"]


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    with database.transaction() as tx:
        tx.add(Counter(name="race", value=0))

    def count() -> None:
        with database.transaction() as tx:
            row = tx.get_one(Counter, "race")
            row.value += 1

    side_by_side(lambda _: [count() for _ in range(10)], range(8))
    with database.reading() as tx:
        assert tx.get_one(Counter, "race").value == 80


def test_a_reader_sees_one_state_and_changes_nothing(database: Database) -> None:
    with database.reading() as tx:
        assert beats.list_beats(tx) == []
        with database.transaction() as writing:
            beats.add(writing, SYSTEM, "north", "北片区")
        assert beats.list_beats(tx) == []
        tx.add(Beat(code="south", name="南片区"))
    with database.reading() as tx:
        assert [one.code for one in beats.list_beats(tx)] == ["north"]


def test_one_is_alone_under_a_name_and_another_name_is_free(database: Database) -> None:
    with database.alone("sweep") as mine, database.alone("sweep") as too, database.alone("other") as other:
        assert (mine, too, other) == (True, False, True)
    with database.alone("sweep") as again:
        assert again


# --- values


def test_times_come_back_aware_and_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    moment = datetime.fromisoformat("2026-11-22T21:30:00.123456+08:00")
    with database.transaction() as tx:
        tx.add(_tip(created_at=moment))
    with database.reading() as tx:
        kept = tx.get_one(Tip, 1).created_at
    assert kept == moment
    assert kept.tzinfo is UTC

    def naive() -> None:
        with database.transaction() as tx:
            tx.add(_tip(created_at=datetime(2026, 11, 22)))

    with pytest.raises(StatementError, match="zone"):
        naive()


def test_signs_no_database_can_keep_are_replaced(database: Database) -> None:
    with database.transaction() as tx:
        tx.add(_tip(text="a\0b\ud800c"))
    with database.reading() as tx:
        assert tx.get_one(Tip, 1).text == "a�b�c" == safe_text("a\0b\ud800c")


def test_rows_that_others_point_to_cannot_vanish(database: Database) -> None:
    def orphan() -> None:
        with database.transaction() as tx:
            tx.add(
                messages.Message(
                    tip_id=99, kind="note", by_reporter=False, author="li", text="x", at=clock.now()
                )
            )

    with pytest.raises(IntegrityError):
        orphan()


def test_what_reporters_wrote_never_stands_in_an_error(database: Database) -> None:
    def twice() -> None:
        with database.transaction() as tx:
            tx.add_all([_tip(text="收银台被撬", reference="T-1"), _tip(text="收银台被撬", reference="T-1")])

    with pytest.raises(IntegrityError) as caught:
        twice()
    assert "收银台" not in str(caught.value)


def _tip(**values: object) -> Tip:
    facts = {"reference": "T-1", "category": "theft", "language": "en", "created_at": clock.now(), **values}
    return Tip(**facts, changed_at=clock.now())
