"""The recovery code: the private half of the contact key, written for a sheet of paper in a safe.

It opens all contact details when no officer is left who can. 56 characters of Crockford's base 32: 32 bytes
of the key and 3 of a checksum, so that a slip of the pen is told before anything is tried. Nothing of it is
kept here: whoever has the sheet and the database has the key.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import contact_keys, custody, envelopes, ids
from tipline.domain.actors import Actor
from tipline.domain.contact_keys import ContactKey
from tipline.domain.grants import Keys
from tipline.errors import TiplineError

KEY_BYTES, CHECK_BYTES = 32, 3
LENGTH = 8 * (KEY_BYTES + CHECK_BYTES) // 5
MADE = "contact-key:recovery"


def write_code(tx: Transaction, actor: Actor, keys: Keys) -> str:
    """The code of the key that seals now; that it was written stands in custody. Raises contact:locked."""
    key = contact_keys.read_active(tx)
    if key.id not in keys:
        raise TiplineError("contact:locked")
    custody.append(tx, actor, MADE, f"contact-key:{key.id}")
    return spell(keys[key.id])


def was_written(tx: Transaction, key: ContactKey) -> bool:
    """Whether somebody ever wrote the code of this key down."""
    return bool(custody.list_of(tx, subject=f"contact-key:{key.id}", actions=[MADE], limit=1))


def read_code(tx: Transaction, typed: str) -> dict[str, bytes]:
    """The key a code stands for; raises contact:code-unclear or contact:code-foreign."""
    private = parse(typed)
    public = envelopes.pair_of(private).public
    key = tx.scalar(select(ContactKey).where(ContactKey.public == public))
    if key is None:
        raise TiplineError("contact:code-foreign")
    return {key.id: private}


def spell(private: bytes) -> str:
    """In groups of four."""
    number = int.from_bytes(private + _check(private), "big")
    signs = [ids.ALPHABET[number >> (5 * at) & 31] for at in reversed(range(LENGTH))]
    return ids.grouped("".join(signs))


def parse(typed: str) -> bytes:
    """The 32 bytes that were meant; raises contact:code-unclear."""
    code = ids.normal_code(typed, LENGTH)
    if code is None:
        raise TiplineError("contact:code-unclear", limit=LENGTH)
    number = 0
    for sign in code:
        number = number << 5 | ids.ALPHABET.index(sign)
    raw = number.to_bytes(KEY_BYTES + CHECK_BYTES, "big")
    private, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if check != _check(private):
        raise TiplineError("contact:code-unclear", limit=LENGTH)
    return private


def _check(private: bytes) -> bytes:
    return hashlib.sha256(b"tipline recovery\0" + private).digest()[:CHECK_BYTES]
