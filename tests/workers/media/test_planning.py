"""Which stretches of a film are decoded after the first look."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workers.media.test_gate import larger, stream
from workers.media import planning
from workers.media.gate import Packets
from workers.media.overview import Overview
from workers.media.timeline import Timeline


def line(packets: Packets, **changed: bool) -> Timeline:
    times, keys = np.sort(packets.times), np.sort(packets.times[packets.keys])
    return Timeline(times, keys, int(packets.sizes.sum()), True, packets, **changed)


def calm(film: Timeline, hot: dict[int, int] | None = None) -> Overview:
    found = np.zeros(film.key_times.size - 1, np.int32)
    for at, blocks in (hot or {}).items():
        found[at] = blocks
    return Overview(film.key_times, found, [])


def covers(ranges: list[list[float]], start: float, end: float) -> bool:
    return any(a <= start and end <= b for a, b in ranges)


def test_packets_and_key_frames_are_both_heard() -> None:
    film = line(larger(stream(300), 200.6, 201.4, 2.5))
    found = planning.suspects(film, calm(film, {250: 2}))
    assert covers(found, 200, 202)
    assert covers(found, 500, 502)
    assert sum(end - start for start, end in found) < 60


def test_for_every_few_minutes_something_calm_is_decoded_too() -> None:
    film = line(stream(300))
    found = planning.suspects(film, calm(film, {250: 1}))
    assert len([start for start, _ in found if start < 300]) >= 1
    assert planning.suspects(film, calm(film)) == [] or len(found) <= 8


def test_a_stretch_where_nearly_all_is_heavy_is_decoded_whole() -> None:
    day, night = stream(300), stream(300, noise=0.5, seed=4)
    sizes = np.concatenate([day.sizes, (night.sizes * 1.3).astype(np.uint32)])
    packets = Packets(np.arange(sizes.size) / 25, sizes, np.concatenate([day.keys, night.keys]))
    film = line(packets)
    found = planning.suspects(film, calm(film))
    assert covers(found, 600, 1200)
    assert sum(end - start for start, end in found if end <= 600) < 60


@pytest.mark.parametrize(
    ("packets", "timed"),
    [
        (stream(50), True),
        (stream(300), False),
        (Packets(np.arange(15_000) / 25, np.full(15_000, 900, np.uint32), np.ones(15_000, np.bool_)), True),
        (Packets(np.arange(15_000) / 25, stream(300).sizes, np.arange(15_000) % 250 == 0), True),
    ],
    ids=["short", "without times", "key frames only", "key frames far apart"],
)
def test_a_film_that_packets_say_nothing_about_is_decoded_whole(packets: Packets, timed: bool) -> None:
    film = line(packets, is_timed=timed)
    assert planning.suspects(film, calm(film)) == [[film.start, film.end]]


def test_a_busy_film_is_decoded_whole_rather_than_in_many_pieces() -> None:
    film = line(stream(100))
    assert planning.suspects(film, calm(film, dict.fromkeys(range(30, 97), 5))) == [[film.start, film.end]]
    assert len(planning.suspects(film, calm(film, dict.fromkeys(range(70, 97), 5)))) < 5


def test_a_very_long_one_of_that_kind_is_left_to_its_spans() -> None:
    packets = Packets(np.arange(50_000) / 25, np.full(50_000, 900, np.uint32), np.ones(50_000, np.bool_))
    film = line(packets)
    assert planning.suspects(film, None) == []
    # But what its key frames tell is followed.
    found = planning.suspects(film, calm(film, {20_000: 4}))
    assert covers(found, 800.0, 800.02)
    assert sum(end - start for start, end in found) < 10


def test_spans_cover_the_film_without_gaps_and_begin_at_key_frames() -> None:
    film = line(stream(1800))
    found = planning.spans(film)
    assert found[0][0] == film.start
    assert found[-1][1] == film.end
    assert len(found) == 12
    assert all(one[1] == after[0] for one, after in zip(found, found[1:], strict=False))
    assert all(start in film.key_times for start, _ in found)
    assert all(end - start >= planning.SPAN_LEAST_S for start, end in found)


def test_a_film_of_few_minutes_and_one_without_times_are_one_span() -> None:
    assert len(planning.spans(line(stream(100)))) == 1
    assert len(planning.spans(line(stream(1800), is_timed=False))) == 1
    assert planning.spans(line(Packets(np.empty(0), np.empty(0, np.uint32), np.empty(0, np.bool_)))) == []


def test_a_film_of_weeks_is_no_thousand_jobs() -> None:
    times = np.arange(5000) * 300.0
    packets = Packets(times, np.full(5000, 100, np.uint32), np.ones(5000, np.bool_))
    found = planning.spans(line(packets))
    assert len(found) <= planning.SPANS
    assert [found[0][0], found[-1][1]] == [line(packets).start, line(packets).end]
