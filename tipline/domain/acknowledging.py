"""Acknowledging in one go: an officer takes note, and a ready sentence tells the reporter so.

Both are one command: they stand or fall together, and are taken back together.
"""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import acts, incidents, messages, progress, response
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip


def acknowledge(tx: Transaction, actor: Actor, tip: Tip, text: str = "") -> int:
    """Of a tip, or inside an open incident of all that tell the same; how many that were.

    Raises tip:already-acknowledged, and whatever is wrong with the text; then nothing has happened.
    """
    with acts.together(tx):
        number = incidents.acknowledge_tip(tx, actor, tip)
        if text.strip():
            incident = incidents.incident_of(tx, tip)
            if incident is not None and number > 1:
                progress.post(tx, actor, incident, text)
            else:
                messages.write(tx, actor, tip, text)
        return number


def require_open(tx: Transaction, tip: Tip) -> None:
    """Raise tip:already-acknowledged, which says by whom and when: kinder than «it was changed»."""
    if tip.acknowledged_at:
        raise response.refuse_second(tx, tip)
