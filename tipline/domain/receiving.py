"""Receiving: how a file's bytes come in, in any number of pieces, over any number of connections.

The upload's row is the lock: whoever holds its `writer` mark may move the offset, and a newer connection
takes the mark over and then the turn to write in the store, so that an older one, in whatever process, can
change neither. No transaction is open while bytes stream. The last offset is written together with the
evidence, so an upload is never complete without its evidence, nor the evidence there without all its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import storage
from storage import Store, keys
from tipline.db import Database
from tipline.domain import cleaning, evidence, outbox, renditions, room, stored, uploads
from tipline.domain.abandoned import Abandoned
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.finishing import Finisher
from tipline.domain.limits import Limits
from tipline.domain.live import Live
from tipline.domain.running import Running
from tipline.domain.stretch import Stretch
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Checksum, Upload
from tipline.domain.vault import Vaults
from tipline.errors import TiplineError


class Receiver:
    """Takes bytes for one process."""

    def __init__(
        self, database: Database, store: Store, ring: outbox.Ring, limits: Limits,
        vaults: Vaults | None = None,
    ) -> None:  # fmt: skip
        self.database, self.store, self.ring, self.limits = database, store, ring, limits
        self.vaults = vaults or Vaults(database, None, lambda: False)
        self.running = Running()
        self.live = Live(database, store, ring)
        self.finisher = Finisher(database, store, ring, self.running)
        self.abandoned = Abandoned(database, self.finisher)

    def begin(self, tip_id: int, announced: Announced, *, sender: str | None = None) -> Upload:
        """Make room for a file; raises what stands against it before a byte is sent.

        `sender` is the address it comes from, as a keyed hash; without it no share of an address is counted.
        """
        cleaning.clean_digest(announced.sha256)
        asked = (self.store, self.limits, tip_id, announced.length, sender, announced.referral_id)
        with self.database.reading() as tx, stored.told():
            room.require(tx, *asked)
        evidence_id = evidence.new_id()
        self.vaults.expect(tip_id, evidence_id)
        with stored.told():
            session = self.store.begin(keys.original(evidence_id))
        try:
            with self.database.transaction() as tx, stored.told():
                # The row is held, so that no other file of this tip can slip in between.
                tip = tx.get_one(Tip, tip_id, with_for_update=True)
                room.require(tx, *asked)
                return uploads.add(
                    tx, tip, announced, evidence_id=evidence_id, session=session, sender=sender
                )
        except BaseException:
            self.finisher.forget_session(session)
            raise

    def take(
        self, tip_id: int, announced: Announced, pieces: Iterable[bytes], *, sender: str | None = None
    ) -> Upload:
        """A whole file over one connection, as a plain form sends it; it may be shorter than was announced.

        The length is known at the end only. What breaks off cannot be resumed, so nothing of it is kept.
        """
        upload = self.begin(tip_id, announced, sender=sender)
        try:
            return self._append(upload, 0, pieces, None, ends=True)
        except BaseException:
            self._take_back(upload)
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

    def read(self, upload_id: str, tip_id: int) -> Upload:
        """The upload of this tip; raises upload:not-found, upload:expired, or why it was refused."""
        with self.database.reading() as tx:
            return uploads.read_upload(tx, upload_id, tip_id)

    def look(self, upload_id: str, tip_id: int) -> Upload:
        """Where the upload stands; a connection that still holds it is stopped, for a newer one asks."""
        upload = self.read(upload_id, tip_id)
        if upload.state == "active" and self.running.stop_older(upload_id):
            # It has said by now how far it came, or hangs.
            upload = self.read(upload_id, tip_id)
        if upload.state != "active" or not upload.writer or self.running.rests(upload.id, upload.writer):
            return upload
        return self._take_over(upload)

    def remove(self, upload_id: str, tip_id: int) -> None:
        """The sender takes an unfinished file back."""
        upload = self.read(upload_id, tip_id)
        if upload.state != "active":
            raise TiplineError("upload:received")
        self._take_back(upload)

    def sweep(self) -> None:
        """Finish what arrived whole but was not said so, and end what was not finished in time."""
        self.abandoned.sweep()

    def forget_leftovers(self) -> None:
        """Drop old sessions that no upload goes on with: something broke as one began or ended."""
        self.abandoned.forget_leftovers()

    def _append(
        self, upload: Upload, offset: int, pieces: Iterable[bytes], checksum: Checksum | None, *, ends: bool
    ) -> Upload:
        writer = self.running.announce(upload.id)
        mark = ""
        try:
            if writer.took_over:
                # An older connection, now stopped, has said how far it came.
                upload = self.read(upload.id, upload.tip_id)
            mark = self._claim(upload, offset, is_checked=checksum is not None)
            stretch = Stretch(self.database, self.store, self.running, self.finisher, upload, mark, checksum)
            return stretch.write(writer, offset, pieces, ends=ends, passed=self.live.watch(upload, offset))
        except storage.Superseded as fault:
            raise TiplineError("upload:superseded") from fault
        except storage.SessionGone as fault:
            self._without_session(upload)
            # It may be whole by now, but by bytes of another connection: nobody looked at these.
            raise TiplineError("upload:offset-mismatch") from fault
        except storage.OffsetMismatch as fault:
            # The store lost bytes it had not promised to keep: say how many there are and go on from there.
            # Without a mark of its own yet, the row bears the one under which refused bytes were to be cut.
            with self.database.transaction() as tx:
                uploads.move(tx, upload.id, mark or str(upload.writer), fault.have)
            raise TiplineError("upload:offset-mismatch") from fault
        finally:
            self.running.depart(upload.id, writer)

    def _claim(self, upload: Upload, offset: int, *, is_checked: bool) -> str:
        """The mark under which this connection writes; nobody writes under an older one any more."""
        if self._goes_on(upload, offset) and not is_checked:
            return str(upload.writer)
        if upload.is_checked and not is_checked:
            # Bytes that a checksum has perhaps refused lie beyond the offset: they go before others count.
            upload.writer = self._claim(upload, offset, is_checked=True)
            with stored.told():
                self.store.append(upload.session, offset, (), None, partial(self._require, upload, offset))
        mark = uploads.mark(is_checked=is_checked)
        with self.database.transaction() as tx, stored.told():
            room.require_again(tx, self.store, self.limits, upload)
            uploads.claim(tx, upload, offset, mark)
        return mark

    def _require(self, upload: Upload, offset: int) -> None:
        """Whoever was held up since its claim must not cut what others wrote."""
        with self.database.reading() as tx:
            uploads.require_mark(tx, upload.id, str(upload.writer), offset)

    def _goes_on(self, upload: Upload, offset: int) -> bool:
        """Whether the row bears a mark of this process, whose writer rests just here: then a write is saved.

        If anybody claims the upload in between, `Stretch` sees it when its turn in the store comes.
        """
        if upload.writer is None or upload.is_checked or upload.offset != offset:
            return False
        return self.running.rests(upload.id, upload.writer) and room.is_promised(upload)

    def _take_over(self, upload: Upload) -> Upload:
        """Somebody wrote who has not said how far it came: it is stopped, and the store knows."""
        mark = uploads.mark(is_checked=upload.is_checked)
        with self.database.transaction() as tx:
            if not uploads.take_over(tx, upload, mark):
                return uploads.read_upload(tx, upload.id, upload.tip_id)
        try:
            size = self.store.take_over(upload.session)
            if size == upload.length and not upload.is_checked:
                return self.finisher.finish(upload)
        except storage.SessionGone:
            return self._without_session(upload)
        except storage.Busy as fault:
            raise TiplineError("upload:busy") from fault
        except storage.StoreError:
            # What the row says is durable all the same, and whoever goes on asks the store once more.
            return self.read(upload.id, upload.tip_id)
        may_count = self.store.counts_untold and not upload.is_checked
        counts = size if may_count else min(size, upload.offset)
        with self.database.transaction() as tx:
            uploads.settle(tx, upload, mark, counts)
        self.running.remember(upload.id, mark, None, counts)
        return self.read(upload.id, upload.tip_id)

    def _without_session(self, upload: Upload) -> Upload:
        """The session has ended: the object stands, or another ended the upload, or it begins anew."""
        upload = self.read(upload.id, upload.tip_id)
        if upload.state == "done":
            return upload
        with stored.told():
            if self.finisher.stands(upload):
                return self.finisher.finish(upload)
            self._require_gone(upload)
            self.store.abort(upload.session)
            session = self.store.begin(keys.original(upload.evidence_id))
        try:
            with self.database.transaction() as tx:
                is_ours = uploads.begin_anew(tx, upload, session)
                pictures = renditions.drop_others(tx, upload.evidence_id, ()) if is_ours else []
        except BaseException:
            self.finisher.forget_session(session)
            raise
        if not is_ours:
            self.finisher.forget_session(session)
        self.finisher.forget_pictures(pictures)
        self.running.forget(upload.id)
        self.live.forget(upload.id)
        return self.read(upload.id, upload.tip_id)

    def _require_gone(self, upload: Upload) -> None:
        """Nothing is given up for a session that only seemed to be gone."""
        try:
            self.store.size(upload.session)
        except storage.SessionGone:
            return
        raise TiplineError("service:store-down")

    def _take_back(self, upload: Upload) -> None:
        with self.database.reading() as tx:
            row = tx.get(Evidence, upload.evidence_id)  # none of a file that was refused
            whose = reporter(tx.get_one(Tip, upload.tip_id).reference)
            actor = evidence.sender_of(tx, row) if row else whose
        self.finisher.end(upload, "removed", actor)


def _repeated(upload: Upload, offset: int) -> Upload:
    """The sender did not hear that the file is complete and asks once more."""
    if offset != upload.length:
        raise TiplineError("upload:offset-mismatch")
    return upload
