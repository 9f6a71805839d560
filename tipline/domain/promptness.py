"""How fast a beat answers, as its residents may know it: a median over the last weeks, of enough tips.

What nobody has answered yet counts as the slowest of all: silence never makes the figure better.
"""

from __future__ import annotations

import math
from datetime import timedelta
from statistics import median

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import clock, spreads
from tipline.domain.tips import Tip

DAYS = 30
ENOUGH = 8
MOST = 2_000
# What staff took down themselves is taken note of as it is written.
_OWN_DOORS = ("desk", "folder")


def median_s(tx: Transaction, beat: str) -> float | None:
    """Seconds within which half of what came in was taken note of; None if that says nothing yet."""
    since = clock.now() - timedelta(days=DAYS)
    query = (
        select(spreads.waited())  # NULL as long as nobody took note of it
        .where(Tip.beat == beat, Tip.received_at >= since, Tip.door.not_in(_OWN_DOORS))
        .where(Tip.state != "withdrawn")
        .order_by(Tip.received_at.desc())
        .limit(MOST)
    )
    took = [math.inf if seconds is None else max(0.0, seconds) for seconds in tx.scalars(query)]
    if len(took) < ENOUGH:
        return None
    found = median(took)
    return found if math.isfinite(found) else None
