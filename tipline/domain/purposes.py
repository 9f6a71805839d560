"""Why somebody looks at a person's name or takes a file away: said in words, and for which case.

Whoever gave a reason for a tip is not asked again for ten minutes; each act is an entry of its own all the
same, and carries it. What was wanted without a reason stands in the log, too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import cases, clock, custody
from tipline.domain.actors import Actor
from tipline.domain.custody import Custody
from tipline.errors import TiplineError

LONGEST = 500
REMEMBERED = timedelta(minutes=10)
# A download that broke off may go on for as long.
GOES_ON = timedelta(days=1)
STATE = "purpose:state"
REFUSE = "purpose:refuse"
# What a reason may have been given with.
_GIVEN_WITH = (STATE, "contact:read", "evidence:download")
NEEDED, TOO_LONG = REFUSALS = ("purpose:needed", "purpose:too-long")


class Purpose(NamedTuple):
    """A reason, and the row of the case it is for. `is_recalled`: given before, for another act."""

    reason: str
    case_id: int | None = None
    is_recalled: bool = False

    @property
    def told(self) -> dict[str, Any]:
        """As `custody.append` takes it. The case stands there by its row: its number is not for everybody."""
        told: dict[str, Any] = {"reason": self.reason}
        if self.case_id is not None:
            told["for_case"] = self.case_id
        return {**told, "recalled": True} if self.is_recalled else told


def stated(tx: Transaction, viewer: Actor, reason: str, case: str = "") -> Purpose:
    """What somebody says; raises purpose:needed, purpose:too-long, or purpose:case-unknown for the number."""
    reason = " ".join(reason.split())
    if not reason:
        raise TiplineError(NEEDED, fields={"reason": NEEDED})
    if len(reason) > LONGEST:
        raise TiplineError(TOO_LONG, fields={"reason": TOO_LONG}, limit=LONGEST)
    return Purpose(reason, _case_id(tx, viewer, case))


def _case_id(tx: Transaction, viewer: Actor, number: str) -> int | None:
    if not number.strip():
        return None
    try:
        return cases.read_case(tx, number.strip(), viewer).id
    except TiplineError:
        raise TiplineError("purpose:case-unknown", fields={"case": "purpose:case-unknown"}) from None


def recall(
    tx: Transaction, actor: Actor, reference: str, *, within: timedelta = REMEMBERED
) -> Purpose | None:
    """What this person said of this tip a moment ago. What was recalled itself does not count, so that a
    reason never lasts longer than its minutes."""
    query = (
        select(Custody)
        .where(Custody.tip == reference, Custody.action.in_(_GIVEN_WITH))
        .where(Custody.at >= clock.now() - within)
        .order_by(Custody.seq.desc())
    )
    for entry in tx.scalars(query):
        # Whose it is is asked here: a database that took it for the narrower mark would walk through all that
        # this person ever did.
        if entry.actor != actor.label:
            continue
        facts = entry.facts()
        if entry.reason and not facts.get("recalled"):
            return Purpose(entry.reason, facts.get("for_case"), is_recalled=True)
    return None


def state(tx: Transaction, actor: Actor, subject: str, reference: str, purpose: Purpose) -> None:
    """The reason for an act that follows in a moment, as a download does."""
    custody.append(tx, actor, STATE, subject, tip=reference, **purpose.told)


def refuse(tx: Transaction, actor: Actor, wanted: str, subject: str, reference: str | None) -> None:
    """Something was wanted without a reason and not done; `wanted` is the action, as `contact:read`."""
    custody.append(tx, actor, REFUSE, subject, tip=reference, wanted=wanted)
