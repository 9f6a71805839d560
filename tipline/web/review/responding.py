"""The response clock in the words of the desk: how it stands, what is ready to be said, who was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import ladder, replies, response
from tipline.domain.replies import Reply
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web.review import offers
from tipline.web.review.saying import gettext

# The steps of the response clock's ladder.
ESCALATION = {
    "officer": N_("officer on duty"),
    "reminder": N_("reminder"),
    "deputy": N_("deputy"),
    "on_call": N_("on call"),
    "supervisor": N_("supervisor"),
}
ICONS = {
    "running": "clock", "over": "alert-triangle", "paused": "player-pause", "done": "check", "late": "check",
}  # fmt: skip
TAKEN_UP = N_("An officer has taken this up and is dealing with it.")
REACHED = N_("The officer for %(beat)s has been reached and is dealing with it.")


class Said(NamedTuple):
    """`state` as `response.read` tells it; to `due` a script counts while the clock runs or is over."""

    state: str
    icon: str
    text: str
    at: datetime | None
    due: str


def clock_of(tip: Tip) -> Said:
    """How the clock stands, as a page shows it until its script counts on."""
    now = response.read(tip)
    due = now.due_at.isoformat() if now.due_at and now.state in ("running", "over") else ""
    return Said(now.state, ICONS.get(now.state, ""), _words(now), tip.acknowledged_at or now.due_at, due)


def _words(now: response.Reading) -> str:
    left, taken = int(now.left.total_seconds()), int(now.taken.total_seconds())
    match now.state:
        case "running":
            return gettext("%(time)s left", time=lasting(left))
        case "over":
            return gettext("late by %(time)s", time=lasting(-left))
        case "paused":
            return gettext("paused, %(time)s left", time=lasting(max(0, left)))
        case "late":
            return gettext("Acknowledged late, after %(time)s", time=lasting(taken))
        case "done":
            return gettext("Acknowledged after %(time)s", time=lasting(taken))
    return ""


def lasting(seconds: int) -> str:
    """`1:05` for minutes and seconds, `1:02:05` with hours; from two days on in days."""
    if seconds >= 2 * 86_400:
        return gettext("%(number)s d", number=seconds // 86_400)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def ready(tx: Transaction, tip: Tip) -> list[str]:
    """Sentences for acknowledging, in the reporter's language, the likeliest first. There is always one."""
    return ready_of(tip, replies.list_of(tx, tip.language), offers.values(tx, tip))


def ready_of(tip: Tip, templates: list[Reply], known: dict[str, str]) -> list[str]:
    """Those the station keeps, as far as all of their places can be filled; then our own."""
    kept = [one.text for one in templates if one.kind == replies.ACKNOWLEDGE]
    found = [text for one in kept if not replies.has_gap(text := replies.fill(one, known))]
    return list(dict.fromkeys([*found, *_ours(tip.language, known["beat"])]))


def _ours(language: str, beat: str) -> list[str]:
    said = i18n.say(language, TAKEN_UP)
    if not beat:
        return [said]
    # 航海片区 has 航海片警
    short = beat.removesuffix("片区").removesuffix("片") or beat
    return [i18n.say(language, REACHED, beat=short), said]


def escalated(facts: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """Who was told at a step of the ladder, as the log says it."""
    told = gettext(", ").join(people.get(f"staff:{one}", one) for one in facts.get("told") or ())
    step = gettext(ESCALATION.get(str(facts.get("step")), "–"))
    told = told or gettext("nobody, for nobody is on duty")
    if facts.get("step") == ladder.OFFICER:  # at once, long before it is late
        return gettext("Waits to be acknowledged; told: %(told)s", told=told)
    return gettext("Not acknowledged yet, %(step)s: told %(told)s", step=step, told=told)
