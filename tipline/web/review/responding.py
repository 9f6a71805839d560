"""The response clock in the words of the desk: how it stands, and who was told by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tipline.errors import N_
from tipline.web.review.saying import gettext

# The steps of the response clock's ladder.
ESCALATION = {
    "officer": N_("officer on duty"),
    "reminder": N_("reminder"),
    "deputy": N_("deputy"),
    "on_call": N_("on call"),
    "supervisor": N_("supervisor"),
}


def escalated(facts: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """Who was told at a step of the ladder, as the log says it."""
    told = gettext(", ").join(people.get(f"staff:{one}", one) for one in facts.get("told") or ())
    step = gettext(ESCALATION.get(str(facts.get("step")), "–"))
    told = told or gettext("nobody, for nobody is on duty")
    return gettext("Not acknowledged yet, %(step)s: told %(told)s", step=step, told=told)
