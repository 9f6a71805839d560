"""The clock of a file: set for one file, a tip or a camera; taken back exactly, unless set again since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import cases, clocks, custody, evidence, links, undoing
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.burned import Read
from tipline.domain.clocks import Clock
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

STATION = timezone(timedelta(hours=8))
SHOWN = datetime(2026, 11, 22, 21, 32, 5)  # noqa: DTZ001 - a camera's clock
TRUE = datetime(2026, 11, 22, 21, 30, tzinfo=STATION)


@pytest.fixture
def add(tx: Transaction) -> Callable[..., Evidence]:
    def make(tip: Tip, name: str = "cam1.mp4", **more: Any) -> Evidence:
        return evidence.add(
            tx, tip, evidence_id=evidence.new_id(), filename=name, filetype="", size=9, sha256=None, **more
        )

    return make


def test_two_readings_of_one_picture_give_the_offset() -> None:
    clock = clocks.read(Clock(camera="till"), Read(12.5, SHOWN, TRUE))

    assert (clock.offset_s, clock.source, clock.camera) == (125.0, "readings", "till")
    assert Read.of(clock.reading) == Read(12.5, SHOWN, TRUE)
    with pytest.raises(TiplineError) as caught:
        clocks.read(Clock(), Read(1.0))
    assert caught.value.code == "clock:nothing-read"


def test_setting_one_files_clock_leaves_the_others_and_stands_in_custody(
    tx: Transaction, officer: Actor, tip: Tip, add: Callable[..., Evidence]
) -> None:
    one, two = add(tip), add(tip)
    version, revision = tip.version, tip.revision

    assert clocks.set_clock(tx, officer, tip, one, Clock(60.0, "desk", camera=" back  door ")) == 1
    assert clocks.set_clock(tx, officer, tip, one, Clock(60.0, "desk", camera="back door")) == 0

    assert (one.clock_offset_s, one.camera, two.clock_offset_s) == (60.0, "back door", None)
    assert (tip.version, tip.revision) == (version + 1, revision + 1)
    entry = custody.list_of(tx, tip=tip.reference)[-1]
    assert entry.action == "evidence:clock"
    assert entry.facts()["before"] == {"clock_offset_s": None, "clock_source": None, "camera": ""}
    assert entry.facts()["after"] == {"clock_offset_s": 60.0, "clock_source": "desk", "camera": "back door"}


def test_the_whole_tip_has_an_offset_by_the_tip_and_is_taken_back_file_by_file(
    tx: Transaction, officer: Actor, tip: Tip, add: Callable[..., Evidence]
) -> None:
    one, two, photo = add(tip), add(tip), add(tip, purpose="clock")
    clocks.set_clock(tx, officer, tip, two, Clock(5.0, "desk"))

    changed = clocks.set_clock(tx, officer, tip, one, Clock(60.0, "desk", camera="till"), scope="tip")

    assert (changed, tip.clock_offset_s) == (3, 60.0)
    assert [file.clock_offset_s for file in (one, two, photo)] == [None, None, None]
    made = list(tx.scalars(select(Act).order_by(Act.id)))[1:]
    assert len({act.batch for act in made}) == 1
    undoing.undo(tx, officer, made[0].id)
    assert (one.camera, two.clock_offset_s, tip.clock_offset_s) == ("", 5.0, None)


def test_what_was_set_again_since_is_not_taken_back(
    tx: Transaction, officer: Actor, tip: Tip, add: Callable[..., Evidence]
) -> None:
    file = add(tip)
    clocks.set_clock(tx, officer, tip, file, Clock(60.0, "desk"))
    first = tx.scalars(select(Act)).one()
    clocks.set_clock(tx, officer, tip, file, Clock(90.0, "desk"))

    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, first.id)
    assert caught.value.code == "act:superseded"


def test_a_camera_has_files_in_all_tips_of_its_cases_but_of_no_others(
    tx: Transaction, officer: Actor, add: Callable[..., Evidence]
) -> None:
    case = cases.open_case(tx, officer, "Series", year=2026)
    here, beside, elsewhere = sent(tx), sent(tx), sent(tx)
    for tip in (here, beside):
        links.link(tx, officer, case, tip, "same coat")
    files = [add(tip) for tip in (here, beside, elsewhere)]
    for file, tip in zip(files, (here, beside, elsewhere), strict=True):
        clocks.set_clock(tx, officer, tip, file, Clock(camera="till"))

    assert clocks.list_cameras(tx, officer, here) == ["till"]
    assert clocks.count_of_camera(tx, officer, here, files[0]) == 1
    clocks.set_clock(tx, officer, here, files[0], Clock(30.0, "desk", camera="till"), scope="camera")
    assert [file.clock_offset_s for file in files] == [30.0, 30.0, None]
    with pytest.raises(TiplineError) as caught:
        clocks.set_clock(tx, officer, here, files[0], Clock(30.0, "desk"), scope="camera")
    assert caught.value.code == "clock:camera-needed"


def test_a_clock_that_somebody_else_set_meanwhile_is_not_overwritten_unseen(
    tx: Transaction, officer: Actor, tip: Tip, add: Callable[..., Evidence]
) -> None:
    file = add(tip)
    seen = clocks.version(file, tip)
    clocks.require_version(file, tip, seen)
    clocks.set_clock(tx, officer, tip, file, Clock(60.0, "desk"))

    with pytest.raises(TiplineError) as caught:
        clocks.require_version(file, tip, seen)
    assert caught.value.code == "clock:changed"
    with pytest.raises(TiplineError) as caught:
        clocks.set_clock(tx, officer, tip, file, Clock(4e8, "desk"))
    assert caught.value.code == "tip:offset-unclear"
