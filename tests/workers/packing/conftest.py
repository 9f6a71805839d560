"""A case with two tips and their files, packed by a worker that runs here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import examine
from tipline.bell import SilentBell
from tipline.domain import links, outbox, packages, packing_options
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.outbox import Outbox
from tipline.domain.packages import Package
from tipline.domain.packing_options import USUAL
from tipline.domain.tips import Tip
from tipline.services import Services
from workers.packing import job

Pack = Callable[..., Package]


@pytest.fixture
def linked(
    services: Services, people: dict[str, Account], case: Case, make_tip: Callable[..., Tip],
    add_file: Callable[..., Any],
) -> list[Tip]:  # fmt: skip
    """Two tips of the case, one of them anonymous; three files."""
    first, second = make_tip("看见有人翻窗"), make_tip("监控拍到的", anonymous=True)
    examine(services, add_file(first, b"\0" * 3000 + b"one", "门口 监控.MP4"), pictures=2)
    add_file(first, filename="../../etc/passwd")
    examine(services, add_file(second, b"two" * 900, "CON.html"), pictures=2)
    with services.database.transaction() as tx:
        for tip in (first, second):
            row = tx.get_one(Tip, tip.id)
            links.link(tx, people["investigator"].actor, tx.get_one(Case, case.id), row, "同一嫌疑人")
    return [first, second]


@pytest.fixture
def pack(services: Services, people: dict[str, Account], case: Case, bell: SilentBell) -> Pack:
    """`pack("originals", "report", language="en")`: ask for a package and make it."""

    def make(*parts: str, language: str = "en", run: bool = True) -> Package:
        wanted = packing_options.of_parts(parts or USUAL, language=language, recipient="检察院")
        with services.database.transaction() as tx:
            row = packages.ask(
                tx, bell, people["investigator"].actor, tx.get_one(Case, case.id), wanted, "移送审查起诉"
            )
            waiting = tx.query(Outbox).filter_by(kind=packages.MAKE, subject=row.id).one()
        if run:
            job.work(services, waiting.id)
        return again(services, row)

    return make


def again(services: Services, row: Package) -> Package:
    with services.database.reading() as tx:
        return tx.get_one(Package, row.id)


def job_of(services: Services, row: Package) -> Outbox:
    with services.database.reading() as tx:
        assert outbox.exists(tx, packages.MAKE, row.id)
        return (
            tx.query(Outbox).filter_by(kind=packages.MAKE, subject=row.id).order_by(Outbox.id.desc()).first()
        )


def saved(services: Services, row: Package, folder: Path) -> Path:
    """The zip as somebody downloads it."""
    path = folder / row.name
    with services.store.open(row.key) as reader:
        path.write_bytes(reader.read())
    return path
