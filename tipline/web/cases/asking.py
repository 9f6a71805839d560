"""What a page of a case asks while it stands open: whether there is more than it shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request

from tipline.db import Transaction
from tipline.domain import case_news
from tipline.domain.cases import Case
from tipline.domain.holdings import Holdings
from tipline.web.review.news import CALM_S, Live

# What is counted as new, by the field of the holdings.
COUNTED = ("tips", "files", "subjects", "sightings", "tasks")
LONGEST_QUERY = 2000
# Pages that draw by themselves what is new, and forms that nothing is added to.
STILL = frozenset(f"cases/{one}.html" for one in ("timeline", "packages", "split", "merge", "thanks"))


def first(tx: Transaction, row: Case, tab: str, counts: Holdings) -> Live:
    """The question of a page that is just drawn."""
    here = request.query_string.decode("utf-8", "replace") if request.method == "GET" else ""
    shown = {name: getattr(counts, name) for name in COUNTED}
    return question(row, tab, case_news.mark(tx, row), shown, here[:LONGEST_QUERY])


def question(row: Case, tab: str, mark: str, shown: dict[str, int], here: str) -> Live:
    """`mark` names the state last told, `shown` what the page holds, `here` how it was narrowed."""
    asked: dict[str, Any] = {"tab": tab, "mark": mark, **shown, "here": here}
    return Live(f"/desk/cases/{row.number}/live?{urlencode(asked)}", CALM_S)
