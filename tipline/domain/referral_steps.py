"""A step of a referral, told: in custody, to everybody of an incident, and outside the house."""

from __future__ import annotations

from typing import Any, Protocol

from tipline.db import Transaction
from tipline.domain import custody, events, incidents, progress, referrals
from tipline.domain.actors import Actor
from tipline.domain.partners import Partner
from tipline.domain.referrals import Referral
from tipline.domain.tips import Tip

# Steps of which whoever listens is told outside the house.
NEWS = {
    "referral:accept", "referral:come", "referral:arrive", "referral:done", "referral:decline",
    "referral:silent", "referral:late", "referral:expire",
}  # fmt: skip


class Say(Protocol):
    """A sentence in the station's language, its places filled: what everybody of an incident reads."""

    def __call__(self, sentence: str, **values: object) -> str: ...


def subject(referral: Referral) -> str:
    return f"referral:{referral.id}"


def log(
    tx: Transaction, actor: Actor, action: str, referral: Referral, tip: Tip, say: Say | None = None,
    **more: Any,
) -> None:  # fmt: skip
    """The step in custody; and to all of an incident, and to whoever listens, where it is news to them."""
    partner = tx.get_one(Partner, referral.partner_id)
    if _tell_everyone(tx, actor, action, partner, tip, say, more):
        more = {**more, "everyone": True}
    custody.append(
        tx, actor, action, subject(referral), tip=tip.reference, referral=referral.number,
        partner=partner.name, kind=partner.kind, **more,
    )  # fmt: skip
    if action in NEWS:
        events.tell(tx, "referral:reply", tip=tip, by=actor, step=action)


def _tell_everyone(
    tx: Transaction, actor: Actor, action: str, partner: Partner, tip: Tip, say: Say | None,
    facts: dict[str, Any],
) -> bool:  # fmt: skip
    """Inside an incident the step is news for all who reported it, once; whether it was told so."""
    incident = incidents.incident_of(tx, tip)
    if say is None or incident is None or incident.state != incidents.OPEN or action not in referrals.TOLD:
        return False
    at_once = action == "referral:come" and facts.get("at_once")
    sentence = referrals.COMES_AT_ONCE if at_once else referrals.TOLD[action]
    values = {"minutes": facts["minutes"]} if facts.get("minutes") else {}
    source = progress.PARTNER if actor.kind == "referral" else progress.OFFICER
    progress.post(tx, actor, incident, say(sentence, who=say(partner.what.who), **values), source=source)
    return True
