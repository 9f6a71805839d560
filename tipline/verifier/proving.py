"""Proofs that an entry stands in the custody log, and the signed checkpoint that states what the log is.

Merkle tree hashes and inclusion proofs as in RFC 6962 (2.1); its leaves are the 32 bytes of the entries' own
hashes. The checkpoint is a signed note as in C2SP's signed-note and tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from tipline.verifier.ed25519 import is_signed

ED25519_NOTE = b"\x01"
SIGNATURE_LINE = "\u2014 "


class Note(NamedTuple):
    """A checkpoint that was read: what it says, the signed text, and each line: name, key hash, signature."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: list[tuple[str, bytes, bytes]]

    def is_signed_by(self, public: bytes) -> bool:
        for name, hashed, signature in self.signatures:
            expected = hashlib.sha256(name.encode() + b"\n" + ED25519_NOTE + public).digest()[:4]
            if hashed == expected and is_signed(public, self.text, signature):
                return True
        return False


def read_note(untrusted: bytes) -> Note | None:
    """The checkpoint; None for what is none."""
    try:
        text, _, ending = untrusted.decode("utf-8").rpartition("\n\n")
        lines = text.split("\n")
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
        if str(size) != lines[1] or len(root) != 32 or not lines[0]:
            return None
        signatures = []
        for line in ending.splitlines():
            mark, name, told = line[:2], *line[2:].split(" ", 1)
            raw = base64.b64decode(told, validate=True)
            if mark == SIGNATURE_LINE:
                signatures.append((name, raw[:4], raw[4:]))
    except (ValueError, IndexError, binascii.Error):
        return None
    return Note(lines[0], size, root, text.encode() + b"\n", signatures)


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_proof(entry: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root to which a proof leads (RFC 9162, 2.1.3.2); None when it has the wrong length."""
    if not 0 <= index < size:
        return None
    found, node, last = leaf_hash(entry), index, size - 1
    for step in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None
