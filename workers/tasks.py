"""What the queue may call: one function a job, one number in. `tipline/jobs.py` names them as text."""

from __future__ import annotations

import os

from tipline import services, settings
from workers import live, pipeline


def derive_evidence(outbox_id: int) -> None:
    """Look at a file and keep its keyframes and facts."""
    made = services.build(settings.load(os.environ))
    try:
        pipeline.derive(made, outbox_id)
    finally:
        made.close()


def look_ahead(outbox_id: int) -> None:
    """Look into a film that is still coming."""
    made = services.build(settings.load(os.environ))
    try:
        live.look(made, outbox_id)
    finally:
        made.close()
