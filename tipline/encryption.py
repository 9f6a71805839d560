"""Whether files of new tips are encrypted, and why: the one place that decides.

Said by TIPLINE_ENCRYPT, or else by the station itself: one that has keys goes on, a new one begins where keys
can lie apart from the files, and one that has plain files stays as it is.
"""

from __future__ import annotations

from typing import NamedTuple

from storage import Keyring
from tipline.db import Database
from tipline.domain import vault
from tipline.errors import N_
from tipline.settings import Settings


class Choice(NamedTuple):
    """What is in force, and a sentence that says why."""

    encrypts: bool
    sentence: str


ON_SET = Choice(True, N_("Files of new tips are encrypted, as TIPLINE_ENCRYPT=1 says."))
OFF_SET = Choice(False, N_("Files of new tips are not encrypted, as TIPLINE_ENCRYPT=0 says."))
HAS_KEYS = Choice(True, N_("Files of new tips are encrypted, as this station has keys."))
NEW = Choice(True, N_("Files of new tips are encrypted, as this station is new."))
HAS_FILES = Choice(
    False,
    N_(
        "Files of new tips are not encrypted: this station began without, and stays as it is. "
        "TIPLINE_ENCRYPT=1 encrypts those that come."
    ),
)
NO_PLACE = Choice(
    False,
    N_(
        "Files of new tips are not encrypted: nothing says where keys could lie apart from them. "
        "Set TIPLINE_KEYS_URL to another bucket, or to a folder that all hosts share; a new station encrypts "
        "then."
    ),
)


def decide(settings: Settings, database: Database | None, ring: Keyring | None) -> Choice:
    """Raises SQLAlchemyError or StoreError while nobody can say. No database: none was made yet.

    Keys that are lost count as there: a start misses them, and nothing plain is written in their stead.
    """
    if settings.encrypt is not None:
        return ON_SET if settings.encrypt else OFF_SET
    # Files before keys: whoever brings the very first file has begun the ring before its row.
    has_files = database is not None and vault.has_files(database)
    if (database is not None and vault.names_keys(database)) or (ring is not None and ring.is_marked()):
        return HAS_KEYS
    if has_files:
        return HAS_FILES
    return NEW if settings.keys_lie_apart else NO_PLACE
