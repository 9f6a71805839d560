"""What both databases must do alike: the same stories on SQLite and on a real PostgreSQL.

Only what depends on the database is told here: shapes, times and texts as they come back, and above all who
wins when many write at once.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from storage.local import LocalStore
from storage.memory import MemoryStore
from tests.contracts.postgres import Postgres
from tests.side_by_side import side_by_side
from tipline import db
from tipline.db import Base, Database, Transaction
from tipline.domain import (
    accounts,
    appointments,
    beats,
    briefs,
    cases,
    clock,
    custody,
    deliveries,
    drafts,
    evidence,
    filters,
    grids,
    links,
    messages,
    orders,
    outbox,
    presence,
    proofs,
    receipts,
    renditions,
    room,
    search,
    shops,
    signatures,
    statements,
    taken,
    tallies,
    tips,
    topics,
    triage,
    unread,
    uploads,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.filters import Filter
from tipline.domain.limits import Limits
from tipline.domain.links import Link
from tipline.domain.outbox import Outbox
from tipline.domain.receiving import Receiver
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import TiplineError

ROOT = Path(__file__).resolve().parents[2]
MANY = 8
EVENING = datetime(2026, 11, 22, 13, 30, 5, 123456, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """Name of a database in the newest shape; each test gets a copy."""
    db.migrate(postgres.make("migrated"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tipline.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"empty_{secrets.token_hex(6)}"
    yield server.make(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        path = tmp_path / "tipline.db"
        shutil.copy(migrated_file, path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{secrets.token_hex(6)}"
    made = Database(server.make(name, request.getfixturevalue("migrated_postgres")))
    yield made
    made.close()
    server.drop(name)


@pytest.fixture
def officer(database: Database) -> Actor:
    with database.transaction() as tx:
        return accounts.add(tx, SYSTEM, "li", role="investigator", password_hash="not a hash").actor


def at_once(act: Callable[[int], Any], many: int = MANY) -> list[Any]:
    """Call `act(0)` … `act(many - 1)` from as many threads; what each returned, or the refusal it got."""

    def one(number: int) -> Any:
        try:
            return act(number)
        except TiplineError as refusal:
            return refusal

    return side_by_side(one, range(many))


def ring(kind: str, outbox_id: int) -> None:
    """Nobody listens here."""


def make_tip(tx: Transaction, words: str = "有人从收银台拿走了现金", *, submit: bool = True) -> Tip:
    tip = tips.begin(tx, Report("theft", words), language="zh_Hans_CN", door="web", ack_minutes=2)
    if submit:
        tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    return tip


def make_upload(tx: Transaction, tip: Tip, length: int = 100) -> uploads.Upload:
    announced = Announced(length, "cam1.mp4")
    return uploads.add(tx, tip, announced, evidence_id=evidence.new_id(), session="a session")


# --- shapes


def test_migrations_lead_from_nothing_to_what_the_code_expects(empty_url: str) -> None:
    database = Database(empty_url)
    assert not db.is_current(database)

    db.migrate(empty_url)

    assert db.is_current(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": search.is_mapped})
        assert compare_metadata(context, Base.metadata) == []
    database.close()


def test_films_that_were_examined_before_keep_their_length(empty_url: str) -> None:
    command.upgrade(db.alembic_config(empty_url), "0002")
    database = Database(empty_url)
    with database.engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO tip (id, reference, state, category, text, language, place, anonymous, door, "
            "created_at, changed_at, version) VALUES (1, 'T-1001', 'received', 'theft', '', 'en', '', "
            "FALSE, 'web', '2026-11-22 13:30:00', '2026-11-22 13:30:00', 1)"
        ))  # fmt: skip
        for name, media in (
            ("film", '{"duration_s": 12.5}'),
            ("photo", '{"duration_s": null}'),
            ("new", None),
        ):
            connection.execute(
                text(
                    "INSERT INTO evidence (id, tip_id, number, filename, declared_type, size, state, kind, "
                    "progress, media, created_at) VALUES (:id, 1, 1, 'a', '', 1, 'ready', 'video', 1.0, "
                    ":media, '2026-11-22 13:30:00')"
                ),
                {"id": name, "media": media},
            )

    db.migrate(empty_url)

    with database.engine.connect() as connection:
        told = connection.execute(text("SELECT id, duration_s FROM evidence")).all()
    assert {one.id: one.duration_s for one in told} == {"film": 12.5, "photo": None, "new": None}
    database.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        reference = make_tip(tx).reference

    db.migrate(database.url)

    assert db.is_current(database)
    with database.reading() as tx:
        assert tips.read_tip(tx, reference).reference == reference


def test_hosts_that_start_at_the_same_time_migrate_once(empty_url: str) -> None:
    migrate = [
        sys.executable,
        "-c",
        "import sys; from tipline.db import migrate; migrate(sys.argv[1])",
        empty_url,
    ]
    hosts = [subprocess.Popen(migrate, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [host.communicate()[1] for host in hosts]

    assert [host.returncode for host in hosts] == [0, 0, 0], said
    database = Database(empty_url)
    assert db.is_current(database)
    database.close()


def test_a_host_that_starts_while_another_migrates_waits_however_long_that_takes(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a page would wait for a writer: the steps over a large database take minutes."""
    monkeypatch.setattr(db, "BUSY_MS", 50)
    monkeypatch.setattr(db, "POSTGRES_OPTIONS", "-c lock_timeout=50")
    other = Database(empty_url)
    with ThreadPoolExecutor(1) as late:
        with other.transaction():
            migrating = late.submit(db.migrate, empty_url)
            assert not wait([migrating], timeout=1).done, "it gave up"
        assert migrating.exception(timeout=300) is None
    assert db.is_current(other)
    other.close()


