"""The pages of administration that somebody may see, and how one of them is shown."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, make_response, render_template

from tipline.domain import rights
from tipline.errors import N_, TiplineError
from tipline.web import current, errors


class Tab(NamedTuple):
    """`path` lies below the administration, or is a whole address."""

    path: str
    name: str
    right: str
    group: int


# What is watched, who works here and with what, how long things stay, how the station is set.
TABS = (
    Tab("system", N_("State of the system"), "system:read", 0),
    Tab("alerts", N_("Alerts"), "alert:read", 0),
    Tab("log", N_("Log"), "custody:read", 0),
    Tab("accounts", N_("Accounts"), "account:manage", 1),
    Tab("duty", N_("Duty"), "duty:manage", 1),
    Tab("beats", N_("Beats"), "duty:manage", 1),
    Tab("shops", N_("Shops and posters"), "shop:manage", 1),
    Tab("/desk/partners", N_("Partners of beats"), "partner:manage", 1),
    Tab("replies", N_("Templates"), "reply:manage", 1),
    Tab("targets", N_("Response targets"), "target:manage", 1),
    Tab("channels", N_("Channels"), "channel:manage", 1),
    Tab("webhooks", N_("Webhooks"), "webhook:manage", 1),
    Tab("retention", N_("Retention"), "retention:read", 2),
    Tab("erasures", N_("Erasure"), "retention:read", 2),
    Tab("holds", N_("Legal holds"), "retention:read", 2),
    Tab("settings", N_("Settings"), "system:read", 3),
)


def show(tab: str, *, fault: TiplineError | None = None, here: str = "", **values: Any) -> Response:
    """A page of administration, below the tab `here`; with a fault, beside the fields it is about."""
    mine = [one for one in TABS if rights.may(current.actor(), one.right)]
    faults = {}
    if fault:
        faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    page = render_template(
        f"admin/{tab}.html",
        tabs=mine,
        here=here or tab,
        message=errors.sentence(fault) if fault else "",
        faults=faults,
        **values,
    )
    return make_response(page, errors.status_of(fault) if fault else 200)
