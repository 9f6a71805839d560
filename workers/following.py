"""The steps after the first look at a file: each a job of its own, its result shown as soon as it is there.

A step that fails costs nothing but what it would have found; the file becomes ready without it.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

import structlog

from tipline.db import Transaction
from tipline.domain import composing, evidence, outbox, renditions, steps
from tipline.domain.actors import SYSTEM
from tipline.domain.composing import Planned
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.renditions import Rendition
from tipline.domain.steps import Step
from tipline.services import Services
from workers import copies, examination, exiftool, handling, limiting, local, room, sandbox, sheets
from workers.handling import PutBack
from workers.lease import Lease, Lost
from workers.media import codes
from workers.pictures import Pictures
from workers.sandbox import Answer, Hooks

log = structlog.get_logger(__name__)
TELL_EVERY_S = 1.0


def work(services: Services, outbox_id: int) -> None:
    """Begin the step that this ring stands for, if there is one still to be done."""
    with services.database.transaction() as tx:
        row = outbox.take(tx, outbox.fairest(tx, outbox_id))
        if row is None:
            return
        step = steps.find_step(tx, int(row.subject))
        if step is None or step.is_over:
            outbox.finish(tx, row.id, row.token or "")
            return
        step.state = "running"
        subject = evidence.read_evidence(tx, step.evidence_id)
    handling.hold(services, row, lambda lease: _do(services, lease, subject, step), end)


def _do(services: Services, lease: Lease, subject: Evidence, step: Step) -> None:
    """One child, one result."""
    room.require(services, is_late=step.kind in steps.ARE_LATE)
    with services.database.reading() as tx:
        first = steps.find_first(tx, subject)
        kept = renditions.keyframes(tx, subject.id)
        # Where the film is from is asked of the original itself.
        repaired = renditions.find_repaired(tx, subject.id) if step.kind != "provenance" else None
    if first is None or not first.found:
        raise Lost
    pictures, heard = Pictures(services.database, services.store, lease, subject), copies.Heard()
    hooks = Hooks(
        on_keyframe=pictures.keep,
        on_tile=pictures.keep_tile,
        on_table=heard.take,
        on_progress=Teller(services, lease, step),
        on_tick=lease.check,
    )
    planned = Planned(step.kind, step.number, step.start_s, step.end_s)
    scratch = local.scratch(services.settings.data)
    told = {**examination.given(planned, first.found, kept), "purpose": subject.purpose}
    found: copies.Gathered | None = None
    with local.output(scratch) as output, local.output(scratch) as held:
        if step.kind == "copy":
            found = copies.gathered(services.database, services.store, lease, subject.id, held)
            told["pieces"] = found.parts
        with _file(services, subject, repaired, lease) as file:
            answer = sandbox.ask(
                file.path,
                step.kind,
                seal=file.seal,
                given=told,
                output=output if examination.writes(step.kind, first.found) else None,
                pieces=held if step.kind == "copy" else None,
                limits=limiting.for_step(step.kind, subject.size),
                hooks=hooks,
                allow_unsandboxed=services.settings.allow_unsandboxed,
            )
            if step.kind == exiftool.STEP:
                exiftool.deepen(answer.result, lambda: file.opened(scratch), services.settings.exiftool)
        if answer.failure in codes.OUR_FAULT:
            raise PutBack(answer.failure or codes.UNREADABLE)
        pictures.keep_sprite()
        if found:
            found.warn(answer)
        copies.keep(pictures, step.kind, step.number, answer, output, heard)
    if _is_last_look(services, step):
        sheets.remake(services.database, services.store, pictures, subject.id)
    _settle(services, lease, step, answer)
    if is_over(services, subject.id):
        local.drop(scratch, subject.key)
    if step.kind == "copy" and not answer.failure:
        copies.clear(services.database, services.store, subject.id)


def is_over(services: Services, evidence_id: str) -> bool:
    """Whether nothing of this look is still to be done."""
    with services.database.reading() as tx:
        return all(one.state in steps.OVER for one in steps.states(tx, evidence_id))


def _is_last_look(services: Services, step: Step) -> bool:
    """Whether no other step of this kind is still to add pictures."""
    with services.database.reading() as tx:
        mine = [one for one in steps.states(tx, step.evidence_id) if one.kind == step.kind]
    return sum(one.state not in steps.OVER for one in mine) <= 1


def _file(
    services: Services, subject: Evidence, repaired: Rendition | None, lease: Lease
) -> AbstractContextManager[local.LocalFile]:
    """The original; a film that could not be opened is looked at in its repaired copy."""
    folder = local.scratch(services.settings.data)
    key, known = (repaired.key, repaired.sha256) if repaired else (subject.key, subject.sha256)
    return local.file_of(services.store, key, folder, lease.check, known=known)


def _settle(services: Services, lease: Lease, step: Step, answer: Answer) -> None:
    """The result, the facts composed anew, and the job's end, in one transaction."""
    with services.database.transaction() as tx:
        if not outbox.finish(tx, lease.id, lease.token):
            raise Lost
        row = steps.find_step(tx, step.id)
        if row is None:
            raise Lost
        steps.settle(row, answer.result, answer.failure)
        show(tx, services, evidence.read_evidence(tx, row.evidence_id))
    log.info("step.done", outbox=lease.id, evidence=step.evidence_id, step=step.kind, failure=answer.failure)


def show(tx: Transaction, services: Services, subject: Evidence) -> None:
    """Compose what is known now; call the file ready, and later complete, when the time has come; begin the
    steps that waited for others."""
    mine = steps.list_of(tx, subject.id)
    media = composing.compose(
        steps.done(mine),
        renditions.keyframes(tx, subject.id),
        filename=subject.filename,
        purpose=subject.purpose,
    )
    media |= {name: subject.facts.get(name) for name in ("size", "sha256")}
    is_over = all(step.is_over for step in mine)
    is_enough = all(step.is_over for step in mine if composing.is_awaited(step.kind, media))
    if subject.state == "processing" and is_enough:
        evidence.settle(tx, SYSTEM, subject, media)
    elif subject.state == "ready" and is_over:
        evidence.complete(tx, SYSTEM, subject, media)
    evidence.show(tx, subject, media, steps.progress(mine))
    steps.go_on(tx, services.bell, subject.tip_id)


class Teller:
    """Writes down how far a step is, not more often than somebody could notice. A step that a newer look has
    forgotten ends here: nobody asks any more for what it would find."""

    def __init__(self, services: Services, lease: Lease, step: Step) -> None:
        self._services, self._lease, self._step = services, lease, step
        self._next = time.monotonic() + TELL_EVERY_S

    def __call__(self, part: float) -> None:
        if time.monotonic() < self._next:
            return
        with self._services.database.transaction() as tx:
            self._lease.confirm(tx)
            so_far = steps.tell(tx, self._step.id, part)
            if so_far is None:
                raise Lost
            evidence.advance(tx, evidence.read_evidence(tx, self._step.evidence_id), so_far)
        self._next = time.monotonic() + TELL_EVERY_S


def end(tx: Transaction, services: Services, row: Outbox) -> None:
    """Say of a step that nobody will try it again by itself; the file becomes ready without it."""
    step = steps.find_step(tx, int(row.subject))
    if step is None or step.is_over:
        return
    steps.settle(step, {}, row.failure or codes.UNREADABLE)
    show(tx, services, evidence.read_evidence(tx, step.evidence_id))
