"""What the log and the desk say of handing over: of colleagues, beats, partners and their referrals."""

from __future__ import annotations

from typing import Any

from tipline.domain import referrals
from tipline.errors import N_
from tipline.web.review.words import Word

DELEGATED = N_("Handed to %(name)s")
SENTENCES = {
    "tip:delegate": DELEGATED,
    "tip:transfer": N_("Handed to another beat: %(changes)s"),
    "tip:send-on": N_("Not for the police; sent on to %(service)s"),
    "message:partner": N_("A partner wrote"),
    "referral:make": N_("%(partner)s asked to help (%(referral)s)"),
    "referral:open": N_("%(referral)s opened by its partner"),
    "referral:late-look": N_("%(referral)s asked for after its end"),
    "referral:accept": N_("%(partner)s has taken it on (%(referral)s)"),
    "referral:come": N_("%(partner)s is on the way, there in %(minutes)s minutes (%(referral)s)"),
    "referral:arrive": N_("%(partner)s has arrived (%(referral)s)"),
    "referral:done": N_("%(partner)s says that it is done (%(referral)s)"),
    "referral:decline": N_("%(partner)s cannot do it (%(referral)s)"),
    "referral:remind": N_("%(partner)s reminded (%(referral)s)"),
    "referral:withdraw": N_("Request to %(partner)s withdrawn (%(referral)s)"),
    "referral:silent": N_("No answer of %(partner)s yet (%(referral)s)"),
    "referral:late": N_("%(partner)s did not arrive at the time it gave (%(referral)s)"),
    "referral:expire": N_("The link of %(partner)s is over, and it is not done (%(referral)s)"),
    "referral:end": N_("The link of %(partner)s ended with the tip (%(referral)s)"),
    "referral:pass-on": N_("A partner's words passed on to the tip provider"),
}
ACTS = {
    "tip:delegate": N_("Handed to a colleague"),
    "tip:transfer": N_("Handed to another beat"),
    "tip:send-on": N_("Sent on to another service"),
    "partner:add": N_("Partner added"),
    "partner:change": N_("Partner corrected"),
    "partner:off": N_("Partner switched off"),
    "partner:on": N_("Partner switched on"),
    "message:partner": N_("A partner wrote"),
    "referral:make": N_("Partner asked to help"),
    "referral:open": N_("Link opened by a partner"),
    "referral:late-look": N_("Link of a partner asked for after its end"),
    "referral:accept": N_("Partner took it on"),
    "referral:come": N_("Partner on the way"),
    "referral:arrive": N_("Partner arrived"),
    "referral:done": N_("Partner says that it is done"),
    "referral:decline": N_("Partner cannot do it"),
    "referral:remind": N_("Partner reminded"),
    "referral:withdraw": N_("Request to a partner withdrawn"),
    "referral:silent": N_("Partner does not answer"),
    "referral:late": N_("Partner is late"),
    "referral:expire": N_("Link of a partner ran out"),
    "referral:end": N_("Link of a partner ended with its tip"),
    "referral:pass-on": N_("Partner's words passed on"),
}
# A referral's state: word, sign, ground.
STATE = {
    referrals.SENT: Word(N_("Asked"), "send", "waiting"),
    referrals.SILENT: Word(N_("No answer yet"), "alert-triangle", "refused"),
    referrals.ACCEPTED: Word(N_("Taken on"), "check", "used"),
    referrals.COMING: Word(N_("On the way"), "car", "used"),
    referrals.LATE: Word(N_("Late"), "alert-triangle", "refused"),
    referrals.ARRIVED: Word(N_("On the spot"), "map-pin", "used"),
    referrals.DONE: Word(N_("Done"), "circle-check", "used"),
    referrals.DECLINED: Word(N_("Cannot do it"), "ban", "refused"),
    referrals.WITHDRAWN: Word(N_("Withdrawn"), "arrow-back-up", "idle"),
    referrals.EXPIRED: Word(N_("Time is over"), "clock", "refused"),
}


def values(facts: dict[str, Any]) -> dict[str, Any]:
    """What fills these sentences."""
    return {name: facts.get(name) or "–" for name in ("partner", "referral", "service", "minutes")}
