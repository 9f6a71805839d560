"""The device somebody signs in with: its name in a few words, and whether they signed in with it before.

A device that did is counted apart from strangers, so that nobody's guessing can make its owner wait. Its
cookie opens nothing.
"""

from __future__ import annotations

import hmac
import re
import secrets

from flask import Response, request

from tipline.domain import ids
from tipline.web import current

LASTS_S = 365 * 24 * 3600
# A machine that a whole shift shares.
MOST_NAMES = 12
_MARK = re.compile(r"[0-9a-f]{32}")
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Macintosh", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def words() -> str:
    """`Chrome · Windows`: what its owner knows it by; versions and models are nobody's business."""
    said = request.headers.get("User-Agent", "")[:500]
    found = [next((name for sign, name in table if sign in said), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))


def known(username: str) -> str | None:
    """Under which name tries from here are counted, if this person signed in with this device before."""
    nonce, *marks = request.cookies.get(_cookie(), "").split(".")[: MOST_NAMES + 1]
    if not _MARK.fullmatch(nonce):
        return None
    wanted = _mark(nonce, username)
    return wanted if any(hmac.compare_digest(wanted, mark) for mark in marks) else None


def remember(response: Response, username: str) -> None:
    """From now on this is a device that `username` signed in with."""
    nonce, *marks = request.cookies.get(_cookie(), "").split(".")
    if not _MARK.fullmatch(nonce):
        nonce, marks = secrets.token_hex(16), []
    mine = _mark(nonce, username)
    marks = [mine, *(mark for mark in marks if _MARK.fullmatch(mark) and mark != mine)][:MOST_NAMES]
    response.set_cookie(
        _cookie(),
        ".".join([nonce, *marks]),
        max_age=LASTS_S,
        httponly=True,
        secure=current.settings().secure,
        samesite="Lax",
        path="/",
    )


def _mark(nonce: str, username: str) -> str:
    return ids.keyed_hash(current.services().key, "device", f"{nonce}\0{username.strip().casefold()}")[:32]


def _cookie() -> str:
    return "__Host-tipline-device" if current.settings().secure else "tipline-device"