# --- values as they come back


def test_a_time_comes_back_as_the_same_moment_in_utc_to_the_microsecond(database: Database) -> None:
    moment = EVENING.astimezone(timezone(timedelta(hours=8)))
    with database.transaction() as tx:
        tip = make_tip(tx)
        tip.occurred_at = moment

    with database.reading() as tx:
        found = tips.read_tip(tx, tip.reference).occurred_at
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_never_stored(database: Database) -> None:
    def write() -> None:
        with database.transaction() as tx:
            make_tip(tx).occurred_at = datetime(2026, 11, 22, 21, 30)  # noqa: DTZ001 - the mistake itself

    with pytest.raises(StatementError, match="needs a zone"):
        write()


def test_text_that_no_database_can_keep_is_kept_readable_and_the_log_still_fits(database: Database) -> None:
    words = "前\0后\ud83d尾 𠮷 \N{GRINNING FACE}"
    with database.transaction() as tx:
        tip = make_tip(tx, words)
        officer = Actor("staff", "li")
        tips.move(tx, officer, tip, "not_used", reason=words)
        messages.write(tx, officer, tip, words, kind="note")

    with database.reading() as tx:
        found = tips.read_tip(tx, tip.reference)
        assert found.text == "前�后�尾 𠮷 \N{GRINNING FACE}"
        assert messages.list_all(tx, found)[0].text == found.text
        assert custody.verify(tx) is None


def test_a_link_to_something_that_does_not_exist_is_refused(database: Database) -> None:
    def write() -> None:
        with database.transaction() as tx:
            tip = make_tip(tx)
            tx.add(Link(case_id=999, tip_id=tip.id, reason="x", author="li", at=clock.now()))

    with pytest.raises(IntegrityError):
        write()


# --- transactions


def test_what_follows_a_commit_happens_after_it_and_never_after_a_rollback(database: Database) -> None:
    rung: list[tuple[str, int]] = []

    def note(kind: str, outbox_id: int) -> None:
        with database.reading() as seen:
            assert seen.get(Outbox, outbox_id) is not None
        rung.append((kind, outbox_id))

    def fail() -> None:
        with database.transaction() as tx:
            outbox.add(tx, note, evidence.DERIVE, "lost")
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fail()
    with database.transaction() as tx:
        kept = outbox.add(tx, note, evidence.DERIVE, "kept")

    assert rung == [(evidence.DERIVE, kept.id)]


