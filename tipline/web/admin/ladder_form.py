"""The part of the page of targets where the ladder is set: its fields, and what they mean in minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import accounts, categories, ladder, targets
from tipline.domain.ladder import Ladder
from tipline.errors import N_
from tipline.web import current

STEPS = {
    ladder.REMINDER: N_("Reminder"),
    ladder.DEPUTY: N_("Deputy"),
    ladder.ON_CALL: N_("On call"),
    ladder.SUPERVISOR: N_("Supervisors"),
}


class Step(NamedTuple):
    """A field of the form; `value` is what stands in it."""

    code: str
    name: str
    usual: int
    value: str


class Preview(NamedTuple):
    """After how many seconds each step is due for a kind; `before`: as long as nothing is changed."""

    kind: str
    minutes: int
    seconds: list[float]
    before: list[float]


class Form(NamedTuple):
    steps: list[Step]
    previews: list[Preview]
    is_wanted: bool
    by: str
    at: datetime | None


def form(tx: Transaction, typed: Mapping[str, str], wanted: Ladder | None = None) -> Form:
    """What stands, or what is looked at beside it; the fields keep what was typed."""
    row, stands = ladder.find_row(tx), ladder.now(tx)
    steps = [
        Step(code, name, getattr(ladder.USUAL, code), typed.get(code, str(getattr(stands, code))))
        for code, name in STEPS.items()
    ]
    names = {one.username: one.display_name for one in accounts.list_accounts(tx)}
    by = names.get(row.changed_by, row.changed_by) if row else ""
    previews = _previews(tx, wanted or stands, stands)
    return Form(steps, previews, wanted is not None, by, row.changed_at if row else None)


def read(typed: Mapping[str, str]) -> Ladder:
    """Empty: as usual. Raises ladder:unclear beside each field that holds no percentage, or ladder:order."""
    said = {code: typed.get(code, "").strip().removesuffix("%").strip() for code in STEPS}
    wrong = [code for code, text in said.items() if text and not _is_number(text)]
    if wrong:
        raise ladder.unclear(wrong)
    wanted = ladder.USUAL._replace(**{code: int(text) for code, text in said.items() if text})
    ladder.require_order(wanted)
    return wanted


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7


def _previews(tx: Transaction, wanted: Ladder, stands: Ladder) -> list[Preview]:
    """A line for each kind that has a target of its own, and one for all that go by the station's setting."""
    kept = targets.list_targets(tx)
    kinds = [(one.short, kept[one.code].minutes) for one in categories.CATEGORIES if one.code in kept]
    if len(kinds) < len(categories.CATEGORIES):
        others = N_("Every other kind") if kinds else N_("Every kind")
        kinds.append((others, current.settings().ack_minutes))
    return [
        Preview(kind, minutes, _seconds(wanted, minutes), _seconds(stands, minutes))
        for kind, minutes in kinds
    ]


def _seconds(steps: Ladder, minutes: int) -> list[float]:
    return [60 * minutes * percent / 100 for percent in steps]
