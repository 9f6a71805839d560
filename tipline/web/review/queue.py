"""The evidence queue and its live parts: rows that changed, counts, the bar that announces new tips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, beats, categories, clock, triage
from tipline.domain.tips import Tip
from tipline.domain.triage import Filter, Page, Row
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint, notices, wanted

BUSY_S, CALM_S = 3, 10
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# A commit may be seen a little after the time it carries: within this time rows are compared one by one.
SETTLE = timedelta(seconds=5)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Live:
    """What the page shows now, as its next question will say."""

    url: str
    seconds: int


@blueprint.get("/desk")
@guard.staff("tip:read")
def start() -> ResponseReturnValue:
    return redirect("/desk/queue", 303)


@blueprint.get("/desk/queue")
@guard.staff("tip:read")
def queue() -> ResponseReturnValue:
    chosen = wanted.filter_of_request()
    cursor = request.args.get("cursor", "")
    with current.services().database.reading() as tx:
        since = triage.newest_change(tx)
        page = triage.list_queue(tx, chosen, cursor=cursor, viewer=current.actor())
        return render_template(
            "review/queue.html",
            page=page,
            wanted=chosen,
            narrowed=wanted.is_narrowed(chosen),
            here=wanted.address(chosen, ""),
            tabs=wanted.tabs(tx, chosen),
            live=_live(chosen, page.rows, since, _top(page, cursor)),
            is_first=not cursor,
            notice=notices.take(),
            first_url=wanted.address(chosen),
            next_url=wanted.address(chosen, cursor=page.next_cursor) if page.next_cursor else None,
            plain_url=wanted.address(Filter(state=chosen.state)),
            categories=categories.CATEGORIES,
            beats=beats.list_beats(tx),
            staff=[one for one in accounts.list_accounts(tx) if not one.is_partner],
        )


@blueprint.get("/desk/queue/live")
@guard.staff("tip:read")
def live() -> ResponseReturnValue:
    """Only what changed since the page was drawn; nothing at all (204) most of the time."""
    chosen = wanted.filter_of_request()
    since, top = _moment("since"), _moment("top")
    shown = _shown()
    with current.services().database.reading() as tx:
        newest = triage.newest_change(tx)
        if newest <= since and newest < clock.now() - SETTLE:
            return "", 204
        rows = triage.rows_of(tx, triage.list_by_reference(tx, list(shown)), current.actor())
        changed = [row for row in rows if row.tip.revision != shown[row.tip.reference]]
        newer = triage.count_newer(tx, chosen, top) if top != LONG_AGO or not shown else 0
        if not changed and newest <= since:
            return "", 204
        return render_template(
            "review/queue_live.html",
            rows=changed,
            here=wanted.address(chosen, ""),
            newer=newer,
            tabs=wanted.tabs(tx, chosen),
            first_url=wanted.address(chosen),
            live=_live(chosen, rows, newest, top),
        )


def _live(chosen: Filter, rows: list[Row], since: datetime, top: datetime) -> Live:
    versions = ",".join(f"{row.tip.reference}.{row.tip.revision}" for row in rows)
    url = wanted.address(
        chosen, "/desk/queue/live", since=clock.stamp(since), top=clock.stamp(top), shown=versions
    )
    busy = any(row.progress is not None for row in rows)
    return Live(url, BUSY_S if busy else CALM_S)


def _top(page: Page, cursor: str) -> datetime:
    """The newest arrival that the page knows of; later ones are announced."""
    if cursor:
        return clock.now()
    newest = page.rows[0].tip.received_at if page.rows else None
    return newest or LONG_AGO


def _shown() -> dict[str, int]:
    """Reference → version of the rows on the page."""
    found = {}
    for one in request.args.get("shown", "").split(",")[:MOST_SHOWN]:
        reference, _, version = one.rpartition(".")
        if reference and version.isdecimal() and len(version) < 19:
            found[reference] = int(version)
    return found


def _moment(name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise TiplineError("cursor:unclear") from None
    if moment.tzinfo is None:
        raise TiplineError("cursor:unclear")
    return moment


def neighbours(tx: Transaction, tip: Tip, chosen: Filter) -> tuple[str | None, str | None]:
    """Addresses of the tips above and below this one in the queue it was opened from."""
    above, below = triage.neighbours(tx, chosen, tip)
    path = "/desk/tips/"
    return (
        wanted.address(chosen, path + above.reference) if above else None,
        wanted.address(chosen, path + below.reference) if below else None,
    )
