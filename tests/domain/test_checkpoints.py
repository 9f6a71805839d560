"""Signed checkpoints of the custody log: `tipline.domain.checkpoints` and the form others read, `notes`."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import keys
from storage.memory import MemoryStore
from tipline.db import Database
from tipline.domain import checkpoints, custody, merkle, notes, signatures
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.notes import Head
from tipline.errors import TiplineError

LI = Actor("staff", "li")
SECRET = "k" * 48
# From the document that describes the form (C2SP signed-note), with the key of its example.
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def act(database: Database, times: int = 1) -> None:
    with database.transaction() as tx:
        for _ in range(times):
            custody.append(tx, LI, "tip:note", "tip:T-1")


def test_a_checkpoint_is_a_signed_note_over_the_trees_root(database: Database) -> None:
    act(database, 5)
    with database.transaction() as tx:
        made = checkpoints.make(tx, SECRET)
        public = signatures.list_keys(tx)[0].raw
        leaves = [bytes.fromhex(one.hash) for one in custody.list_of(tx)]
        origin = checkpoints.origin(tx)

    head, signed_by = notes.opened(made.note, [public])
    assert signed_by == public
    assert head == Head(origin, made.size, merkle.Tree(leaves).root())
    assert made.size == len(leaves) == 6, "five acts, and the key that was made for it"
    assert made.note.split("\n")[:3] == [origin, "6", made.root]


def test_the_next_one_goes_on_where_the_last_one_ended(database: Database) -> None:
    sizes = []
    for more in (3, 1, 9):
        act(database, more)
        with database.transaction() as tx:
            made = checkpoints.make(tx, SECRET)
            leaves = [bytes.fromhex(one.hash) for one in custody.list_of(tx)]
            assert base64.b64decode(made.root) == merkle.Tree(leaves).root()
            assert checkpoints.make(tx, SECRET) is made, "nothing new to sign"
            sizes.append(made.size)
    assert sizes == [4, 5, 14]
    with database.reading() as tx:
        found = [checkpoints.first_including(tx, seq) for seq in (4, 5, 6, 15)]
    assert [one and one.size for one in found] == [4, 5, 14, None]


def test_a_secret_that_is_not_the_keys_is_told_and_nothing_is_written(database: Database) -> None:
    act(database)
    with database.transaction() as tx:
        signatures.open_signer(tx, SECRET)
    with pytest.raises(TiplineError, match="does not open with the secret"), database.transaction() as tx:
        checkpoints.make(tx, "x" * 48)
    with database.reading() as tx:
        assert checkpoints.latest(tx) is None
        assert custody.size(tx) == 2


@pytest.mark.parametrize("change", ["SET reason = 'x' WHERE seq = 4", "SET previous = hash WHERE seq = 5"])
def test_nothing_is_signed_over_entries_that_do_not_follow_each_other(
    database: Database, change: str
) -> None:
    act(database, 3)
    with database.transaction() as tx:
        checkpoints.make(tx, SECRET)
    act(database, 2)
    with database.transaction() as tx:
        tx.execute(text("DROP TRIGGER custody_no_update"))
        tx.execute(text(f"UPDATE custody {change.replace('seq = 4', 'seq = 6')}"))
    with pytest.raises(TiplineError, match="broken at entry"), database.transaction() as tx:
        checkpoints.make(tx, SECRET)
    with database.reading() as tx:
        newest = checkpoints.latest(tx)
    assert newest is not None
    assert newest.size == 4


def test_a_retired_keys_checkpoints_stay_readable(database: Database) -> None:
    act(database)
    with database.transaction() as tx:
        old = checkpoints.make(tx, SECRET).note
        signatures.rotate(tx, SECRET, SYSTEM)
        new = checkpoints.make(tx, SECRET).note
        publics = [one.raw for one in signatures.list_keys(tx)]

    assert notes.opened(old, publics)[1] == publics[0]
    assert notes.opened(new, publics)[1] == publics[1]
    assert notes.read(old).origin == notes.read(new).origin
    with pytest.raises(notes.Unread, match="key"):
        notes.opened(old, publics[1:])


@pytest.mark.parametrize(
    "act_on",
    [
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET note = 'x'",
        "INSERT OR REPLACE INTO checkpoint SELECT * FROM checkpoint",
    ],
)
def test_the_database_itself_keeps_checkpoints_as_they_were_signed(database: Database, act_on: str) -> None:
    act(database)
    with database.transaction() as tx:
        checkpoints.make(tx, SECRET)
    with pytest.raises(DBAPIError, match="as they were signed"), database.transaction() as tx:
        tx.execute(text(act_on))


# --- copies


def test_copies_lie_in_the_store_and_in_the_folder_of_a_second_person(
    database: Database, tmp_path: Path
) -> None:
    store, folder = MemoryStore(), tmp_path / "second person"
    act(database)
    with database.transaction() as tx:
        made = checkpoints.make(tx, SECRET)
    with pytest.raises(FileNotFoundError):
        checkpoints.keep_copies(database, store, folder)
    folder.mkdir()

    assert checkpoints.keep_copies(database, store, folder) == 1, "a folder that was not there is made up for"
    assert checkpoints.keep_copies(database, store, folder) == 0, "all are kept"
    assert [one.note for one in checkpoints.list_stored(store)] == [made.note]
    assert [one.read_text() for one in folder.iterdir()] == [made.note]


def test_a_checkpoint_is_in_the_store_once_its_transaction_stands(database: Database) -> None:
    store = MemoryStore()
    act(database)
    with database.transaction() as tx:
        made = checkpoints.make(tx, SECRET, store)
        assert list(store.list(keys.CHECKPOINTS)) == []

    assert [one.note for one in checkpoints.list_stored(store)] == [made.note]


def test_a_copy_with_other_words_stays_and_custody_tells_of_it(database: Database, tmp_path: Path) -> None:
    store = MemoryStore()
    act(database)
    with database.transaction() as tx:
        made = checkpoints.make(tx, SECRET)
    store.put(keys.checkpoint(made.size), b"of another history")

    checkpoints.keep_copies(database, store, tmp_path)

    assert [one.note for one in checkpoints.list_stored(store)] == ["of another history"]
    with database.reading() as tx:
        assert custody.list_latest(tx, limit=1)[0].action == "checkpoint:conflict"


# --- the form of notes


def test_the_key_of_the_published_example_has_its_published_mark() -> None:
    name, mark, key = EXAMPLE_KEY.split("+", 2)
    public = base64.b64decode(key)[1:]

    assert notes.key_mark(name, public).hex() == mark
    assert notes.verifier_key(name, public) == EXAMPLE_KEY


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note[:-1], lambda note: note.replace("\n", "\r\n"), lambda note: note.replace("—", "-"),
        lambda note: note.replace("\n7\n", "\n07\n"), lambda note: note.replace("\n7\n", "\n-7\n"),
        lambda note: note.replace("\n7\n", "\n7\nmore\n"), lambda note: "\n" + note,
        lambda note: note + "x" * 4000,
        lambda note: note.replace("log", "l og"), lambda note: note.partition("\n\n")[0], lambda _: "",
    ],
)  # fmt: skip
def test_what_is_not_in_the_form_is_not_read(change: object) -> None:
    note = notes.sign(Head("log", 7, bytes(32)), bytes(32), lambda _: bytes(64))
    assert notes.read(note) == Head("log", 7, bytes(32))
    assert callable(change)

    with pytest.raises(notes.Unread, match="form"):
        notes.read(change(note))


@given(st.text(max_size=200))
def test_no_text_of_a_stranger_breaks_the_reader(untrusted: str) -> None:
    with pytest.raises(notes.Unread):
        notes.opened(untrusted, [bytes(32)])


def test_a_changed_size_is_not_what_was_signed(database: Database) -> None:
    act(database)
    with database.transaction() as tx:
        made = checkpoints.make(tx, SECRET)
        public = signatures.list_keys(tx)[0].raw
    with pytest.raises(notes.Unread, match="signature"):
        notes.opened(made.note.replace(f"\n{made.size}\n", "\n9\n"), [public])
