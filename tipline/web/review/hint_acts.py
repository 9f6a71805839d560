"""Answers to hints: link to the other tip's case, mark the later as duplicate, or say: not related."""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import hints, links, pointing
from tipline.domain.hints import Hint
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.review import blueprint
from tipline.web.review.acts import act
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext


def _read(tx: Transaction, tip: Tip, hint_id: int) -> tuple[Hint, Tip]:
    row = hints.read_hint(tx, hint_id, tip)
    return row, tx.get_one(Tip, row.other_than(tip.id))


@blueprint.post("/desk/tips/<reference>/hints/<int:hint_id>/answer")
@guard.staff("tip:act")
@act("hint")
def answer(tx: Transaction, tip: Tip, hint_id: int) -> Notice:
    """Not related, and why; or nobody can tell."""
    row, other = _read(tx, tip, hint_id)
    hints.dismiss(tx, current.actor(), tip, row, request.form.get("answer", ""))
    return Notice(gettext("Hint about %(other)s answered. It comes back only if something new speaks for it.",
                          other=other.reference))  # fmt: skip


@blueprint.post("/desk/tips/<reference>/hints/<int:hint_id>/link")
@guard.staff("case:act")
@act("hint")
def follow(tx: Transaction, tip: Tip, hint_id: int) -> Notice:
    """Link this tip to a case of the other one."""
    row, other = _read(tx, tip, hint_id)
    number = request.form.get("case", "")
    standing = links.list_cases_of_many(tx, [other.id], current.actor())[other.id]
    case = next((one for one in standing if one.number == number), None)
    if case is None:
        raise TiplineError("case:not-found")
    pointing.link(tx, current.actor(), tip, row, case, request.form.get("reason", ""))
    return Notice(gettext("Linked to %(case)s.", case=case.number))


@blueprint.post("/desk/tips/<reference>/hints/<int:hint_id>/duplicate")
@guard.staff("tip:act")
@act("hint")
def repeat(tx: Transaction, tip: Tip, hint_id: int) -> Notice:
    """The later of the two tells what the earlier told before."""
    row, other = _read(tx, tip, hint_id)
    later, earlier = (other, tip) if other.id > tip.id else (tip, other)
    root = pointing.mark_duplicate(tx, current.actor(), row, later, earlier)
    return Notice(gettext("%(tip)s is marked as a duplicate of %(other)s. Both pages show it.",
                          tip=later.reference, other=root.reference))  # fmt: skip
