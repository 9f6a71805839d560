"""What the queue may call: one function a job, one number in. `tipline/jobs.py` names them as text."""

from __future__ import annotations

import os
from collections.abc import Callable

from tipline import services, settings
from tipline.services import Services
from workers import delivering, deriving, escalating, following, live, matching, pipeline
from workers.packing import job as packing

LATER = 10  # how much a job of the late queue gives way to others on this host, by the measure of nice(2)


def derive_evidence(outbox_id: int) -> None:
    """Take the first look at a file: its facts and first keyframes."""
    _with_services(pipeline.derive, outbox_id)


def take_step(outbox_id: int) -> None:
    """Do one of the steps that somebody waits for."""
    _with_services(following.work, outbox_id)


def take_late_step(outbox_id: int) -> None:
    """Do one of the steps that complete a look. The fork that runs this has no other job: it may be slow."""
    os.nice(LATER)
    _with_services(following.work, outbox_id)


def make_derivative(outbox_id: int) -> None:
    """Make what somebody asked for from an original: a still, a clip, a covered copy."""
    _with_services(deriving.work, outbox_id)


def make_package(outbox_id: int) -> None:
    """Pack all of a case into one file. It may be slow: nobody waits before the screen."""
    os.nice(LATER)
    _with_services(packing.work, outbox_id)


def send_notices(notice_id: int) -> None:
    """Send what is due for the receiver of a notice."""
    _with_services(delivering.send, notice_id)


def look_ahead(outbox_id: int) -> None:
    """Look into a film that is still coming."""
    _with_services(live.look, outbox_id)


def match_tip(outbox_id: int) -> None:
    """Compare a tip with all others."""
    _with_services(matching.match, outbox_id)


def escalate(outbox_id: int) -> None:
    """Tell whoever is next of tips that nobody has acknowledged."""
    _with_services(escalating.escalate, outbox_id)


def _with_services(work: Callable[[Services, int], None], outbox_id: int) -> None:
    made = services.build(settings.load(os.environ))
    try:
        work(made, outbox_id)
    finally:
        made.close()
