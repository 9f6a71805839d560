"""How many channels of whoever looks were paused because they failed; the bar of every page shows it."""

from __future__ import annotations

from tipline.domain import listening
from tipline.web import current


def count_paused() -> int:
    with current.services().database.reading() as tx:
        return listening.count_paused(tx, current.staff().id)
