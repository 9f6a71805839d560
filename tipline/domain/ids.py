"""Names that cannot be guessed, and the code a reporter keeps.

A receipt code is 16 characters of Crockford's base 32 (https://www.crockford.com/base32.html), 80 bits,
written in four groups. Only its keyed hash is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FULL_WIDTH = {0xFF10 + n: ord("0") + n for n in range(10)} | {0xFF21 + n: ord("A") + n for n in range(26)}


def new_id() -> str:
    """128 random bits as 26 lower-case characters; fit for URLs, keys and file names."""
    return _base32(secrets.randbits(128), 26).lower()


def new_token() -> str:
    """A secret for a client to keep, 256 bits."""
    return secrets.token_urlsafe(32)


def new_receipt_code() -> str:
    """`K7Q2-9MXW-3TDE-58RA`."""
    return grouped(new_code(CODE_LENGTH))


def receipt_code_of(key: str, seed: str) -> str:
    """The receipt code that this seed always gives, for whoever holds the key."""
    digest = hmac.new(f"code\0{key}".encode(), seed.encode(), hashlib.sha256).digest()
    return grouped(_base32(int.from_bytes(digest[: 5 * CODE_LENGTH // 8], "big"), CODE_LENGTH))


def link_of(key: str, seed: str) -> str:
    """128 bits that this seed always gives, for whoever holds the key: a link that can be shown again."""
    digest = hmac.new(f"link\0{key}".encode(), seed.encode(), hashlib.sha256).digest()
    return _base32(int.from_bytes(digest[:16], "big"), 26).lower()


def new_code(length: int) -> str:
    """So many random characters that people can read out and type."""
    return _base32(secrets.randbits(5 * length), length)


def grouped(code: str) -> str:
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def normal_receipt_code(typed: str) -> str | None:
    """The 16 characters meant by what somebody typed, or None if it cannot be a code."""
    return normal_code(typed, CODE_LENGTH)


def normal_code(typed: str, length: int) -> str | None:
    """The code of this length that was meant, or None.

    Forgives case, spaces, dashes, full-width characters, and O, I, L read for 0 and 1.
    """
    upper = typed.upper().translate(_FULL_WIDTH).translate(_READ_AS)
    code = "".join(sign for sign in upper if sign.isalnum())
    if len(code) != length or any(sign not in ALPHABET for sign in code):
        return None
    return code


def keyed_hash(key: str, purpose: str, secret: str) -> str:
    """HMAC-SHA-256 in hex: a stolen database gives nobody a code or a token."""
    return hmac.new(f"{purpose}\0{key}".encode(), secret.encode(), hashlib.sha256).hexdigest()


def _base32(number: int, length: int) -> str:
    signs = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        signs.append(ALPHABET[digit])
    return "".join(reversed(signs))
