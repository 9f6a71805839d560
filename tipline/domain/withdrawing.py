"""A reporter takes a tip back before anybody has taken note of it."""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import tips
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def may_withdraw(tip: Tip) -> bool:
    """A reporter may take a tip back until somebody has taken note of it."""
    return tip.state in ("draft", "received") and tip.acknowledged_at is None


def withdraw(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """Take the tip back. What has arrived stays as it is: the desk sees that it was withdrawn."""
    if not may_withdraw(tip):
        raise TiplineError("tip:taken-up")
    tips.follow(tx, actor, tip, "withdrawn")
