"""The doctor's word on two keys of the database: contact details are sealed to one, one signs receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tipline.db import Database
from tipline.domain import contact_keys, grants, recovery, signatures
from tipline.errors import CATALOGUE, N_, TiplineError
from tipline.settings import Settings, SettingsError, with_secret

Word = tuple[str, str, dict[str, Any]]

NONE_YET = N_("No contact key yet; the first start makes it.")
UNHELD = N_("Nobody holds the contact key yet; the first officer who may see contact details takes it.")
LOST = N_(
    "Nobody can open contact details any more. Bring the key back with the code from the safe (tipline"
    " contacts recover), or seal new ones to a new key: tipline contacts rotate"
)
FOREIGN = N_(
    "The database holds a contact key that the log does not know as the one that seals: somebody put it there"
    " to read contact details. Nothing is sealed to it. Run tipline contacts rotate, and find out who has"
    " access to the database."
)
UNWRITTEN = N_(
    "%(number)s can open contact details. No recovery code is written down: if they lose their passwords, all"
    " contact details are lost. Run: tipline contacts recovery-key --user NAME"
)
WELL = N_("%(number)s can open contact details; a recovery code was written down.")
NO_SIGNER = N_("No key yet; the first receipt makes it.")
SIGNS = N_("Key %(id)s signs.")
AWAY = N_("Nobody can say while the database cannot be reached.")


def examine(url: str) -> Word:
    """State, sentence and its values."""
    if _is_new(url):
        return "OK", NONE_YET, {}
    database = Database(url)
    try:
        return _examine(database)
    except (SQLAlchemyError, OSError):
        return "FAIL", AWAY, {}
    finally:
        database.close()


def examine_signature(settings: Settings) -> Word:
    """Whether receipts can be signed: the key in the database opens with the secret that is set."""
    if _is_new(settings.database_url):
        return "OK", NO_SIGNER, {}
    database = Database(settings.database_url)
    try:
        with database.reading() as tx:
            key = signatures.find_active(tx)
        if key is None:
            return "OK", NO_SIGNER, {}
        # Made by a start, never by a look.
        has_secret = settings.secret_key or (settings.data / "secret.key").exists()
        signatures.check(key, with_secret(settings).secret_key if has_secret else "")
        return "OK", SIGNS, {"id": key.id}
    except (TiplineError, SettingsError):
        return "FAIL", CATALOGUE["key:sealed"].sentence, {}
    except (SQLAlchemyError, OSError):
        return "FAIL", AWAY, {}
    finally:
        database.close()


def _is_new(url: str) -> bool:
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def _examine(database: Database) -> Word:
    with database.reading() as tx:
        if contact_keys.list_foreign(tx):
            return "FAIL", FOREIGN, {}
        key = contact_keys.find_active(tx)
        if key is None:
            return "OK", NONE_YET, {}
        number = len(grants.list_holders(tx, key.id))
        if not number:
            return ("NOTE", UNHELD, {}) if key.sealed else ("FAIL", LOST, {})
        written = recovery.was_written(tx, key)
        return ("OK", WELL, {"number": number}) if written else ("NOTE", UNWRITTEN, {"number": number})
