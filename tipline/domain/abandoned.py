"""Uploads nobody writes to: those that are whole are finished, those whose time is over end.

The store is asked about one when it was left, and then less and less often: nothing changes in it by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import storage
from storage import keys
from tipline.db import Database
from tipline.domain import clock, uploads
from tipline.domain.actors import SYSTEM
from tipline.domain.finishing import TURNED_AWAY, Finisher
from tipline.domain.uploads import Upload
from tipline.errors import TiplineError

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# By then every upload that could go on with a session has ended.
LEFT_OVER = uploads.LASTS + timedelta(days=1)


class Look(NamedTuple):
    """When the store was last asked about an upload that was left at `seen_at`, and when it will be again."""

    seen_at: datetime
    wait: timedelta
    again_at: datetime


class Abandoned:
    """What one process remembers of them; another would only ask the store once more."""

    def __init__(self, database: Database, finisher: Finisher) -> None:
        self.database, self.finisher = database, finisher
        self._looks: dict[str, Look] = {}

    def sweep(self) -> None:
        """See to each of them; a store that is down ends the round, one upload that fails does not."""
        seen, met, fault = "", set(), None
        while idle := self._list_idle(seen):
            for upload in idle:
                met.add(upload.id)
                try:
                    self._see_to(upload)
                except storage.Unavailable:
                    raise
                except (storage.StoreError, TiplineError) as found:
                    fault = found
            seen = idle[-1].id
        self._looks = {upload_id: look for upload_id, look in self._looks.items() if upload_id in met}
        if fault:
            raise fault

    def forget_leftovers(self) -> None:
        """Drop old sessions that no upload goes on with: something broke as one began or ended."""
        store = self.finisher.store
        for session in store.list_sessions(clock.now() - LEFT_OVER):
            evidence_id = keys.find_evidence_id(session.key)
            with self.database.reading() as tx:
                is_wanted = evidence_id is not None and uploads.is_under_way(tx, evidence_id)
            if not is_wanted:
                store.abort(session.text)

    def _list_idle(self, after: str) -> list[Upload]:
        with self.database.reading() as tx:
            return uploads.list_idle(tx, after=after)

    def _see_to(self, upload: Upload) -> None:
        """Also when its time is over the store is asked first: perhaps we stood still for all that time."""
        is_over = upload.expires_at < clock.now()
        look = self._looks.get(upload.id)
        if look and look.seen_at != upload.seen_at:
            look = None
        if is_over and look and look.wait == LONGEST_WAIT:
            self.finisher.end(upload, "expired", SYSTEM)  # asked for hours, in vain
            return
        if look and clock.now() < look.again_at:
            return
        self._look_again(upload, look)
        if self._is_whole(upload):
            self._finish_quietly(upload)
        elif is_over:
            self.finisher.end(upload, "expired", SYSTEM)

    def _look_again(self, upload: Upload, look: Look | None) -> None:
        """Set down when the store is asked next, before it is asked: what fails must wait as well."""
        wait = min(look.wait * 2, LONGEST_WAIT) if look else FIRST_WAIT
        self._looks[upload.id] = Look(upload.seen_at, wait, clock.now() + wait)

    def _is_whole(self, upload: Upload) -> bool:
        if upload.is_checked:
            # Whoever wrote last may have died before comparing the checksum; completing comes after that.
            return self.finisher.stands(upload)
        try:
            return self.finisher.store.size(upload.session) == upload.length
        except storage.SessionGone:
            return self.finisher.stands(upload)

    def _finish_quietly(self, upload: Upload) -> None:
        try:
            self.finisher.finish(upload)
        except storage.SessionGone:
            pass  # ended by another in this moment, or lost: then its sender hears of it
        except TiplineError as fault:
            # That it was turned away is an end like any other; nobody waits for the answer here.
            if fault.code not in TURNED_AWAY:
                raise
