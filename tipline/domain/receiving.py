"""Receiving: how a file's bytes come in, in any number of pieces, over any number of connections.

The upload's row is the lock: whoever holds its `writer` mark may move the offset, and a newer connection
takes the mark over. No transaction is open while bytes stream. The last offset is written together with the
evidence, so an upload is never complete without its evidence, nor the evidence there without all its bytes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import suppress
from datetime import timedelta

import storage
from storage import Store, hashing, keys
from tipline.db import Database
from tipline.domain import clock, evidence, kinds, outbox, stored, uploads
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.limits import Limits
from tipline.domain.running import Running, Writer
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Checksum, Upload
from tipline.errors import TiplineError

HEAD_BYTES = 64 * 1024
# By then every upload that could go on with a session has ended.
LEFT_OVER = uploads.LASTS + timedelta(days=1)


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
        try:
            with self.database.transaction() as tx, stored.told():
                # The row is held, so that no other file of this tip can slip in between.
                tip = tx.get_one(Tip, tip_id, with_for_update=True)
                uploads.require_room(tx, self.store, self.limits, tip_id, announced.length)
                return uploads.add(tx, tip, announced, evidence_id=evidence_id, session=session)
        except BaseException:
            self._forget_session(session)
            raise

    def take(self, tip_id: int, announced: Announced, pieces: Iterable[bytes]) -> Upload:
        """A whole file over one connection, as a plain form sends it; it may be shorter than was announced.

        The length is known at the end only. What breaks off cannot be resumed, so nothing of it is kept.
        """
        upload = self.begin(tip_id, announced)
        try:
            return self._append(upload, 0, pieces, None, ends=True)
        except BaseException:
            with self.database.reading() as tx:
                actor = reporter(tx.get_one(Tip, tip_id).reference)
            self._end(upload, "removed", actor)
            raise

    def append(
        self,
        upload_id: str,
        tip_id: int,
        offset: int,
        pieces: Iterable[bytes],
        *,
        announced: int = 0,
        checksum: Checksum | None = None,
    ) -> Upload:
        """Write pieces from `offset` on; returns the upload as it then stands.

        `announced` is how many bytes the sender says are coming; too many are refused before one is read.
        With `checksum` nothing counts unless these pieces fit it. When the sender vanishes, what arrived
        is kept and the sender's error goes on.
        """
        upload = self.read(upload_id, tip_id)
        if offset + announced > upload.length:
            raise TiplineError("upload:too-much")
        if upload.state == "done":
            return _repeated(upload, offset)
        return self._append(upload, offset, pieces, checksum, ends=False)

    def _append(
        self, upload: Upload, offset: int, pieces: Iterable[bytes], checksum: Checksum | None, *, ends: bool
    ) -> Upload:
        writer = self.running.announce(upload.id, is_checked=checksum is not None)
        try:
            if writer.took_over:
                # An older connection, now stopped, has said how far it came.
                upload = self.read(upload.id, upload.tip_id)
            mark = uploads.mark(is_checked=checksum is not None)
            with self.database.transaction() as tx:
                uploads.claim(tx, upload, offset, mark)
            return _Stretch(self, upload, mark, offset, checksum, ends).write(writer, pieces)
        except storage.SessionGone:
            return self._finish(upload, None)
        except storage.OffsetMismatch as fault:
            # The store lost bytes it had not promised to keep: say how many there are and go on from there.
            self._move(upload.id, mark, fault.have)
            raise TiplineError("upload:offset-mismatch") from fault
        finally:
            self.running.depart(upload.id, writer)

    def _move(self, upload_id: str, mark: str, offset: int) -> None:
        with self.database.transaction() as tx:
            uploads.move(tx, upload_id, mark, offset)

    def _finish(self, upload: Upload, digest: hashing.Digest | None) -> Upload:
        """All bytes are there: complete the object, then evidence, custody and job in one transaction."""
        key = keys.original(upload.evidence_id)
        with stored.told():
            self._complete(upload)
            verdict = kinds.classify(self._head(key), upload.length)
            if verdict.refuse_code:
                return self._refuse(upload, verdict.refuse_code)
            sha256 = digest.hexdigest() if digest and digest.size == upload.length else self._hash(key)
        with self.database.transaction() as tx:
            if uploads.close(tx, upload, "done"):
                row = evidence.read_evidence(tx, upload.evidence_id)
                evidence.receive(tx, self.ring, row, sha256=sha256, kind=verdict.kind)
        self._forget_session(upload.session)
        self.running.forget(upload.id)
        return self.read(upload.id, upload.tip_id)

    def _complete(self, upload: Upload) -> None:
        """Give the object its key. A session that is gone was finished by another, who perhaps died of it."""
        try:
            self.store.complete(upload.session, upload.length)
        except storage.SessionGone:
            if not self._stands(upload):
                raise TiplineError("upload:not-found") from None

    def _refuse(self, upload: Upload, code: str) -> Upload:
        with self.database.transaction() as tx:
            if uploads.close(tx, upload, "refused"):
                evidence.refuse(tx, evidence.read_evidence(tx, upload.evidence_id), code=code)
        self.store.delete(keys.original(upload.evidence_id))
        self._forget_session(upload.session)
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
        self.read(upload_id, tip_id)
        hanging = self.running.stop_older(upload_id)
        upload = self.read(upload_id, tip_id)
        if hanging and not hanging.is_checked and upload.state == "active":
            hanging.require_idle()
            return self._count(upload)
        return upload

    def _count(self, upload: Upload) -> Upload:
        """A connection that hangs has not said how far it came, but the store knows."""
        try:
            with stored.told():
                size = self.store.size(upload.session)
        except storage.SessionGone:
            return self._finish(upload, None)
        if size == upload.length:
            return self._finish(upload, None)
        if upload.writer and upload.offset < size < upload.length:
            self._move(upload.id, upload.writer, size)
        return self.read(upload.id, upload.tip_id)

    def remove(self, upload_id: str, tip_id: int) -> None:
        """The sender takes an unfinished file back."""
        upload = self.read(upload_id, tip_id)
        if upload.state != "active":
            raise TiplineError("upload:received")
        with self.database.reading() as tx:
            actor = reporter(tx.get_one(Tip, tip_id).reference)
        self._end(upload, "removed", actor)

    def sweep(self) -> None:
        """Finish what arrived whole but was not said so, and end what was not finished in time."""
        seen = ""
        while idle := self._list_idle(seen):
            for upload in idle:
                if upload.expires_at < clock.now():
                    self._end(upload, "expired", SYSTEM)
                elif self._is_whole(upload):
                    self._finish_quietly(upload)
            seen = idle[-1].id

    def _list_idle(self, after: str) -> list[Upload]:
        with self.database.reading() as tx:
            return uploads.list_idle(tx, after=after)

    def _is_whole(self, upload: Upload) -> bool:
        if upload.is_checked:
            # Whoever wrote last may have died before comparing the checksum; completing comes after that.
            return self._stands(upload)
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
        self._forget_session(upload.session)
        with suppress(storage.StoreError):
            # Perhaps the object was completed, and whoever did it died before it became evidence.
            self.store.delete(keys.original(upload.evidence_id))
        self.running.forget(upload.id)

    def forget_leftovers(self) -> None:
        """Drop old sessions that no upload goes on with: something broke as one began or ended."""
        for session in self.store.list_sessions(clock.now() - LEFT_OVER):
            evidence_id = keys.find_evidence_id(session.key)
            with self.database.reading() as tx:
                is_wanted = evidence_id is not None and uploads.is_under_way(tx, evidence_id)
            if not is_wanted:
                self.store.abort(session.text)

    def _forget_session(self, session: str) -> None:
        """The row says it all by now; what the store cannot drop at the moment is a leftover to sweep."""
        with suppress(storage.StoreError):
            self.store.abort(session)


class _Stretch:
    """The bytes of one connection, from the offset it claimed under its mark."""

    def __init__(
        self, receiver: Receiver, upload: Upload, mark: str, offset: int, checksum: Checksum | None,
        ends: bool,
    ) -> None:  # fmt: skip
        self.receiver, self.upload, self.mark, self.offset = receiver, upload, mark, offset
        self.checksum, self.ends, self.durable = checksum, ends, offset
        self.digest = receiver.running.digest(upload.id, offset, upload.writer)
        self.own_digest = hashing.Digest(checksum.algorithm) if checksum else None

    def write(self, writer: Writer, pieces: Iterable[bytes]) -> Upload:
        store, watched = self.receiver.store, self._watched(writer, pieces)
        try:
            with stored.told():
                store.append(self.upload.session, self.offset, watched, self._note)
            if self.checksum and self.own_digest and self.own_digest.digest() != self.checksum.digest:
                raise TiplineError("upload:checksum-mismatch")
        except BaseException:
            self._broken_off(writer)
            raise
        finally:
            watched.close()
        return self._settled()

    def _watched(self, writer: Writer, pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
        """Pass pieces on, hashing them, until a newer connection takes over or too much comes."""
        room = self.upload.length - self.offset
        for piece in pieces:
            room -= len(piece)
            if room < 0:
                raise TiplineError("upload:too-much")
            if self.digest:
                self.digest.update(piece)
            if self.own_digest:
                self.own_digest.update(piece)
            yield from writer.pass_on(piece)

    def _note(self, at: int) -> None:
        """Bytes up to here are durable. The last is told with the evidence, a checked piece as a whole."""
        if self.checksum is None and at < self.upload.length:
            self.receiver._move(self.upload.id, self.mark, at)
        self.durable = at

    def _broken_off(self, writer: Writer) -> None:
        if writer.stopped:
            return
        if self.checksum is None:
            self.receiver.running.remember(self.upload.id, self.mark, self.digest, self.durable)
            return
        # None of these bytes may count, not even for a sweep that finds a session of the right size.
        with suppress(storage.StoreError):
            self.receiver.store.append(self.upload.session, self.offset, ())

    def _settled(self) -> Upload:
        receiver, upload = self.receiver, self.upload
        if self.ends and self.durable < upload.length:
            upload = self._shortened()
        if self.durable == upload.length:
            return receiver._finish(upload, self.digest)
        if self.checksum is not None:
            receiver._move(upload.id, self.mark, self.durable)
        receiver.running.remember(upload.id, self.mark, self.digest, self.durable)
        upload.offset = self.durable
        return upload

    def _shortened(self) -> Upload:
        if self.durable == 0:
            raise TiplineError("evidence:empty")
        with self.receiver.database.transaction() as tx:
            uploads.fix_length(tx, self.upload.id, self.mark, self.durable)
        return self.receiver.read(self.upload.id, self.upload.tip_id)


def _repeated(upload: Upload, offset: int) -> Upload:
    """The sender did not hear that the file is complete and asks once more."""
    if offset != upload.length:
        raise TiplineError("upload:offset-mismatch")
    return upload
