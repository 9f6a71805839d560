"""The folder of backups: what lies where, and how something gets there whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from tipline.backup.faults import DAMAGED, NO_SNAPSHOT, NOT_A_BACKUP, BackupError

PIECE = 1024 * 1024
MANIFEST, SIGNATURE, OBJECTS = "manifest.json", "signature.json", "objects.jsonl.gz"
ERASED = "erased.json"
COMING = ".coming-"
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
LONGEST_LINE = 64 * 1024 * 1024


class Shelf:
    """One folder of backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pool, self.snapshots = folder / "pool", folder / "snapshots"

    def names(self) -> list[str]:
        """Complete snapshots, oldest first."""
        with suppress(OSError):
            found = (one for one in self.snapshots.iterdir() if _NAME.fullmatch(one.name))
            return sorted(one.name for one in found if (one / MANIFEST).is_file())
        return []

    def snapshot(self, name: str = "") -> Path:
        """The folder of this snapshot, or of the newest; raises BackupError."""
        names = self.names()
        if not names:
            raise BackupError(NOT_A_BACKUP, folder=self.folder)
        if name and name not in names:
            raise BackupError(NO_SNAPSHOT, name=name, names=", ".join(names))
        return self.snapshots / (name or names[-1])

    def begin(self, name: str) -> Path:
        """A folder for a snapshot that is not complete yet; leftovers of broken ones go."""
        for folder in (self.pool, self.snapshots):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.snapshots.glob(f"{COMING}*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in self.pool.glob(f"{COMING}*"):
            left.unlink(missing_ok=True)
        made = self.snapshots / f"{COMING}{name}"
        made.mkdir(mode=0o700)
        (made / "tables").mkdir(mode=0o700)
        return made

    def complete(self, coming: Path) -> Path:
        """From here on the snapshot counts."""
        name, number = coming.name.removeprefix(COMING), 1
        final = self.snapshots / name
        while final.exists():
            number += 1
            final = self.snapshots / f"{name}-{number}"
        coming.rename(final)
        fsync_folder(self.snapshots)
        return final

    def erased(self) -> Any:
        """The list of erased tips as it lies there, whoever wrote it; None where there is none."""
        path = self.folder / ERASED
        return read_json(path) if path.exists() else None

    def write_erased(self, told: dict[str, Any]) -> None:
        draft = self.folder / f"{COMING}{secrets.token_hex(8)}"
        write_json(draft, told)
        draft.replace(self.folder / ERASED)
        fsync_folder(self.folder)

    # --- the pool

    def place(self, digest: str) -> Path:
        """Where the bytes of this SHA-256 lie; raises BackupError for what is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise BackupError(DAMAGED, file=OBJECTS)
        return self.pool / digest[:2] / digest

    def has(self, digest: str, size: int) -> bool:
        """Whether bytes of this digest and length lie in the pool; they are not read."""
        with suppress(OSError):
            return self.place(digest).stat().st_size == size
        return False

    def keep(self, source: BinaryIO) -> tuple[str, int]:
        """Copy to the pool, durably; the SHA-256 and the number of bytes."""
        draft = self.pool / f"{COMING}{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with open(draft, "xb", opener=_private) as file:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            final = self.place(digest.hexdigest())
            final.parent.mkdir(mode=0o700, exist_ok=True)
            draft.replace(final)
            fsync_folder(final.parent)
        finally:
            draft.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def forget(self, keep: int) -> int:
        """Remove all but the newest `keep` snapshots, and the bytes that none of these names."""
        names = self.names()
        for name in names[:-keep]:
            (self.snapshots / name / MANIFEST).unlink()  # a snapshot without it counts no more
            shutil.rmtree(self.snapshots / name)
        named = {line["sha256"] for name in self.names() for line in lines(self.snapshots / name / OBJECTS)}
        for file in self.pool.glob("??/*"):
            if file.name not in named:
                file.unlink()
        return len(names[:-keep])


def sha256_of_file(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """A small file, durable."""
    with open(path, "x", opener=_private, encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def write_lines(path: Path, values: Iterable[Any]) -> tuple[int, str]:
    """One JSON value a line, packed and durable; the number of lines and the file's SHA-256."""
    number = 0
    with open(path, "xb", opener=_private) as raw:
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            for value in values:
                packed.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                number += 1
        raw.flush()
        os.fsync(raw.fileno())
    return number, sha256_of_file(path)


def lines(path: Path) -> Iterator[Any]:
    """What `write_lines` wrote; raises BackupError if it is not whole."""
    with told(path), gzip.open(path, "rb") as packed:
        while line := packed.readline(LONGEST_LINE):
            yield json.loads(line)


def read_json(path: Path) -> Any:
    """What `write_json` wrote; raises BackupError."""
    with told(path):
        return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Within: a file that cannot be read or understood is a fault that names it."""
    try:
        yield
    except (OSError, EOFError, ValueError, gzip.zlib.error) as fault:  # type: ignore[attr-defined]
        raise BackupError(DAMAGED, file=path.name) from fault


def fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
