"""The evidence queue as a page: rows, tabs, filters, and pages in both directions."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, alike, beats, cases, categories, rights, triage
from tipline.domain.filters import Filter
from tipline.web import current, guard
from tipline.web.review import (
    blueprint,
    gist,
    news,
    notices,
    refusing,
    rows,
    snoozing,
    tabs,
    wanted,
    warning,
    watching,
)

CASES_OFFERED = 5


@blueprint.get("/desk")
@guard.staff("tip:read")
def start() -> ResponseReturnValue:
    return redirect("/desk/queue", 303)


@blueprint.get("/desk/queue")
@guard.staff("tip:read")
def queue() -> ResponseReturnValue:
    chosen = wanted.filter_of_request()
    cursor = request.args.get("cursor", "")
    with current.reading() as tx:
        since = triage.newest_change(tx)
        page = triage.list_queue(tx, chosen, cursor=cursor, viewer=current.actor())
        lookers = watching.of_queue(tx)
        all_tabs = tabs.of(tx, chosen)
        older, newer = page.next_cursor, page.previous_cursor
        return render_template(
            "review/queue.html",
            page=page,
            wanted=chosen,
            here=wanted.address(chosen, ""),
            tabs=all_tabs,
            hidden=tabs.count_hidden(tx, chosen, all_tabs),
            lookers=lookers,
            live=news.question(chosen, page.rows, since, lookers, news.edge_of(page)),
            notice=notices.take(),
            warned=warning.of(tx),
            groups=gist.offers(tx, alike.waiting_groups(tx)),
            first_url=wanted.address(chosen),
            next_url=wanted.address(chosen, cursor=older) if older else None,
            previous_url=wanted.address(chosen, cursor=newer) if newer else None,
            **choices(tx, chosen),
            **rows.names(),
        )


def choices(tx: Transaction, chosen: Filter) -> dict[str, Any]:
    """What the fields of the filters and of acts offer."""
    staff = [one for one in accounts.list_accounts(tx) if not one.is_partner]
    return {
        "narrowed": wanted.is_narrowed(chosen),
        "plain_url": wanted.address(wanted.widened(chosen)),
        "categories": categories.CATEGORIES,
        "beats": beats.list_beats(tx),
        "staff": staff,
        "assignable": [one for one in staff if one.active and rights.may(one.actor, "tip:act")],
        "reasons": refusing.USUAL_REASONS,
        "snoozes": snoozing.choices(),
        "cases": cases.list_cases(tx, current.actor(), state="open", limit=CASES_OFFERED),
    }
