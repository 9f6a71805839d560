"""Browser copies, made in this process: which way is chosen, and that each frame keeps place and number."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import counted
from workers import framelist
from workers.media import copying, opening, pieces, plan, wire
from workers.media.job import Job, Limits
from workers.media.report import Report

EVEN = [at * 40 for at in range(40)]
UNEVEN = list(np.cumsum([0, *([33, 34, 33, 120, 7, 41] * 7)]).tolist())[:40]
TV = Fraction(1, 25)
BROADCAST = {"time_base": Fraction(1, 90_000)}
Made = tuple[dict[str, Any], framelist.FrameList | None, Path]
Copy = Callable[..., Made]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Make the copy of a file; by the way that its plan says unless another is told."""

    def make(path: Path, how: str | None = None, parts: Any = (), held: int | None = None) -> Made:
        made = tmp_path / "copy.mp4"
        with path.open("rb") as source, made.open("w+b") as target:
            job = Job(source.fileno(), path.stat().st_size, os.getpid(), Limits(), output=target.fileno())
            chosen = how or way(job)
            job = replace(job, pieces=held, given={"plan": {"copy": chosen}, "pieces": list(parts)})
            said = io.BytesIO()
            report = Report(said, [])
            copying.run(job, report)
        tables = [one for one in wire.Reader().feed(said.getvalue()) if one.kind == "table"]
        listed = framelist.checked(tables[-1].body, tables[-1].pixels) if tables else None
        return report.result, listed, made

    return make


def way(job: Job) -> str:
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        assert stream is not None
        return plan.decide(plan.film_of(container, stream, os.pread(job.input, 64, 0)))


def shown(path: Path) -> tuple[list[float], list[int]]:
    """Times and numbers of the frames of a file, as they are decoded."""
    with av.open(str(path)) as film:
        found = [(frame.time or 0.0, frame) for frame in film.decode(video=0)]
    return [t for t, _ in found], [counted.number_of(frame.to_ndarray(format="gray")) for _, frame in found]


