"""The doctor's word on the key that contact details are sealed to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tipline.db import Database
from tipline.domain import contact_keys, grants, recovery
from tipline.errors import N_

Word = tuple[str, str, dict[str, Any]]

NONE_YET = N_("No contact key yet; the first start makes it.")
UNHELD = N_("Nobody holds the contact key yet; the first officer who may see contact details takes it.")
LOST = N_(
    "Nobody can open contact details any more. Bring the key back with the code from the safe (tipline"
    " contacts recover), or seal new ones to a new key: tipline contacts rotate"
)
FOREIGN = N_(
    "The contact key in the database has no entry in the log: somebody put it there, and could read what is"
    " sealed to it. Run tipline contacts rotate, and find out who has access to the database."
)
UNWRITTEN = N_(
    "%(number)s can open contact details. No recovery code is written down: if they lose their passwords, all"
    " contact details are lost. Run: tipline contacts recovery-key --user NAME"
)
WELL = N_("%(number)s can open contact details; a recovery code was written down.")
AWAY = N_("Nobody can say while the database cannot be reached.")


def examine(url: str) -> Word:
    """State, sentence and its values."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return "OK", NONE_YET, {}
    database = Database(url)
    try:
        return _examine(database)
    except (SQLAlchemyError, OSError):
        return "FAIL", AWAY, {}
    finally:
        database.close()


def _examine(database: Database) -> Word:
    with database.reading() as tx:
        key = contact_keys.find_active(tx)
        if key is None:
            return "OK", NONE_YET, {}
        if not contact_keys.is_as_made(tx, key):
            return "FAIL", FOREIGN, {}
        number = len(grants.list_holders(tx, key.id))
        if not number:
            return ("NOTE", UNHELD, {}) if key.sealed else ("FAIL", LOST, {})
        written = recovery.was_written(tx, key)
        return ("OK", WELL, {"number": number}) if written else ("NOTE", UNWRITTEN, {"number": number})
