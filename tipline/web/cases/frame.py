"""What every tab of a case shares: its head, its members, the bar of tabs with their counts.

A tab is a page of its own under the address of the case, so it can be linked to and reloaded. Its template
extends `cases/case_base.html` and fills the block `tab`; its view calls `show`
with the tab's code. A tab whose route does not exist is left out of the bar.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import accounts, cases, holdings, holds, members
from tipline.domain.cases import Case
from tipline.domain.holdings import Holdings
from tipline.errors import N_, TiplineError
from tipline.web import current, errors
from tipline.web.cases import asking
from tipline.web.cases.refused import Failed
from tipline.web.review import begun, conflict, notices, retaining
from tipline.web.review.notices import Notice

BASE = "/desk/cases/<number>"
Values = Callable[[Transaction, Case], dict[str, Any]]


class Tab(NamedTuple):
    """`held` is the field of the holdings that is counted on it."""

    code: str
    word: str
    icon: str
    held: str = ""

    @property
    def path(self) -> str:
        return f"/{self.code}" if self.code else ""


TABS = (
    Tab("", N_("At a glance"), "folder"),
    Tab("tips", N_("Tips"), "inbox", "tips"),
    Tab("evidence", N_("Evidence"), "list", "files"),
    Tab("timeline", N_("Timeline"), "history"),
    Tab("trail", N_("Trail"), "map-pin", "sightings"),
    Tab("subjects", N_("People, vehicles, objects"), "users", "subjects"),
    Tab("tasks", N_("Tasks"), "check", "tasks"),
    Tab("packages", N_("Hand over"), "package"),
    Tab("log", N_("Log"), "file-text"),
)


def read(tx: Transaction, number: str) -> Case:
    """The case, if it exists for the person who asks; raises case:not-found."""
    return cases.read_case(tx, number, current.actor())


def gather(tx: Transaction, row: Case, tab: str) -> dict[str, Any]:
    """What the head and the bar of tabs show, in a fixed number of queries."""
    staff = accounts.list_accounts(tx)
    counted = holdings.of(tx, row)
    return {
        **bar(row, tab, counted),
        "holdings": counted,
        "standing": members.list_members(tx, row),
        "staff": [one for one in staff if one.active and not one.is_partner],
        "people": {one.id: one for one in staff},
        "author_names": {one.username: one.display_name for one in staff},
        "unsent": begun.of(tx, f"case:{row.number}"),
        "acting": members.may_act(tx, current.actor(), row),
        "holds": [one for one in holds.list_of_case(tx, row.id) if one.ended_at is None],
        "merged_into": tx.get(Case, row.merged_into_id) if row.merged_into_id else None,
    }


def bar(row: Case, tab: str, counted: Holdings) -> dict[str, Any]:
    """What the bar of tabs shows."""
    return {
        "case": row,
        "base": f"/desk/cases/{row.number}",
        "tab": tab,
        "tabs": [one for one in TABS if is_there(one)],
        "counts": counted._asdict(),
    }


def is_there(tab: Tab) -> bool:
    """Whether somebody serves this tab."""
    known = current_app.extensions.setdefault("case-tabs", set())
    if not known:
        known.update(rule.rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(BASE))
    return BASE + tab.path in known


def show(
    number: str, tab: str, template: str, values_of: Values, *, failed: Failed | None = None,
    notice: Notice | None = None, status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    """The page of one tab; after a refused form with what was typed and why."""
    with current.reading() as tx:
        row = read(tx, number)
        values = gather(tx, row, tab)
        page = render_template(
            template, **values, **values_of(tx, row), failed=failed or Failed(),
            why_hold=retaining.why("hold", failed), notice=notice or notices.take(),
            live=None if template in asking.STILL else asking.first(tx, row, tab, values["holdings"]),
        )  # fmt: skip
    return make_response(page, status)


def refusal(form: str, fault: TiplineError) -> dict[str, Any]:
    """What `show` needs to tell why a form was refused, with all that was typed."""
    failed = Failed.of(form, fault)
    return {
        "failed": failed,
        "notice": Notice(errors.sentence(fault), is_fault=True, conflict=conflict.of_fault(fault)),
        "status": errors.status_of(fault),
    }
