"""The first look at a file: take the job, open the bytes behind the wall, keep what is seen, plan the rest.

What a file contains never raises; it becomes a code. The steps that follow are in `workers.following`.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

import storage
from tipline.db import Transaction
from tipline.domain import composing, custody, evidence, kinds, outbox, renditions, steps
from tipline.domain.actors import SYSTEM
from tipline.domain.composing import Done
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.steps import Step
from tipline.services import Services
from workers import examination, following, handling, limiting, local, room, sandbox, untrusted
from workers.following import Teller
from workers.handling import PutBack
from workers.lease import Lease, Lost
from workers.media import codes
from workers.pictures import Pictures
from workers.sandbox import Answer, Hooks

log = structlog.get_logger(__name__)
ALTERED = "evidence:altered"
MOST_HELPED = 300  # files of a tip that are looked through for ones that a new film may help to repair


def derive(services: Services, outbox_id: int) -> None:
    """Begin the job that this ring stands for, if there is one still to be done."""
    taken = _take(services, outbox_id)
    if taken is None:
        return
    row, subject = taken
    handling.hold(services, row, lambda lease: _look(services, lease, subject), end)


def _take(services: Services, outbox_id: int) -> tuple[Outbox, Evidence] | None:
    """The job and its file, ours now."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox.fairest(tx, outbox_id))
        if row is None:
            return None
        subject = tx.get(Evidence, row.subject)
        if subject is None:
            outbox.finish(tx, row.id, row.token or "")
            return None
        return row, subject


def _look(services: Services, lease: Lease, subject: Evidence) -> None:
    """From the bytes to the first facts."""
    room.require(services, is_late=False)
    step, setups = _begin(services, lease, subject)
    pictures = Pictures(services.database, services.store, lease, subject)
    folder = services.settings.data / "tmp"
    with local.file_of(services.store, subject.key, folder, lease.check) as file:
        found = _examine(services, lease, subject, file, setups, pictures, Teller(services, lease, step))
    if found.failure in codes.OUR_FAULT:
        raise PutBack(found.failure or codes.UNREADABLE)
    _settle(services, lease, subject, found, setups, pictures)


def _begin(services: Services, lease: Lease, subject: Evidence) -> tuple[Step, list[str]]:
    """The step it is, and what films beside it tell of their cameras. Only here do pages hear of the look: a
    job that waits for room moves none of them, however often it is taken up."""
    with services.database.transaction() as tx:
        lease.confirm(tx)
        row = evidence.read_evidence(tx, subject.id)
        evidence.advance(tx, row, 0.0)
        return steps.begin_anew(tx, row), steps.setups_beside(tx, row)


def _examine(
    services: Services,
    lease: Lease,
    subject: Evidence,
    file: local.LocalFile,
    setups: list[str],
    pictures: Pictures,
    tell: Teller,
) -> Done:
    """The first facts; ALTERED, and nothing decoded, when these are not the bytes that were sealed."""
    if file.sha256 != subject.sha256:
        return examination.first(_altered(subject))
    hooks = Hooks(
        on_keyframe=pictures.keep,
        on_tile=pictures.keep_tile,
        on_progress=tell,
        on_tick=lease.check,
    )
    with local.output(local.scratch(services.settings.data)) as output:
        answer = sandbox.ask(
            file.path,
            seal=file.seal,
            given={"setups": setups},
            output=output,
            limits=limiting.for_step(steps.FIRST, subject.size),
            hooks=hooks,
            allow_unsandboxed=services.settings.allow_unsandboxed,
        )
        pictures.keep_first(answer.media, output)
    media = answer.media
    media |= {"size": subject.size, "sha256": subject.sha256}
    if media["failure"] == codes.DOCUMENT:
        # A document has no pictures to miss: it is as ready as it can be.
        media["failure"] = answer.failure = None
        media["warnings"] = [codes.DOCUMENT]
    elif media["kind"] == "other":
        # It could not be opened; what its first bytes claim is all we know.
        media["kind"] = kinds.classify(file.head(kinds.HEAD_BYTES), subject.size).kind
    return examination.first(answer)


