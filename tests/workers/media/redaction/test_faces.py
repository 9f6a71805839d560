"""Faces are found and joined to tracks, and nothing but boxes leaves the child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import drawn_faces, footage
from workers import sandbox, untrusted_redaction
from workers.media.redaction import linking, model
from workers.media.redaction.model import Face

HALF_WIDE, HALF_HIGH = 0.85 * drawn_faces.RADIUS, 1.0 * drawn_faces.RADIUS
WIDTH, HEIGHT = drawn_faces.SIZE


def walking(t: float) -> list[drawn_faces.Place]:
    """One walks through the room, another is there for the first second, far from the first."""
    return [(60 + 50 * t, 80.0), *([(270.0, 60.0)] if t < 1 else [])]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_faces.film(tmp_path_factory.mktemp("faces") / "two.mp4", walking)


def box_at(track: dict[str, Any], t: float) -> list[float]:
    rows = np.array(track["boxes"])
    return [float(np.interp(t, rows[:, 0], rows[:, side])) for side in range(1, 5)]


def test_each_face_is_one_track_that_goes_where_it_goes(film: Path) -> None:
    so_far: list[dict[str, Any]] = []
    answer = sandbox.ask(film, "faces", given={"length": 3.0}, hooks=sandbox.Hooks(on_result=so_far.append))

    assert answer.failure is None
    assert answer.result["searched"] == [0.0, 3.0]
    by_length = sorted(answer.result["tracks"], key=lambda one: one["end"] - one["start"])
    assert len(by_length) == 2
    short, long = by_length
    assert (short["start"], long["start"]) == (0.0, 0.0)
    assert 1.0 <= short["end"] <= 1.8
    assert long["end"] >= 3.0
    for t in (0.0, 1.0, 2.0, 2.8):
        x, y, w, h = box_at(long, t)
        middle = walking(t)[0]
        assert x + w / 2 == pytest.approx(middle[0] / WIDTH, abs=0.03)
        assert y + h / 2 == pytest.approx(middle[1] / HEIGHT, abs=0.06)
        assert w * WIDTH > 1.4 * HALF_WIDE
        assert h * HEIGHT > 1.4 * HALF_HIGH


def test_only_the_asked_for_range_is_looked_through(film: Path) -> None:
    answer = sandbox.ask(film, "faces", given={"length": 3.0, "range": [1.8, 2.4]})

    assert answer.result["searched"] == [1.8, 2.4]
    (track,) = answer.result["tracks"]
    assert (track["start"], track["end"]) == (1.8, 2.4)


def test_faces_in_a_photo_are_found_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    picture = drawn_faces.picture([(80, 70), (240, 100)])
    from PIL import Image

    book = Image.Exif()
    book[274] = 6  # to be turned a quarter with the clock
    picture.rotate(90, expand=True).save(path, quality=95, exif=book.tobytes())

    answer = sandbox.ask(path, "faces")

    found = sorted(one["boxes"][0] for one in answer.result["tracks"])
    assert len(found) == 2
    middles = [(row[1] + row[3] / 2, row[2] + row[4] / 2) for row in found]
    assert middles[0] == pytest.approx((80 / WIDTH, 70 / HEIGHT), abs=0.05)
    assert middles[1] == pytest.approx((240 / WIDTH, 100 / HEIGHT), abs=0.05)


def test_a_room_without_anybody_has_no_face(tmp_path: Path) -> None:
    answer = sandbox.ask(footage.photo(tmp_path / "room.jpg"), "faces")

    assert (answer.failure, answer.result["tracks"]) == (None, [])


def face(x: float, score: float = 0.8) -> Face:
    return Face(x, 0.3, 0.1, 0.2, score)


def test_a_face_that_is_missed_for_a_moment_stays_one_track_and_the_gap_is_told() -> None:
    linker = linking.Linker(0.0, 10.0, 0.2)
    for at in range(20):
        t = at * 0.2
        linker.add(t, [] if 1.0 < t < 2.0 else [face(0.1 + 0.02 * at)])

    (track,) = linker.tracks()

    assert track["bridged"] == [[1.0, 2.0]]
    assert box_at(track, 1.5)[0] == pytest.approx(0.25, abs=0.01)


def test_who_walks_fast_is_covered_before_being_found_and_after_being_lost() -> None:
    linker = linking.Linker(0.0, 10.0, 0.2)
    for at in range(5):
        linker.add(4.0 + at * 0.2, [face(0.3 + 0.08 * at)])

    (track,) = linker.tracks()

    assert (track["start"], track["end"]) == (3.6, 5.2)
    early, late = box_at(track, 3.6), box_at(track, 5.2)
    # Where it stood when first seen, and where it must have come from; at the end, where it was going.
    assert (early[0], early[0] + early[2]) == pytest.approx((0.14, 0.4), abs=0.001)
    assert (late[0], late[0] + late[2]) == pytest.approx((0.62, 0.88), abs=0.001)


def test_two_that_pass_each_other_stay_two_and_one_glimpse_is_nobody() -> None:
    linker = linking.Linker(0.0, 4.0, 0.2)
    for at in range(20):
        there, back = face(0.05 + 0.03 * at), Face(0.75 - 0.03 * at, 0.55, 0.1, 0.2, 0.8)
        glimpse = [face(0.9, 0.4)] if at == 7 else []
        linker.add(at * 0.2, [there, back, *glimpse])

    tracks = linker.tracks()

    assert len(tracks) == 2
    assert sorted(round(box_at(one, 3.0)[0], 1) for one in tracks) == [0.3, 0.5]


def test_many_faces_for_long_stay_within_what_may_be_told() -> None:
    linker = linking.Linker(0.0, 1e6, 0.2)
    for at in range(linking.MOST_TRACKS + 100):
        for step in range(20):  # one after the other, each hopping to and fro
            linker.add(at * 10.0 + step * 0.2, [face(0.3 + 0.05 * (step % 2))])

    tracks = linker.tracks()

    assert len(tracks) <= linking.MOST_TRACKS
    assert sum(len(one["boxes"]) for one in tracks) <= linking.MOST_BOXES


def test_what_a_child_says_of_faces_is_boxes_or_nothing() -> None:
    good = {"start": 0, "end": 2, "boxes": [[0, 0.1, 0.1, 0.2, 0.2]], "score": 0.5, "embedding": [1, 2, 3]}
    bad: list[Any] = [
        None, 7, {}, {"boxes": []}, {"boxes": [[0, 2, 0.1, 0.1, 0.1]]}, {"boxes": [[0, 0.1, 0.1, 0, 0.1]]},
        {"boxes": [[float("nan"), 0.1, 0.1, 0.1, 0.1]]}, {"boxes": [[0, True, 0.1, 0.1, 0.1]]},
    ]  # fmt: skip
    checked = untrusted_redaction.faces({"tracks": [good, *bad], "searched": [3, 1], "pictures": -1})

    assert checked == {
        "tracks": [
            {"start": 0.0, "end": 2.0, "boxes": [[0.0, 0.1, 0.1, 0.2, 0.2]], "bridged": [], "score": 0.5}
        ],
        "searched": None,
        "pictures": 0,
    }
    flood = [{"boxes": [[t, 0.1, 0.1, 0.1, 0.1] for t in range(6_000)]}] * 3
    assert len(untrusted_redaction.faces({"tracks": flood})["tracks"]) == 1


def test_the_model_tells_no_more_than_where_a_face_is() -> None:
    assert sorted(Face.__dataclass_fields__) == ["h", "score", "w", "x", "y"]
    assert model.versions()["centerface"] != "?"
