"""Copies of distant originals: kept between the steps of one look, gone afterwards."""

from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path

import pytest

from storage.memory import MemoryStore
from tests.side_by_side import side_by_side
from workers import local

KEY, FILM = "evidence/e1/original", b"a film " * 1000


class Counted(MemoryStore):
    """Tells how often an object was fetched."""

    fetched = 0

    def open(self, key: str, start: int = 0, length: int | None = None) -> io.BytesIO:  # type: ignore[override]
        self.fetched += 1
        return super().open(key, start, length)  # type: ignore[return-value]


@pytest.fixture
def store() -> Counted:
    made = Counted()
    made.put(KEY, FILM)
    return made


def take(store: Counted, folder: Path, known: str | None = None) -> str:
    with local.file_of(store, KEY, folder, lambda: None, known=known) as file:
        assert file.path.read_bytes() == FILM
        assert [one.name for one in file.path.parent.iterdir()] == ["input"]
        assert file.path.parent.stat().st_mode & 0o777 == 0o700
        return file.sha256


def test_the_steps_of_one_look_fetch_the_file_once(store: Counted, tmp_path: Path) -> None:
    digest = take(store, tmp_path)
    assert take(store, tmp_path, digest) == take(store, tmp_path, digest) == digest
    assert store.fetched == 1


def test_a_first_look_never_trusts_what_lies_there(store: Counted, tmp_path: Path) -> None:
    digest = take(store, tmp_path)
    store.put(KEY, FILM.upper())
    with local.file_of(store, KEY, tmp_path, lambda: None) as file:
        assert file.sha256 != digest


def test_a_copy_goes_with_the_end_of_the_look_but_not_while_it_is_read(
    store: Counted, tmp_path: Path
) -> None:
    with local.file_of(store, KEY, tmp_path, lambda: None) as file:
        local.drop(tmp_path, KEY)
        local.clear(tmp_path)
        assert file.path.exists()
    local.drop(tmp_path, KEY)
    assert list(tmp_path.iterdir()) == []


def test_copies_that_nobody_has_used_for_a_while_go(store: Counted, tmp_path: Path) -> None:
    take(store, tmp_path)
    (place,) = tmp_path.iterdir()
    local.clear(tmp_path, unused_s=60)
    assert place.exists()
    os.utime(place, (0, time.time() - 61))
    local.clear(tmp_path, unused_s=60)
    assert not place.exists()


def test_what_a_killed_step_was_making_goes_and_what_is_being_made_stays(tmp_path: Path) -> None:
    left = tmp_path / "made-by-one-that-was-killed"
    left.write_bytes(b"half a copy")
    with local.output(tmp_path) as made:
        made.write(b"half a copy")
        local.clear(tmp_path, unused_s=60)
        assert left.exists(), "somebody may be about to lock it"
        local.clear(tmp_path)
        assert [str(one) for one in tmp_path.iterdir()] == [made.name]
    assert list(tmp_path.iterdir()) == []


def test_two_steps_at_once_fetch_it_once_and_read_side_by_side(store: Counted, tmp_path: Path) -> None:
    digest = take(store, tmp_path)
    local.drop(tmp_path, KEY)
    store.fetched = 0
    both = threading.Barrier(2, timeout=60)

    def step(_: int) -> None:
        with local.file_of(store, KEY, tmp_path, lambda: None, known=digest):
            both.wait()

    side_by_side(step, range(2))
    assert store.fetched == 1


def test_half_a_copy_is_none(store: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError), local.file_of(store, KEY, tmp_path, stop):
        pass
    assert take(store, tmp_path, "known")
    assert store.fetched == 2
