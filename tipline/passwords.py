"""Hashing of passwords: Argon2id as RFC 9106 advises for small memory, in the spelling Flask-Security reads;
and keys that come of a password alone.

The domain never sees a password, only what this module makes of it.
"""

from __future__ import annotations

import base64
import re
import secrets
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret_raw

_HASHER = PasswordHasher()
# Rounds, KiB and lanes of a key: as dear as a hash, or whoever guesses passwords would try the cheaper one.
COST = (3, 65_536, 4)
KEY_BYTES, SALT_BYTES = 32, 16
_LOCK = re.compile(r"t=(\d{1,2}),m=(\d{1,7}),p=(\d{1,2}),s=([A-Za-z0-9+/=]{24})")


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


def new_lock() -> str:
    """What a password is to be worked into: a fresh salt, and at which cost. No secret."""
    rounds, memory, lanes = COST
    return f"t={rounds},m={memory},p={lanes},s={base64.b64encode(secrets.token_bytes(SALT_BYTES)).decode()}"


def key_of(lock: str, password: str) -> bytes:
    """The key this password gives under a lock of `new_lock`; takes as long as a hash."""
    found = _LOCK.fullmatch(lock)
    if found is None:
        raise ValueError("no lock of ours")
    rounds, memory, lanes = (int(found[at]) for at in (1, 2, 3))
    salt = base64.b64decode(found[4])
    return hash_secret_raw(password.encode(), salt, rounds, memory, lanes, KEY_BYTES, Type.ID)


@cache
def _nobodys_hash() -> str:
    return make_hash("")
