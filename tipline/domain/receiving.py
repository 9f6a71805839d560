"""Receiving: how a file's bytes come in, in any number of pieces, over any number of connections.

The upload's row is the lock: whoever holds its `writer` mark may move the offset, and a newer connection takes
the mark over. No transaction is open while bytes stream. The last offset is written together with the evidence,
so an upload is never complete without its evidence, nor the evidence there without all its bytes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator

import storage
from storage import Store, hashing, keys
from tipline.db import Database
from tipline.domain import clock, evidence, ids, kinds, outbox, stored, uploads
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.running import Running
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError

HEAD_BYTES = 64 * 1024


class Receiver:
    """Takes bytes for one process."""

    def __init__(self, database: Database, store: Store, ring: outbox.Ring, limits: Limits) -> None:
        self.database, self.store, self.ring, self.limits = database, store, ring, limits
        self.running = Running()

    def begin(self, tip_id: int, announced: Announced) -> Upload:
        """Make room for a file; raises what stands against it before a byte is sent."""
        evidence.clean_digest(announced.sha256)
        with self.database.reading() as tx, stored.told():
            uploads.require_room(tx, self.store, self.limits, tip_id, announced.length)
        evidence_id = evidence.new_id()
        with stored.told():
            session = self.store.begin(keys.original(evidence_id))
        with self.database.transaction() as tx, stored.told():
            tip = tx.get_one(Tip, tip_id)
            # Once more, now that no other upload can slip in between.
            uploads.require_room(tx, self.store, self.limits, tip_id, announced.length)
            return uploads.add(tx, tip, announced, evidence_id=evidence_id, session=session)

    def append(
        self, upload_id: str, tip_id: int, offset: int, pieces: Iterable[bytes], *, checksum: bytes | None = None
    ) -> Upload:
        """Write pieces from `offset` on; returns the upload as it then stands.

        With `checksum` (SHA-256 of these pieces) nothing counts unless they fit it. When the sender vanishes,
        what arrived is kept and the sender's error goes on.
        """
        self.running.stop_older(upload_id)
        upload = self.read(upload_id, tip_id)
        writer = ids.new_id()
        with self.database.transaction() as tx:
            uploads.claim(tx, upload_id, offset, writer)
        stop = self.running.announce(upload_id)
        try:
            return self._write(upload, writer, offset, pieces, checksum, stop)
        except storage.SessionGone:
            return self._finish_gone(upload)
        finally:
            self.running.depart(upload_id, stop)

    def _write(
        self,
        upload: Upload,
        writer: str,
        offset: int,
        pieces: Iterable[bytes],
        checksum: bytes | None,
        stop: threading.Event,
    ) -> Upload:
        digest = self.running.digest(upload.id, offset)
        piece_digest = hashlib.sha256()
        durable = offset

        def note(at: int) -> None:
            nonlocal durable
            durable = at
            if checksum is None and at < upload.length:
                self._move(upload.id, writer, at)

        watched = _watched(pieces, stop, upload.length - offset, digest, piece_digest if checksum else None)
        try:
            with stored.told():
                self.store.append(upload.session, offset, watched, note)
            if checksum and piece_digest.digest() != checksum:
                raise TiplineError("upload:checksum-mismatch")
        except BaseException:
            if checksum is None:
                self.running.remember(upload.id, digest, durable)
            raise
        if durable == upload.length:
            return self._finish(upload, digest)
        self._move(upload.id, writer, durable)
        self.running.remember(upload.id, digest, durable)
        return self.read(upload.id, upload.tip_id)

    def _move(self, upload_id: str, writer: str, offset: int) -> None:
        with self.database.transaction() as tx:
            uploads.move(tx, upload_id, writer, offset)

    def _finish(self, upload: Upload, digest: hashing.Digest | None) -> Upload:
        """All bytes are there: complete the object, then evidence, custody and job in one transaction."""
        key = keys.original(upload.evidence_id)
        with stored.told():
            self.store.complete(upload.session, upload.length)
            verdict = kinds.classify(self._head(key), upload.length)
            if verdict.refuse_code:
                return self._refuse(upload, verdict.refuse_code)
            sha256 = digest.hexdigest() if digest and digest.size == upload.length else self._hash(key)
        with self.database.transaction() as tx:
            if uploads.close(tx, upload, "done"):
                row = evidence.read_evidence(tx, upload.evidence_id)
                evidence.receive(tx, self.ring, row, sha256=sha256, kind=verdict.kind)
        self.running.forget(upload.id)
        return self.read(upload.id, upload.tip_id)

    def _finish_gone(self, upload: Upload) -> Upload:
        """The session is gone: if its object stands complete, a process died just before it could say so."""
        if not self._stands(upload):
            raise TiplineError("upload:not-found")
        return self._finish(upload, None)

    def _refuse(self, upload: Upload, code: str) -> Upload:
        with self.database.transaction() as tx:
            if uploads.close(tx, upload, "refused"):
                evidence.refuse(tx, evidence.read_evidence(tx, upload.evidence_id), code=code)
        self.store.delete(keys.original(upload.evidence_id))
        self.running.forget(upload.id)
        raise TiplineError("evidence:refused")

    def _head(self, key: str) -> bytes:
        with self.store.open(key, 0, HEAD_BYTES) as reader:
            return reader.read(HEAD_BYTES)

    def _hash(self, key: str) -> str:
        with self.store.open(key) as reader:
            return hashing.sha256_of(reader)

    def read(self, upload_id: str, tip_id: int) -> Upload:
        """The upload of this tip; raises upload:not-found, upload:expired, or why it was refused."""
        with self.database.reading() as tx:
            upload = tx.get(Upload, upload_id)
        if upload is None or upload.tip_id != tip_id or upload.state == "removed":
            raise TiplineError("upload:not-found")
        if upload.state == "refused":
            raise TiplineError("evidence:refused")
        if upload.state == "expired":
            raise TiplineError("upload:expired")
        return upload

    def look(self, upload_id: str, tip_id: int) -> Upload:
        """Where the upload stands; a connection that still holds it is told to stop, for a newer one asks."""
        self.running.stop_older(upload_id)
        return self.read(upload_id, tip_id)

    def remove(self, upload_id: str, tip_id: int) -> None:
        """The sender takes an unfinished file back."""
        upload = self.read(upload_id, tip_id)
        if upload.state != "active":
            raise TiplineError("upload:not-found")
        with self.database.reading() as tx:
            actor = reporter(tx.get_one(Tip, tip_id).reference)
        self._end(upload, "removed", actor)

    def sweep(self) -> None:
        """Finish what arrived whole but was not said so, and end what was not finished in time."""
        with self.database.reading() as tx:
            idle = uploads.list_idle(tx)
        for upload in idle:
            if upload.expires_at < clock.now():
                self._end(upload, "expired", SYSTEM)
            elif self._is_whole(upload):
                self._finish_quietly(upload)

    def _is_whole(self, upload: Upload) -> bool:
        try:
            return self.store.size(upload.session) == upload.length
        except storage.SessionGone:
            return self._stands(upload)

    def _stands(self, upload: Upload) -> bool:
        try:
            return self.store.stat(keys.original(upload.evidence_id)).size == upload.length
        except storage.Missing:
            return False

    def _finish_quietly(self, upload: Upload) -> None:
        try:
            self._finish(upload, None)
        except TiplineError as fault:
            # A refusal is an end like any other; nobody waits for the answer here.
            if fault.code != "evidence:refused":
                raise

    def _end(self, upload: Upload, state: str, actor: Actor) -> None:
        self.running.stop_older(upload.id)
        with self.database.transaction() as tx:
            if not uploads.close(tx, upload, state):
                return
            row = tx.get(Evidence, upload.evidence_id)
            if row is not None:
                evidence.drop(tx, row, actor, "expired" if state == "expired" else None)
        with stored.told():
            self.store.abort(upload.session)
        self.running.forget(upload.id)


def _watched(
    pieces: Iterable[bytes],
    stop: threading.Event,
    room: int,
    digest: hashing.Digest | None,
    piece_digest: hashlib._Hash | None,
) -> Iterator[bytes]:
    """Pass pieces on, hashing them; stop when a newer connection took over or more comes than was announced."""
    for piece in pieces:
        if stop.is_set():
            raise TiplineError("upload:superseded")
        room -= len(piece)
        if room < 0:
            raise TiplineError("upload:too-much")
        if digest:
            digest.update(piece)
        if piece_digest:
            piece_digest.update(piece)
        yield piece