def _altered(subject: Evidence) -> Answer:
    """What is said of bytes that must not be taken for the original."""
    known = {"kind": subject.kind, "size": subject.size, "sha256": subject.sha256, "failure": ALTERED}
    return Answer(media={**untrusted.media({}), **known}, failure=ALTERED)


def _settle(
    services: Services, lease: Lease, subject: Evidence, found: Done, setups: list[str], pictures: Pictures
) -> None:
    """Facts, state, custody, the job's end and the steps to follow, in one transaction."""
    failure = found.failure
    if not failure:
        pictures.keep_sheet()
        pictures.keep_sprite()
    # Of an original that was altered since, the pictures drawn before are all that is left: they stay.
    if failure != ALTERED:
        _drop_others(services, lease, subject, [] if failure else pictures.names)
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        row = evidence.read_evidence(tx, subject.id)
        begun = steps.find_first(tx, row)
        if begun is None:
            raise Lost
        steps.settle(begun, found.found, failure)
        _go_on(tx, services, row, found, setups)
    log.info("derive.done", outbox=lease.id, evidence=subject.id, failure=failure)
    if following.is_over(services, subject.id):
        local.drop(services.settings.data / "tmp", subject.key)


def _drop_others(services: Services, lease: Lease, subject: Evidence, kept: Iterable[str]) -> None:
    """What this look did not make is no longer shown; of a file that failed nothing is.

    It is deleted before the next steps are rung: they make pictures under the same names.
    """
    with services.database.transaction() as tx:
        lease.confirm(tx)
        gone = renditions.drop_others(tx, subject.id, kept)
    for key in gone:
        forget(services, key)


def _go_on(tx: Transaction, services: Services, row: Evidence, found: Done, setups: list[str]) -> None:
    """Show what is known, and have the rest done; without a rest the file is ready."""
    if not found.failure:
        _help_repair(tx, services, row, str(found.found["media"].get("setup") or ""))
    planned = composing.following(found.found["media"], found.found["plan"])
    pictures = [] if found.failure else renditions.keyframes(tx, row.id)
    media = composing.compose([found], pictures, filename=row.filename, purpose=row.purpose)
    if not planned:
        evidence.settle(tx, SYSTEM, row, media)
        if set(steps.setups_beside(tx, row)) - set(setups):
            _repair_again(tx, services, row)  # told while it was looked at: the teller had to pass it over
        steps.go_on(tx, services.bell, row.tip_id)
        return
    steps.plan(tx, services.bell, row, planned)
    evidence.show(tx, row, media, steps.progress(steps.list_of(tx, row.id)))


def _help_repair(tx: Transaction, services: Services, row: Evidence, setup: str) -> None:
    """Films of the tip that lost their index are tried again when one comes that tells of a camera not known
    before, not for a second film of the same camera."""
    if not setup or setup in steps.setups_beside(tx, row):
        return
    for other in evidence.list_of_tips(tx, [row.tip_id], MOST_HELPED):
        if other.id != row.id:
            _repair_again(tx, services, other)


def _repair_again(tx: Transaction, services: Services, row: Evidence) -> None:
    """Once more, if it lost its index. Of very many cameras some count as new again: it ends all the same."""
    if row.state != "undecodable" or row.failure != codes.INDEX_LOST:
        return
    if custody.count(tx, SYSTEM, "evidence:retry", f"evidence:{row.id}") < steps.MOST_SETUPS:
        evidence.retry(tx, services.bell, SYSTEM, row)


def forget(services: Services, key: str) -> None:
    """Delete bytes that no row names any more."""
    try:
        services.store.delete(key)
    except storage.StoreError as fault:
        # It only takes room.
        log.warning("derive.leftover", key=key, fault=type(fault).__name__)


def end(tx: Transaction, _services: Services, row: Outbox) -> None:
    """Say of the file that nobody will look at it again by itself."""
    subject = tx.get(Evidence, row.subject)
    if subject is not None and subject.state in ("received", "processing"):
        evidence.fail(tx, SYSTEM, subject, row.failure or codes.UNREADABLE)
