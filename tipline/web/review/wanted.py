"""What a person wants to see of the queue, as it stands in the address: filters, tabs, the page."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from flask import request

from tipline.db import Transaction
from tipline.domain import triage
from tipline.domain.triage import Filter
from tipline.errors import N_
from tipline.web import current

NAMES = ("state", "category", "beat", "assignee", "q")
LONGEST_WORDS = 200


class Tab(NamedTuple):
    text: str
    url: str
    number: int
    chosen: bool


def filter_of_request() -> Filter:
    """Unknown values are refused where they are used; too long a search is cut."""
    values = {name: request.args.get(name, "").strip()[:LONGEST_WORDS] for name in NAMES}
    return Filter(**values)


def address(wanted: Filter, path: str = "/desk/queue", **more: str) -> str:
    """The address that shows this filter; empty values stay out of it."""
    values = {name: getattr(wanted, name) for name in NAMES} | more
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def is_narrowed(wanted: Filter) -> bool:
    """Whether anything but the tab hides tips."""
    return bool(wanted.category or wanted.beat or wanted.q or wanted.assignee)


# State of a tab → its word; the tab of one's own tips stands apart, for it filters by person.
TABS = (
    ("", N_("To do")),
    ("received", N_("New")),
    ("need_info", N_("Needs information")),
    ("snoozed", N_("Snoozed")),
    ("linked", N_("Linked")),
    ("all", N_("All")),
)


def tabs(tx: Transaction, wanted: Filter) -> list[Tab]:
    """The tabs with their counts; a count is of the tab alone, without the other filters."""
    counts = triage.count_waiting(tx)
    numbers = {"": sum(counts.get(state, 0) for state in triage.WAITING), "all": sum(counts.values())}
    mine = current.staff().username
    is_mine = wanted.assignee == mine and not wanted.state
    found = [
        Tab(
            text,
            address(Filter(state=state)),
            numbers.get(state, counts.get(state, 0)),
            wanted.state == state and not is_mine,
        )
        for state, text in TABS
    ]
    own = Filter(assignee=mine)
    found.insert(2, Tab(N_("Mine"), address(own), triage.count(tx, own), is_mine))
    return found
