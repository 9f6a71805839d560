"""What supervisors are told above the queue: what waits for their word, what goes, what nobody opened."""

from __future__ import annotations

import time

from flask import current_app

from tipline.db import Transaction
from tipline.domain import forecasting, rights
from tipline.domain.forecasting import Warnings
from tipline.web import current

# The counts look at every tip that ended; the queue is opened more often than they change.
KEPT_S = 60.0
_KEPT = "retention-warnings"


def of(tx: Transaction) -> Warnings | None:
    """None for whoever could do nothing about it, and while there is nothing to tell."""
    if not rights.may(current.actor(), "erasure:approve"):
        return None
    known: tuple[float, Warnings] | None = current_app.extensions.get(_KEPT)
    if known is None or time.monotonic() - known[0] > KEPT_S:
        known = (time.monotonic(), forecasting.warnings(tx))
        current_app.extensions[_KEPT] = known
    return None if known[1].is_quiet else known[1]
