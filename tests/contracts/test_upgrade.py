"""A station that was run before the review desk came: what it holds when the newest code starts on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, select, text

from tests.contracts.postgres import Postgres
from tipline import db
from tipline.db import Database
from tipline.domain import accounts, cases, custody, exhibits, links, messages, tips, triage, unread
from tipline.domain.actors import SYSTEM
from tipline.domain.filters import Filter
from tipline.domain.rematches import Rematch

OLD = "0006"
NOON = "2026-11-20 04:00:00"
LATER = "2026-11-21 04:00:00"
WORDS = "灰色外套的男子"
STATES = ("received", "need_info", "linked", "not_used")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same old rows on each database, brought to the newest shape."""
    if request.param == "sqlite":
        yield from _upgrade(f"sqlite:///{tmp_path_factory.mktemp('old') / 'tipline.db'}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield from _upgrade(server.make(f"old_{secrets.token_hex(4)}"))


def test_nothing_that_stood_in_it_is_lost_or_changed(upgraded: Database) -> None:
    with upgraded.reading() as tx:
        tip = tips.read_tip(tx, "T-1003")
        case = cases.read_case(tx, "A-2026-1")
        assert (tip.text, tip.state, tip.clock_offset_s) == (WORDS, "linked", 300.0)
        assert tip.received_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
        assert [one.text for one in messages.list_all(tx, tip)] == ["补充：黑色电动车"]
        assert [one.reference for _, one in links.list_tips_of(tx, case)] == ["T-1003"]
        assert (case.access, case.outcome, case.merged_into_id) == ("station", None, None)
        listed = exhibits.list_exhibits(tx, case).exhibits
        assert [(one.number, one.file.filename) for one in listed] == [("1-1", "门口监控.mp4")]


def test_words_from_before_are_found(upgraded: Database) -> None:
    with upgraded.reading() as tx:
        for words in ("灰色外套", "电动车", "门口监控"):
            found = triage.list_queue(tx, Filter(state="all", q=words)).rows
            assert [row.tip.reference for row in found] == ["T-1003"], words


def test_every_tip_from_before_waits_to_be_compared(upgraded: Database) -> None:
    with upgraded.reading() as tx:
        assert set(tx.scalars(select(Rematch.tip_id))) == set(range(1, len(STATES) + 1))


def test_only_what_still_waits_is_new_to_an_officer(upgraded: Database) -> None:
    with upgraded.reading() as tx:
        who = accounts.read_account(tx, "li")
        assert unread.list_unread(tx, who.id, range(1, len(STATES) + 1)) == {1, 2}


def test_the_log_goes_on_behind_its_newest_entry(upgraded: Database) -> None:
    with upgraded.transaction() as tx:
        custody.append(tx, SYSTEM, "tip:acknowledge", "tip:T-1001", tip="T-1001")
    with upgraded.reading() as tx:
        assert custody.verify(tx) is None


def _upgrade(url: str) -> Iterator[Database]:
    command.upgrade(db.alembic_config(url), OLD)
    database = Database(url)
    with database.engine.begin() as connection:
        _write(connection)
    db.migrate(url)
    yield database
    database.close()


def _write(connection: Connection) -> None:
    """What a station of that time held, as its tables were."""

    def row(table: str, **values: object) -> None:
        names = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)  # noqa: S608

    row(
        "account", id=1, username="li", display_name="李", password="x", role="investigator", active=True,
        fs_uniquifier="u1", created_at=NOON,
    )  # fmt: skip
    for number, state in enumerate(STATES, 1):
        row(
            "tip", id=number, reference=f"T-100{number}", state=state, category="theft",
            text=WORDS if state == "linked" else "", language="zh_Hans_CN", place="",
            anonymous=False, door="web", created_at=NOON, received_at=NOON, changed_at=NOON,
            version=1, revision=1, clock_offset_s=300.0, clock_source="desk",
        )  # fmt: skip
    row(
        "message", id=1, tip_id=3, kind="message", by_reporter=True, author="reporter:T-1003",
        text="补充：黑色电动车", at=LATER,
    )  # fmt: skip
    row(
        "evidence", id="e" * 26, tip_id=3, number=1, filename="门口监控.mp4", declared_type="video/mp4",
        size=9, sha256="0" * 64, state="ready", kind="video", progress=1.0, created_at=NOON, received_at=NOON,
        purpose="footage",
    )  # fmt: skip
    row(
        "case_file", id=1, number="A-2026-1", title="系列盗窃", summary="", state="open", lead_id=1,
        opened_at=NOON, changed_at=NOON, version=1,
    )  # fmt: skip
    row("link", id=1, case_id=1, tip_id=3, reason="同一辆车", author="staff:li", at=LATER)
