"""The end of a film, sent ahead of the rest where its index stands there, so that pictures can be had early.

It is scratch, never evidence: the whole file still comes in order and is hashed, and nothing of a tail
becomes part of it. It goes when its upload ends.
"""

from __future__ import annotations

from typing import BinaryIO

import storage
from storage import Growing, Store
from tipline.db import Database
from tipline.domain import room, stored, uploads
from tipline.domain.limits import Limits
from tipline.domain.uploads import Upload
from tipline.errors import TiplineError

MOST = 16 * 1024 * 1024
# Of the film, so that what is sent twice stays little and scratch takes no more than a part of promised room.
MOST_SHARE = 8


def is_wanted(store: Store) -> bool:
    """Whether this store could make use of one."""
    return isinstance(store, Growing)


def keep(
    database: Database,
    store: Store,
    limits: Limits,
    upload: Upload,
    *,
    offset: int,
    size: int,
    data: BinaryIO,
) -> None:
    """Keep the last `size` bytes of the file, which begin at `offset`; a later one replaces it."""
    if not isinstance(store, Growing) or upload.state != "active":
        raise TiplineError("upload:tail-unwanted")
    most = min(MOST, upload.length // MOST_SHARE)
    if size > most:
        raise TiplineError("upload:tail-too-large", limit=uploads.readable(most))
    if size == 0 or offset + size != upload.length:
        raise TiplineError("upload:tail-unclear")
    with database.reading() as tx, stored.told():
        room.require_scratch(tx, store, limits, size)
    try:
        with stored.told():
            store.keep_tail(upload.session, data, size)
    except storage.SessionGone as fault:
        raise TiplineError("upload:tail-unwanted") from fault