def test_a_reader_sees_one_state_from_beginning_to_end(database: Database) -> None:
    with database.transaction() as tx:
        make_tip(tx)
    with database.reading() as reading:
        before = reading.scalar(select(func.count()).select_from(Tip))
        with database.transaction() as tx:
            make_tip(tx)
        assert reading.scalar(select(func.count()).select_from(Tip)) == before


def test_only_one_at_a_time_is_alone_and_the_next_one_after_it(database: Database) -> None:
    other = Database(database.url)
    with database.alone("sweep") as mine:
        assert mine
        with other.alone("sweep") as second:
            assert not second
        with other.alone("another name") as unrelated:
            assert unrelated
    with other.alone("sweep") as next_one:
        assert next_one
    other.close()


# --- the custody log


@pytest.mark.parametrize("act", ["UPDATE custody SET actor = 'x'", "DELETE FROM custody"])
def test_the_database_itself_refuses_to_change_the_log(database: Database, act: str) -> None:
    with database.transaction() as tx:
        make_tip(tx)

    def forge() -> None:
        with database.transaction() as tx:
            tx.execute(text(act))

    with pytest.raises(DBAPIError, match="append-only"):
        forge()


def test_entries_of_many_writers_stand_in_one_unbroken_chain(database: Database) -> None:
    def write(number: int) -> None:
        for entry in range(10):
            with database.transaction() as tx:
                custody.append(tx, Actor("staff", f"li{number}"), "test:write", f"test:{number}", entry=entry)

    at_once(write)

    with database.reading() as tx:
        assert custody.size(tx) == MANY * 10
        assert custody.verify(tx) is None


# --- who wins


def test_a_job_is_taken_by_one_worker_of_many(database: Database) -> None:
    with database.transaction() as tx:
        row = outbox.add(tx, ring, evidence.DERIVE, "e1")

    def take(_: int) -> str | None:
        with database.transaction() as tx:
            taken = outbox.take(tx, row.id)
            return taken.token if taken else None

    tokens = [token for token in at_once(take) if token]

    assert len(tokens) == 1
    with database.reading() as tx:
        found = tx.get_one(Outbox, row.id)
    assert (found.token, found.attempt, found.state) == (tokens[0], 1, "running")


def test_a_job_whose_lease_ran_out_is_taken_over_once_and_its_first_worker_changes_nothing(
    database: Database,
) -> None:
    with clock.frozen(EVENING), database.transaction() as tx:
        row = outbox.add(tx, ring, evidence.DERIVE, "e1")
        first = outbox.take(tx, row.id)
        assert first is not None
        token = first.token or ""

    def take(_: int) -> bool:
        with clock.frozen(EVENING + timedelta(minutes=10)), database.transaction() as tx:
            return outbox.take(tx, row.id) is not None

    assert at_once(take).count(True) == 1
    with database.transaction() as tx:
        assert not outbox.finish(tx, row.id, token)
        assert not outbox.renew(tx, row.id, token)


def test_sweeps_of_many_hosts_give_up_a_dead_job_once(database: Database) -> None:
    with database.transaction() as tx:
        row = outbox.add(tx, ring, evidence.DERIVE, "e1")
        row.state, row.attempt = "running", outbox.MAX_ATTEMPTS
        row.lease_until = row.rung_at = EVENING - timedelta(days=1)

    def sweep(_: int) -> int:
        with database.transaction() as tx:
            return len(outbox.ring_stuck(tx, ring))

    assert sum(at_once(sweep)) == 1


