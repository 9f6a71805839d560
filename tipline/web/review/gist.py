"""What an incident is called and looks like at the desk: its states, its title before anybody wrote one."""

from __future__ import annotations

from typing import NamedTuple

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import alike, beats, categories, incidents, shops
from tipline.domain.alike import Group
from tipline.domain.beats import Beat
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web import current
from tipline.web.review.saying import gettext
from tipline.web.review.words import Word

STATES = {
    "open": Word(N_("Going on"), "refresh", "waiting"),
    "closed": Word(N_("Over"), "archive", "idle"),
    "merged": Word(N_("Merged"), "git-merge", "idle"),
}
MOST_OFFERED = 3


class Offer(NamedTuple):
    """Tips that may tell of one thing, and what one tap does with them."""

    tips: list[Tip]
    incident: Incident | None
    why: str
    title: str

    @property
    def number(self) -> int:
        return len(self.tips)


def kind(category: str) -> str:
    return gettext(categories.read_category(category).short)


def outcome(code: str | None) -> str:
    """The sentence of an outcome, still English."""
    return incidents.OUTCOMES.get(code or "", N_("Closed"))


def title_of(tx: Transaction, tip: Tip, areas: list[Beat] | None = None) -> str:
    """Kind and poster or beat, in the station's language. Never what a reporter typed: everyone reads it."""
    said = i18n.say(current.settings().locale, categories.read_category(tip.category).short)
    shop = shops.find_shop(tx, tip.shop) if tip.shop else None
    known = beats.list_beats(tx) if areas is None else areas
    beat = next((one for one in known if one.code == tip.beat), None)
    where = shop.name if shop else beat.name if beat else ""
    return (f"{said} · {where}" if where else said)[: incidents.TITLE]


def offers(tx: Transaction, groups: list[Group]) -> list[Offer]:
    """The largest groups as a bar of the queue shows them."""
    found = []
    for group in groups[:MOST_OFFERED]:
        tips = alike.tips_of(tx, group)
        incident = tx.get(Incident, group.incident_id) if group.incident_id else None
        if incident is not None and incident.state != incidents.OPEN:
            incident = None
        if len(tips) < (1 if incident else alike.ENOUGH):
            continue
        title = incident.title if incident else title_of(tx, tips[0])
        found.append(Offer(tips, incident, why(group), title))
    return found


def why(group: Group) -> str:
    reasons = [one for one in alike.REASONS if one in group.reasons and one != "near"]
    told = [gettext(alike.REASONS[one]) for one in reasons[:1]]
    return told[0] if told else gettext("close to each other")
