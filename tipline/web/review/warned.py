"""How many alerts wait for whoever is to hear of them; the bar of every page shows it."""

from __future__ import annotations

from tipline.domain import alerts
from tipline.web import current


def count_unseen() -> int:
    with current.services().database.reading() as tx:
        return alerts.count_unseen(tx, current.actor())
