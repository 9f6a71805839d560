"""What the queue may be asked to do: a name, where its function is, and how patient to be.

Functions are named as text, so that nothing here loads a worker.
"""

from __future__ import annotations

from typing import NamedTuple

# Of footage first what somebody waits for, then what completes it; the desk's own work beside it.
MEDIA, SOON, LATE, DESK = QUEUES = ("media", "soon", "late", "desk")
FOOTAGE = (MEDIA, SOON, LATE)


class Job(NamedTuple):
    """`timeout_s` bounds one run; the worker behind it is killed soon after."""

    path: str
    queue: str
    timeout_s: int


JOBS: dict[str, Job] = {
    "evidence.derive": Job("workers.tasks.derive_evidence", MEDIA, 3600),
    "evidence.live": Job("workers.tasks.look_ahead", MEDIA, 300),
    "evidence.soon": Job("workers.tasks.take_step", SOON, 3600),
    "evidence.late": Job("workers.tasks.take_late_step", LATE, 3600),
    "tip.match": Job("workers.tasks.match_tip", SOON, 600),
    "tip.escalate": Job("workers.tasks.escalate", DESK, 60),
    "derivative.make": Job("workers.tasks.make_derivative", SOON, 3600),
    "notice.send": Job("workers.tasks.send_notices", DESK, 300),
    # Fifty gigabytes from a slow store and back into it.
    "package.make": Job("workers.tasks.make_package", LATE, 12 * 3600),
}


def queue_of(kind: str) -> str:
    return JOBS[kind].queue
