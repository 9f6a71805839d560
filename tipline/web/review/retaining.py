"""How long a tip is kept, as its page tells it; and the page of what stays of an erased one."""

from __future__ import annotations

from typing import Any, Protocol

from flask import Response, make_response, render_template

from tipline.db import Transaction
from tipline.domain import accounts, due, erasures, holds, links, tips
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, purposes
from tipline.web.purposes import Prompt
from tipline.web.review import history, notices


class Refused(Protocol):
    """A form that was refused, of a tip or a case."""

    form: str
    faults: dict[str, str]


def of(tx: Transaction, tip: Tip, failed: Refused | None) -> dict[str, Any]:
    """What the page of a tip shows of it."""
    standing = [one for one in holds.list_over_tip(tx, tip.id) if one.ended_at is None]
    asked = erasures.find_open(tx, tip.id)
    return {
        "due": due.of(tx, tip),
        "holds": standing,
        "hold_names": holds.names(tx, standing),
        "erasure": asked,
        "is_mine": asked is not None and asked.asked_by == current.actor().label,
        "why_hold": why("hold", failed),
        "why_erase": why("erasure", failed),
    }


def why(form: str, failed: Refused | None) -> Prompt:
    """The reason that a form of this name asks for, after a refusal with what was said."""
    return purposes.prompt(form, faults=failed.faults if failed and failed.form == form else None)


def tombstone(reference: str) -> Response:
    """What is kept of an erased tip."""
    with current.services().database.reading() as tx:
        tip = tips.find_tip(tx, reference)
        row = erasures.find_last(tx, tip.id) if tip else None
        if tip is None or row is None:
            raise TiplineError("tip:not-found")
        staff = accounts.list_accounts(tx)
        labels = [one for one in (row.asked_by, row.approved_by) if one]
        page = render_template(
            "review/tombstone.html", tip=tip, row=row, kept=row.kept, names=erasures.names(tx, labels),
            links=links.list_cases_of(tx, tip, current.actor()),
            history=history.of_tip(tx, tip.reference, staff), notice=notices.take(),
            author_names={one.username: one.display_name for one in staff},
        )  # fmt: skip
    return make_response(page)
