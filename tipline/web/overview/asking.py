"""What the page is asked for, all of it in the address: days of the station's calendar, a beat, a kind."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from flask import request

from tipline.domain import clock
from tipline.domain.figures import Wanted
from tipline.errors import N_, TiplineError
from tipline.web import current

# Name in the address → its word, and how many days it reaches back, today included.
SPANS = {
    "today": (N_("Today"), 1),
    "7d": (N_("7 days"), 7),
    "30d": (N_("30 days"), 30),
    "90d": (N_("90 days"), 90),
}
USUAL = "7d"


def of_request() -> Wanted:
    """Raises figures:day for what is no day, and what `Wanted.checked` does."""
    beat, category = request.args.get("beat", ""), request.args.get("category", "")
    if request.args.get("first") or request.args.get("last"):
        first, last = _day("first"), _day("last")
    else:
        last = current.local(clock.now()).date()
        first = last - timedelta(days=SPANS.get(span(), SPANS[USUAL])[1] - 1)
    return Wanted(first, last, current.zone(), beat, category).checked()


def usual() -> Wanted:
    """What is shown where the question was unclear."""
    last = current.local(clock.now()).date()
    return Wanted(last - timedelta(days=SPANS[USUAL][1] - 1), last, current.zone())


def span() -> str:
    """The span that was chosen by its name, `` where days were."""
    if request.args.get("first") or request.args.get("last"):
        return ""
    name = request.args.get("span", USUAL)
    return name if name in SPANS else USUAL


def address(path: str, wanted: Wanted, **others: str) -> str:
    """The page of the same question, with something else about it."""
    asked: dict[str, str] = {"beat": wanted.beat, "category": wanted.category}
    if span():
        asked["span"] = span()
    else:
        asked |= {"first": wanted.first.isoformat(), "last": wanted.last.isoformat()}
    if "span" in others:
        asked = {name: value for name, value in asked.items() if name not in ("first", "last")}
    asked |= others
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        raise TiplineError("figures:day", fields={name: "figures:day"}) from None
