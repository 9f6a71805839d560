"""Where a tip happened, as far as is known: `tipline.domain.spots`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import file_of, sent
from tests.domain.test_areas import SQUARE, feature, written
from tipline.db import Transaction
from tipline.domain import areas, custody, district, shops, spots, undoing
from tipline.domain.actors import Actor
from tipline.domain.positions import Position
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

INSIDE = Position(34.72, 113.67)


def known(tx: Transaction, tip: Tip, *gps: str) -> spots.Known:
    files = [
        file_of(tx, tip, number=at, kind="photo", media=f'{{"kind":"photo","gps":{one}}}')
        for at, one in enumerate(gps, 1)
    ]
    return spots.of(tx, tip, files)


def draw_north(tx: Transaction, officer: Actor) -> None:
    district.take(tx, officer, areas.read_collection(written(feature(SQUARE))))


def test_the_surest_place_stands_first_and_each_says_where_it_was_read(
    tx: Transaction, officer: Actor
) -> None:
    shop = shops.add(tx, officer, shops.Described("幸福超市", "航海路88号", None, 34.7, 113.6))
    tip = sent(tx, lat=34.72, lon=113.67, shop=shop.code)

    found = known(tx, tip, '{"lat":34.7201,"lon":113.6701}')

    assert [one.kind for one in found.spots] == ["tip", "photo", "shop"]
    assert found.spots[1].radius > 0 == found.spots[0].radius


@pytest.mark.parametrize(
    "gps", ['{"lat":"x","lon":1}', '{"lat":99,"lon":1}', '{"lat":0,"lon":0}', "{}", "null"]
)
def test_a_photo_that_tells_nonsense_is_no_place(gps: str, tx: Transaction, tip: Tip) -> None:
    assert known(tx, tip, gps).spots == []


def test_a_tip_with_words_alone_lies_somewhere_in_its_beat(tx: Transaction, officer: Actor) -> None:
    draw_north(tx, officer)

    found = known(tx, sent(tx, beat="north"))

    assert found.main is not None
    assert (found.main.kind, found.main.radius > 1000, found.proposed) == ("beat", True, None)


def test_a_place_without_a_beat_has_its_beat_proposed(tx: Transaction, officer: Actor) -> None:
    # They came before the border did; one that comes now finds its beat by itself.
    inside, outside = sent(tx, lat=34.72, lon=113.67), sent(tx, lat=34.9, lon=113.67)
    draw_north(tx, officer)

    assert getattr(known(tx, inside).proposed, "code", "") == "north"
    assert known(tx, outside).proposed is None
    assert known(tx, sent(tx, lat=34.72, lon=113.67)).proposed is None


def test_a_place_is_set_and_taken_back_and_the_log_holds_no_address(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    act = spots.set_place(tx, officer, tip, INSIDE, words="幸福超市后门")
    assert act is not None
    assert (tip.lat, tip.lon, tip.place) == (*INSIDE, "幸福超市后门")
    assert spots.set_place(tx, officer, tip, INSIDE) is None

    undoing.undo(tx, officer, act.id)

    assert (tip.lat, tip.place) == (None, "幸福超市")
    logged = custody.list_of(tx, tip=tip.reference, actions={"tip:place", "act:undo"})
    assert len(logged) == 2
    assert not any("幸福" in str(one.facts()) or "34.7" in str(one.facts()) for one in logged)


def test_a_place_moved_again_since_is_not_taken_back(tx: Transaction, officer: Actor, tip: Tip) -> None:
    act = spots.set_place(tx, officer, tip, INSIDE)
    spots.set_place(tx, officer, tip, None)
    assert act is not None

    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, act.id)
    assert caught.value.code == "act:superseded"


def test_too_long_a_name_is_refused(tx: Transaction, officer: Actor, tip: Tip) -> None:
    with pytest.raises(TiplineError) as caught:
        spots.set_place(tx, officer, tip, None, words="x" * 201)
    assert caught.value.code == "tip:field-too-long"
