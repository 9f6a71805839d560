"""The doctor's word on the custody log and the originals: what the checks of the last night found."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tipline.db import Database
from tipline.domain import chores, scrubbing
from tipline.errors import CATALOGUE, N_
from tipline.i18n import say
from tipline.settings import Settings

Words = tuple[str, str, dict[str, object]]


def examine(settings: Settings) -> Words:
    """Name of a state of the doctor, a sentence, and its values."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return "OK", N_("No entry yet."), {}
    database = Database(settings.database_url)
    try:
        with database.reading() as tx:
            verified, kept = chores.find(tx, "verify"), chores.find(tx, "checkpoint")
            damaged = len(scrubbing.list_damaged(tx))
    except (SQLAlchemyError, OSError):
        return "FAIL", N_("Nobody can say while the database cannot be reached."), {}
    finally:
        database.close()
    return _judged(settings, verified, kept, damaged)


def _judged(
    settings: Settings, verified: chores.Chore | None, kept: chores.Chore | None, damaged: int
) -> Words:
    if damaged:
        words = N_("Damaged originals: %(number)s. The page “State of the system” names them.")
        return "FAIL", words, {"number": damaged}
    if verified and verified.found.get("faults"):
        return "FAIL", N_("The log is not what it was. Run: tipline custody verify --store"), {}
    if kept and kept.fault:
        why = say(settings.locale, CATALOGUE[kept.fault].sentence)
        return "FAIL", N_("Checkpoints are not copied outside the database: %(why)s"), {"why": why}
    if verified is None or "size" not in verified.found:
        return "OK", N_("Not checked yet; that is done each night."), {}
    words = N_("Whole up to entry %(number)s, checked %(at)s UTC.")
    return "OK", words, {"number": verified.found["size"], "at": f"{verified.ended_at:%Y-%m-%d %H:%M}"}
