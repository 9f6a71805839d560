"""Pictures while the upload still runs: when a look into the growing file is worth it, and that it is begun.

Asked at every piece that comes, so it answers from memory nearly always; the database is asked at most about
every ten seconds of an upload, and a job is written at most once for each twenty-fourth part of the film.
Whatever goes wrong here costs a glance, never a byte of the upload.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import storage
from storage import Growing, Store
from tipline.db import Database, Transaction
from tipline.domain import holds, kinds, outbox, renditions, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload

KIND = "evidence.live"
# The first keyframe of a film is seldom beyond this.
FIRST_BYTES = 256 * 1024
PARTS = 24
LEAST_STEP = 1024 * 1024
PAUSE_S = 10.0
# While the reporter still writes, and while the last look is not over.
ASK_AGAIN_S = 5.0
# What is here so soon is not looked at twice.
WORTH_S = 3.0
REMEMBERED = 512


@dataclass
class Due:
    """Where and when the next look at an upload is worth it."""

    at: float = FIRST_BYTES
    when: float = 0.0


class Live:
    """What one process remembers of it; another would only begin one more look. Safe from many threads."""

    def __init__(
        self, database: Database, store: Store, ring: outbox.Ring, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._store, self._ring, self._now = database, store, ring, now
        self._due: OrderedDict[str, Due] = OrderedDict()
        self._lock = Lock()

    def watch(self, upload: Upload, offset: int) -> Callable[[int], None]:
        """For the bytes of one connection, from `offset` on: to be told how far they have come."""
        store = self._store
        if not isinstance(store, Growing):
            return lambda _at: None
        due, began = self._remembered(upload.id), self._now()

        def passed(at: int) -> None:
            if at < due.at or (now := self._now()) < due.when:
                return
            # Somebody else's turn passes over this place meanwhile.
            due.when = now + ASK_AGAIN_S
            spent = max(now - began, 1e-6)
            if (upload.length - at) * spent < WORTH_S * (at - offset):
                due.when = now + WORTH_S / 3
                return
            self._begin(store, upload, at, due)

        return passed

    def hurry(self, upload_id: str) -> None:
        """Something new can be seen of it: look at the next piece."""
        due = self._remembered(upload_id)
        due.at, due.when = FIRST_BYTES, 0.0

    def forget(self, upload_id: str) -> None:
        with self._lock:
            self._due.pop(upload_id, None)

    def _begin(self, store: Growing, upload: Upload, at: int, due: Due) -> None:
        try:
            if not may_show(store, upload):
                due.at = math.inf
                return
            with self._database.reading() as tx:
                verdict = is_wanted(tx, upload.evidence_id)
            if verdict is None:
                due.at = math.inf
            elif verdict:
                with self._database.transaction() as tx:
                    add(tx, self._ring, upload.evidence_id)
                due.at, due.when = at + max(upload.length // PARTS, LEAST_STEP), self._now() + PAUSE_S
        except (SQLAlchemyError, storage.StoreError, OSError):
            # Tried again with a later piece.
            return

    def _remembered(self, upload_id: str) -> Due:
        with self._lock:
            due = self._due.setdefault(upload_id, Due())
            self._due.move_to_end(upload_id)
            while len(self._due) > REMEMBERED:
                self._due.popitem(last=False)
        return due


def may_show(store: Growing, upload: Upload) -> bool:
    """Whether what has come looks like a film of which pictures can be had before its end."""
    head = store.growing_head(upload.session, kinds.HEAD_BYTES)
    if kinds.classify(head, upload.length).kind != "video":
        return False
    return not kinds.has_index_last(head) or store.find_tail(upload.session) is not None


def is_wanted(tx: Transaction, evidence_id: str) -> bool | None:
    """Whether a look should begin: True now, False perhaps later, None never.

    Of a report that was not handed in nothing is looked at: nobody may see it, so nobody needs it. A film at
    which a child had to be ended is not looked at again before all of it is here.
    """
    row = tx.get(Evidence, evidence_id)
    if row is None or row.state != "uploading":
        return None
    tip = tx.get_one(Tip, row.tip_id)
    if tip.state in tips.ENDED or outbox.has_failed(tx, KIND, evidence_id):
        return None
    return tip.state != "draft" and not outbox.is_pending(tx, KIND, evidence_id)


def add(tx: Transaction, ring: outbox.Ring, evidence_id: str) -> None:
    """Begin one look, unless one is under way by now."""
    if is_wanted(tx, evidence_id):
        outbox.add(tx, ring, KIND, evidence_id, tip_id=tx.get_one(Evidence, evidence_id).tip_id)


def last_seen(tx: Transaction, evidence_id: str) -> float | None:
    """The position of the last picture that was seen while the file came."""
    seen = (one.t for one in renditions.list_of(tx, evidence_id, renditions.KEYFRAME) if one.is_provisional)
    return max((t for t in seen if t is not None), default=None)


def drop_withdrawn(tx: Transaction) -> list[str]:
    """Forget what was seen of files that had not come when their report was taken back; their keys."""
    query = select(Evidence.id).join(Tip, Tip.id == Evidence.tip_id)
    gone = tx.scalars(
        query.where(Evidence.state == "uploading", Tip.state == "withdrawn", ~holds.covers(Tip.id))
    )
    return [key for evidence_id in gone for key in renditions.drop_others(tx, evidence_id, ())]
