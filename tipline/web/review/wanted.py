"""What a person wants to see of the queue, as it stands in the address: filters and where they lead."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import request

from tipline.db import Transaction
from tipline.domain import retention, triage
from tipline.domain.filters import Filter
from tipline.domain.retention import Rules
from tipline.domain.tips import Tip
from tipline.web import current

# In the order in which they stand in an address.
NAMES = (
    "state", "category", "beat", "assignee", "q", "unread", "footage", "period", "after", "before", "shop",
    "due", "incident", "clock", "order",
)  # fmt: skip
# What narrows what a tab shows: all but the tab itself and the order, which hides nothing.
NARROWING = tuple(name for name in NAMES if name not in ("state", "order"))
LONGEST_WORDS = 200


def filter_of_request() -> Filter:
    """Unknown values are refused where they are used; too long a search is cut."""
    return _filter(dict(request.args))


def filter_of(query: str) -> Filter:
    """The filter that a query of an address tells."""
    return _filter(dict(parse_qsl(query)))


def _filter(told: dict[str, str]) -> Filter:
    values = {name: told.get(name, "").strip()[:LONGEST_WORDS] for name in NAMES}
    return Filter(
        **values, reader=current.staff().id, zone=current.zone(), rules=rules_for(values["due"]), folded=True
    )


def rules_for(due: str) -> Rules:
    """The rules of retention, where somebody wants to see what falls due."""
    if not due:
        return {}
    with current.services().database.reading() as tx:
        return retention.rules_of(tx)


def query_of(wanted: Filter) -> str:
    """The filter as a query; empty values stay out of it."""
    return urlencode({name: value for name in NAMES if (value := getattr(wanted, name))})


def address(wanted: Filter, path: str = "/desk/queue", **more: str) -> str:
    """The address that shows this filter, with what else it should carry."""
    query = "&".join(filter(None, (query_of(wanted), urlencode({k: v for k, v in more.items() if v}))))
    return f"{path}?{query}" if query else path


def is_narrowed(wanted: Filter) -> bool:
    """Whether anything but the tab hides tips."""
    return any(getattr(wanted, name) for name in NARROWING)


def widened(wanted: Filter) -> Filter:
    """The tab alone, in the order that was chosen."""
    return Filter(
        state=wanted.state, order=wanted.order, reader=wanted.reader, zone=wanted.zone, folded=wanted.folded
    )


def neighbours(tx: Transaction, tip: Tip, wanted: Filter) -> tuple[str | None, str | None]:
    """Addresses of the tips above and below this one in the queue it was opened from."""
    above, below = triage.neighbours(tx, wanted, tip)
    path = "/desk/tips/"
    return (
        address(wanted, path + above.reference) if above else None,
        address(wanted, path + below.reference) if below else None,
    )
