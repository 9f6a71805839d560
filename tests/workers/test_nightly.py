"""Chores: `workers.nightly`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import Unavailable
from tipline.domain import checkpoints, chores, clock
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from workers import nightly
from workers.nightly import Chore

NOON = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)  # in Shanghai


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, of two chores of a test."""
    done: list[str] = []

    def note(name: str) -> Callable[[Services], dict[str, Any]]:
        def do(_services: Services) -> dict[str, Any]:
            done.append(name)
            return {"times": len(done)}

        return do

    table = {
        "hourly": Chore(timedelta(hours=1), note("hourly")),
        "nightly": Chore(timedelta(days=1), note("nightly"), at_night=True),
    }
    monkeypatch.setattr(nightly, "CHORES", table)
    return done


def turn(services: Services, hours: float) -> None:
    with clock.frozen(NOON + timedelta(hours=hours)):
        nightly.take_turn(services)


def test_a_chore_is_done_when_its_time_has_come_and_one_of_the_night_at_night(
    services: Services, done: list[str]
) -> None:
    for hours in (0, 0.5, 1):
        turn(services, hours)
    assert done == ["hourly", "hourly"]

    turn(services, 13.5)  # half past one in the morning
    turn(services, 14)
    assert done[2:] == ["hourly", "nightly"]


def test_a_clock_that_was_set_back_puts_no_chore_off(services: Services, done: list[str]) -> None:
    turn(services, 13.5)
    turn(services, 13.5 - 365 * 24)

    assert done == ["hourly", "nightly"] * 2


def test_somebody_who_asks_does_not_wait(services: Services, done: list[str]) -> None:
    turn(services, 0)
    with clock.frozen(NOON + timedelta(minutes=1)), services.database.transaction() as tx:
        chores.ask(tx, "nightly")
    turn(services, 0.1)
    turn(services, 0.2)

    assert done == ["hourly", "nightly"]
    with services.database.reading() as tx:
        row = chores.find(tx, "nightly")
    assert row is not None
    assert (row.found, row.fault, row.is_under_way) == ({"times": 2}, None, False)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (TiplineError("custody:sealed"), "custody:sealed"),
        (Unavailable("gone"), "service:store-down"),
        (ZeroDivisionError(), "request:failed"),
    ],
)
def test_a_chore_that_fails_is_told_of_and_keeps_no_other_from_its_turn(
    services: Services, done: list[str], fault: Exception, code: str
) -> None:
    def fail(_services: Services) -> None:
        raise fault

    nightly.CHORES["first"] = Chore(timedelta(hours=1), fail)
    nightly.CHORES["last"] = nightly.CHORES.pop("hourly")
    turn(services, 0)

    assert done == ["hourly"]
    with services.database.reading() as tx:
        row = chores.find(tx, "first")
    assert row is not None
    assert row.fault == code


def test_another_host_is_left_to_it(services: Services, done: list[str]) -> None:
    with services.database.alone("chore-hourly"):
        turn(services, 0)
    assert done == []


def test_a_checkpoint_is_signed_and_copied_by_itself(services: Services, tip: Tip) -> None:
    assert nightly.do(services, "checkpoint")

    with services.database.reading() as tx:
        made = checkpoints.latest(tx)
    assert made is not None
    assert made.kept_at is not None
    assert [one.note for one in checkpoints.list_stored(services.store)] == [made.note]
