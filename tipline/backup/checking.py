"""Reads a snapshot from end to end without restoring it: signature, every table, every object, the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tipline.backup import gone, manifest, shelf
from tipline.backup.faults import DAMAGED, BackupError
from tipline.backup.shelf import Shelf

Tell = Callable[[int, int, int], None]


def check(on: Shelf, snapshot: Path, tell: Tell) -> dict[str, Any]:
    """What the snapshot states, once all of it is as it was written; raises BackupError at a fault."""
    stated = manifest.read(snapshot)
    gone.require_whole(on)
    check_tables(snapshot, stated)
    for _ in check_objects(on, snapshot, stated, tell):
        pass
    return stated


def check_tables(snapshot: Path, stated: dict[str, Any]) -> None:
    """Every table is there as it was, and so is the list of objects."""
    for name, told in stated["tables"].items():
        manifest.require_file(table_file(snapshot, name), told["sha256"])
    manifest.require_file(snapshot / shelf.OBJECTS, stated["objects"]["sha256"])


def check_objects(on: Shelf, snapshot: Path, stated: dict[str, Any], tell: Tell) -> Iterator[dict[str, Any]]:
    """Each line of the list, once the bytes of its object have been read and compared."""
    done = 0
    for number, line in enumerate(shelf.lines(snapshot / shelf.OBJECTS), 1):
        manifest.require_file(on.place(line["sha256"]), line["sha256"])
        done += line["size"]
        yield line
        tell(number, stated["objects"]["number"], done)


def table_file(snapshot: Path, name: str) -> Path:
    """Where the rows of a table lie; its name is one of ours, whatever a manifest says."""
    if not name.isidentifier():
        raise BackupError(DAMAGED, file=shelf.MANIFEST)
    return snapshot / "tables" / f"{name}.jsonl.gz"
