"""A stretch: the bytes of one connection, from the offset it claimed to where it ends or breaks off."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable

from storage import Store, hashing
from tipline.db import Database
from tipline.domain import stored, uploads
from tipline.domain.finishing import Finisher
from tipline.domain.running import Running, Writer
from tipline.domain.uploads import Checksum, Upload
from tipline.errors import TiplineError


class Stretch:
    """Bytes written under one mark. They count as they become durable; under a checksum, all or none."""

    def __init__(
        self, database: Database, store: Store, running: Running, finisher: Finisher, upload: Upload,
        mark: str, checksum: Checksum | None,
    ) -> None:  # fmt: skip
        self.database, self.store, self.running, self.finisher = database, store, running, finisher
        self.upload, self.mark, self.checksum = upload, mark, checksum
        self.offset = self.durable = 0
        self.digest: hashing.Digest | None = None
        self.own_digest = hashing.Digest(checksum.algorithm) if checksum else None

    def write(
        self,
        writer: Writer,
        offset: int,
        pieces: Iterable[bytes],
        *,
        ends: bool,
        passed: Callable[[int], None],
    ) -> Upload:
        """Write `pieces` from `offset` on. With `ends` the file ends with them, whatever was announced.

        `passed` is told how far they were written; that they are durable is not said by this.
        """
        self.offset = self.durable = offset
        self.passed = passed
        self.digest = self.running.digest(self.upload.id, offset, self.upload.writer)
        watched = self._watched(writer, pieces)
        try:
            with stored.told():
                self.store.append(self.upload.session, offset, watched, self._note, self._require_mark)
            if self.checksum and self.own_digest and self.own_digest.digest() != self.checksum.digest:
                raise TiplineError("upload:checksum-mismatch")
        except BaseException:
            self._rest(self.offset if self.checksum else self.durable)
            raise
        finally:
            watched.close()
        return self._settled(ends=ends)

    def _watched(self, writer: Writer, pieces: Iterable[bytes]) -> Generator[bytes, None, None]:
        """Pass pieces on, hashing them, until a newer connection takes over or too much comes."""
        room = self.upload.length - self.offset
        for piece in pieces:
            writer.require_own_turn()
            room -= len(piece)
            if room < 0:
                raise TiplineError("upload:too-much")
            if self.digest:
                self.digest.update(piece)
            if self.own_digest:
                self.own_digest.update(piece)
            yield piece
            self.passed(self.upload.length - room)

    def _require_mark(self) -> None:
        """Whoever was held up between its claim and its turn in the store must not cut what others wrote."""
        with self.database.reading() as tx:
            uploads.require_mark(tx, self.upload.id, self.mark, self.offset)

    def _note(self, at: int) -> None:
        """Bytes up to here are durable. The last is told with the evidence, a checked piece as a whole."""
        if at < self.upload.length:
            # Even where nothing may be told yet: that somebody still writes.
            self._move(self.offset if self.checksum else at)
        self.durable = at

    def _settled(self, *, ends: bool) -> Upload:
        upload = self.upload
        if ends and self.durable < upload.length:
            upload = self._shortened()
        if self.durable == upload.length:
            return self.finisher.finish(upload, self.digest, self.mark)
        if self.checksum is not None:
            self._move(self.durable)
        self._rest(self.durable)
        upload.offset = self.durable
        return upload

    def _shortened(self) -> Upload:
        if self.durable == 0:
            raise TiplineError("evidence:empty")
        with self.database.transaction() as tx:
            uploads.fix_length(tx, self.upload.id, self.mark, self.durable)
            return uploads.read_upload(tx, self.upload.id, self.upload.tip_id)

    def _move(self, offset: int) -> None:
        with self.database.transaction() as tx:
            uploads.move(tx, self.upload.id, self.mark, offset)

    def _rest(self, counts: int) -> None:
        self.running.remember(self.upload.id, self.mark, self.digest, counts)
