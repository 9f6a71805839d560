"""What the queue says while it stands open: rows that changed, counts, who looks where, how many are new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import alike, clock, orders, tallies, triage
from tipline.domain.accounts import Account
from tipline.domain.filters import Filter
from tipline.domain.triage import Page, Row
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint, gist, tabs, wanted, watching
from tipline.web.review import rows as row_words

BUSY_S, CALM_S = 3, 10
# A commit may be seen a little after the time it carries: within this time rows are compared one by one.
SETTLE = timedelta(seconds=5)
MOST_SHOWN = 200
Watchers = dict[str, list[Account]]  # reference of a tip → who else has it open


@dataclass(frozen=True)
class Live:
    """What the page shows now, as its next question will say."""

    url: str
    seconds: int


class Edge(NamedTuple):
    """What counts as new: on the first page whatever belongs above its last row (`floor`, if there are more)
    and is not there, on a later one what arrived since it was drawn.
    """

    floor: str = ""
    since: str = ""


def edge_of(page: Page) -> Edge:
    if page.previous_cursor:
        return Edge(since=clock.stamp(clock.now()))
    return Edge(floor=page.next_cursor or "")


@blueprint.get("/desk/queue/live")
@guard.staff("tip:read")
def live() -> ResponseReturnValue:
    """Only what changed since the page was drawn; nothing at all (204) most of the time."""
    chosen = wanted.filter_of_request()
    since, shown, watched = _moment("since"), _shown(), _watched()
    edge = Edge(request.args.get("floor", ""), request.args.get("top", ""))
    with current.services().database.reading() as tx:
        newest = triage.newest_change(tx)
        lookers = watching.of_queue(tx)
        moved = [tip for tip in shown if _who(lookers, tip) != watched.get(tip, "")]
        is_calm = newest <= since
        if is_calm and not moved and newest < clock.now() - SETTLE:
            return "", 204
        rows = triage.rows_of(tx, triage.list_by_reference(tx, list(shown)), current.actor())
        changed = [row for row in rows if row.tip.revision != shown[row.tip.reference]]
        if is_calm and not changed and not moved:
            return "", 204
        return render_template(
            "review/queue_live.html",
            rows=changed,
            moved=moved,
            lookers=lookers,
            here=wanted.address(chosen, ""),
            newer=_count_new(tx, chosen, shown, edge),
            tabs=tabs.of(tx, chosen),
            first_url=wanted.address(chosen),
            live=question(chosen, rows, newest, lookers, edge),
            groups=gist.offers(tx, alike.waiting_groups(tx)),
            **row_words.names(),
        )


def question(chosen: Filter, rows: list[Row], since: datetime, lookers: Watchers, edge: Edge) -> Live:
    """What the page will ask next: what has changed since, of these rows, and who else came or left."""
    shown = {row.tip.reference: row.tip.revision for row in rows}
    here = ",".join(f"{tip}.{_who(lookers, tip)}" for tip in lookers if tip in shown)
    url = wanted.address(
        chosen, "/desk/queue/live", since=clock.stamp(since), top=edge.since, floor=edge.floor, here=here,
        shown=",".join(f"{tip}.{revision}" for tip, revision in shown.items()),
    )  # fmt: skip
    return Live(url, BUSY_S if any(row.progress is not None for row in rows) else CALM_S)


def _count_new(tx: Transaction, chosen: Filter, shown: dict[str, int], edge: Edge) -> int:
    if edge.since:
        return tallies.count_newer(tx, chosen, _moment("top"))
    floor = orders.read_cursor(chosen.order, edge.floor)[0] if edge.floor else None
    return tallies.count_unshown(tx, chosen, shown, floor)


def _shown() -> dict[str, int]:
    """Reference → version of the rows on the page."""
    found = {}
    for one in request.args.get("shown", "").split(",")[:MOST_SHOWN]:
        reference, _, version = one.rpartition(".")
        if reference and version.isdecimal() and len(version) < 19:
            found[reference] = int(version)
    return found


def _watched() -> dict[str, str]:
    """Reference → who was looking when the page was last told."""
    told = [one.partition(".") for one in request.args.get("here", "").split(",")[:MOST_SHOWN]]
    return {reference: who for reference, _, who in told}


def _who(lookers: Watchers, tip: str) -> str:
    return watching.told(lookers.get(tip, []))


def _moment(name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise TiplineError("cursor:unclear") from None
    if moment.tzinfo is None:
        raise TiplineError("cursor:unclear")
    return moment
