"""Which pictures are kept."""

from __future__ import annotations

import numpy as np

from workers.media import picks
from workers.media.activity import COLUMNS, ROWS, Event, Grid


def view(seed: int) -> Grid:
    return np.random.default_rng(seed).uniform(20, 220, (ROWS, COLUMNS)).astype(np.float32)


def test_the_same_view_in_other_light_counts_as_the_same() -> None:
    one = view(1)
    clock = one.copy()
    clock[0, 3:5] += 60
    assert picks.same_view(one, one + 15)
    assert picks.same_view(one, clock)
    assert not picks.same_view(one, view(2))


def test_coverage_leaves_out_what_looks_like_a_kept_picture() -> None:
    picker = picks.Picker(most=96)
    picker.plan(80)
    picker.keep(0.0, view(1))
    reasons = [picker.wants(t, view(1)) for t in np.arange(0.2, 80, 0.2)]
    assert set(reasons) == {None}


def test_a_cut_is_kept_as_a_scene_and_a_gap_is_covered() -> None:
    picker = picks.Picker(most=96)
    picker.plan(80)
    picker.keep(0.0, view(1))
    assert picker.wants(0.2, view(1)) is None
    assert picker.wants(0.4, view(2)) == picks.SCENE
    picker.keep(0.4, view(2))
    slow = view(2)
    slow[:8] += 8
    assert picker.wants(10.2, slow) == picks.COVERAGE


def test_no_more_pictures_than_allowed() -> None:
    picker = picks.Picker(most=2)
    picker.keep(0.0, view(1))
    picker.keep(1.0, view(2))
    assert picker.full
    assert picker.wants(50.0, view(3)) is None
    assert not picker.takes(60.0, view(4), opens=True)


def test_the_start_of_movement_is_kept_even_if_it_looks_alike() -> None:
    picker = picks.Picker(most=9)
    picker.keep(0.0, view(1))
    assert picker.takes(5.0, view(1), opens=True)
    assert not picker.takes(5.0, view(1), opens=False)
    assert not picker.takes(0.0, view(1), opens=True)


def test_coverage_grows_with_the_film_but_stays_bounded() -> None:
    assert picks.coverage_step(4) == 2
    assert picks.coverage_step(120) == 15
    assert picks.coverage_step(3600) == 150
    assert 3600 * 24 / picks.coverage_step(3600 * 24) <= 24


def test_every_event_gives_its_start_first_when_there_is_little_room() -> None:
    events = [Event(10.0 * at, 10.0 * at + 25, 10.0 * at + 12, 5 + at) for at in range(1, 5)]
    tight = picks.windows(events, 8)
    assert len(tight) == 8
    assert sum(window.opens for window in tight) == 4
    assert [window.start for window in tight] == sorted(window.start for window in tight)
    assert len(picks.windows(events, 96)) > 12
