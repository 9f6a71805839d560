"""The contact keys, open for one visit.

They lie in the visit's row, encrypted under its token, which only the officer's browser holds: what the
database keeps is noise without the cookie. They go with the visit, and a while after the password was typed.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta

from tipline.db import Transaction
from tipline.domain import clock, sessions
from tipline.domain.grants import Keys
from tipline.domain.sessions import DeskSession

LASTS = timedelta(minutes=20)


def unlock(tx: Transaction, secret: str, token: str, keys: Keys) -> None:
    """Keep the keys open for this visit."""
    said = {name: base64.b64encode(private).decode() for name, private in keys.items()}
    until = clock.now() + LASTS
    body = json.dumps({"until": until.isoformat(), "keys": said}).encode()
    sessions.entrust(tx, secret, token, body)


def read(tx: Transaction, visit_id: str, token: str) -> dict[str, bytes]:
    """The keys this visit may use now; none if it never opened them, or too long ago."""
    visit = tx.get(DeskSession, visit_id)
    body = sessions.entrusted(visit, token) if visit else None
    if body is None:
        return {}
    said = json.loads(body)
    if datetime.fromisoformat(said["until"]) < clock.now():
        return {}
    return {name: base64.b64decode(private) for name, private in said["keys"].items()}
