"""Pictures alike, and what that means: `tipline.domain.fingerprints`, `tipline.domain.likenesses`."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.domain.conftest import file_of, sent
from tipline.db import Transaction
from tipline.domain import fingerprints, likenesses, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.fingerprints import ALIKE, Band
from tipline.domain.likenesses import Pair, Picture
from tipline.domain.renditions import Rendition


def pdq_of(seed: int) -> str:
    """A fingerprint of its own: two of different seeds are far apart, as those of strangers are."""
    return f"{random.Random(seed).getrandbits(256):064x}"  # noqa: S311 - drawn, not secret


def away(pdq: str, *bits: int) -> str:
    """The same picture with these bits off."""
    value = int(pdq, 16)
    for bit in bits:
        value ^= 1 << bit
    return f"{value:064x}"


def shown(
    tx: Transaction, file: Evidence, t: float | None, pdq: str, *, quality: int = 100, name: str = ""
) -> Rendition:
    """A keyframe of a file, as a worker keeps it."""
    return renditions.keep(
        tx, file.id, name=name or f"k{t}.jpg", provenance={}, kind=renditions.KEYFRAME, mime="image/jpeg",
        size=1, sha256="0" * 64, width=1, height=1, t=t, pdq=pdq, pdq_quality=quality,
    )  # fmt: skip


def film(tx: Transaction, *frames: tuple[float | None, str]) -> Evidence:
    """A file of a tip of its own."""
    file = file_of(tx, sent(tx))
    for t, pdq in frames:
        shown(tx, file, t, pdq)
    return file


def bits(least: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 255), min_size=least, max_size=most, unique=True)


@given(st.integers(0, 2**256 - 1), bits(0, ALIKE))
def test_two_fingerprints_within_the_distance_share_a_band_within_one_bit(value: int, off: list[int]) -> None:
    one = f"{value:064x}"
    other = away(one, *off)

    assert fingerprints.distance(one, other) == len(off)
    pairs = zip(fingerprints.bands(one), fingerprints.bands(other), strict=True)
    assert any((a ^ b).bit_count() <= 1 for a, b in pairs)


def test_the_database_answers_as_comparing_with_everything_does(tx: Transaction) -> None:
    numbers = random.Random(3)  # noqa: S311 - drawn, not secret
    base = [pdq_of(seed) for seed in range(6)]
    stored = []
    for at in range(120):
        off = numbers.sample(range(256), numbers.choice((0, 12, 24, 30, 31, 32, 33, 48, 90)))
        stored.append(away(numbers.choice(base), *off))
        film(tx, (float(at), stored[-1]))
    for asked in base:
        picture = Picture(0, "none", 0, "asked", 0.0, asked)
        found = sorted(pair.other.pdq for pair in likenesses.alike(tx, picture))
        assert found == sorted(one for one in stored if fingerprints.distance(asked, one) <= ALIKE)


def test_black_and_blurred_pictures_are_not_kept(tx: Transaction) -> None:
    file = file_of(tx, sent(tx))
    shown(tx, file, 0.0, "0" * 64, quality=0)
    shown(tx, file, 1.0, pdq_of(1), quality=49)
    shown(tx, file, 2.0, pdq_of(2), quality=50)

    assert tx.scalar(select(func.count()).select_from(Band)) == 16


def test_bands_go_with_their_picture_and_missing_ones_are_made(tx: Transaction) -> None:
    file = film(tx, (0.0, pdq_of(1)))
    shown(tx, file, 0.0, pdq_of(2))  # made again under the same name
    assert set(tx.scalars(select(Band.value))) == set(fingerprints.bands(pdq_of(2)))

    tx.query(Band).delete()
    assert likenesses.keep_missing(tx, file.tip_id) == 1
    assert likenesses.keep_missing(tx, file.tip_id) == 0
    assert tx.scalar(select(func.count()).select_from(Band)) == 16
    renditions.drop_others(tx, file.id, [])
    tx.flush()
    assert tx.scalar(select(func.count()).select_from(Band)) == 0


# --- one recording, or one camera

SCENES = [(float(t), pdq_of(100 + t)) for t in range(0, 20, 4)]
WALL = pdq_of(500)


def kinds_of(tx: Transaction, file: Evidence) -> list[str]:
    return [one.kind for one in likenesses.find(tx, file.tip_id)]


def test_a_film_sent_on_by_a_messenger_and_cut_is_the_same_recording(tx: Transaction) -> None:
    film(tx, *SCENES)
    sent_on = film(tx, *((t - 3.9, away(pdq, 3, 77, 200)) for t, pdq in SCENES[1:]))

    (found,) = likenesses.find(tx, sent_on.tip_id)
    assert (found.kind, len(found.pairs), found.lasts_s) == ("recording", 4, 12.0)


def test_two_incidents_before_one_fixed_camera_are_one_view_and_no_more(tx: Transaction) -> None:
    """The wall is the same at every spacing; what happens before it is not."""
    film(tx, *((float(t), away(WALL, t)) for t in range(0, 30, 2)), (31.0, pdq_of(1)), (33.0, pdq_of(2)))
    other = film(tx, *((float(t), away(WALL, t, 90)) for t in range(0, 30, 2)), (31.0, pdq_of(3)))

    (found,) = likenesses.find(tx, other.tip_id)
    assert (found.kind, len(found.pairs)) == ("view", 1)


def test_the_same_pictures_with_another_spacing_are_no_recording(tx: Transaction) -> None:
    """Day, dusk and night before one camera come in the same order every day, never at the same second."""
    film(tx, *SCENES)
    other = film(tx, *((t * 1.4, pdq) for t, pdq in SCENES))

    assert kinds_of(tx, other) == ["view"]


def test_three_pictures_within_a_moment_are_not_yet_a_recording(tx: Transaction) -> None:
    film(tx, *((t / 8, pdq) for t, pdq in SCENES[:4]))
    other = film(tx, *((t / 8, pdq) for t, pdq in SCENES[:4]))

    assert kinds_of(tx, other) == ["view"]


def test_photos_alike_are_one_picture_and_a_photo_of_a_film_a_view(tx: Transaction) -> None:
    film(tx, (None, SCENES[1][1]))
    film(tx, *SCENES)
    photo = film(tx, (None, away(SCENES[1][1], 5)))

    assert kinds_of(tx, photo) == ["picture", "view"]


def test_a_photo_of_both_clocks_shows_nothing_of_the_incident(tx: Transaction) -> None:
    film(tx, *SCENES)
    other = film(tx, *SCENES)
    other.purpose = "clock"
    tx.flush()

    assert kinds_of(tx, other) == []


@pytest.mark.parametrize("shift", [0.0, 7.5])
def test_a_chain_takes_each_picture_once_and_in_order(shift: float) -> None:
    def picture(number: int, t: float) -> Picture:
        return Picture(number, "e", 1, "k", t, pdq_of(number))

    pairs = [Pair(picture(n, n * 2.0), picture(100 + n, n * 2.0 + shift + n * 0.02), 0) for n in range(5)]
    doubled = [*pairs, *(one._replace(distance=9) for one in pairs)]
    chain = likenesses.longest_chain(reversed(doubled))
    assert [one.mine.id for one in chain] == [0, 1, 2, 3, 4]
