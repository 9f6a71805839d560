"""One short look at a film whose upload still runs, so that the desk sees it before its last byte.

What is seen is provisional: kept under names of its own, never sealed, and gone when the whole file is
examined or its upload ends otherwise. A look that fails costs nothing and is not repeated: the next part of
the film that comes begins another.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

import storage
from storage import Growing, Seal, SealedDisk, keys
from tipline.db import Transaction
from tipline.domain import live, outbox, renditions, tips, uploads
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload
from tipline.jobs import queue_of
from tipline.services import Services
from workers import untrusted
from workers.childprocess import Child
from workers.lease import Lease, Lost, Stopping
from workers.media import codes, wire
from workers.media.job import MIB, Job, Limits
from workers.pictures import Pictures
from workers.sandbox import LONGEST_T, Keyframe, passed_on, why

log = structlog.get_logger(__name__)
ASK_EVERY_S = 1.0
# How long a look may go on while bytes come: less when others wait for this process.
WHOLE_S, HURRIED_S, IDLE_S = 8.0, 2.0, 1.5
# To pass over what was seen before costs processor time by its size.
CPU_S, MIB_A_CPU_S = 15, 96
MEMORY = Limits().video_memory


class Over(Exception):
    """The upload has ended, or its report was taken back: nothing of this look is kept any more."""


class Hold:
    """The lease of this job for as long as the file is still coming; stands where a lease is asked for."""

    def __init__(
        self, services: Services, lease: Lease, upload: Upload, path: Path, seal: Seal | None
    ) -> None:
        self._services, self._lease, self._upload, self._path = services, lease, upload, path
        self._skip = seal.skip if seal else 0
        self._ask_at = 0.0

    def check(self) -> None:
        self._lease.check()
        if time.monotonic() < self._ask_at:
            return
        with self._services.database.reading() as tx:
            self._require(tx)
        self._ask_at = time.monotonic() + ASK_EVERY_S

    def confirm(self, tx: Transaction) -> None:
        self._lease.confirm(tx)
        row = self._require(tx)
        # The offset is written down once in a while; whoever sees pictures wants to know how far it is now.
        row.kind, row.progress = "video", min(1.0, self._here() / self._upload.length)

    def _here(self) -> int:
        try:
            return max(0, self._path.stat().st_size - self._skip)
        except FileNotFoundError:
            raise Over from None  # whole by now, though nobody has said so yet

    def _require(self, tx: Transaction) -> Evidence:
        row = tx.get(Evidence, self._upload.evidence_id, populate_existing=True)
        if row is None or row.state != "uploading" or tx.get_one(Tip, row.tip_id).state in tips.ENDED:
            raise Over
        return row


class Seen(Keyframe):
    """A picture under a name that says it is provisional."""

    @property
    def name(self) -> str:
        return f"{renditions.PROVISIONAL}{round(self.t * 1000):010d}"


class Glances(Pictures):
    """Pictures of one look, each saved as it comes."""

    def __init__(self, services: Services, hold: Hold, subject: Evidence) -> None:
        super().__init__(services.database, services.store, hold, subject)  # type: ignore[arg-type]

    def keep(self, keyframe: Keyframe) -> None:
        try:
            super().keep(keyframe)
        except Lost:
            raise  # another looks by now, under the same names
        except BaseException:
            # Bytes went before the row, which was not written. Nobody else uses these names.
            for suffix in (".jpg", "-640.webp", "-320.webp"):
                with suppress(storage.StoreError):
                    self._store.delete(keys.rendition(self._evidence_id, keyframe.name + suffix))
            raise

    def _provenance(self, where: dict[str, Any]) -> dict[str, Any]:
        return {**super()._provenance(where), "provisional": True}


@dataclass
class _Ear:
    """Hears the child: pictures and nothing else."""

    glances: Glances

    def take(self, message: wire.Message) -> None:
        if message.kind != "keyframe":
            return
        body = message.body
        t = untrusted.number(0, LONGEST_T)(body.get("t"))
        reason = body.get("reason")
        if t is None or reason not in ("first", "coverage"):
            raise wire.Broken("a picture without a position or a reason")
        sharp = untrusted.number(0, 1e9)(body.get("sharpness")) or 0.0
        self.glances.keep(Seen(t, None, body["width"], body["height"], message.pixels, reason, sharp))


def look(services: Services, outbox_id: int) -> None:
    """Look once, if the file is still coming."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox.fairest(tx, outbox_id))
        if row is None:
            return
        subject = tx.get(Evidence, row.subject)
        upload = uploads.find_under_way(tx, row.subject)
    store, failure = services.store, None
    with Lease(services.database, row) as lease:
        try:
            if subject and upload and isinstance(store, Growing):
                failure = _look(services, store, lease, subject, upload)
        except Stopping:
            with services.database.transaction() as tx:
                outbox.release(tx, lease.id, lease.token)
            return
        except (Lost, Over, storage.StoreError, OSError) as reason:
            log.info("live.ended", outbox=row.id, evidence=row.subject, why=type(reason).__name__)
        except SQLAlchemyError as fault:
            log.warning("live.database-down", outbox=row.id, fault=type(fault).__name__)
            return
        except Exception:
            log.exception("live.failed", outbox=row.id, evidence=row.subject)
            failure = codes.CRASHED
        end(services, row, failure)


