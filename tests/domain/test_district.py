"""Borders of beats: brought in, taken back, asked for: `tipline.domain.district`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import sent
from tests.domain.test_areas import SQUARE, feature, moved, written
from tipline.db import Transaction
from tipline.domain import accounts, areas, beats, custody, district, overlaps, undoing
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.positions import Position
from tipline.errors import TiplineError

NORTH, SOUTH = feature(SQUARE), feature(moved(SQUARE, 0.018), code="south", name="南片区")


@pytest.fixture
def admin(tx: Transaction) -> Actor:
    return accounts.add(tx, SYSTEM, "zhao", role="admin", password_hash="not a hash").actor


def read(*features: object) -> list[areas.Area]:
    return areas.read_collection(written(*features))


def test_a_file_is_compared_before_it_is_taken(tx: Transaction, officer: Actor) -> None:
    beats.add(tx, officer, "north", "北片区")
    beats.add(tx, officer, "west", "西片区")

    found = district.compare(tx, read(NORTH, SOUTH, feature(moved(SQUARE, 1), code="", name="地铁站")))

    assert [(one.code, one.state) for one in found.drawn] == [
        ("north", "changed"), ("south", "new"), ("", "unknown"),
    ]  # fmt: skip
    assert [one.code for one in found.missing] == ["west"]
    assert [(one.one, one.other) for one in found.overlaps] == [("北片区", "南片区")]
    assert found.overlaps[0].share == pytest.approx(0.1, abs=0.02)


def test_a_beat_is_known_by_its_name_too(tx: Transaction, officer: Actor) -> None:
    beats.add(tx, officer, "n-1", "北片区")

    assert [(one.code, one.state) for one in district.compare(tx, read(feature(SQUARE, code=""))).drawn] == [
        ("n-1", "changed")
    ]


def test_two_features_for_one_beat_are_refused(tx: Transaction) -> None:
    with pytest.raises(TiplineError) as caught:
        district.compare(tx, read(NORTH, feature(moved(SQUARE, 1))))
    assert caught.value.code == "beat:shape-twice"


def test_borders_are_kept_logged_and_taken_back(tx: Transaction, admin: Actor) -> None:
    beats.add(tx, admin, "north", "北片区")
    number, act = district.take(tx, admin, read(NORTH, SOUTH))
    assert number == 2
    assert act is not None
    place = Position(34.72, 113.662)
    standing = beats.list_beats(tx)
    assert getattr(district.beat_at(standing, place), "code", "") == "north"
    assert len(district.collection(standing)["features"]) == 2
    assert district.take(tx, admin, read(NORTH, SOUTH)) == (0, None)

    undoing.undo(tx, admin, act.id)

    assert [(one.code, one.shape) for one in beats.list_beats(tx)] == [("north", None)]
    actions = [one.action for one in custody.list_of(tx, subject="beats")]
    assert actions == ["beat:draw"]


def test_borders_changed_since_are_not_taken_back(tx: Transaction, admin: Actor) -> None:
    _number, act = district.take(tx, admin, read(NORTH))
    assert act is not None
    district.take(tx, admin, read(feature(moved(SQUARE, 0.001))))

    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, admin, act.id)
    assert caught.value.code == "beat:shape-later"


def test_a_beat_that_tips_name_already_stays_without_its_border(tx: Transaction, admin: Actor) -> None:
    _number, act = district.take(tx, admin, read(NORTH))
    assert act is not None
    sent(tx, beat="north")

    undoing.undo(tx, admin, act.id)

    assert [(one.code, one.shape) for one in beats.list_beats(tx)] == [("north", None)]


def test_borders_that_lie_over_each_other_a_thousand_times_are_not_compared_for_minutes(
    tx: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlaps, "MOST_COMPARED", 400)
    apart = [feature(moved(SQUARE, at / 10), code=f"b{at}", name=f"{at}号片区") for at in range(40)]
    stacked = [feature(moved(SQUARE, at / 1e5), code=f"b{at}", name=f"{at}号片区") for at in range(8)]

    assert len(district.compare(tx, read(*apart)).drawn) == 40
    with pytest.raises(TiplineError) as caught:
        district.compare(tx, read(*stacked))
    assert caught.value.code == "beat:shape-stacked"
