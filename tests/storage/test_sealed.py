"""What is kept sealed: nothing plain lies there, no stream is used twice, nothing is read without its key."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import (
    ALONE,
    FreeSpace,
    Growing,
    KeyDestroyed,
    Keyring,
    KeyTaken,
    KeyWrong,
    LocalPath,
    Missing,
    SealedStore,
    SignedUrl,
    Store,
    Unavailable,
    bare_store,
    keys,
    seal_store,
)
from storage.cipher import HEADER
from storage.local import LocalStore
from storage.memory import MemoryStore, Shelf

SECRET = "the secret of a station under test"
CANARY = b"a canary that nobody may read" * 40
KEY = keys.original("8f14e45f-ea8d")
PICTURE = keys.rendition("8f14e45f-ea8d", "keyframe-0000000000.jpg")


class Station:
    """A disk of files, a folder of keys, and one key."""

    def __init__(self, tmp_path: Path) -> None:
        self.files, self.shelf = LocalStore(tmp_path / "store"), LocalStore(tmp_path / "keys")
        self.ring = Keyring(self.shelf, SECRET)
        self.name: str | None = self.ring.make()
        self.store = self.opened(lambda key: self.name)

    def opened(self, under: Callable[[str], str | None], secret: str = SECRET) -> SealedStore:
        return seal_store(self.files, Keyring(self.shelf, secret), under)

    def lying(self) -> bytes:
        """All bytes on the disk of files."""
        paths = sorted(path for path in self.files.root.rglob("*") if path.is_file())
        return b"".join(path.read_bytes() for path in paths)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def uploaded(store: Store, key: str, *pieces: bytes) -> None:
    session = store.begin(key)
    store.append(session, 0, pieces)
    store.complete(session, sum(map(len, pieces)))


def read(store: Store, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start, length) as reader:
        return reader.read()


def test_nothing_plain_lies_on_the_disk(station: Station) -> None:
    session = station.store.begin(KEY)
    station.store.append(session, 0, [CANARY])
    assert CANARY[:16] not in station.lying()
    station.store.complete(session, len(CANARY))
    station.store.put(PICTURE, io.BytesIO(CANARY))

    assert CANARY[:16] not in station.lying()
    assert read(station.store, KEY) == read(station.store, PICTURE) == CANARY


@pytest.mark.parametrize("start", [0, 1, 15, 16, 17, 64, 1000, len(CANARY), len(CANARY) + 9])
@pytest.mark.parametrize("key", [KEY, PICTURE])
def test_any_range_can_be_read(station: Station, key: str, start: int) -> None:
    uploaded(station.store, key, CANARY)

    assert read(station.store, key, start, 33) == CANARY[start : start + 33]
    assert read(station.store, key, start) == CANARY[start:]


def test_the_same_bytes_never_lie_there_in_the_same_form(station: Station) -> None:
    kept = []
    for _ in range(3):
        station.store.put(PICTURE, CANARY)
        kept.append(read(station.files, keys.sealed(PICTURE)))
    other = station.store.begin(KEY)
    station.store.append(other, 0, [CANARY])
    kept.append(bytes(station.files.growing_path(other.partition("!")[0]).read_bytes()))

    assert len({lies[HEADER:] for lies in kept}) == 4


def test_an_upload_that_begins_anew_is_sealed_with_another_stream(station: Station) -> None:
    forms = set()
    for _ in range(2):
        session = station.store.begin(KEY)
        station.store.append(session, 0, [CANARY])
        forms.add(station.files.growing_path(session.partition("!")[0]).read_bytes())
        station.store.abort(session)

    assert len(forms) == 2


def test_what_lay_there_plain_stays_readable_and_a_plain_file_cannot_look_sealed(station: Station) -> None:
    station.store.put(PICTURE, CANARY)
    sealed_form = read(station.files, keys.sealed(PICTURE))
    station.name = None
    uploaded(station.store, KEY, sealed_form)

    assert read(station.files, KEY) == read(station.store, KEY) == sealed_form
    assert station.store.stat(KEY).size == len(sealed_form)
    assert {one.key: one.size for one in station.store.list("")} == {
        KEY: len(sealed_form),
        PICTURE: len(CANARY),
    }
    assert [one.key for one in station.store.list("s")] == []


def test_a_key_that_was_destroyed_opens_nothing_while_the_bytes_lie_there_yet(station: Station) -> None:
    uploaded(station.store, KEY, CANARY)
    session = station.store.begin(keys.original("another"))
    assert station.name
    station.ring.destroy(station.name)
    station.ring.destroy(station.name)
    fresh = station.opened(lambda key: station.name)

    assert station.files.stat(keys.sealed(KEY)).size == len(CANARY) + HEADER
    for start in (0, 7):
        with pytest.raises(KeyDestroyed):
            fresh.open(KEY, start)
    with pytest.raises(KeyDestroyed):
        fresh.append(session, 0, [b"more"])
    with pytest.raises(KeyDestroyed):
        fresh.put(PICTURE, b"more")
    fresh.delete(KEY)
    with pytest.raises(Missing):
        station.files.stat(keys.sealed(KEY))


def test_another_secret_opens_nothing_and_says_so(station: Station) -> None:
    uploaded(station.store, KEY, CANARY)

    with pytest.raises(KeyWrong):
        station.opened(lambda key: station.name, "another secret").open(KEY)


def test_a_key_in_the_place_of_another_opens_nothing(station: Station) -> None:
    assert station.name
    other = station.ring.make()
    station.shelf.put(keys.vault(other), read(station.shelf, keys.vault(station.name)))

    with pytest.raises(KeyWrong):
        station.ring.open(other)


@pytest.mark.parametrize("damage", [b"", b"short", b"TIPSEAL\x01" + bytes(HEADER - 8), bytes(HEADER)])
def test_a_damaged_header_is_never_taken_for_evidence(station: Station, damage: bytes) -> None:
    uploaded(station.store, KEY, CANARY)
    fresh = station.opened(lambda key: station.name)
    station.files.put(keys.sealed(KEY), damage + CANARY if len(damage) == HEADER else damage)

    with pytest.raises(Unavailable):
        fresh.open(KEY)


def test_what_belongs_to_no_tip_has_a_key_of_its_own_that_goes_with_it(station: Station) -> None:
    store = station.opened(lambda key: ALONE)
    uploaded(store, "package/one", CANARY)
    store.put("package/two", CANARY)
    before = set(station.ring.names())
    store.put("package/two", CANARY + b"newer")
    assert read(store, "package/two") == CANARY + b"newer"
    assert len(before) == len(set(station.ring.names())) == 3
    store.delete("package/one")
    store.delete("package/two")

    assert set(station.ring.names()) == {station.name}


def test_only_the_powers_that_are_left_are_offered(station: Station) -> None:
    assert isinstance(station.store, Growing)
    assert isinstance(station.store, FreeSpace)
    assert not isinstance(station.store, LocalPath)
    assert not isinstance(station.store, SignedUrl)
    assert not isinstance(seal_store(MemoryStore(), station.ring, lambda key: None), Growing)
    assert bare_store(station.store) is station.files
    assert bare_store(station.files) is station.files


def test_a_growing_file_and_its_tail_are_sealed_and_can_be_opened(station: Station) -> None:
    store = station.store
    assert isinstance(store, Growing)
    session = store.begin(KEY)
    store.append(session, 0, [CANARY])
    assert store.keep_tail(session, io.BytesIO(CANARY[-50:]), 50) == 50
    tail = store.find_tail(session)
    seal = store.seal_of(session)

    assert tail
    assert seal
    assert CANARY[:16] not in station.lying()
    grown = store.growing_path(session).read_bytes()[seal.skip :]
    assert bytes(seal.stream().turned(grown)) == CANARY
    with tail.open("rb") as file:
        opened = store.seal_of_tail(session, file)  # type: ignore[attr-defined]
        assert bytes(opened.stream().turned(file.read())) == CANARY[-50:]
    with pytest.raises(ValueError, match="more bytes"):
        store.keep_tail(session, io.BytesIO(CANARY[:51]), 50)


# --- the ring


def test_a_key_is_written_once_and_lies_wrapped() -> None:
    shelf = Shelf()
    ring = Keyring(MemoryStore(shelf), SECRET)
    name = ring.make()
    key = ring.open(name)

    assert len(key) == 32
    assert key not in shelf.objects[keys.vault(name)].data
    with pytest.raises(KeyTaken):
        ring.shelf.put(keys.vault(name), b"another", if_absent=True)


def test_a_destroyed_key_is_overwritten_before_its_file_goes(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert station.name
    path = station.shelf.path_of(keys.vault(station.name))
    beside = tmp_path / "another name of the same file"
    os.link(path, beside)
    before = beside.read_bytes()
    station.ring.destroy(station.name)

    assert not path.exists()
    assert len(beside.read_bytes()) == len(before)
    assert beside.read_bytes()[20:] != before[20:]


def test_a_destroyer_that_died_is_finished_and_nobody_opens_the_key_meanwhile(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert station.name
    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "discard", lambda ring, name: (_ for _ in ()).throw(Unavailable("power cut")))
        with pytest.raises(Unavailable):
            station.ring.destroy(station.name)
    later = Keyring(station.shelf, SECRET)

    with pytest.raises(KeyDestroyed):
        later.open(station.name)
    assert later.finish_destroying() == 1
    assert list(later.names()) == []
    assert later.finish_destroying() == 0


def test_keys_go_on_under_another_secret_when_they_are_wrapped_again(station: Station) -> None:
    station.ring.begin()
    assert station.name
    key = station.ring.open(station.name)
    newer = Keyring(station.shelf, "another secret")
    with pytest.raises(KeyWrong):
        newer.is_begun()

    assert [newer.rewrap(name, station.ring) for name in ("station", station.name)] == [True, True]
    assert [newer.rewrap(name, station.ring) for name in ("station", station.name)] == [False, False]
    assert newer.is_begun()
    assert newer.open(station.name) == key
