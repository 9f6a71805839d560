"""A small station that holds what a backup must bring back: tips, a case, a picture, a log, a duplicate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.contracts.conftest import postgres  # noqa: F401 - a fixture for these tests too
from tipline.bell import SilentBell
from tipline.domain import cases, links, messages, renditions, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import reporter
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services, build
from tipline.settings import Settings

WORDS = "灰色外套的男子"
ORIGINAL = b"\xff\xd8\xff\xe0" + b"the very footage" * 40
PICTURE = b"RIFF....WEBP" + b"a picture made of it" * 9


@dataclass(frozen=True)
class Held:
    """What the station held when it was backed up."""

    tip: Tip
    file: Evidence
    case: Case


@pytest.fixture
def held(
    services: Services, people: dict[str, Account], case: Case, make_tip: Callable[..., Tip],
    add_file: Callable[..., Evidence],
) -> Held:  # fmt: skip
    officer = people["investigator"].actor
    tip, later = make_tip(WORDS), make_tip("又来了一次")
    file = add_file(tip, ORIGINAL, "门口监控.jpg")
    services.store.put(f"rendition/{file.id}/k1.webp", PICTURE)
    with services.database.transaction() as tx:
        renditions.keep(
            tx, file.id, name="k1.webp", provenance={}, kind="keyframe", mime="image/webp", size=len(PICTURE),
            sha256=hashlib.sha256(PICTURE).hexdigest(), width=32, height=18,
        )  # fmt: skip
        row = tips.read_tip(tx, tip.reference)
        messages.write(tx, reporter(tip.reference), row, "补充：黑色电动车")
        links.link(tx, officer, cases.read_case(tx, case.number), row, "同一手法")
        # The older one points at the younger one, whose row comes after its own.
        row.duplicate_of_id = later.id
    return Held(tip, file, cases_row(services, case))


def cases_row(services: Services, case: Case) -> Case:
    with services.database.reading() as tx:
        return cases.read_case(tx, case.number)


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Settings:
    """A station that was never started, with the same secret."""
    data = tmp_path / "new"
    return replace(
        settings,
        data=data,
        database_url=f"sqlite:///{data / 'tipline.db'}",
        store_url=f"file:{data / 'store'}",
    )


@pytest.fixture
def started() -> Callable[[Settings], Services]:
    return lambda settings: build(settings, bell=SilentBell())
