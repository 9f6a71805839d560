"""What tests of the domain share: a migrated database of their own, one open transaction, people who act."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tipline.db import Database, Transaction
from tipline.domain import accounts, cases, clock, search, tips
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.reports import Report
from tipline.domain.tips import Tip

KEY = "a key that only these tests know, 32+"
EVENING = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)  # 21:30 at the station


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    path = tmp_path / "tipline.db"
    shutil.copy(migrated_file, path)
    made = Database(f"sqlite:///{path}")
    yield made
    made.close()


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    """A write transaction that lasts as long as the test."""
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """`at(moment)`: from now on it is that moment, until the test says otherwise or ends."""
    open_ones: list[Any] = []

    def say(moment: datetime) -> None:
        frozen = clock.frozen(moment)
        frozen.__enter__()
        open_ones.append(frozen)

    yield say
    while open_ones:
        open_ones.pop().__exit__(None, None, None)


@pytest.fixture
def officer(tx: Transaction) -> Actor:
    """An investigator at the desk."""
    return accounts.add(tx, SYSTEM, "li", role="investigator", password_hash="not a hash").actor


@pytest.fixture
def chief(tx: Transaction) -> Actor:
    """Somebody who may publish."""
    return accounts.add(tx, SYSTEM, "chief", role="supervisor", password_hash="not a hash").actor


def draft(tx: Transaction, text: str = "有人从收银台拿走了现金", **fields: Any) -> Tip:
    """A report as it was begun, not yet sent."""
    report = Report(**{"category": "theft", "text": text, "place": "幸福超市", **fields})
    return tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=2)


def sent(tx: Transaction, text: str = "有人从收银台拿走了现金", **fields: Any) -> Tip:
    """A report at the desk."""
    tip = draft(tx, text, **fields)
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    return tip


def file_of(tx: Transaction, tip: Tip, *, number: int = 1, **values: Any) -> Evidence:
    """A row of evidence in any state, without its bytes."""
    row = Evidence(
        **{
            "id": f"e{tip.id}-{number}", "tip_id": tip.id, "number": number, "filename": f"cam{number}.mp4",
            "size": 1000, "state": "ready", "kind": "video", "created_at": clock.now(), **values,
        }
    )  # fmt: skip
    tx.add(row)
    search.index(tx, tip.id)
    return row


@pytest.fixture
def tip(tx: Transaction) -> Tip:
    return sent(tx)


@pytest.fixture
def case(tx: Transaction, officer: Actor) -> Case:
    return cases.open_case(tx, officer, "便利店系列盗窃", year=2026)


class Ring:
    """A bell that remembers."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def __call__(self, kind: str, outbox_id: int) -> None:
        self.rung.append((kind, outbox_id))


@pytest.fixture
def ring() -> Ring:
    return Ring()
