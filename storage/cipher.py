"""How a sealed object lies: a header, then as many bytes as the plain ones have.

    kind (8) · name of the key it is under (16) · salt (16) · check (24) · AES-256 in counter mode

Each object, and each new try at one, has a salt of its own, and from the key and the salt come a cipher key
used for nothing else, so its counter begins at zero. Counter mode because an upload goes on at any byte and
a reader wants any range. It does not notice changes: that is what the digest of the plain bytes is for,
written down when they came and compared before anything is believed. The check in the header only tells a
wrong key from a right one, before garbage is taken for evidence.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.base import Unavailable

# The second kind has its key for itself alone: when the object is deleted, so is the key.
SHARED, OWN = b"TIPSEAL\x01", b"TIPSEAL\x02"
HEADER = 64
SALT = 16
_NAME, _CHECK, _BLOCK = 16, 24, 16
_INFO = b"tipline sealed object 1"


class Head(NamedTuple):
    """What stands in a header, believed as far as `opened` has checked it."""

    kind: bytes
    name: str
    salt: bytes
    check: bytes

    @classmethod
    def read(cls, header: bytes) -> Head:
        """Unavailable if there is no header where one must be: cut short, or not ours."""
        kind, name = header[:8], header[8 : 8 + _NAME]
        salt, check = header[24 : 24 + SALT], header[40:HEADER]
        if len(header) != HEADER or kind not in (SHARED, OWN):
            raise Unavailable("a sealed object has lost its header")
        return cls(kind, name.hex(), salt, check)


class Stream:
    """The key stream of one object from some byte on; it turns plain bytes into sealed ones and back."""

    def __init__(self, key: bytes, at: int) -> None:
        counter = (at // _BLOCK).to_bytes(_BLOCK, "big")
        self._cipher = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
        self._room = bytearray()
        self._cipher.update(bytes(at % _BLOCK))

    def turned(self, piece: bytes | memoryview) -> memoryview:
        """The piece turned, in a buffer that the next call uses again."""
        size = len(piece)
        if len(self._room) < size:
            self._room = bytearray(size)
        room = memoryview(self._room)[:size]
        self._cipher.update_into(piece, room)
        return room

    def turn(self, room: memoryview) -> None:
        """Turn these bytes where they lie."""
        self._cipher.update_into(room, room)


@dataclass(frozen=True)
class Seal:
    """What opens one sealed object and no other: enough for a child that must read that one file."""

    key: bytes = field(repr=False)
    skip: int = HEADER

    def stream(self, at: int = 0) -> Stream:
        return Stream(self.key, at)


def sealed(key: bytes, name: str, salt: bytes, kind: bytes = SHARED) -> tuple[Seal, bytes]:
    """The seal of a new object under this key, and the header that its bytes begin with."""
    begin = kind + bytes.fromhex(name) + salt
    cipher_key, check_key = _derived(key, salt)
    return Seal(cipher_key), begin + _check(check_key, begin)


def opened(key: bytes, header: bytes) -> Seal:
    """The seal of an object that begins with this header; Unavailable if it is not under this key."""
    head = Head.read(header)
    cipher_key, check_key = _derived(key, head.salt)
    if not hmac.compare_digest(head.check, _check(check_key, header[:40])):
        raise Unavailable("a sealed object does not fit the key it names")
    return Seal(cipher_key)


def _derived(key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    both = HKDF(SHA256(), 64, salt, _INFO).derive(key)
    return both[:32], both[32:]


def _check(key: bytes, begin: bytes) -> bytes:
    return hmac.digest(key, begin, sha256)[:_CHECK]
