"""Reports that were begun and left: `tipline.domain.drafts`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.domain.conftest import EVENING, draft, file_of
from tipline.db import Transaction
from tipline.domain import custody, drafts
from tipline.domain.actors import SYSTEM

MUCH_LATER = EVENING + drafts.PATIENCE + timedelta(seconds=1)


def test_a_forgotten_draft_that_holds_something_reaches_the_desk(
    tx: Transaction, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    words, footage = draft(tx, "有人进来了"), draft(tx, "")
    file_of(tx, footage)
    at(MUCH_LATER)
    drafts.submit_forgotten(tx, ack_minutes=2)

    for tip in (words, footage):
        assert (tip.state, tip.received_at) == ("received", MUCH_LATER)
        assert custody.list_of(tx, tip=tip.reference)[-1].actor == SYSTEM.label


def test_a_draft_that_holds_nothing_stays_one(tx: Transaction, at: Callable[[datetime], None]) -> None:
    at(EVENING)
    empty, unfinished = draft(tx, ""), draft(tx, "")
    file_of(tx, unfinished, state="uploading")
    at(MUCH_LATER)

    assert drafts.submit_forgotten(tx, ack_minutes=2) == []
    assert empty.state == unfinished.state == "draft"


def test_a_draft_somebody_still_works_on_is_left_alone(
    tx: Transaction, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    tip = draft(tx)
    at(EVENING + drafts.PATIENCE)
    drafts.submit_forgotten(tx, ack_minutes=2)

    assert tip.state == "draft"


def test_empty_drafts_do_not_stand_in_the_way_of_full_ones(
    tx: Transaction, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    for _ in range(5):
        draft(tx, "")
    full = draft(tx)
    at(MUCH_LATER)

    assert drafts.submit_forgotten(tx, ack_minutes=2, limit=3) == [full]
