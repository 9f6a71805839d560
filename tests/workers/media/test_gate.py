"""What the sizes of packets tell, on invented streams."""

from __future__ import annotations

import numpy as np
import pytest

from workers.media import gate
from workers.media.gate import Packets

GOP = 50


def stream(gops: int, *, noise: float = 0.12, wander: float = 0.0, seed: int = 3) -> Packets:
    """A camera at 25 frames a second: a large key frame, then small ones; the encoder's level may wander."""
    rng = np.random.default_rng(seed)
    places = 4000 + 1500 * np.sin(np.arange(GOP) / 3)
    level = 1 + wander * np.sin(np.arange(gops) / 4)[:, None]
    sizes = places[None, :] * level * rng.normal(1, noise, (gops, GOP)).clip(0.3, 3)
    sizes[:, 0] = 60_000
    times = np.arange(gops * GOP) / 25
    return Packets(times, sizes.astype(np.uint32).reshape(-1), np.arange(gops * GOP) % GOP == 0)


def larger(packets: Packets, start: float, end: float, times: float) -> Packets:
    inside = (packets.times >= start) & (packets.times < end) & ~packets.keys
    sizes = np.where(inside, packets.sizes * times, packets.sizes)
    return Packets(packets.times, sizes.astype(np.uint32), packets.keys)


def test_a_calm_film_has_hardly_a_mark() -> None:
    assert gate.read(stream(300)).marked.mean() <= 0.02


@pytest.mark.parametrize("seconds", [0.6, 1.0, 1.3, 1.9])
def test_a_step_into_view_between_two_key_frames_is_marked(seconds: float) -> None:
    marked = gate.read(larger(stream(300), 200.05, 200.05 + seconds, 2.2)).marked
    assert marked[100]
    assert marked.sum() <= 8


def test_a_rate_control_that_wanders_is_no_movement() -> None:
    assert gate.read(stream(300, wander=0.2)).marked.mean() <= 0.03


def test_noise_of_the_night_is_heavy_everywhere() -> None:
    day, night = stream(200), stream(100, noise=0.5, seed=4)
    sizes = np.concatenate([day.sizes, (night.sizes * 1.3).astype(np.uint32)])
    keys = np.concatenate([day.keys, night.keys])
    heavy = gate.read(Packets(np.arange(sizes.size) / 25, sizes, keys)).heavy
    assert heavy[:190].mean() < 0.1
    assert heavy[210:].mean() > 0.6


def test_only_groups_of_one_length_can_be_compared() -> None:
    even = stream(40)
    assert gate.is_regular(even)
    assert not gate.is_regular(Packets(even.times, even.sizes, np.ones_like(even.keys)))
    rng = np.random.default_rng(1)
    odd = rng.random(even.keys.size) < 0.03
    odd[0] = True
    assert not gate.is_regular(Packets(even.times, even.sizes, odd))
    assert not gate.is_regular(stream(5))


def test_a_broken_group_here_and_there_does_not_hurt() -> None:
    packets = stream(100)
    keep = np.ones(packets.sizes.size, np.bool_)
    keep[50 * 40 + 20 : 50 * 40 + 50] = False
    cut = Packets(packets.times[keep], packets.sizes[keep], packets.keys[keep])
    assert gate.is_regular(cut)
    assert gate.read(cut).marked.size == 100
