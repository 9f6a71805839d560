"""Checkpoints as others read them: a log's size and root (C2SP tlog-checkpoint) in a note (C2SP signed-note).

Pure. The text names the log, the number of its entries and the root of the tree over them; a line below it
bears the name of the key, four bytes by which it is known, and an Ed25519 signature over the text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\1"
LONGEST = 4000
_NAME = re.compile(r"[^\s+]{1,200}")
_SIGNATURE = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/]+=*)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class Unread(ValueError):
    """This is no signed checkpoint, or no key of those given has signed it; the words say which, in short."""


class Head(NamedTuple):
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign(head: Head, public: bytes, sign_bytes: Callable[[bytes], bytes]) -> str:
    """The note, signed under the log's own name."""
    mark = key_mark(head.origin, public) + sign_bytes(head.text.encode())
    return f"{head.text}\n— {head.origin} {base64.b64encode(mark).decode()}\n"


def key_mark(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature says which key made it."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key in the form in which programs for signed notes take it."""
    return f"{name}+{key_mark(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def read(note: str) -> Head:
    """What a note states, whoever signed it; raises Unread."""
    return _split(note)[0]


def opened(note: str, publics: Collection[bytes]) -> tuple[Head, bytes]:
    """What a note states and which of these keys signed it; raises Unread."""
    head, signatures = _split(note)
    for name, mark in signatures:
        for public in publics:
            if name == head.origin and mark[:4] == key_mark(name, public):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(mark[4:], head.text.encode())
                except (InvalidSignature, ValueError) as fault:
                    raise Unread("signature") from fault
                return head, public
    raise Unread("key")


def _split(note: str) -> tuple[Head, list[tuple[str, bytes]]]:
    if len(note) > LONGEST or not note.endswith("\n") or "\r" in note:
        raise Unread("form")
    text, gap, below = note.rpartition("\n\n")
    lines = text.split("\n")
    if not gap or len(lines) != 3 or not _NAME.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
        raise Unread("form")
    found = [_SIGNATURE.fullmatch(line) for line in below.split("\n")[:-1]]
    if not found:
        raise Unread("form")
    signatures = [(one[1], decoded(one[2])) for one in found if one]
    if len(signatures) != len(found) or any(len(mark) < 5 for _, mark in signatures):
        raise Unread("form")
    root = decoded(lines[2])
    if len(root) != 32:
        raise Unread("form")
    return Head(lines[0], int(lines[1]), root), signatures


def decoded(text: str) -> bytes:
    """Base64 in its one form; raises Unread."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as fault:
        raise Unread("form") from fault
    if base64.b64encode(raw).decode() != text:
        raise Unread("form")
    return raw
