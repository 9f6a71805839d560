"""A station is backed up, lost and brought back; a backup that was harmed or does not fit is refused."""

from __future__ import annotations

import base64
import errno
import gzip
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from storage import OutOfSpace, StoreError, Unavailable, open_store
from tests.backup.conftest import ORIGINAL, PICTURE, WORDS, Held
from tests.contracts.postgres import Postgres
from tipline import db
from tipline.backup import faults, making, restoring
from tipline.backup.faults import BackupError
from tipline.backup.shelf import ERASED, MANIFEST, SIGNATURE, Shelf
from tipline.cli import program
from tipline.domain import (
    auditing,
    checkpoints,
    custody,
    erasures,
    exhibits,
    messages,
    receipts,
    statements,
    tasks,
    tips,
    triage,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.cases import read_case
from tipline.domain.checkpoints import Copy
from tipline.domain.filters import Filter
from tipline.errors import TiplineError
from tipline.services import Services
from tipline.settings import Settings
from workers import erasing

Start = Callable[[Settings], Services]


def quiet(_done: int, _of: int, _size: int) -> None:
    """Nobody listens."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def made(services: Services, held: Held, folder: Path) -> making.Made:
    return making.make(services, folder, quiet)


def bring_back(into: Settings, folder: Path, name: str = "") -> dict[str, Any]:
    return restoring.restore(into, open_store(into.store_url), Shelf(folder), name, quiet)


def require_same(back: Services, held: Held) -> None:
    """Every word, link, number and byte is where it was, and the log is whole."""
    with back.database.reading() as tx:
        tip = tips.read_tip(tx, held.tip.reference)
        assert (tip.text, tip.state) == (WORDS, "linked")
        assert tip.duplicate_of_id is not None
        assert [one.text for one in messages.list_all(tx, tip)] == ["补充：黑色电动车"]
        listed = exhibits.list_exhibits(tx, read_case(tx, held.case.number)).exhibits
        assert [(one.number, one.file.filename) for one in listed] == [("1-1", "门口监控.jpg")]
        assert [
            row.tip.reference for row in triage.list_queue(tx, Filter(state="all", q="灰色外套")).rows
        ] == [tip.reference]
        assert custody.verify(tx) is None
    with (
        back.store.open(held.file.key) as original,
        back.store.open(f"rendition/{held.file.id}/k1.webp") as one,
    ):
        assert (original.read(), one.read()) == (ORIGINAL, PICTURE)


def test_a_station_that_was_lost_comes_back_whole(
    made: making.Made, held: Held, folder: Path, empty: Settings, started: Start
) -> None:
    stated = bring_back(empty, folder)

    assert not made.faults
    back = started(empty)
    require_same(back, held)
    with back.database.reading() as tx:
        # Nothing but the word of the restore follows what was backed up.
        last = tx.get_one(custody.Custody, stated["custody"]["size"] + 1)
        assert (last.action, last.previous) == ("backup:restore", stated["custody"]["hash"])
        assert custody.size(tx) == last.seq
    back.close()


@pytest.mark.parametrize("way", ["into", "out of"])
def test_rows_of_one_database_fit_into_the_other(
    way: str, made: making.Made, held: Held, folder: Path, empty: Settings, started: Start,
    request: pytest.FixtureRequest, tmp_path: Path,
) -> None:  # fmt: skip
    server: Postgres = request.getfixturevalue("postgres")
    in_postgres = replace(empty, database_url=server.make(f"back_{secrets.token_hex(4)}"))
    bring_back(in_postgres, folder)
    back = started(in_postgres)
    if way == "into":
        require_same(back, held)
        # Counters go on behind what was brought back.
        with back.database.transaction() as tx:
            assert tx.scalar(text("SELECT nextval(pg_get_serial_sequence('tip', 'id'))")) > 2
    else:
        second = tmp_path / "second"
        making.make(back, second, quiet)
        home = replace(empty, database_url=f"sqlite:///{tmp_path / 'home' / 'tipline.db'}")
        bring_back(home, second)
        again = started(home)
        require_same(again, held)
        again.close()
    back.close()


def test_a_second_backup_copies_only_what_is_new(
    made: making.Made, held: Held, services: Services, folder: Path, add_file: Callable[..., Any]
) -> None:
    add_file(held.tip, b"\xff\xd8\xff\xe0" + b"another" * 90)

    again = making.make(services, folder, quiet)

    assert (made.copied, again.copied) == (2, 1)
    assert len(Shelf(folder).names()) == 2


def test_old_snapshots_go_and_take_only_what_nobody_names(
    made: making.Made, services: Services, held: Held, folder: Path, empty: Settings, started: Start
) -> None:
    services.store.put(f"rendition/{held.file.id}/k1.webp", PICTURE)
    making.make(services, folder, quiet)
    (folder / "pool" / "ab").mkdir(exist_ok=True)
    (folder / "pool" / "ab" / ("ab" * 32)).write_bytes(b"of a snapshot that went long ago")

    assert Shelf(folder).forget(1) == 1

    assert len(list((folder / "pool").glob("??/*"))) == 2
    bring_back(empty, folder)
    back = started(empty)
    require_same(back, held)
    back.close()


def test_an_original_that_is_not_what_was_sealed_is_told_and_the_rest_backed_up(
    services: Services, held: Held, folder: Path
) -> None:
    path = services.store.path_of(held.file.key)  # type: ignore[attr-defined]
    path.chmod(0o600)
    path.write_bytes(ORIGINAL.replace(b"very", b"fake", 1))

    made = making.make(services, folder, quiet)

    assert made.faults == [
        (faults.ORIGINAL_DIFFERS, {"reference": held.tip.reference, "number": held.file.number})
    ]
    assert made.manifest["objects"]["number"] == 2


def test_an_original_that_is_gone_is_told(services: Services, held: Held, folder: Path) -> None:
    services.store.delete(held.file.key)

    made = making.make(services, folder, quiet)

    assert [sentence for sentence, _ in made.faults] == [faults.MISSING_ORIGINAL]


def harm_object(folder: Path, snapshot: Path) -> None:
    file = next((folder / "pool").glob("??/*"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def harm_table(folder: Path, snapshot: Path) -> None:
    file = snapshot / "tables" / "tip.jsonl.gz"
    file.write_bytes(
        gzip.compress(gzip.decompress(file.read_bytes()).replace(WORDS.encode(), "另一句话".encode()))
    )


def cut_table(folder: Path, snapshot: Path) -> None:
    file = snapshot / "tables" / "custody.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-20])


def lose_object(folder: Path, snapshot: Path) -> None:
    next((folder / "pool").glob("??/*")).unlink()


def lie(folder: Path, snapshot: Path) -> None:
    file = snapshot / MANIFEST
    stated = json.loads(file.read_text())
    stated["custody"]["size"] += 1
    file.write_text(json.dumps(stated))


def lose_table(folder: Path, snapshot: Path) -> None:
    (snapshot / "tables" / "link.jsonl.gz").unlink()


@pytest.mark.parametrize("harm", [harm_object, harm_table, cut_table, lose_object, lie, lose_table])
def test_a_harmed_backup_is_refused_and_no_database_appears(
    harm: Callable[[Path, Path], None], made: making.Made, folder: Path, empty: Settings
) -> None:
    harm(folder, Shelf(folder).snapshot())

    assert _run("backup", str(folder), "--check").exit_code == 1
    with pytest.raises(BackupError):
        bring_back(empty, folder)
    assert restoring.is_empty(empty.database_url)


def test_a_backup_that_somebody_wrote_anew_and_signed_himself_is_not_the_stations(
    made: making.Made, folder: Path, empty: Settings
) -> None:
    """Whoever has the disk changes a table, every digest, and the signature with a key of his own."""
    snapshot = Shelf(folder).snapshot()
    stated, table = json.loads((snapshot / MANIFEST).read_text()), snapshot / "tables" / "account.jsonl.gz"
    raw = gzip.compress(gzip.decompress(table.read_bytes()).replace(b'"investigator"', b'"admin"'))
    table.write_bytes(raw)
    stated["tables"]["account"]["sha256"] = hashlib.sha256(raw).hexdigest()
    his = Ed25519PrivateKey.generate()
    signed = [his.public_key().public_bytes_raw(), his.sign(statements.canonical(stated))]
    told = dict(zip(("public", "signature"), (base64.b64encode(one).decode() for one in signed), strict=True))
    (snapshot / MANIFEST).write_text(json.dumps(stated))
    (snapshot / SIGNATURE).write_text(json.dumps({"key": statements.key_id(signed[0]), **told}))

    with pytest.raises(BackupError) as said:
        bring_back(empty, folder)
    assert said.value.sentence == faults.UNSIGNED
    assert restoring.is_empty(empty.database_url)


def test_a_restore_that_broke_off_is_run_again(
    made: making.Made,
    held: Held,
    folder: Path,
    empty: Settings,
    started: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(custody, "verify", lambda _tx: custody.Fault(3, "was changed after it was written"))
        with pytest.raises(BackupError):
            bring_back(empty, folder)
    assert restoring.is_empty(empty.database_url)

    bring_back(empty, folder)

    back = started(empty)
    require_same(back, held)
    back.close()


def test_another_secret_is_said_before_anything_is_written(
    made: making.Made, folder: Path, empty: Settings
) -> None:
    for wrong, sentence in (
        (replace(empty, secret_key="z" * 48), faults.OTHER_SECRET),
        (replace(empty, secret_key=""), faults.NO_SECRET),
    ):
        with pytest.raises(BackupError) as said:
            bring_back(wrong, folder)
        assert said.value.sentence == sentence
        assert not (empty.data / "secret.key").exists()
        assert restoring.is_empty(empty.database_url)


def test_a_station_in_use_and_a_half_made_one_are_left_alone(
    made: making.Made, folder: Path, empty: Settings, settings: Settings
) -> None:
    empty.data.mkdir()
    db.migrate(empty.database_url, "0003")
    for target in (settings, empty):
        with pytest.raises(BackupError) as said:
            restoring.require_possible(target, restoring.read(Shelf(folder), ""))
        assert said.value.sentence == faults.NOT_EMPTY


def test_a_backup_of_a_newer_version_is_not_taken_apart(
    services: Services, held: Held, folder: Path, empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as future:
        future.setattr(making, "revision_of", lambda _database: "9999")
        making.make(services, folder, quiet)

    with pytest.raises(BackupError) as said:
        bring_back(empty, folder)
    assert said.value.sentence == faults.NEWER


def test_a_backup_of_an_older_shape_comes_back_in_the_newest(
    tmp_path: Path,
    folder: Path,
    empty: Settings,
    settings: Settings,
    started: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.rmtree(settings.data)
    settings.data.mkdir()
    db.migrate(settings.database_url, "0012")
    with monkeypatch.context() as past:
        past.setattr(making, "is_current", lambda _database: True)
        past.setattr(making, "_objects", lambda _tx: iter(()))
        past.setattr(making, "_erased", lambda _tx: {})
        old = started(settings)
        with old.database.engine.begin() as connection:
            connection.execute(text("UPDATE reply SET title = '问候' WHERE id = 1"))
        past.setattr(custody, "append", lambda *_given, **_more: None)
        past.setattr("tipline.domain.signatures.open_signer", _signer)
        making.make(old, folder, quiet)
        old.close()

    bring_back(empty, folder)

    back = started(empty)
    assert db.is_current(back.database)
    with back.database.engine.connect() as connection:
        assert connection.scalar(text("SELECT title FROM reply WHERE id = 1")) == "问候"
    back.close()


def _signer(*_given: object) -> Any:
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tipline.domain.signatures import Signer, SigningKey

    private = Ed25519PrivateKey.generate()
    return Signer(
        SigningKey(id="k", public=base64.b64encode(private.public_key().public_bytes_raw()).decode()), private
    )


def test_receipt_codes_still_open_after_the_restore(
    services: Services, held: Held, folder: Path, empty: Settings, started: Start
) -> None:
    with services.database.transaction() as tx:
        code = receipts.issue(tx, services.key, tx.merge(held.tip))
    making.make(services, folder, quiet)
    bring_back(empty, folder)

    back = started(empty)
    with back.database.transaction() as tx:
        found = receipts.read_by_code(tx, back.key, code)
        assert found.reference == held.tip.reference
    back.close()


def test_from_the_command_line(
    services: Services, environment: dict[str, str], held: Held, folder: Path, tmp_path: Path
) -> None:
    services.close()
    assert "已完整" in _run("backup", str(folder), env=environment).output
    assert _run("backup", str(folder), "--check").exit_code == 0
    new = {**environment, "TIPLINE_DATA": str(tmp_path / "new")}

    first, second = (_run("restore", str(folder), env=new) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert second.exit_code == 2
    assert "尚未写入任何内容" in second.output
    assert _run("custody", "verify", env=new).exit_code == 0


def test_a_folder_within_the_data_is_refused(services: Services, environment: dict[str, str]) -> None:
    services.close()
    inside = Path(environment["TIPLINE_DATA"]) / "backups"

    assert _run("backup", str(inside), env=environment).exit_code == 2
    assert not inside.exists()


def _run(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(program, list(arguments), env=env, catch_exceptions=False)


def test_what_was_erased_since_stays_erased_when_an_older_snapshot_comes_back(
    made: making.Made, services: Services, held: Held, folder: Path, empty: Settings, started: Start
) -> None:
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, held.tip.reference)
        erasures.erase_again(tx, row, "at a word")
    erasing.carry_out(services)
    making.make(services, folder, quiet)

    bring_back(empty, folder, made.name)
    back = started(empty)
    with pytest.raises(TiplineError), back.database.reading() as tx:
        tips.read_tip(tx, held.tip.reference)
    erasing.carry_out(back)
    with pytest.raises(StoreError):
        back.store.open(held.file.key)
    with back.database.reading() as tx:
        assert custody.verify(tx) is None
    back.close()
    assert WORDS.encode() not in (empty.data / "tipline.db").read_bytes()


def lose_list(file: Path, _older: bytes) -> None:
    file.unlink()


def cut_list(file: Path, _older: bytes) -> None:
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "erased": {}}))


def add_to_list(file: Path, _older: bytes) -> None:
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "erased": {**told["erased"], "T-1": "2026-11-27T00:00:00Z"}}))


def write_list_as_before_seals(file: Path, _older: bytes) -> None:
    file.write_text("{}")


def put_older_list_back(file: Path, older: bytes) -> None:
    file.write_bytes(older)


@pytest.mark.parametrize(
    "harm", [lose_list, cut_list, add_to_list, write_list_as_before_seals, put_older_list_back]
)
def test_a_list_of_erased_tips_that_is_not_the_stations_brings_none_back(
    harm: Callable[[Path, bytes], None], made: making.Made, services: Services, held: Held, folder: Path,
    empty: Settings, started: Start,
) -> None:  # fmt: skip
    file = folder / ERASED
    older = file.read_bytes()
    with services.database.transaction() as tx:
        erasures.erase_again(tx, tips.read_tip(tx, held.tip.reference), "at a word")
    making.make(services, folder, quiet)
    harm(file, older)

    with pytest.raises(BackupError) as said:
        bring_back(empty, folder, made.name)
    assert said.value.sentence == faults.ERASED_CHANGED
    assert restoring.is_empty(empty.database_url)

    # As the sentence says: the newest snapshot needs no list, and the next backup writes it anew.
    file.unlink(missing_ok=True)
    bring_back(empty, folder)
    back = started(empty)
    with pytest.raises(TiplineError), back.database.reading() as tx:
        tips.read_tip(tx, held.tip.reference)
    back.close()
    assert making.make(services, folder, quiet).faults == []
    assert list(json.loads(file.read_text())["erased"]) == [held.tip.reference]


def test_a_backup_beside_a_list_that_somebody_wrote_says_so_and_takes_nothing_from_it(
    made: making.Made, services: Services, held: Held, folder: Path
) -> None:
    (folder / ERASED).write_text(json.dumps({held.tip.reference: "2026-11-27T00:00:00Z"}))
    again = making.make(services, folder, quiet)
    assert [sentence for sentence, _ in again.faults] == [faults.ERASED_REWRITTEN]
    assert json.loads((folder / ERASED).read_text())["erased"] == {}
    assert _run("backup", str(folder), "--check").exit_code == 0


def test_checkpoints_of_the_log_before_are_explained_by_the_restore_and_only_they(
    made: making.Made, services: Services, held: Held, folder: Path, empty: Settings, started: Start
) -> None:
    """The store outlived the database, with checkpoints that tell of more than came back."""
    _note_and_sign(services)
    into = replace(empty, store_url=services.settings.store_url)
    bring_back(into, folder)
    back = started(into)
    _note_and_sign(back, times=9)
    later = list(checkpoints.list_stored(services.store))

    verdict = auditing.audit(back.database, later)

    assert verdict.is_whole
    [(restore, explained)] = verdict.restores
    assert (restore.head, restore.snapshot, explained) == (made.manifest["custody"]["size"], made.name, 1)

    # What is signed later is held against the log as ever; the restore is named as a likely reason.
    with services.database.transaction() as tx:
        for _ in range(30):
            custody.append(tx, SYSTEM, "tip:note", "tip:T-1")
        foreign = checkpoints.make(tx, services.key).note
    [fault] = auditing.audit(back.database, [*later, Copy("file", "of another life", foreign)]).faults
    assert (fault.code, fault.values["number"]) == ("log:restored", restore.seq)
    back.close()


def _note_and_sign(services: Services, times: int = 1) -> None:
    with services.database.transaction() as tx:
        for _ in range(times):
            custody.append(tx, SYSTEM, "tip:note", "tip:T-1")
        checkpoints.make(tx, services.key, services.store)


def test_every_kind_of_value_comes_back_a_day_without_an_hour_too(
    services: Services, held: Held, folder: Path, empty: Settings, started: Start,
    people: dict[str, Account],
) -> None:  # fmt: skip
    due = date(2031, 2, 28)
    with services.database.transaction() as tx:
        tasks.add(tx, people["investigator"].actor, read_case(tx, held.case.number), "询问店主", due_on=due)
    making.make(services, folder, quiet)

    bring_back(empty, folder)

    back = started(empty)
    with back.database.reading() as tx:
        assert [one.due_on for one in tx.scalars(select(tasks.Task))] == [due]
    back.close()


def test_a_restore_into_postgresql_that_was_killed_is_run_again(
    made: making.Made, held: Held, folder: Path, empty: Settings, started: Start,
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    into = replace(empty, database_url=postgres.make(f"again_{secrets.token_hex(4)}"))
    with monkeypatch.context() as broken:
        broken.setattr(custody, "verify", lambda _tx: custody.Fault(3, "was changed after it was written"))
        with pytest.raises(BackupError):
            bring_back(into, folder)

    bring_back(into, folder)

    back = started(into)
    require_same(back, held)
    back.close()
    with pytest.raises(BackupError):
        bring_back(into, folder)


def test_a_disk_or_store_that_gives_out_is_told_with_what_to_do(
    made: making.Made, folder: Path, environment: dict[str, str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    target = {**environment, "TIPLINE_DATA": str(tmp_path / "new"), "TIPLINE_LOCALE": "en"}
    for fault, sentence in (
        (OutOfSpace("No space left on device"), "The disk is full."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full."),
        (Unavailable("connection refused"), "the store cannot be read or written now (connection refused)"),
        (OperationalError("INSERT", {}, Exception("disk I/O error")), "the database cannot be read or"),
    ):

        def give_out(*_: object, fault: Exception = fault) -> None:
            raise fault

        monkeypatch.setattr(making, "make", give_out)
        monkeypatch.setattr(restoring, "restore", give_out)
        for command, where in (("backup", {"TIPLINE_LOCALE": "en"}), ("restore", target)):
            run = _run(command, str(folder), env={**environment, **where})
            assert (run.exit_code, sentence in run.output) == (2, True), run.output