def test_an_upload_is_continued_by_one_connection_of_many(database: Database) -> None:
    with database.transaction() as tx:
        upload = make_upload(tx, make_tip(tx))

    def send(number: int) -> int:
        writer = f"writer-{number}"
        with database.transaction() as tx:
            uploads.claim(tx, tx.get_one(uploads.Upload, upload.id), 0, writer)
        with database.transaction() as tx:
            uploads.move(tx, upload.id, writer, 10 + number)
        return number

    outcomes = at_once(send)

    winners = [one for one in outcomes if isinstance(one, int)]
    codes = {one.code for one in outcomes if isinstance(one, TiplineError)}
    assert winners, "whoever claimed last must have been able to write"
    assert codes <= {"upload:superseded", "upload:offset-mismatch"}
    with database.reading() as tx:
        assert tx.get_one(uploads.Upload, upload.id).offset in {10 + winner for winner in winners}


def test_an_upload_ends_in_one_way_whoever_ends_it(database: Database) -> None:
    with database.transaction() as tx:
        upload = make_upload(tx, make_tip(tx))

    def end(number: int) -> bool:
        with database.transaction() as tx:
            return uploads.close(tx, tx.get_one(uploads.Upload, upload.id), ("done", "expired")[number % 2])

    assert at_once(end).count(True) == 1


def test_phones_at_many_web_hosts_send_one_file_as_it_is(database: Database, tmp_path: Path) -> None:
    data = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 30
    limits = Limits(file_bytes=10**6, tip_bytes=10**7, tip_files=100, free_bytes=0)

    def host() -> Receiver:
        return Receiver(database, LocalStore(tmp_path / "store"), ring, limits)

    with database.transaction() as tx:
        tip = make_tip(tx)
    upload = host().begin(tip.id, Announced(len(data), "IMG_1.jpg"), sender="mall")

    def phone(_: int) -> bool:
        receiver = host()
        for _ in range(300):
            try:
                at = receiver.look(upload.id, tip.id).offset
                pieces = iter([data[at : at + 100], data[at + 100 : at + 900]])
                if receiver.append(upload.id, tip.id, at, pieces).state == "done":
                    return True
            except TiplineError:
                continue
        return False

    assert True in at_once(phone, 4)
    with database.reading() as tx:
        row = evidence.read_evidence(tx, upload.evidence_id)
        acts = [one.action for one in custody.list_of(tx, subject=f"evidence:{row.id}")]
        assert custody.verify(tx) is None
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert LocalStore(tmp_path / "store").path_of(row.key).read_bytes() == data
    assert acts.count("evidence:receive") == 1


def test_an_upload_begins_anew_once_however_many_notice_that_it_is_lost(database: Database) -> None:
    with database.transaction() as tx:
        upload = make_upload(tx, make_tip(tx))

    def begin_anew(number: int) -> bool:
        with database.transaction() as tx:
            return uploads.begin_anew(tx, upload, f"session {number}")

    assert at_once(begin_anew).count(True) == 1


def test_promises_are_counted_by_address_and_by_time(database: Database) -> None:
    limits = Limits(file_bytes=2**40, tip_bytes=2**45, tip_files=100, free_bytes=0, sender_uploads=100)
    with clock.frozen(EVENING), database.transaction() as tx:
        tip = make_tip(tx)
        for _ in range(4):
            announced = Announced(2**40, "cam1.mp4")
            uploads.add(tx, tip, announced, evidence_id=evidence.new_id(), session="s", sender="mall")

    def refusal(sender: str, at: datetime) -> str:
        try:
            with clock.frozen(at), database.reading() as tx:
                room.require(tx, MemoryStore(), limits, tip.id, 1, sender)
        except TiplineError as fault:
            return fault.code
        return ""

    assert refusal("mall", EVENING + room.PROMISED) == "upload:crowded"
    assert refusal("cafe", EVENING) == ""
    assert refusal("mall", EVENING + room.PROMISED + timedelta(seconds=1)) == ""