def end(services: Services, row: Outbox, failure: str | None) -> None:
    """Whatever became of it, it is done: the next part that comes begins a look of its own."""
    with services.database.transaction() as tx:
        outbox.finish(tx, row.id, row.token or "", failure)


def _look(services: Services, store: Growing, lease: Lease, subject: Evidence, upload: Upload) -> str | None:
    """The code of why the child had to be ended, if it had to."""
    path = store.growing_path(upload.session)
    seal = store.seal_of(upload.session) if isinstance(store, SealedDisk) else None
    hold = Hold(services, lease, upload, path, seal)
    hold.check()
    if not live.may_show(store, upload):
        return None
    tail = store.find_tail(upload.session)
    with services.database.reading() as tx:
        after_s = live.last_seen(tx, subject.id)
    given: dict[str, Any] = {"length": upload.length, "after_s": after_s, "idle_s": IDLE_S}
    given["whole_s"] = HURRIED_S if _others_wait(services) else WHOLE_S
    # Bytes under a checksum that was not compared may be damaged: they do not count yet.
    given["most"] = upload.offset if upload.is_checked else None
    glances = Glances(services, hold, subject)
    with ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        beside = stack.enter_context(tail.open("rb")) if tail else None
        here = _plain_size(file, seal)
        seal_beside = None
        if beside:
            if isinstance(store, SealedDisk):
                seal_beside = store.seal_of_tail(upload.session, beside)
            given["tail"] = _plain_size(beside, seal_beside)
        bounds = _limits(here)
        job = Job(
            file.fileno(), upload.length, os.getpid(), bounds, task="live", given=given,
            beside=beside.fileno() if beside else None,
            allow_unsandboxed=services.settings.allow_unsandboxed,
            seal=passed_on(seal), seal_beside=passed_on(seal_beside),
        )  # fmt: skip
        child = stack.enter_context(Child(job, pass_file=file))
        ended = child.converse(_Ear(glances).take, bounds.wall_seconds, hold.check)
    log.info("live.done", evidence=subject.id, pictures=len(glances.names) // 3, here=here, ended=ended.how)
    return None if ended.how in ("done", "no child") else why(ended)


def _plain_size(file: BinaryIO, seal: Seal | None) -> int:
    return max(0, os.fstat(file.fileno()).st_size - (seal.skip if seal else 0))


def _limits(here: int) -> Limits:
    """What one look may cost."""
    cpu = CPU_S + here // (MIB_A_CPU_S * MIB)
    bounds = replace(Limits(), cpu_seconds=cpu, decode_cpu_seconds=0.8 * cpu, wall_seconds=2 * cpu)
    return replace(bounds, photo_memory=MEMORY, keyframes=wire.PICTURES)


def _others_wait(services: Services) -> bool:
    with suppress(redis.RedisError):
        return services.bell.waiting().get(queue_of(live.KIND), 0) > 0
    return False
