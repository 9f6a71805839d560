"""What is true of the local store alone: full and broken disks, modes, nothing outside its folder."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import Busy, FreeSpace, LocalPath, Missing, OutOfSpace, SessionGone, Unavailable, keys
from storage.local import LocalStore

KEY = keys.original("a1")
MIB = 1024 * 1024


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


def failing(code: int) -> Callable[..., int]:
    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_it_has_the_powers_of_a_disk(store: LocalStore, root: Path) -> None:
    assert isinstance(store, LocalPath)
    assert isinstance(store, FreeSpace)
    room = os.statvfs(root)
    assert 0 < store.free_bytes() <= room.f_blocks * room.f_frsize


def test_an_object_is_a_file_that_can_be_read_in_place(store: LocalStore) -> None:
    store.put(KEY, b"bytes")
    assert store.path_of(KEY).read_bytes() == b"bytes"
    with pytest.raises(Missing):
        store.path_of(keys.original("b2"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_what_fitted_is_kept(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    session = store.begin(KEY)
    told: list[int] = []
    with monkeypatch.context() as disk:
        real = os.pwrite
        disk.setattr(os, "pwrite", lambda *to: real(*to) if to[2] < 3 else failing(code)())
        with pytest.raises(OutOfSpace):
            store.append(session, 0, [b"abc", b"def"], told.append)
        with pytest.raises(OutOfSpace):
            store.put(keys.rendition("a1", "x"), io.BytesIO(bytes(2 * MIB)))
    assert told == [3]
    assert store.size(session) == 3
    store.append(session, 3, [b"def"])
    store.complete(session, 6)
    assert store.path_of(KEY).read_bytes() == b"abcdef"


def test_a_write_the_kernel_cuts_short_is_out_of_space(store: LocalStore, root: Path) -> None:
    session = store.begin(KEY)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    try:
        with pytest.raises(OutOfSpace):
            store.append(session, 0, [bytes(MIB // 2), bytes(MIB)])
        with pytest.raises(OutOfSpace):
            store.put(keys.rendition("a1", "x"), bytes(2 * MIB))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert store.size(session) == MIB
    store.abort(session)
    assert files_in(root) == []


@pytest.mark.parametrize(("code", "error"), [(errno.EIO, Unavailable), (errno.ENOSPC, OutOfSpace)])
def test_bytes_whose_fsync_failed_are_never_counted(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, code: int, error: type[Exception]
) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"safe"])
    told: list[int] = []
    calls: list[int] = []

    def second_call_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 1:
            failing(code)()

    with monkeypatch.context() as disk:
        disk.setattr(os, "fdatasync", second_call_fails)
        with pytest.raises(error):
            store.append(session, 4, [b"lost"], told.append)
    assert told == []
    assert store.size(session) == 4
    store.append(session, 4, [b"sent again"])
    store.complete(session, 14)
    assert store.path_of(KEY).read_bytes() == b"safesent again"


def test_a_write_that_is_stuck_in_the_disk_is_told_and_not_waited_for(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.local_turn.PATIENCE_S", 0.05)
    session = store.begin(KEY)
    real = os.pwrite
    met: list[int] = []

    def stuck(handle: int, data: bytes, at: int) -> int:
        if bytes(data) == b"old":
            for act in (store.take_over, lambda session: store.append(session, 0, [b"new"])):
                with pytest.raises(Busy):
                    act(session)
                met.append(at)
        return real(handle, data, at)

    monkeypatch.setattr(os, "pwrite", stuck)
    assert store.append(session, 0, [b"old"]) == 3
    assert met == [0, 0]
    assert store.append(session, 0, [b"newer"]) == 5


@pytest.mark.parametrize("died", [False, True])
def test_an_original_cannot_be_reached_through_its_session(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, died: bool
) -> None:
    """Not even by root, to whom the mode of a file is nothing."""
    session = store.begin(KEY)
    store.append(session, 0, [b"the original"])
    if died:
        with monkeypatch.context() as host:
            host.setattr(store, "_retire", failing(errno.EIO))
            with pytest.raises(OSError, match="Input/output"):
                store.complete(session, 12)
    real = fcntl.flock
    waited: list[int] = []

    def completed_while_we_waited(handle: int, kind: int) -> None:
        if not waited and not died:
            waited.append(kind)
            store.complete(session, 12)
        real(handle, kind)

    monkeypatch.setattr(fcntl, "flock", completed_while_we_waited)
    with pytest.raises(SessionGone):
        store.append(session, 3, [b"?"])
    assert store.path_of(KEY).read_bytes() == b"the original"


def test_a_part_that_cannot_be_vouched_for_is_thrown_away(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"bytes"])
    with monkeypatch.context() as disk:
        disk.setattr(os, "fdatasync", failing(errno.EIO))
        with pytest.raises(Unavailable):
            store.complete(session, 5)
    with pytest.raises(SessionGone):
        store.complete(session, 5)
    with pytest.raises(Missing):
        store.stat(KEY)


def test_an_object_whose_folder_is_not_durable_is_not_acknowledged_nor_seen(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"bytes"])
    with monkeypatch.context() as disk:
        disk.setattr("storage.local_files.fsync_folder", failing(errno.EIO))
        with pytest.raises(Unavailable):
            store.complete(session, 5)
        with pytest.raises(Missing):
            store.stat(KEY)
    assert store.complete(session, 5).size == 5


def test_a_host_that_dies_between_naming_and_tidying_can_repeat(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    session = store.begin(KEY)
    store.append(session, 0, [b"bytes"])
    with monkeypatch.context() as host:
        host.setattr(LocalStore, "_retire", die)
        with pytest.raises(Died):
            store.complete(session, 5)
    assert store.complete(session, 5).size == 5
    assert store.complete(session, 5).size == 5
    assert store.path_of(KEY).stat().st_nlink == 1


def test_an_original_is_write_protected_and_others_are_not_public(store: LocalStore, root: Path) -> None:
    session = store.begin(KEY)
    store.append(session, 0, [b"bytes"])
    store.complete(session, 5)
    store.put(keys.rendition("a1", "once"), b"x", if_absent=True)
    store.put(keys.rendition("a1", "again"), b"x")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files_in(root / "objects")}
    assert modes["a1"] == modes["once"] == 0o440
    assert modes["again"] & 0o137 == 0
    for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0


def test_deleting_leaves_no_empty_folders(store: LocalStore, root: Path) -> None:
    store.put(keys.rendition("a1", "x"), b"x")
    store.put(keys.rendition("a1", "y"), b"y")
    store.delete(keys.rendition("a1", "x"))
    assert store.stat(keys.rendition("a1", "y")).size == 1
    store.delete(keys.rendition("a1", "y"))
    assert list((root / "objects").iterdir()) == []


def test_a_link_that_leads_out_of_the_folder_is_refused(
    store: LocalStore, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a1").write_bytes(b"not ours")
    store.put(KEY, b"x")
    folder = store.path_of(KEY).parent
    store.path_of(KEY).unlink()
    folder.rmdir()
    folder.symlink_to(outside)
    for use in (store.open, store.stat, store.delete, store.begin, lambda key: store.put(key, b"over")):
        with pytest.raises(ValueError, match="leaves the folder"):
            use(KEY)
    assert (outside / "a1").read_bytes() == b"not ours"


def test_a_link_in_place_of_an_object_is_not_followed(store: LocalStore, tmp_path: Path) -> None:
    store.put(KEY, b"x")
    path = store.path_of(KEY)
    path.unlink()
    (tmp_path / "secret").write_bytes(b"secret")
    path.symlink_to(tmp_path / "secret")
    for use in (store.open, store.stat, store.path_of):
        with pytest.raises(Missing):
            use(KEY)


def test_a_folder_is_not_an_object(store: LocalStore) -> None:
    store.put(keys.rendition("a1", "x"), b"x")
    with pytest.raises(Missing):
        store.stat("rendition/a1")
    with pytest.raises(Missing):
        store.stat("rendition/a1/x/y")


def test_the_check_notices_a_folder_that_has_gone_or_is_full(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", failing(errno.ENOSPC))
        with pytest.raises(OutOfSpace):
            store.check()
    store.check()
    (root / "uploads").rmdir()
    with pytest.raises(Unavailable):
        store.check()


def test_a_store_that_cannot_make_its_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        LocalStore(tmp_path / "file" / "store")
