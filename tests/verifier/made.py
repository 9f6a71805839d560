"""A small package made of nothing but its own parts: a key, a log of a few entries, two originals."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tipline.domain import notes, statements
from tipline.domain.merkle import Tree
from tipline.domain.notes import Head
from workers.packing.bag import Bag

BASE = "A-2026-1"
ORIGINALS = {"1-1": b"\xff\xd8one" * 500, "1-2": b"\0\0\0\x18ftyp" * 300}


class Inside(zipfile.ZipFile):
    """A package as its own lists speak of it: without the one folder that all of it lies in."""

    @property
    def base(self) -> str:
        names = super().namelist()
        return names[0].partition("/")[0] if names else BASE

    def namelist(self) -> list[str]:
        return [one.removeprefix(f"{self.base}/") for one in super().namelist()]

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        return super().read(f"{self.base}/{name}", pwd)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *rest: Any, **more: Any) -> None:
        if isinstance(zinfo_or_arcname, zipfile.ZipInfo):
            zinfo_or_arcname.filename = f"{self.base}/{zinfo_or_arcname.filename}"
        else:
            zinfo_or_arcname = f"{self.base}/{zinfo_or_arcname}"
        super().writestr(zinfo_or_arcname, data, *rest, **more)


class Signed(NamedTuple):
    private: Ed25519PrivateKey
    public: bytes


def key(seed: int = 1) -> Signed:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signed(private, private.public_key().public_bytes_raw())


def entry(seq: int, previous: str, action: str, subject: str, detail: dict[str, Any]) -> dict[str, Any]:
    body = {
        "seq": seq, "at": "2026-11-22T13:30:00.000000Z", "actor": "staff:li", "action": action,
        "subject": subject, "tip": "T-1001", "reason": None,
        "detail": json.dumps(detail, sort_keys=True, separators=(",", ":")), "previous": previous,
    }  # fmt: skip
    canonical = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return {**body, "hash": hashlib.sha256(canonical.encode()).hexdigest()}


def log() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for seq in range(1, 8):
        number = {3: "1-1", 5: "1-2"}.get(seq)
        digest = hashlib.sha256(ORIGINALS[number]).hexdigest() if number else ""
        previous = entries[-1]["hash"] if entries else "0" * 64
        acted = ("evidence:receive", f"evidence:e{number}", {"sha256": digest})
        entries.append(entry(seq, previous, *(acted if number else ("tip:change", "tip:T-1001", {}))))
    return entries


def package(
    *, signer: Signed | None = None, logged: Signed | None = None, told: dict[str, bytes] | None = None,
    entries: list[dict[str, Any]] | None = None, listed: dict[str, str] | None = None,
) -> bytes:  # fmt: skip
    """The zip. `told` replaces or adds files, `listed` digests of the list, before all is signed."""
    signer, bag = signer or key(), Bag(BASE)
    files = {**_files(signer, logged or signer, entries or log(), listed or {}), **(told or {})}
    return b"".join(_pieces(bag, files, signer, len(entries or log())))


def _pieces(bag: Bag, files: dict[str, bytes], signer: Signed, number: int) -> Iterator[bytes]:
    for path, data in files.items():
        yield from bag.add_text(path, data)
    yield from bag.tags([("Source-Organization", "航海路派出所")])
    statement = {
        "type": "tipline-package/1", "station": "航海路派出所", "case": "A-2026-1", "package": "x",
        "made_at": "2026-11-23T00:00:00.000000Z", "snapshot": 7, "head": 7, "entries": number,
        "tags": bag.signable,
    }  # fmt: skip
    told = {
        "statement": statement,
        "signature": base64.b64encode(signer.private.sign(statements.canonical(statement))).decode(),
        "key_id": statements.key_id(signer.public),
        "public_key": base64.b64encode(signer.public).decode(),
    }
    yield from bag.end(json.dumps(told).encode())


def _files(
    signer: Signed, logged: Signed, entries: list[dict[str, Any]], listed: dict[str, str]
) -> dict[str, bytes]:
    tree = Tree(bytes.fromhex(one["hash"]) for one in log())
    note = notes.sign(Head("tipline/x", 7, tree.root()), logged.public, logged.private.sign)
    numbers = [one["seq"] for one in entries]
    proofs = [{"seq": n, "proof": [one.hex() for one in tree.inclusion(n - 1)]} for n in numbers]
    items = [
        {
            "number": number, "id": f"e{number}", "file": f"data/originals/{number}.bin",
            "sha256": listed.get(number, hashlib.sha256(data).hexdigest()),
        }
        for number, data in ORIGINALS.items()
    ]  # fmt: skip
    public = base64.b64encode(signer.public).decode()
    return {
        **{f"data/originals/{number}.bin": data for number, data in ORIGINALS.items()},
        "data/metadata/evidence.json": json.dumps({"items": items}).encode(),
        "data/custody/entries.jsonl": b"".join(json.dumps(one).encode() + b"\n" for one in entries),
        "data/custody/proofs.jsonl": b"".join(json.dumps(one).encode() + b"\n" for one in proofs),
        "data/custody/checkpoint.txt": note.encode(),
        "data/keys/tipline-keys.json": json.dumps({"keys": [{"public_key": public}]}).encode(),
    }
