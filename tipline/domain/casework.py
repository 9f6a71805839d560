"""How a case ends, and how work on it goes on: by decisions of people, who say what came of it."""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import cases
from tipline.domain.actors import Actor
from tipline.domain.cases import OUTCOMES, Case
from tipline.errors import TiplineError

NEEDS_NOTE = "other"


def close(tx: Transaction, actor: Actor, case: Case, outcome: str, note: str = "") -> None:
    """End the case; raises case:closed-already, case:outcome-needed or case:note-needed."""
    if case.state == "closed":
        raise TiplineError("case:closed-already")
    if outcome not in OUTCOMES:
        raise TiplineError("case:outcome-needed", fields={"outcome": "case:outcome-needed"})
    if outcome == NEEDS_NOTE and not note.strip():
        raise TiplineError("case:note-needed", fields={"reason": "case:note-needed"})
    cases.change(tx, actor, case, state="closed", outcome=outcome, reason=note)


def reopen(tx: Transaction, actor: Actor, case: Case, reason: str) -> None:
    """Work goes on; raises case:merged: such a case is opened again by taking the merger back."""
    cases.refuse_merged(tx, case)
    if not reason.strip():
        raise TiplineError("link:reason-needed", fields={"reason": "link:reason-needed"})
    if case.state == "open":
        raise TiplineError("case:open-already")
    cases.change(tx, actor, case, state="open", reason=reason)
