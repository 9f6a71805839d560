"""Looking into a file that is still growing: what a store with this power promises, and who has it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import Growing, SessionGone, Store, keys
from storage.local import LocalStore
from tests.contracts.conftest import Place

KEY = keys.original("growing")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def files_in(store: LocalStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_only_a_disk_shows_a_file_that_has_not_ended(place: Place) -> None:
    assert isinstance(place.host(), Growing) == place.name.endswith("local")


def test_bytes_are_seen_as_they_come_and_before_they_end(store: LocalStore) -> None:
    session, seen = store.begin(KEY), []

    def watched() -> Iterator[bytes]:
        yield b"first"
        seen.append(store.growing_path(session).read_bytes())
        yield b" and second"
        seen.append(store.growing_path(session).read_bytes())

    store.append(session, 0, watched())
    assert seen == [b"first", b"first and second"]


def test_a_file_opened_while_it_grew_can_be_read_on_when_it_is_an_original(store: LocalStore) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"film"])
    with store.growing_path(session).open("rb") as growing:
        store.complete(session, 4)
        assert growing.read() == b"film"


@pytest.mark.parametrize(
    "end", [lambda s, t: s.complete(t, 4), lambda s, t: s.abort(t)], ids=["whole", "gone"]
)
def test_an_ended_session_shows_nothing_and_takes_its_tail_along(
    store: LocalStore, end: Callable[[Store, str], object]
) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"film"])
    assert store.keep_tail(session, io.BytesIO(b"lm"), 2) == 2
    end(store, session)
    store.abort(session)
    with pytest.raises(SessionGone):
        store.growing_path(session)
    with pytest.raises(SessionGone):
        store.keep_tail(session, io.BytesIO(b"lm"), 2)
    assert store.find_tail(session) is None
    assert [path for path in files_in(store) if "~" in path.name] == []


def test_a_tail_is_never_part_of_the_object(store: LocalStore) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"head"])
    store.keep_tail(session, io.BytesIO(b"tail"), 4)
    assert store.size(session) == 4
    store.complete(session, 4)
    with store.open(KEY) as reader:
        assert reader.read() == b"head"


def test_a_newer_tail_takes_the_place_of_an_older_one(store: LocalStore) -> None:
    session = store.begin(KEY)
    assert store.find_tail(session) is None
    for tail in (b"a long one", b"short"):
        store.keep_tail(session, io.BytesIO(tail), 100)
        found = store.find_tail(session)
        assert found is not None
        assert found.read_bytes() == tail


def test_a_tail_that_is_too_long_or_breaks_off_leaves_nothing(store: LocalStore) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    session = store.begin(KEY)
    with pytest.raises(ValueError, match="tail"):
        store.keep_tail(session, io.BytesIO(b"12345"), 4)
    with pytest.raises(ConnectionResetError):
        store.keep_tail(session, Broken(), 4)
    assert store.find_tail(session) is None
    assert [path for path in files_in(store) if "tail" in path.name] == []


def test_a_session_that_ended_while_its_tail_came_keeps_none(store: LocalStore) -> None:
    session = store.begin(KEY)

    class Ends(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            store.abort(session)
            return super().read(size)

    with pytest.raises(SessionGone):
        store.keep_tail(session, Ends(b"tail"), 4)
    assert [path for path in files_in(store) if "~" in path.name] == []


def test_a_tail_that_was_left_behind_is_swept_with_its_session(store: LocalStore) -> None:
    session = store.begin(KEY)
    store.keep_tail(session, io.BytesIO(b"tail"), 4)
    store.growing_path(session).unlink()
    for left in store.list_sessions(datetime.now(UTC) + timedelta(minutes=1)):
        store.abort(left.text)
    assert files_in(store) == []


def test_a_link_in_place_of_the_growing_file_is_not_followed(store: LocalStore, tmp_path: Path) -> None:
    (secret := tmp_path / "secret").write_bytes(b"secret")
    session = store.begin(KEY)
    growing = store.growing_path(session)
    growing.unlink()
    growing.symlink_to(secret)
    with pytest.raises(SessionGone):
        store.growing_path(session)
