"""Secrets that lie in the database, encrypted under a key that does not: the station's TIPLINE_SECRET_KEY."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = "1."
NONCE_BYTES = 12


class Unopened(Exception):
    """The seal does not open: another secret, another purpose, or it was changed."""


def seal(secret: str, purpose: str, plain: bytes, *, of: str) -> str:
    """`plain` encrypted for one purpose and tied to its owner `of`, so that two seals cannot be swapped."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(secret, purpose)).encrypt(nonce, plain, of.encode())
    return FORM + base64.b64encode(nonce + sealed).decode()


def open_sealed(secret: str, purpose: str, sealed: str, *, of: str) -> bytes:
    """What was sealed; raises Unopened."""
    try:
        if not sealed.startswith(FORM):
            raise Unopened
        raw = base64.b64decode(sealed.removeprefix(FORM), validate=True)
        return AESGCM(_key(secret, purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], of.encode())
    except (InvalidTag, ValueError, binascii.Error) as fault:
        raise Unopened from fault


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"tipline {purpose}".encode()).derive(secret.encode())
