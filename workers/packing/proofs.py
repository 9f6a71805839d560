"""The custody of a case as files: its entries, and of each the proof that it stands in the signed log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from tipline.db import Database
from tipline.domain import packing, packing_shapes
from tipline.domain.custody import Custody as Entry
from tipline.domain.merkle import Tree
from tipline.domain.packing import Contents
from workers import local
from workers.packing.bag import Source

PIECE = 1024 * 1024


class Custody:
    """Two files of lines beside each other, on this host for as long as the package is written."""

    def __init__(self, entries: BinaryIO, proofs: BinaryIO) -> None:
        self.number = 0
        self.actions: dict[str, int] = {}
        self.received: dict[str, int] = {}  # evidence id → the entry of its receipt
        self._entries, self._proofs = entries, proofs

    @classmethod
    def write(
        cls, database: Database, contents: Contents, size: int, scratch: Path, stack: ExitStack,
        go_on: Callable[[], None],
    ) -> Custody:  # fmt: skip
        """`size` is that of the checkpoint, which is over the snapshot and perhaps some entries more."""
        made = cls(*(stack.enter_context(local.output(scratch)) for _ in range(2)))
        with database.reading() as tx:
            tree = Tree(packing.hashes(tx, size))
            go_on()
            for row in packing.entries(tx, contents):
                made.add(row, [one.hex() for one in tree.inclusion(row.seq - 1)])
                if made.number % 1000 == 0:
                    go_on()
        return made

    def add(self, row: Entry, proof: list[str]) -> None:
        self._entries.write(_line(packing_shapes.entry(row)))
        self._proofs.write(_line({"seq": row.seq, "proof": proof}))
        self.number += 1
        self.actions[row.action] = self.actions.get(row.action, 0) + 1
        if row.action == "evidence:receive":
            self.received[row.subject.partition(":")[2]] = row.seq

    def sources(self) -> Iterator[Source]:
        for path, file in (
            ("data/custody/entries.jsonl", self._entries),
            ("data/custody/proofs.jsonl", self._proofs),
        ):
            size = file.tell()
            file.seek(0)
            yield Source(path, size, iter(lambda file=file: file.read(PIECE), b""))  # type: ignore[misc]


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
