"""Finishing: all bytes of a file are here, so it becomes evidence; and how an upload ends that does not."""

from __future__ import annotations

from contextlib import suppress

import storage
from storage import Store, hashing, keys
from tipline.db import Database, Transaction
from tipline.domain import evidence, holds, kinds, outbox, renditions, resent, stored, uploads
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.running import Running
from tipline.domain.uploads import Upload
from tipline.errors import TiplineError

HEAD_BYTES = 64 * 1024
# Of a whole file that does not become evidence: it is refused, or the same as one that is here.
TURNED_AWAY = ("evidence:refused", "referral:file-here")


class Finisher:
    """Ends uploads, for whoever finds that one is whole or over."""

    def __init__(self, database: Database, store: Store, ring: outbox.Ring, running: Running) -> None:
        self.database, self.store, self.ring, self.running = database, store, ring, running

    def finish(self, upload: Upload, digest: hashing.Digest | None = None, mark: str | None = None) -> Upload:
        """Complete the object, then evidence, custody and job in one transaction.

        `digest` is what went in under `mark`; it is believed only if nobody else has written since. Else the
        upload is whole all the same, and whoever wrote under `mark` is told by upload:superseded. Raises
        storage.SessionGone if there is neither a session nor the object it should have become.
        """
        key = keys.original(upload.evidence_id)
        with stored.told():
            self._complete(upload)
            verdict = kinds.classify(self._head(key), upload.length)
            if verdict.refuse_code:
                return self._refuse(upload, verdict.refuse_code)
            is_own = self._is_own(upload, mark)
            is_known = digest and digest.size == upload.length and is_own
            sha256 = digest.hexdigest() if digest and is_known else self._hash(key)
        with self.database.transaction() as tx:
            left_out = self._take_in(tx, upload, sha256, verdict.kind)
        if left_out is not None:
            with suppress(storage.StoreError):  # the same bytes lie there under the other one's key
                self._forget_all(upload, left_out)
            raise TiplineError("referral:file-here")
        self.forget_session(upload.session)
        self.running.forget(upload.id)
        if mark and not is_own:
            # Whole, but perhaps by bytes that another sent in their place: these are not acknowledged.
            raise TiplineError("upload:superseded")
        with self.database.reading() as tx:
            return uploads.read_upload(tx, upload.id, upload.tip_id)

    def stands(self, upload: Upload) -> bool:
        """Whether the object is in its place, whole, though perhaps nobody has said so."""
        try:
            return self.store.stat(keys.original(upload.evidence_id)).size == upload.length
        except storage.Missing:
            return False

    def end(self, upload: Upload, state: str, actor: Actor) -> None:
        """Taken back, or not finished in time: the bytes go."""
        self.running.stop_older(upload.id)
        with self.database.transaction() as tx:
            if holds.is_held(tx, upload.tip_id):
                if state == "expired":
                    return  # what has come of it is kept as long as the hold stands
                raise TiplineError("hold:stands")
            if not uploads.close(tx, upload, state):
                return
            pictures = renditions.drop_others(tx, upload.evidence_id, ())
            row = tx.get(Evidence, upload.evidence_id)
            if row is not None:
                evidence.drop(tx, row, actor, "expired" if state == "expired" else None)
        self.forget_session(upload.session)
        with suppress(storage.StoreError):
            # Perhaps the object was completed, and whoever did it died before it became evidence.
            self.store.delete(keys.original(upload.evidence_id))
        self.forget_pictures(pictures)
        self.running.forget(upload.id)

    def forget_pictures(self, pictures: list[str]) -> None:
        """What was seen of a file that will not be evidence; no row names it any more."""
        for key in pictures:
            with suppress(storage.StoreError):
                self.store.delete(key)

    def forget_session(self, session: str) -> None:
        """The row says it all by now; what the store cannot drop at the moment is a leftover to sweep."""
        with suppress(storage.StoreError):
            self.store.abort(session)

    def _complete(self, upload: Upload) -> None:
        """Give the object its key. A session that is gone was finished by another, who perhaps died of it."""
        try:
            self.store.complete(upload.session, upload.length)
        except storage.SessionGone:
            if not self.stands(upload):
                raise

    def _is_own(self, upload: Upload, mark: str | None) -> bool:
        """Whether the object, which changes no more, holds the bytes of this mark alone.

        Whoever writes claims the row first: as it still bears the mark, nobody else wrote before it was
        completed.
        """
        with self.database.reading() as tx:
            return mark is not None and tx.get_one(Upload, upload.id).writer == mark

    def _take_in(self, tx: Transaction, upload: Upload, sha256: str, kind: str) -> list[str] | None:
        """Make evidence of it. Of a partner's file that is here already, what was drawn of it: that goes."""
        row = tx.get(Evidence, upload.evidence_id)
        here = resent.find(tx, row, sha256) if row else None
        if not uploads.close(tx, upload, "removed" if here else "done"):
            return None
        row = evidence.read_evidence(tx, upload.evidence_id)
        if here is None:
            evidence.receive(tx, self.ring, row, sha256=sha256, kind=kind)
            return None
        pictures = renditions.drop_others(tx, row.id, ())
        resent.leave_out(tx, row, here)
        return pictures

    def _refuse(self, upload: Upload, code: str) -> Upload:
        pictures: list[str] = []
        with self.database.transaction() as tx:
            if uploads.close(tx, upload, "refused"):
                pictures = renditions.drop_others(tx, upload.evidence_id, ())
                evidence.refuse(tx, evidence.read_evidence(tx, upload.evidence_id), code=code)
        self._forget_all(upload, pictures)
        raise TiplineError("evidence:refused")

    def _forget_all(self, upload: Upload, pictures: list[str]) -> None:
        """No row names it any more."""
        self.running.forget(upload.id)
        self.forget_session(upload.session)
        self.forget_pictures(pictures)
        self.store.delete(keys.original(upload.evidence_id))

    def _head(self, key: str) -> bytes:
        with self.store.open(key, 0, HEAD_BYTES) as reader:
            return reader.read(HEAD_BYTES)

    def _hash(self, key: str) -> str:
        with self.store.open(key) as reader:
            return hashing.sha256_of(reader)
