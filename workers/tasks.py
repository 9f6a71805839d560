"""What the queue may call: one function a job, one number in. `tipline/jobs.py` names them as text."""

from __future__ import annotations

import os

from tipline import services, settings
from workers import pipeline


def derive_evidence(outbox_id: int) -> None:
    """Look at a file and keep its keyframes and facts."""
    made = services.build(settings.load(os.environ))
    try:
        pipeline.derive(made, outbox_id)
    finally:
        made.close()
