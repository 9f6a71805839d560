"""What follows when somebody acts on a hint: a link, or a duplicate, taken back together with the answer."""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import acts, duplicates, hints, links
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.hints import Hint
from tipline.domain.tips import Tip


def link(tx: Transaction, actor: Actor, tip: Tip, hint: Hint, case: Case, reason: str) -> None:
    """Follow a hint to a case of the other tip; taken back, both are."""
    with acts.together(tx):
        hints.accept(tx, actor, tip, hint, "linked")
        links.link(tx, actor, case, tip, reason)


def mark_duplicate(tx: Transaction, actor: Actor, hint: Hint, tip: Tip, target: Tip) -> Tip:
    """Follow a hint by saying that one tip repeats the other; returns what it points at."""
    with acts.together(tx):
        hints.accept(tx, actor, tip, hint, "duplicate")
        return duplicates.mark(tx, actor, tip, target)
