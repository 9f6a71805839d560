"""The files of a package in their order: footage first, then what says what it is, then what signs it all.

Each original is digested while it streams; one that is not what was received goes along under its name, with
a warning beside it, in the list, in the report and on the page. It is never passed as genuine.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import storage
from tipline import __version__
from tipline.domain import clock, packing_names, packing_shapes, statements
from tipline.domain.packing import Item, Piece
from tipline.verifier.joining import one_file
from workers.packing import readme, report
from workers.packing.bag import SHA256, SM3, Bag, Source
from workers.packing.writing_state import State

PIECE = 1024 * 1024
TYPE = "tipline-package/1"


def write(state: State, bag: Bag) -> Iterator[bytes]:
    """The whole zip, piece by piece."""
    for item in state.contents.items:
        if item.path:
            yield from _original(state, bag, item)
    for item in state.contents.items:
        for piece in (*item.pieces, *item.covered):
            yield from _piece(state, bag, piece)
    yield from _metadata(state, bag)
    for source in state.custody.sources():
        yield from bag.add(source)
    yield from bag.add_text("data/custody/checkpoint.txt", state.note)
    yield from bag.add_text("data/keys/tipline-keys.json", _json({"keys": [_key(one) for one in state.keys]}))
    yield from bag.add_text("data/verify.py", one_file())
    if state.wanted.report:
        for path, data in report.files(state):
            yield from bag.add_text(path, data)
    yield from bag.add_text("data/README.txt", readme.text(state))
    yield from bag.tags(_info(state))
    yield from bag.end(_signature(state, bag.signable))


def _original(state: State, bag: Bag, item: Item) -> Iterator[bytes]:
    source = _source(state, item.path or "", item.file.key)
    if source is None:
        state.lost.add(item.file.id)
        return
    yield from bag.add(source)
    state.found[item.file.id] = bag.found
    if bag.found[SHA256] != item.file.sha256:
        state.altered.add(item.file.id)
        warned = readme.warning(item, bag.found[SHA256])
        yield from bag.add_text(packing_names.warning(source.path), warned)


def _piece(state: State, bag: Bag, piece: Piece) -> Iterator[bytes]:
    """A second look at a file may have replaced what was listed a moment ago: then it is told."""
    source = _source(state, piece.path, piece.row.key)
    if source is None:
        state.unread.append(piece.path)
        return
    yield from bag.add(source)
    if bag.found[SHA256] != piece.row.sha256:
        state.unread.append(piece.path)
        yield from bag.add_text(packing_names.warning(piece.path), readme.DIFFERS)


def _source(state: State, path: str, key: str) -> Source | None:
    """By the size it has in the store, not by what the database says of it."""
    try:
        size = state.services.store.stat(key).size
    except storage.Missing:
        return None
    return Source(path, size, _read(state, key))


def _read(state: State, key: str) -> Iterator[bytes]:
    with state.services.store.open(key) as reader:
        while piece := reader.read(PIECE):
            yield piece


def _metadata(state: State, bag: Bag) -> Iterator[bytes]:
    contents = state.contents
    yield from bag.add_text("data/metadata/case.json", _json(packing_shapes.case(contents)))
    yield from bag.add_text("data/metadata/tips.json", _json(packing_shapes.tips(contents)))
    items = [
        packing_shapes.listed(one, state.found.get(one.file.id, {}).get(SHA256)) for one in contents.items
    ]
    yield from bag.add_text("data/metadata/evidence.json", _json({"items": items}))
    yield from bag.add_text("data/metadata/missing.json", _json(packing_shapes.missing(contents)))
    for one in contents.items:
        with state.services.database.reading() as tx:
            whole = packing_shapes.whole(tx, one, state.found.get(one.file.id, {}).get(SM3))
        yield from bag.add_text(packing_names.metadata(one.number), _json(whole))


def _info(state: State) -> list[tuple[str, str]]:
    made = state.made
    return [
        ("Source-Organization", state.services.settings.station or "Tipline"),
        ("External-Identifier", state.contents.case.number),
        ("Internal-Sender-Identifier", state.package.id),
        ("Bagging-Date", state.made_at.date().isoformat()),
        ("Bag-Software-Agent", f"Tipline {__version__}"),
        ("Tipline-Custody-Snapshot", str(state.contents.snapshot)),
        ("Tipline-Custody-Checkpoint", str(state.head)),
        ("Tipline-Key-Fingerprint", state.signer.row.fingerprint),
        ("Tipline-Missing", str(made["missing"])),
        ("Tipline-Altered", " ".join(made["altered"]) or "none"),  # type: ignore[arg-type]
        ("Tipline-Lost", " ".join(made["lost"]) or "none"),  # type: ignore[arg-type]
    ]


def _signature(state: State, tags: dict[str, str]) -> bytes:
    """Signed are the digests of the lists; through them every file, its name and its bytes."""
    statement = {
        "type": TYPE,
        "station": state.services.settings.station,
        "case": state.contents.case.number,
        "package": state.package.id,
        "made_at": clock.stamp(state.made_at),
        "snapshot": state.contents.snapshot,
        "head": state.head,
        "entries": state.custody.number,
        "tags": tags,
    }
    signature = state.signer.sign(statements.canonical(statement))
    return _json(
        {
            "statement": statement,
            "signature": base64.b64encode(signature).decode(),
            "key_id": state.signer.row.id,
            "public_key": state.signer.row.public,
        }
    )


def _key(row: Any) -> dict[str, Any]:
    return {
        "key_id": row.id,
        "algorithm": "Ed25519",
        "public_key": row.public,
        "fingerprint": row.fingerprint,
        "created_at": clock.stamp(row.created_at),
        "retired_at": clock.stamp(row.retired_at) if row.retired_at else None,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False).encode() + b"\n"
