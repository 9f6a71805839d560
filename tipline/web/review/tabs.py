"""The tabs over the queue: states, one's own tips, and filters kept under a name, each with its counts."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import saved_filters, tallies
from tipline.domain.filters import Filter
from tipline.domain.saved_filters import SavedFilter
from tipline.errors import N_
from tipline.web import current
from tipline.web.review import wanted as addresses

# State of a tab → its word; the tab of one's own tips stands apart, for it filters by person.
WAITING, MINE, ALL = "", "mine", "all"
TABS = (
    (WAITING, N_("To do")),
    ("received", N_("New")),
    (MINE, N_("Mine")),
    ("need_info", N_("Needs information")),
    ("snoozed", N_("Snoozed")),
    ("linked", N_("Linked")),
    (ALL, N_("All")),
)
# Tabs of what waits for somebody tell how much of it one has not seen.
_TELLING = (WAITING, "received", MINE, "need_info")


class Tab(NamedTuple):
    """`number` is None where counting would take long; `text` of a kept filter is its owner's own word."""

    text: str
    url: str
    number: int | None
    unread: int
    chosen: bool
    saved: SavedFilter | None = None


def of(tx: Transaction, wanted: Filter) -> list[Tab]:
    """A count is of the tab alone, without other filters. Everything is counted in one query.

    Our own tabs keep the order that was chosen; a kept filter has its own.
    """
    kept = {f"kept {one.id}": one for one in saved_filters.list_of(tx, current.staff().id)}
    shown = {name: _filter(name, wanted.order) for name, _text in TABS}
    shown |= {name: addresses.filter_of(one.query) for name, one in kept.items()}
    counted = {name: one for name, one in shown.items() if not one.q}
    unseen = {f"{name} unread": replace(shown[name], unread="1") for name in _TELLING}
    numbers = tallies.count_each(tx, counted | unseen)
    chosen = next((name for name in reversed(shown) if shown[name] == wanted), wanted.state)
    texts = dict(TABS) | {name: one.name for name, one in kept.items()}
    return [
        Tab(
            texts[name], addresses.address(one), numbers.get(name), numbers.get(f"{name} unread", 0),
            name == chosen, kept.get(name),
        )
        for name, one in shown.items()
    ]  # fmt: skip


def count_hidden(tx: Transaction, wanted: Filter, tabs: list[Tab]) -> int:
    """How many tips of the tab the filters hide; a tab of its own hides nothing."""
    if wanted == _filter(MINE, wanted.order) or not addresses.is_narrowed(wanted):
        return 0
    plain = addresses.widened(wanted)
    whole = next((tab.number for tab in tabs if tab.url == addresses.address(plain)), None)
    if whole is None:
        whole = tallies.count(tx, plain)
    return max(0, whole - tallies.count(tx, wanted))


def _filter(name: str, order: str) -> Filter:
    who = current.staff()
    if name == MINE:
        return Filter(assignee=who.username, order=order, reader=who.id, zone=current.zone())
    return Filter(state=name, order=order, reader=who.id, zone=current.zone(), folded=True)
