"""Which pictures are kept."""

from __future__ import annotations

import numpy as np
import pytest

from workers.media import picks
from workers.media.activity import COLUMNS, ROWS, Event, Grid


def view(seed: int) -> Grid:
    return np.random.default_rng(seed).uniform(20, 220, (ROWS, COLUMNS)).astype(np.float32)


def mark(bits: int) -> str:
    """A fingerprint so many bits away from the one of nothing."""
    return f"{(1 << bits) - 1:064x}"


def test_a_picture_like_one_already_kept_is_dropped() -> None:
    picker = picks.Picker(most=96)
    picker.keep(0.0, mark(0))
    assert not picker.takes(10.0, mark(20))
    assert picker.takes(10.0, mark(21))


def test_what_others_kept_before_counts_too_but_takes_no_room() -> None:
    picker = picks.Picker(most=1)
    picker.knows([(0.0, mark(0))])
    assert not picker.takes(10.0, mark(3))
    assert picker.takes(10.0, mark(100))


def test_a_cut_is_a_scene_and_a_gap_is_covered() -> None:
    picker = picks.Picker(most=96)
    picker.plan(80)
    assert picker.wants(0.0, view(1)) is None
    assert picker.wants(0.2, view(1)) is None
    assert picker.wants(0.4, view(2)) == picks.SCENE
    assert picker.wants(10.2, view(2)) == picks.COVERAGE
    assert picker.wants(10.4, view(2)) is None


def test_a_black_picture_is_not_wanted() -> None:
    picker = picks.Picker(most=96)
    picker.plan(80)
    assert picker.wants(10.2, np.full((ROWS, COLUMNS), 16, dtype=np.float32)) is None
    assert picks.is_flat(np.full((ROWS, COLUMNS), 16, dtype=np.float32))
    assert not picks.is_flat(view(1))


def test_no_more_pictures_than_allowed() -> None:
    picker = picks.Picker(most=2)
    picker.keep(0.0, mark(0))
    picker.keep(1.0, mark(60))
    assert picker.full
    assert picker.wants(50.0, view(3)) is None
    assert not picker.takes(60.0, mark(120), opens=True)


def test_the_start_of_movement_is_kept_even_if_it_looks_alike() -> None:
    picker = picks.Picker(most=9)
    picker.keep(0.0, mark(0))
    assert picker.takes(5.0, mark(2), opens=True)
    assert not picker.takes(5.0, mark(2))
    # Seen by an earlier look already.
    assert not picker.takes(0.1, mark(2), opens=True)


def test_the_largest_moment_is_kept_if_it_differs_at_all() -> None:
    picker = picks.Picker(most=9)
    picker.keep(0.0, mark(0))
    (opening, peak, end) = picks.windows([Event(10.0, 12.0, 11.0, 9)], 9)
    assert picker.takes(11.0, mark(9), same=peak.same)
    assert not picker.takes(11.0, mark(5), same=peak.same)
    assert (opening.opens, end.same) == (True, picks.SAME)


def test_coverage_grows_with_the_film_but_stays_bounded() -> None:
    assert picks.coverage_step(4) == 2
    assert picks.coverage_step(120) == 15
    assert picks.coverage_step(3600) == 150
    assert 3600 * 24 / picks.coverage_step(3600 * 24) <= 24


def test_key_frames_that_cover_a_film_reach_to_its_end() -> None:
    windows = picks.coverage(np.arange(0, 3600, 2.0), 3600, 3599.96)
    found = [one.start for one in windows]
    # The last frame is no key frame: it is read on to from the last one that is.
    assert [one.from_key for one in windows[-2:]] == [3450, 3598]
    assert found[-2:] == [3450, 3599.96]
    assert 20 <= len(found) <= 26
    assert max(np.diff([0.0, *found])) <= 152
    # One key frame and its picture of the end; no key frame near the end, and that one instead.
    assert [one.start for one in picks.coverage(np.array([0.0]), 8, 7.9)] == [7.9]
    assert [one.start for one in picks.coverage(np.array([0.0, 30.0]), 60, 59.9)] == [30.0]
    assert picks.coverage(np.array([0.0]), 60, 59.9) == []
    assert picks.coverage(np.array([]), 0, 0) == []


@pytest.mark.parametrize(("seconds", "pictures"), [(8, 2), (30, 5), (120, 5), (600, 11), (3600, 25)])
def test_a_still_film_shows_its_beginning_its_middle_and_its_end_and_no_more(
    seconds: int, pictures: int
) -> None:
    picker = picks.Picker(most=96)
    picker.keep(0.0, mark(0))
    for one in picks.coverage(np.arange(0, seconds, 2.0), seconds, seconds - 0.04):
        if picker.takes(one.start, mark(0), near=one.near):
            picker.keep(one.start, mark(0))
    times = [t for t, _ in picker.kept]
    assert len(times) == pictures
    assert times[-1] == seconds - 0.04
    # A later look at every frame of it adds nothing.
    picker.plan(seconds)
    later = np.arange(0, seconds, picker.step)
    assert not any(picker.takes(float(t), mark(0), near=picker.near) for t in later)
    assert not picker.takes(seconds - 0.04, mark(0), near=picks.END_S)


def test_every_event_gives_its_start_first_when_there_is_little_room() -> None:
    events = [Event(10.0 * at, 10.0 * at + 25, 10.0 * at + 12, 5 + at) for at in range(1, 5)]
    tight = picks.windows(events, 8)
    assert len(tight) == 8
    assert sum(window.opens for window in tight) == 4
    assert [window.start for window in tight] == sorted(window.start for window in tight)
    assert len(picks.windows(events, 96)) > 12
    assert picks.windows(events, 0) == []
