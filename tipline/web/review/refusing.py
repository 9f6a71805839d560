"""A tip that is not used: why, and whether its provider may read that."""

from __future__ import annotations

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import acts, messages, tips
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web import current
from tipline.web.review.saying import gettext

# Why a tip is not used, most often; the tip provider reads it in the language of the report.
USUAL_REASONS = (
    N_("Nothing usable can be seen in the footage"),
    N_("The footage shows another place or another time"),
    N_("Too dark or too blurred to recognise anybody"),
    N_("What is described is no offence"),
)


def not_use(tx: Transaction, tip: Tip, reason: str, *, is_told: bool) -> None:
    """The reason stands in the log; the tip provider reads it where somebody ticked that."""
    tips.move(tx, current.actor(), tip, "not_used", reason=reason)
    if not is_told:
        return
    usual = {gettext(one): one for one in USUAL_REASONS}
    told = i18n.say(tip.language, usual[reason]) if reason in usual else reason
    messages.write(tx, current.actor(), tip, told, kind="progress")


def not_use_alone(tx: Transaction, tip: Tip, reason: str, *, is_told: bool) -> None:
    """The same for one tip: both steps are taken back together."""
    with acts.together(tx):
        not_use(tx, tip, reason, is_told=is_told)
