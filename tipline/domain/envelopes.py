"""Words sealed to somebody's public key: HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM.

Whoever seals cannot read it back. What is sealed is padded to one of a few sizes, so that its length says
next to nothing, and bound to what it is for and whose it is, so that two of them cannot be swapped.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tipline.domain.sealing import Unopened

FORM = "h1."
SIZES = (256, 1024, 4096)
_LENGTH_BYTES = 2
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Pair(NamedTuple):
    """`public` is base64 of the raw key, as it is kept; `private` are the 32 raw bytes."""

    public: str
    private: bytes


def make_pair() -> Pair:
    return pair_of(X25519PrivateKey.generate().private_bytes_raw())


def pair_of(private: bytes) -> Pair:
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return Pair(base64.b64encode(public).decode(), private)


def seal(public: str, purpose: str, plain: bytes, *, of: str) -> str:
    """`plain` so that only the private half of `public` opens it."""
    key = X25519PublicKey.from_public_bytes(base64.b64decode(public))
    sealed = _SUITE.encrypt(_padded(plain), key, _info(purpose, of))
    return FORM + base64.b64encode(sealed).decode()


def open_sealed(private: bytes, purpose: str, sealed: str, *, of: str) -> bytes:
    """What was sealed; raises Unopened."""
    if not sealed.startswith(FORM):
        raise Unopened
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        raw = base64.b64decode(sealed.removeprefix(FORM), validate=True)
        return _bare(_SUITE.decrypt(raw, key, _info(purpose, of)))
    except (InvalidTag, ValueError, binascii.Error) as fault:
        raise Unopened from fault


def _info(purpose: str, of: str) -> bytes:
    return f"tipline {purpose}\0{of}".encode()


def _padded(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    size = next(size for size in SIZES if len(framed) <= size)
    return framed.ljust(size, b"\0")


def _bare(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