def test_rows_that_serve_nobody_are_dropped_and_others_are_not(database: Database) -> None:
    with clock.frozen(EVENING), database.transaction() as tx:
        empty, words, last = (make_tip(tx, text, submit=False) for text in ("", "有人", ""))
        for tip in (empty, words, last):
            receipts.issue(tx, "k" * 32, tip)
            receipts.open_access(tx, "k" * 32, tip)
        done, queued = (outbox.add(tx, ring, evidence.DERIVE, name) for name in ("e1", "e2"))
        done.state, done.finished_at = "done", EVENING
    with clock.frozen(EVENING + timedelta(days=31)), database.transaction() as tx:
        assert receipts.forget_expired(tx) == 3
        assert outbox.forget_done(tx) == 1
        assert drafts.discard_empty(tx) == 1

    with database.reading() as tx:
        assert list(tx.scalars(select(Tip.id).order_by(Tip.id))) == [words.id, last.id]
        assert list(tx.scalars(select(outbox.Outbox.id))) == [queued.id]
        assert custody.verify(tx) is None


def test_a_tip_is_linked_to_a_case_once_however_many_try(database: Database, officer: Actor) -> None:
    with database.transaction() as tx:
        tip, case = make_tip(tx), cases.open_case(tx, officer, "便利店系列盗窃", year=2026)

    def link(number: int) -> str:
        with database.transaction() as tx:
            mine, found = cases.read_case(tx, case.number), tips.read_tip(tx, tip.reference)
            return links.link(tx, officer, mine, found, f"reason {number}").reason

    outcomes = at_once(link)

    refused = [one.code for one in outcomes if isinstance(one, TiplineError)]
    assert refused == ["link:exists"] * (MANY - 1)
    with database.reading() as tx:
        assert len(links.list_tips_of(tx, cases.read_case(tx, case.number))) == 1
        entries = custody.list_of(tx, tip=tip.reference)
    assert [entry.action for entry in entries].count("link:create") == 1


def test_the_database_itself_refuses_a_second_standing_link(database: Database, officer: Actor) -> None:
    with database.transaction() as tx:
        tip, case = make_tip(tx), cases.open_case(tx, officer, "便利店系列盗窃", year=2026)
        links.link(tx, officer, case, tip, "same jacket")
        links.unlink(tx, officer, case, tip, "another jacket")
        links.link(tx, officer, case, tip, "the same after all")

    def write() -> None:
        with database.transaction() as tx:
            tx.add(Link(case_id=case.id, tip_id=tip.id, reason="x", author="li", at=clock.now()))

    with pytest.raises(IntegrityError):
        write()


def test_case_numbers_have_no_gap_and_no_double(database: Database, officer: Actor) -> None:
    def open_some(number: int) -> list[str]:
        made = []
        for turn in range(3):
            with database.transaction() as tx:
                made.append(cases.open_case(tx, officer, f"case {number}.{turn}", year=2026).number)
        return made

    numbers = [one for some in at_once(open_some) for one in some]

    assert sorted(numbers, key=lambda n: int(n.split("-")[2])) == [f"A-2026-{n + 1}" for n in range(MANY * 3)]


def test_tips_that_begin_at_once_each_have_a_reference_of_their_own(database: Database) -> None:
    def begin(number: int) -> list[str]:
        made = []
        for _ in range(3):
            with database.transaction() as tx:
                made.append(make_tip(tx, f"tip {number}").reference)
        return made

    references = [one for some in at_once(begin) for one in some]

    assert len(set(references)) == MANY * 3
    with database.reading() as tx:
        assert {tips.read_tip(tx, one).reference for one in references} == set(references)
        assert custody.verify(tx) is None


def test_files_of_a_tip_are_numbered_without_gap_by_many_phones(database: Database) -> None:
    with database.transaction() as tx:
        tip = make_tip(tx)

    def add(_: int) -> None:
        with database.transaction() as tx:
            make_upload(tx, tips.read_tip(tx, tip.reference))

    at_once(add)

    with database.reading() as tx:
        assert [one.number for one in evidence.list_of_tip(tx, tip)] == list(range(1, MANY + 1))


def test_a_picture_saved_by_two_workers_is_one_row(database: Database) -> None:
    with database.transaction() as tx:
        file = make_upload(tx, make_tip(tx)).evidence_id

    def keep(number: int) -> None:
        with database.transaction() as tx:
            _picture(tx, file, "keyframe-0000000000-320.webp", t=0.0, size=number + 1)

    at_once(keep)

    with database.reading() as tx:
        assert len(renditions.list_of(tx, file)) == 1


