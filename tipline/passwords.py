"""Hashing of passwords: Argon2id as RFC 9106 advises for small memory, in the spelling Flask-Security reads.

The domain never sees a password, only what this module makes of it.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def make_hash(password: str) -> str:
    return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long for an account that does not exist (None) as for others."""
    nobodys = _nobodys_hash()  # made by whichever try comes first, so that this too tells nothing
    try:
        fits = _HASHER.verify(password_hash or nobodys, password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


@cache
def _nobodys_hash() -> str:
    return make_hash("")