FILMS: list[tuple[str, str, list[int], dict[str, Any]]] = [
    ("a.mp4", "original", EVEN, {"bframes": 2, "sound": "aac"}),
    ("a.mkv", "remux", UNEVEN, {"bframes": 2, "sound": "aac"}),
    ("a.ts", "remux", [at * 90 for at in EVEN], {**BROADCAST, "bframes": 2, "sound": "aac"}),
    ("a.mpg", "remux", [at * 90 for at in EVEN], BROADCAST),
    ("a.flv", "remux", EVEN, {}),
    ("a.avi", "sound", list(range(40)), {"time_base": TV, "sound": "pcm_mulaw"}),
    ("a.mov", "sound", EVEN, {"bframes": 2, "sound": "pcm_alaw"}),
    ("a.h264", "remux", list(range(40)), {"time_base": TV}),
    ("b.h264", "encode", list(range(40)), {"time_base": TV, "bframes": 2}),
    ("m.avi", "encode", list(range(40)), {"time_base": TV, "codec": "mjpeg", "sound": "pcm_s16le"}),
    ("p.mp4", "encode", UNEVEN, {"codec": "mpeg4", "sound": "aac"}),
    ("p.mkv", "encode", [at + 5_000 for at in UNEVEN], {"codec": "mpeg4"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected", "times", "more"), FILMS, ids=[one[0] for one in FILMS])
def test_each_film_plays_by_the_cheapest_way_and_keeps_every_frame(
    name: str, expected: str, times: list[int], more: dict[str, Any], tmp_path: Path, copy: Copy
) -> None:
    path = counted.film(tmp_path / name, times, **more)
    before = path.read_bytes()

    said, listed, made = copy(path)

    assert said["how"] == expected
    assert path.read_bytes() == before
    assert listed is not None
    plays = path if expected == "original" else made
    at, numbers = shown(plays)
    tick = Fraction(*listed.tick)
    assert numbers == listed.numbers == list(range(40))
    assert np.allclose(at, [float(one * tick) for one in listed.times])
    drawn = np.array(times) * float(more.get("time_base", Fraction(1, 1000)))
    # Positions in the film: what it says itself, to the tick.
    assert np.allclose(np.array(at) - at[0], drawn - drawn[0], atol=0.0011)
    if expected != "original":
        assert_plays_everywhere(made, "sound" in more)


def assert_plays_everywhere(path: Path, heard: bool) -> None:
    """H.264 and AAC, upright, the index in front, beginning at nothing."""
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as film:
        assert [stream.codec_context.name for stream in film.streams] == ["h264", *(["aac"] if heard else [])]
        assert all(not stream.start_time for stream in film.streams)


def test_frames_that_an_edit_list_hides_are_not_in_the_list(tmp_path: Path, copy: Copy) -> None:
    path = counted.film(tmp_path / "a.mp4", EVEN, bframes=2)
    counted.cut_by_edit_list(path, 7 * 640)
    said, listed, _ = copy(path)
    assert said["playable"] == "original"
    assert listed is not None
    assert listed.numbers == shown(path)[1] == list(range(7, 40))


def test_pieces_are_joined_without_encoding_again(tmp_path: Path, copy: Copy) -> None:
    path = counted.film(tmp_path / "a.mkv", UNEVEN, codec="mpeg4", sound="pcm_s16le")
    store, parts = tmp_path / "pieces", []
    with store.open("w+b") as held, av.open(str(path)) as film:
        frames = list(film.decode(video=0))
        for low, high in ((0, 14), (14, 30), (30, 40)):
            with (tmp_path / "one").open("w+b") as one:
                writer = pieces.PieceWriter(one.fileno(), pieces.shape_of(film.streams.video[0], 0))
                for frame in frames[low:high]:
                    writer.add(frame, frame.time or 0.0)
                said = writer.close()
                parts.append((held.seek(0, io.SEEK_END), os.fstat(one.fileno()).st_size, said["first"]))
                held.write((tmp_path / "one").read_bytes())
        held.flush()
        result, listed, made = copy(path, parts=parts, held=held.fileno())
    assert result == {"playable": "proxy", "how": "encode", "sound": "made"}
    assert listed is not None
    at, numbers = shown(made)
    assert numbers == listed.numbers == list(range(40))
    assert np.allclose(at, [frame.time for frame in frames])
    assert_plays_everywhere(made, heard=True)


def test_a_turned_film_is_upright_in_an_encoded_copy_and_turned_in_a_remuxed_one(
    tmp_path: Path, copy: Copy
) -> None:
    path = counted.film(tmp_path / "a.mp4", EVEN[:10], rotation=90)
    for how, rotation, size in (("encode", 0, (176, 320)), ("remux", -90, (320, 176))):
        said, _, made = copy(path, how)
        assert said["how"] == how
        with av.open(str(made)) as film:
            frame = next(film.decode(video=0))
        assert (frame.rotation % 360, frame.width, frame.height) == (rotation % 360, *size)


def test_sound_stays_with_the_picture_over_a_hole(tmp_path: Path, copy: Copy) -> None:
    path = tmp_path / "a.mkv"
    counted.film(path, [*EVEN[:10], *(at + 3_000 for at in EVEN[10:])], sound="pcm_s16le", hole=(400, 3_400))
    said, _, made = copy(path)
    assert said["sound"] == "made"
    with av.open(str(made)) as film:
        wave = np.concatenate([np.abs(frame.to_ndarray()).mean(axis=0) for frame in film.decode(audio=0)])
        rate = film.streams.audio[0].codec_context.sample_rate
    assert wave[: int(0.3 * rate)].mean() > 0.05
    assert wave[int(0.6 * rate) : int(3.2 * rate)].mean() < 0.01
    assert wave[int(3.6 * rate) : int(4.2 * rate)].mean() > 0.05


def test_a_file_without_pictures_has_no_copy(tmp_path: Path, copy: Copy) -> None:
    from tests import footage

    said, listed, made = copy(footage.sound_only(tmp_path / "a.mp4"), "remux")
    assert said == {"playable": "none", "how": "none"}
    assert listed is None
    assert made.stat().st_size == 0


def test_pieces_that_do_not_fit_together_give_place_to_encoding_in_one_go(tmp_path: Path, copy: Copy) -> None:
    path = counted.film(tmp_path / "p.mp4", EVEN, codec="mpeg4")
    with path.open("rb") as unfit:
        size = path.stat().st_size
        result, listed, made = copy(path, parts=[(0, size, 0), (0, size, 0)], held=unfit.fileno())
    assert (result["playable"], result["how"]) == ("proxy", "encode")
    assert listed is not None
    assert shown(made)[1] == listed.numbers == list(range(40))
