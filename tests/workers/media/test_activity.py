"""The detector of movement, on drawn grey pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from workers.media.activity import HEIGHT, WIDTH, Activity, Samples

Draw = Callable[[np.ndarray, float], None]


def watch(seconds: float, draw: Draw, noise: float = 1.5) -> Activity:
    """Sample a drawn scene five times a second."""
    rng = np.random.default_rng(11)
    still = np.linspace(60, 180, WIDTH)[None, :].repeat(HEIGHT, axis=0)
    samples = Samples()
    for at in range(int(seconds * 5)):
        picture = still.copy()
        draw(picture, at / 5)
        samples.add(at / 5, (picture + rng.normal(0, noise, picture.shape)).clip(0, 255).astype(np.uint8))
    return samples.judge()


def nothing(picture: np.ndarray, t: float) -> None:
    """Nobody comes."""


def walker(start: float, end: float, size: int = 24) -> Draw:
    def draw(picture: np.ndarray, t: float) -> None:
        if start <= t < end:
            x = int(20 + (t - start) / (end - start) * 180)
            picture[60 : 60 + size, x : x + size // 2] = 20

    return draw


def test_an_empty_room_is_calm() -> None:
    assert watch(40, nothing).events == []


def test_a_walker_is_one_event_at_the_right_time() -> None:
    (event,) = watch(40, walker(12, 16)).events
    assert event.start == pytest.approx(12, abs=0.5)
    assert event.end == pytest.approx(16, abs=0.7)
    assert event.start <= event.peak <= event.end + 0.5


def test_a_small_and_quick_figure_is_seen_too() -> None:
    (event,) = watch(40, walker(20, 20.8, size=10)).events
    assert event.start == pytest.approx(20, abs=0.5)


def test_two_visits_far_apart_are_two_events() -> None:
    first, second = walker(8, 11), walker(24, 27)

    def draw(picture: np.ndarray, t: float) -> None:
        first(picture, t)
        second(picture, t)

    assert len(watch(40, draw).events) == 2


def test_a_lamp_that_slowly_brightens_everything_is_no_movement() -> None:
    def lamp(picture: np.ndarray, t: float) -> None:
        if 10 <= t < 20:
            picture *= 1 + (t - 10) * 0.04
        elif t >= 20:
            picture *= 1.4

    assert watch(40, lamp).events == []


def test_a_camera_that_switches_to_night_is_no_movement() -> None:
    def night(picture: np.ndarray, t: float) -> None:
        if t >= 20:
            picture[:] = 255 - picture

    assert watch(40, night).events == []


def test_a_burned_in_clock_is_no_movement_but_a_person_under_it_is() -> None:
    rng = np.random.default_rng(5)
    digits = [rng.integers(0, 2, (8, 8)) * 200 for _ in range(60)]
    person = walker(20, 24)

    def ticking(picture: np.ndarray, t: float) -> None:
        picture[2:10, 60:68] = digits[int(t) % 60]

    def both(picture: np.ndarray, t: float) -> None:
        ticking(picture, t)
        person(picture, t)

    assert watch(40, ticking).events == []
    (event,) = watch(40, both).events
    assert event.start == pytest.approx(20, abs=0.5)


def test_the_score_has_a_value_for_each_step_between_0_and_1() -> None:
    score = watch(20, walker(5, 8)).score(1.0, 0, 20)
    assert len(score) == 20
    assert all(0 <= value <= 1 for value in score)
    assert max(score[5:8]) > 0.3
    assert max(score[12:]) == 0


def test_too_few_samples_give_an_empty_answer() -> None:
    assert Samples().judge().events == []
    assert Samples().judge().score(1.0, 0, 2) == [0.0, 0.0]
