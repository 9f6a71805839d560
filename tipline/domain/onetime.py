"""One-time codes of an app (RFC 6238, as all apps know it: SHA-1, six digits, thirty seconds). Pure."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_S = 30
# A telephone's clock may be a step off, and a code takes its time to be typed.
DRIFT = 1
SECRET_BYTES = 20
_FULL_WIDTH = {0xFF10 + n: ord("0") + n for n in range(10)}


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def spelt(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return b32encode(secret).decode().rstrip("=")


def address(secret: bytes, username: str, station: str) -> str:
    """What an app reads from the picture."""
    # A colon parts the two names, so none may stand within them.
    station, username = station.replace(":", " "), username.replace(":", " ")
    query = urlencode({"secret": spelt(secret), "issuer": station}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{station}:{username}')}?{query}"


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def code_at(secret: bytes, step: int) -> str:
    sha1 = SHA1()  # noqa: S303 - HMAC over it stands, and it is the one that every app knows
    return TOTP(secret, DIGITS, sha1, STEP_S, enforce_key_length=False).generate(step * STEP_S).decode()


def matching_step(secret: bytes, typed: str, moment: datetime) -> int | None:
    """The step whose code was typed, of those that count now; None if it was none of them."""
    code, now, found = digits_of(typed), step_at(moment), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def digits_of(typed: str) -> str:
    """Forgives spaces, dashes and the wide digits of a Chinese keyboard; nothing that is no digit remains."""
    return "".join(sign for sign in typed.translate(_FULL_WIDTH)[:40] if sign in "0123456789")
