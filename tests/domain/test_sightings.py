"""Sightings of a case, and the trail they make: `tipline.domain.sightings`, `tipline.domain.trails`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, file_of, sent
from tipline.db import Transaction
from tipline.domain import clock, custody, sightings, trails, undoing
from tipline.domain.actors import Actor
from tipline.domain.cases import Case, change
from tipline.domain.evidence import Evidence
from tipline.domain.positions import Position
from tipline.domain.sightings import Said, Sighting
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ZONE = ZoneInfo("Asia/Shanghai")
SHOP, STATION = Position(34.7209, 113.6677), Position(34.7221, 113.6745)


def film(tx: Transaction, tip: Tip, number: int, shows: str, offset_s: float | None = None) -> Evidence:
    """A film whose burned-in clock shows this at its beginning."""
    clock_read = {"agreeing": 3, "started_at": shows, "readings": [{"t": 0.0, "text": shows, "at": shows}]}
    media = json.dumps({"kind": "video", "duration_s": 60.0, "clock": clock_read})
    return file_of(tx, tip, number=number, media=media, duration_s=60.0, clock_offset_s=offset_s,
                   clock_source="desk" if offset_s is not None else None)  # fmt: skip


def trail_of(tx: Transaction, case: Case) -> trails.Trail:
    return trails.in_order(trails.stop(one, ZONE) for one in trails.list_of_case(tx, case))


def mark(
    tx: Transaction, officer: Actor, case: Case, file: Evidence, place: Position, **more: object
) -> Sighting:
    row, act = sightings.add(tx, officer, case, Said(file, t=10.0, place="店", position=place, **more))  # type: ignore[arg-type]
    assert act is not None
    return row


def test_a_corrected_clock_puts_the_trail_into_another_order(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    early = film(tx, tip, 1, "2026-11-22T21:10:00", 0.0)
    late = film(tx, tip, 2, "2026-11-22T21:15:00", 0.0)
    first, second = mark(tx, officer, case, early, SHOP), mark(tx, officer, case, late, STATION)
    assert [one.sighting.id for one in trail_of(tx, case).stops] == [first.id, second.id]

    late.clock_offset_s = 600.0  # its clock was ten minutes ahead
    tx.flush()

    trail = trail_of(tx, case)
    assert [(one.number, one.sighting.id) for one in trail.stops] == [(1, second.id), (2, first.id)]
    assert trail.stops[0].at == datetime(2026, 11, 22, 13, 5, 10, tzinfo=UTC)
    assert trail.legs[0] is None
    leg = trail.legs[1]
    assert leg is not None
    assert (round(leg.metres, -1), leg.seconds, leg.way) == (640, 300, "foot")


def test_a_typed_time_stands_whatever_the_clock_says(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    file = film(tx, tip, 1, "2026-11-22T21:10:00", 0.0)
    mark(tx, officer, case, file, SHOP, typed_at=EVENING)
    file.clock_offset_s = 600.0
    tx.flush()

    (stop,) = trail_of(tx, case).stops
    assert (stop.at, stop.known_by) == (EVENING, trails.TYPED)


def test_what_lacks_a_time_or_a_place_stands_apart(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    sightings.add(tx, officer, case, Said(place="地铁口"))
    sightings.add(tx, officer, case, Said(typed_at=EVENING, text="看到他上了公交车"))
    sightings.add(tx, officer, case, Said(typed_at=EVENING, position=SHOP))

    trail = trail_of(tx, case)
    assert (len(trail.stops), len(trail.apart)) == (1, 2)


@pytest.mark.parametrize(
    ("seconds", "way"),
    [(36_000, "long"), (600, "foot"), (200, "bike"), (60, "car"), (5, "never"), (0, "never")],
)
def test_how_somebody_can_have_come_along(
    seconds: int, way: str, tx: Transaction, officer: Actor, case: Case
) -> None:
    sightings.add(tx, officer, case, Said(typed_at=EVENING, position=SHOP))
    sightings.add(tx, officer, case, Said(typed_at=EVENING + timedelta(seconds=seconds), position=STATION))

    assert getattr(trail_of(tx, case).legs[1], "way", "") == way


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said(), "sighting:empty"),
        (Said(place="x" * 201), "tip:field-too-long"),
        (Said(text="x" * 1001, place="y"), "tip:field-too-long"),
    ],
)
def test_an_unclear_sighting_is_refused(
    said: Said, code: str, tx: Transaction, officer: Actor, case: Case
) -> None:
    with pytest.raises(TiplineError) as caught:
        sightings.add(tx, officer, case, said)
    assert caught.value.code == code


def test_a_moment_must_lie_within_the_film(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    file = film(tx, tip, 1, "2026-11-22T21:10:00")
    for t in (None, -1.0, 99.0, float("nan")):
        with pytest.raises(TiplineError) as caught:
            sightings.add(tx, officer, case, Said(file, t=t))
        assert caught.value.code == "sighting:moment-unclear"


def test_two_at_one_sighting_do_not_write_over_each_other(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    row, _act = sightings.add(tx, officer, case, Said(place="店"))
    sightings.change(tx, officer, case, row, Said(place="店门口"), version=1)

    with pytest.raises(TiplineError) as caught:
        sightings.change(tx, officer, case, row, Said(place="后门"), version=1)
    assert caught.value.code == "sighting:changed"
    assert row.place == "店门口"


def test_each_act_on_a_sighting_is_taken_back_and_logged(tx: Transaction, officer: Actor, case: Case) -> None:
    row, added = sightings.add(tx, officer, case, Said(place="店"))
    changed = sightings.change(tx, officer, case, row, Said(place="店门口"), version=None)
    removed = sightings.remove(tx, officer, case, row)
    assert sightings.count(tx, case) == 0

    for act in (removed, changed, added):
        assert act is not None
        undoing.undo(tx, officer, act.id)

    assert (row.place, row.removed_at is None) == ("店", False)
    logged = [one.action for one in custody.list_of(tx, subject=f"case:{case.number}")]
    assert logged[1:] == ["sighting:add", "sighting:change", "sighting:remove", *["act:undo"] * 3]


def test_what_somebody_changed_since_is_not_taken_back(tx: Transaction, officer: Actor, case: Case) -> None:
    row, added = sightings.add(tx, officer, case, Said(place="店"))
    sightings.change(tx, officer, case, row, Said(place="店门口"), version=None)
    assert added is not None

    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, added.id)
    assert caught.value.code == "act:superseded"


def test_a_closed_case_takes_no_sighting(tx: Transaction, officer: Actor, case: Case) -> None:
    row, _act = sightings.add(tx, officer, case, Said(place="店"))
    change(tx, officer, case, state="closed", reason="破案")
    with pytest.raises(TiplineError) as caught:
        sightings.remove(tx, officer, case, row)
    assert caught.value.code == "case:closed"


def test_a_sighting_of_another_case_is_not_found(tx: Transaction, officer: Actor, case: Case) -> None:
    row = Sighting(case_id=case.id, author_id=officer.user_id, at=clock.now(), removed_at=clock.now())
    tx.add(row)
    tx.flush()
    for number in (row.id, 10**6):
        with pytest.raises(TiplineError) as caught:
            sightings.read_sighting(tx, case, number)
        assert caught.value.code == "sighting:not-found"


def test_two_tips_of_one_trail(tx: Transaction, officer: Actor, case: Case) -> None:
    """The film knows its tip, whose offset holds where the film has none of its own."""
    tip = sent(tx, clock_offset_s=60.0)
    mark(tx, officer, case, film(tx, tip, 1, "2026-11-22T21:10:00"), SHOP)

    (stop,) = trail_of(tx, case).stops
    assert stop.tip is tip
    assert stop.at == datetime(2026, 11, 22, 13, 9, 10, tzinfo=UTC)