# --- lists


def test_one_state_of_a_tip_is_signed_once_with_one_key_however_many_ask(database: Database) -> None:
    with database.transaction() as tx:
        tip = make_tip(tx)

    found = at_once(
        lambda _: proofs.issue(database, "s" * 40, tip.id, station="航海路派出所", zone="Asia/Shanghai")
    )

    assert len({one.signature for one in found}) == 1
    assert found[0].body.encode() == statements.canonical(found[0].statement)
    with database.reading() as tx:
        assert len(signatures.list_keys(tx)) == 1
        assert [one.action for one in custody.list_of(tx, actions=("key:make", "receipt:sign"))] == [
            "key:make", "receipt:sign",
        ]  # fmt: skip
        assert custody.verify(tx) is None


@pytest.mark.parametrize("limit", [1, 7, 60])
def test_pages_of_the_queue_join_without_gap_or_double(database: Database, limit: int) -> None:
    with database.transaction() as tx:
        for number in range(60):
            # Several were received at the very same moment: only the id tells them apart.
            with clock.frozen(EVENING + timedelta(seconds=number // 9)):
                make_tip(tx, f"tip {number}")

    seen: list[int] = []
    cursor: str | None = ""
    with database.reading() as tx:
        while cursor is not None:
            page = triage.list_queue(tx, filters.Filter(), cursor=cursor, limit=limit)
            seen += [row.tip.id for row in page.rows]
            cursor = page.next_cursor
        expected = list(tx.scalars(select(Tip.id).order_by(Tip.received_at.desc(), Tip.id.desc())))

    assert seen == expected
    assert len(seen) == 60


def test_tabs_are_counted_and_what_is_new_to_a_person_is_known(database: Database) -> None:
    with clock.frozen(EVENING), database.transaction() as tx:
        who = accounts.add(tx, SYSTEM, "reader", role="investigator", password_hash="x").id
        made = [make_tip(tx, f"tip {number}") for number in range(3)]
        unread.look(tx, who, made[0])
        presence.say(tx, who, f"tip:{made[0].reference}")

    with clock.frozen(EVENING + timedelta(seconds=5)), database.reading() as tx:
        wanted = {
            "all": Filter(state="all"),
            "new": Filter(unread="1", reader=who),
            "none": Filter(state="closed"),
        }
        assert tallies.count_each(tx, wanted) == {"all": 3, "new": 2, "none": 0}
        floor = orders.place_of(orders.NEWEST, made[0])
        assert tallies.count_unshown(tx, Filter(), [made[2].reference], floor) == 1
        assert unread.list_unread(tx, who, [one.id for one in made]) == {made[1].id, made[2].id}
        assert presence.list_here(tx, who) == {}
        assert list(presence.list_here(tx, 0)) == [f"tip:{made[0].reference}"]


def test_late_first_pages_through_what_waits_and_then_the_rest(database: Database) -> None:
    made = []
    with database.transaction() as tx:
        for minute in range(4):
            with clock.frozen(EVENING + timedelta(minutes=minute)):
                made.append(make_tip(tx, f"tip {minute}"))
        tips.acknowledge(tx, SYSTEM, made[1])
    waiting, settled = [made[0], made[2], made[3]], [made[1]]

    with database.reading() as tx:
        query, found, place = select(Tip), [], None
        while page := orders.list_from(tx, query, orders.LATE, place, 2):
            found += page
            place = orders.place_of(orders.LATE, page[-1])
        assert [one.id for one in found] == [one.id for one in waiting + settled]
        above = orders.list_above(tx, query, orders.LATE, orders.place_of(orders.LATE, found[-1]), 2)
        assert [one.id for one in above] == [made[3].id, made[2].id]


def test_the_neighbours_of_a_tip_are_those_above_and_below_it_in_the_queue(database: Database) -> None:
    with clock.frozen(EVENING), database.transaction() as tx:
        made = [make_tip(tx, f"tip {number}") for number in range(3)]

    with database.reading() as tx:
        above, below = triage.neighbours(tx, filters.Filter(), made[1])
    assert above is not None
    assert below is not None
    assert (above.id, below.id) == (made[2].id, made[0].id)


def test_words_are_found_in_any_case_and_signs_of_the_search_itself_are_plain_letters(
    database: Database,
) -> None:
    with database.transaction() as tx:
        found = make_tip(tx, "100% 确定是 Black 牌电动车_2")
        make_tip(tx, "1000 块现金 电动车x2")

    def search(words: str) -> list[str]:
        with database.reading() as tx:
            return [row.tip.reference for row in triage.list_queue(tx, filters.Filter(q=words)).rows]

    for words in ("black", "100%", "电动车_2", "确定 BLACK", found.reference.lower()):
        assert search(words) == [found.reference], words


@pytest.mark.parametrize(
    ("many", "expected"), [(0, []), (3, [0, 1, 2]), (4, [0, 1, 2, 3]), (10, [0, 3, 5, 8])]
)
def test_a_row_shows_small_pictures_spread_over_the_film(
    database: Database, many: int, expected: list[int]
) -> None:
    with database.transaction() as tx:
        tip = make_tip(tx)
        file, other = make_upload(tx, tip).evidence_id, make_upload(tx, tip).evidence_id
        for t in reversed(range(many)):
            _picture(tx, file, f"small-{t}", t=float(t))
            _picture(tx, file, f"large-{t}", t=float(t), kind=renditions.KEYFRAME)
        _picture(tx, other, "small-0", t=0.0)

    with database.reading() as tx:
        found = renditions.thumbnails(tx, [file, other])

    assert [row.t for row in found[file]] == expected
    assert [row.name for row in found[other]] == ["small-0"]


def _picture(
    tx: Transaction, file: str, name: str, *, t: float, kind: str = renditions.THUMBNAIL, size: int = 10
) -> None:
    renditions.keep(
        tx, file, name=name, kind=kind, mime="image/webp", size=size, sha256="0" * 64, width=320, height=180,
        t=t, frame=None, reason="coverage", sharpness=1.0, provenance={"source": file},
    )  # fmt: skip


def test_large_files_and_facts_of_any_length_are_kept_whole(database: Database) -> None:
    media = {"kind": "video", "failure": None, "keyframes": [], "tags": {"注": "长" * 200_000}}
    with database.transaction() as tx:
        tip = make_tip(tx)
        upload = make_upload(tx, tip, length=2**41)
        file = evidence.read_evidence(tx, upload.evidence_id)
        evidence.settle(tx, SYSTEM, file, media)

    with database.reading() as tx:
        found = tx.get_one(Evidence, upload.evidence_id)
    assert found.size == 2**41
    assert found.facts == media


# --- more doors


def test_a_delivery_that_is_sent_by_many_at_once_is_one_tip_with_one_code(database: Database) -> None:
    key = "a key of these tests, 32 characters"
    with database.transaction() as tx:
        partner = accounts.add(tx, SYSTEM, "mall", role="partner", password_hash=accounts.NO_PASSWORD).actor
    named = deliveries.Named("M-17", "again and again", {"text": "有人偷了电瓶"})

    def deliver(_: int) -> tuple[str, str, bool]:
        report = Report("theft", "有人偷了电瓶")
        with database.transaction() as tx:
            made = deliveries.deliver(
                tx, key, partner, report, named, language="en", ack_minutes=2, submit=True
            )
            return made.tip.reference, made.code, made.is_new

    answers = at_once(deliver)
    assert len({(reference, code) for reference, code, _ in answers}) == 1
    assert [is_new for *_, is_new in answers].count(True) == 1
    with database.reading() as tx:
        assert receipts.read_by_code(tx, key, answers[0][1]).reference == answers[0][0]
        assert len(deliveries.list_own(tx, partner, limit=10)) == 1


def test_shops_are_found_by_their_words_and_their_tips_counted(database: Database) -> None:
    with database.transaction() as tx:
        beats.add(tx, SYSTEM, "north", "北片区")
        market = shops.add(tx, SYSTEM, shops.Described("幸福超市", "航海路88号", "north", 34.7, 113.6))
        shops.add(tx, SYSTEM, shops.Described("100% 药房", "学府路"))
        for words in ("一", "二"):
            report = Report("theft", words, shop=market.code)
            tip = tips.begin(tx, report, language="en", door="web", ack_minutes=2)
            tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
        tips.begin(tx, Report("theft", shop=market.code), language="en", door="web", ack_minutes=2)
    with database.reading() as tx:
        for words in ("幸福", "航海路 北片", market.code.lower()):
            assert [one.code for one in shops.list_shops(tx, words=words)] == [market.code]
        assert [one.name for one in shops.list_shops(tx, words="100%")] == ["100% 药房"]
        assert shops.list_shops(tx, words="_") == []
        assert triage.count_by_shop(tx) == {market.code: 2}


def test_a_file_of_a_folder_is_noted_once_in_each_state(database: Database) -> None:
    path = b"/media/stick/\xff\x00cam.mp4"
    with database.transaction() as tx:
        tip = make_tip(tx)

    def note(_: int) -> int:
        found = taken.Found(path, b"/media/stick", 2**40, 1_700_000_000_000_000_001)
        try:
            with database.transaction() as tx:
                return taken.note(tx, found, tip).id
        except IntegrityError:
            return 0

    assert sum(one > 0 for one in at_once(note)) == 1
    with database.reading() as tx:
        kept = taken.find(tx, taken.Found(path, b"", 2**40, 1_700_000_000_000_000_001))
        assert kept
        assert (kept.size, kept.state) == (2**40, "taking")
        assert taken.find(tx, taken.Found(path, b"", 2**40, 1_700_000_000_000_000_002)) is None


def test_a_few_facts_are_read_out_of_the_whole_by_the_database_itself(database: Database) -> None:
    told = {
        "clock": {"offset_s": 1.5, "readings": [{"at": "2026-11-22T21:30:05", "text": "“22”"}]},
        "captured_at": "2026-11-22T21:30:00+08:00", "captured_at_source": None, "duration_s": 12.25,
    }  # fmt: skip
    with database.transaction() as tx:
        tip = make_tip(tx)
        known, new = (
            evidence.add(
                tx, tip, evidence_id=evidence.new_id(), filename="cam.mp4", filetype="", size=9,
                sha256=None,
            )
            for _at in range(2)
        )  # fmt: skip
        known.media = json.dumps({**told, "activity": {"score": [0.1] * 9}})
    with database.reading() as tx:
        assert briefs.of_time(tx, [known.id, new.id]) == {known.id: told, new.id: {}}


# --- appointments


def test_many_who_book_the_last_places_at_once_get_no_more_than_there_are(
    database: Database, officer: Actor
) -> None:
    day = clock.now().date() + timedelta(days=2)
    grid = grids.Grid(
        day, day, frozenset(range(1, 8)), time(9), time(10), minutes=60, capacity=3
    )  # fmt: skip
    with database.transaction() as tx:
        topic = topics.begin(tx, officer, "落户")
        topics.change(tx, officer, topic, topics.Described("落户", "预约后来。"), day)
        topics.open_topic(tx, officer, topic, day)
        appointments.plan(tx, officer, topic, grid, ZoneInfo("Asia/Shanghai"))
        slot = appointments.list_slots(tx, topic)[0].slot

    def book(number: int) -> str:
        with database.transaction() as tx:
            of = topics.read_public(tx, topic.handle)
            return appointments.book(tx, "key", of, slot.id, f"{number}", day)[1]

    answers = at_once(book, 12)

    assert len([one for one in answers if isinstance(one, str)]) == 3
    assert {one.code for one in answers if isinstance(one, TiplineError)} == {"slot:full"}
    with database.reading() as tx:
        [row] = appointments.list_slots(tx, topic)
        assert (row.taken, row.free) == (3, 0)
