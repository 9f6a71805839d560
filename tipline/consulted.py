"""Whom the doctor consults: parts that have a word on themselves, each a state, a sentence and its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tipline import keycheck, keyplace, logcheck, mapfile, staffing
from tipline.errors import N_
from tipline.settings import Settings

Told = tuple[str, str, dict[str, Any]]
PARTS: dict[str, Callable[[Settings], Told]] = {
    "workers": staffing.examine,
    "keys": keyplace.examine,
    "encryption": keyplace.examine_choice,
    "signature": keycheck.examine_signature,
    "map": mapfile.examine,
    "contacts": lambda settings: keycheck.examine(settings.database_url),
    "log": logcheck.examine,
}
# They read rows: before the tables are there nobody can say.
OF_ROWS = frozenset({"keys", "encryption", "signature", "contacts", "log"})
UNMIGRATED = N_("Asked once the database is in the newest shape.")
