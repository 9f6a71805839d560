"""Key frames of a film that is still coming are seen before its last byte: by order of events, not time."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import recordings
from tests.recordings import Form
from workers.media import live, wire
from workers.media.growing import InOrder, Patience, WithTail
from workers.media.job import Job, Limits
from workers.media.report import Report

av.logging.set_level(None)
FRAMES = 100


@dataclass
class Arriving:
    """A film on a slow line: a piece more each time that somebody waits for bytes."""

    path: Path
    data: bytes
    pieces: int = 10**6
    seen: list[tuple[float, int]] = field(default_factory=list)

    def come(self, _seconds: float = 0) -> None:
        if self.pieces <= 0:
            return
        self.pieces -= 1
        have = self.path.stat().st_size
        with self.path.open("ab") as file:
            file.write(self.data[have : have + len(self.data) // 16 + 1])

    @property
    def here(self) -> int:
        return self.path.stat().st_size

    def look(
        self, *, after_s: float | None = None, tail: Path | None = None, most: int | None = None
    ) -> list[str]:
        """One look in this process; what was seen, each with how much was here by then. Gives the reasons."""
        self.path.touch()
        self.come()
        out = _Out(self)
        with self.path.open("rb") as file, (tail or self.path).open("rb") as end:
            given = {"length": len(self.data), "after_s": after_s, "most": most}
            given |= {"tail": tail.stat().st_size} if tail else {}
            beside = end.fileno() if tail else None
            job = Job(file.fileno(), len(self.data), os.getpid(), Limits(), given=given, beside=beside)
            live.look(job, Report(out, []), live.source_of(job, Patience(1.0, 60, self.come)))
        return out.reasons


class _Out(io.BytesIO):
    """Hears the pictures as they are handed over."""

    def __init__(self, film: Arriving) -> None:
        super().__init__()
        self.film, self.reasons = film, []
        self.reader = wire.Reader()

    def write(self, piece: Any, /) -> int:
        for message in self.reader.feed(bytes(piece)):
            if message.kind == "keyframe":
                assert len(message.pixels) == message.body["width"] * message.body["height"] * 3
                self.film.seen.append((message.body["t"], self.film.here))
                self.reasons.append(message.body["reason"])
        return len(piece)

    reasons: list[str]


_still = recordings.picture_at
FASTSTART, FRAGMENTS = ("movflags", "faststart"), ("movflags", "frag_keyframe+empty_moov+default_base_moof")
FORMS: dict[str, Callable[[Path], Path]] = {
    "index first": lambda path: recordings.film(path, Form("mp4", mux=(FASTSTART,)), frames=FRAMES),
    "b-frames": lambda path: recordings.film(path, Form("mp4", "h264-b", mux=(FASTSTART,)), frames=FRAMES),
    "fragments": lambda path: recordings.film(path, Form("mp4", mux=(FRAGMENTS,)), frames=FRAMES),
    "ts": lambda path: recordings.film(path, Form("mpegts"), frames=FRAMES),
    "mkv": lambda path: recordings.film(path, Form("matroska"), frames=FRAMES),
    "hevc": lambda path: recordings.film(path, Form("mpegts", "hevc"), frames=FRAMES),
    "avi": lambda path: recordings.film(path, Form("avi", "mpeg4"), frames=FRAMES),
    "dav": lambda path: recordings.dahua(path, frames=FRAMES),
    "imkh": lambda path: recordings.hikvision(path, frames=FRAMES),
    "zeros before": lambda path: recordings.behind(FORMS["dav"](path), bytes(5000)),
    "last": lambda path: recordings.film(path, Form("mp4"), frames=FRAMES),
    "last mov": lambda path: recordings.film(path, Form("mov"), frames=FRAMES),
}
IN_ORDER = [name for name in FORMS if not name.startswith("last")]


def noisy(at: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    noise = np.random.default_rng(at).normal(0, 6, recordings.SIZE[::-1])
    return (_still(at) + noise).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """The bytes of a film of ten key frames, made once for each form."""
    folder, made = tmp_path_factory.mktemp("live"), dict[str, bytes]()

    def draw(name: str) -> bytes:
        if name not in made:
            # Noise of a sensor: without it the film is so small that its first bytes are all of it.
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(recordings, "picture_at", noisy)
                made[name] = FORMS[name](folder / "film").read_bytes()
        return made[name]

    return draw


@pytest.fixture
def arriving(tmp_path: Path) -> Callable[[bytes], Arriving]:
    return lambda data: Arriving(tmp_path / "growing", data)


@pytest.mark.parametrize("name", IN_ORDER)
def test_pictures_are_seen_long_before_the_last_byte(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving], name: str
) -> None:
    film = arriving(drawn(name))

    reasons = film.look()

    assert film.seen[0][0] == pytest.approx(0, abs=0.2)
    assert film.seen[0][1] < len(film.data) * 2 / 3, "the first picture came late"
    early = [t for t, here in film.seen if here < len(film.data)]
    assert len(early) >= 5
    assert early == sorted(early)
    assert reasons[0] == "first"
    assert set(reasons[1:]) == {"coverage"}


def with_tail(data: bytes, tmp_path: Path) -> Path:
    tail = tmp_path / "tail"
    tail.write_bytes(data[data.rindex(b"moov") - 4 :])
    return tail


@pytest.mark.parametrize("name", ["last", "last mov"])
def test_with_its_end_at_hand_a_film_with_its_index_last_is_seen_too(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving], tmp_path: Path, name: str
) -> None:
    data = drawn(name)
    assert data.index(b"mdat") < data.rindex(b"moov")
    film = arriving(data)

    film.look(tail=with_tail(data, tmp_path))

    assert film.seen[0][1] < len(data) / 2
    assert len([t for t, here in film.seen if here < len(data) * 0.9]) >= 5


def test_without_its_end_nothing_can_be_seen_of_it_and_nothing_breaks(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving]
) -> None:
    film = arriving(drawn("last"))
    film.pieces = 5
    with suppress(av.error.FFmpegError):
        film.look()
    assert film.seen == []


def test_a_line_that_stands_still_ends_the_look_and_a_later_one_goes_on(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving]
) -> None:
    film = arriving(drawn("ts"))
    film.pieces = 6
    film.look()
    before = [t for t, _ in film.seen]
    assert before

    film.pieces = 10**6
    reasons = film.look(after_s=before[-1])

    after = [t for t, _ in film.seen[len(before) :]]
    assert after
    assert min(after) > before[-1]
    assert "first" not in reasons


def test_pictures_are_thinned_to_one_for_each_part_of_the_film(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PARTS", 3)
    film = arriving(drawn("ts"))
    film.look()
    assert 2 <= len(film.seen) <= 4


def test_bytes_that_do_not_count_are_not_looked_at(
    drawn: Callable[[str], bytes], arriving: Callable[[bytes], Arriving]
) -> None:
    film = arriving(drawn("ts"))
    film.path.write_bytes(film.data)
    film.look(most=len(film.data) // 4)
    half = [t for t, _ in film.seen]
    film.seen.clear()
    film.look()
    assert 0 < len(half) < len(film.seen) / 2


def test_waiting_is_bounded_when_bytes_stop(tmp_path: Path) -> None:
    slept: list[float] = []
    (path := tmp_path / "still").write_bytes(b"abc")
    with path.open("rb") as file:
        source = InOrder(file.fileno(), 100, Patience(0.5, 60, slept.append))
        assert source.read(50) == b"abc"
        assert source.read(50) == b""
    assert 0.5 <= sum(slept) < 0.6


def test_waiting_is_bounded_when_bytes_drip(tmp_path: Path) -> None:
    (path := tmp_path / "drips").write_bytes(b"")

    def drip(_seconds: float) -> None:
        with path.open("ab") as file:
            file.write(b"x")

    with path.open("rb") as file:
        source = InOrder(file.fileno(), 10**9, Patience(5, 0, drip))
        assert source.read(50) == b""
        assert source.is_over


def test_a_film_with_its_end_at_hand_reads_as_itself_everywhere(tmp_path: Path) -> None:
    data = bytes(range(256)) * 8
    (head := tmp_path / "head").write_bytes(data[:700])
    (tail := tmp_path / "tail").write_bytes(data[-300:])
    with head.open("rb") as one, tail.open("rb") as other:
        patience = Patience(0, 60, lambda _s: None)
        source = WithTail(one.fileno(), len(data), patience, other.fileno(), 300, len(data))
        assert source.seek(0, 2) == len(data)
        for at in (0, 600, 699, len(data) - 300, len(data) - 1):
            source.seek(at)
            assert data.startswith(source.read(50), at)
            assert source.tell() > at
        source.seek(700)
        assert source.read(50) == b""  # not here yet
        source.seek(10**12)
        assert source.read(1) == b""
