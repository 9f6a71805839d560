"""Where the keys of encrypted files lie, and what the doctor says of them. Makes nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from storage import StoreError
from tipline import encryption, services
from tipline.db import Database
from tipline.domain import vault
from tipline.domain.vault import Vaults
from tipline.errors import CATALOGUE, N_, TiplineError
from tipline.settings import Settings, SettingsError

Told = tuple[str, str, dict[str, object]]

APART = N_(
    "The files lie in a bucket but their keys in a folder of this host, where no other host can open them. "
    "Set TIPLINE_KEYS_URL to another bucket, or to a folder that all hosts share."
)
NONE = N_("None, and none needed while files are not encrypted.")
UNKNOWN = N_("Nobody can say while the database cannot be reached.")
NOT_YET = N_("None yet; the first file makes one in %(place)s.")
UNUSABLE = N_("They cannot be used (%(fault)s). Check TIPLINE_KEYS_URL, its rights and credentials.")
OPEN = N_("Anybody on this machine may read the folder %(folder)s. Run: chmod 700 %(folder)s")
LOST = N_("The keys of %(number)s tips are missing, %(first)s among them. Bring them back from the safe.")
WELL = N_(
    "%(number)s keys in %(place)s open with the secret. Tips with files that are not encrypted: %(plain)s."
)


def examine(settings: Settings) -> Told:
    """Name of a state of the doctor, a sentence, and its values."""
    place: dict[str, object] = {"place": settings.keys_url.partition("?")[0]}
    if not services.has_ring(settings):
        if _names_keys(settings):
            return "FAIL", CATALOGUE["vault:key-lost"].sentence, {}
        return ("OK", NOT_YET, place) if _encrypts(settings) else ("OK", NONE, {})
    if settings.store_url.startswith("s3:") and not settings.keys_lie_apart:
        return "FAIL", APART, {}
    if settings.keys_url.startswith("file:"):
        folder = services.keys_folder(settings)
        if folder.stat().st_mode & 0o007:
            return "FAIL", OPEN, {"folder": folder}
    try:
        return _look(settings, place)
    except (TiplineError, SettingsError) as fault:
        code = fault.code if isinstance(fault, TiplineError) else "vault:key-wrong"
        return "FAIL", CATALOGUE[code].sentence, {}
    except (StoreError, OSError) as fault:
        return "FAIL", UNUSABLE, {"fault": type(fault).__name__}
    except SQLAlchemyError:
        return "FAIL", UNKNOWN, {}


def examine_choice(settings: Settings) -> Told:
    """Whether files of new tips are encrypted, and why."""
    database = Database(settings.database_url) if _has_database(settings) else None
    try:
        has_secret = settings.secret_key or (settings.data / "secret.key").exists()
        ring = services.open_ring(settings, database) if services.has_ring(settings) and has_secret else None
        choice = encryption.decide(settings, database, ring)
        return "NOTE" if choice is encryption.NO_PLACE else "OK", choice.sentence, {}
    except SQLAlchemyError:
        return "FAIL", UNKNOWN, {}
    except (StoreError, OSError) as fault:
        return "FAIL", UNUSABLE, {"fault": type(fault).__name__}
    finally:
        if database:
            database.close()


def _look(settings: Settings, place: dict[str, object]) -> Told:
    if not settings.secret_key and not (settings.data / "secret.key").exists():
        # A secret is made by a start, never by a look.
        return "FAIL", CATALOGUE["vault:key-wrong"].sentence, {}
    ring = services.open_ring(settings, None)
    if not ring or (not _has_database(settings) and not ring.is_begun()):
        return "OK", NOT_YET, place
    if not _has_database(settings):
        return "OK", WELL, {"number": sum(1 for _ in ring.names()), "plain": 0, **place}
    database = Database(settings.database_url)
    try:
        vaults = Vaults(database, ring, lambda: False)
        vaults.check()
        if lost := vaults.list_lost():
            return "FAIL", LOST, {"number": len(lost), "first": lost[0]}
        _, plain = vault.count_sealed(database)
        return "OK", WELL, {"number": sum(1 for _ in ring.names()), "plain": plain, **place}
    finally:
        database.close()


def _encrypts(settings: Settings) -> bool:
    return examine_choice(settings)[1] in (encryption.ON_SET.sentence, encryption.NEW.sentence)


def _names_keys(settings: Settings) -> bool:
    """Whether the database knows of keys; False where nobody can say."""
    if not _has_database(settings):
        return False
    database = Database(settings.database_url)
    try:
        return vault.count_sealed(database)[0] > 0
    except (SQLAlchemyError, OSError):
        return False
    finally:
        database.close()


def _has_database(settings: Settings) -> bool:
    parsed = make_url(settings.database_url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").exists()
