"""Acts on several rows of the queue at once: one form, one answer, one way back.

Only rows that stand on the page are acted on, each as it was seen there. What was refused says why.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import batches, rights, triage, undoing
from tipline.domain.batches import Outcome
from tipline.domain.filters import Filter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.review import batch_acts, blueprint, notices, rows, tabs, wanted, watching
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext

LISTED = 5  # tips named one by one; more are counted


class Picked(NamedTuple):
    """A row that was ticked, and the state it was seen in."""

    reference: str
    seen: str


@blueprint.post("/desk/queue/acts")
@guard.staff("tip:read")
def act_on_rows() -> ResponseReturnValue:
    chosen, picked = wanted.filter_of_request(), _picked()
    try:
        with current.services().database.transaction() as tx:
            outcome, what = _carry_out(tx, picked)
    except TiplineError as fault:
        if fault.code == "account:forbidden":
            raise
        said = Notice(errors.sentence(fault), is_fault=True)
        return _answer(chosen, picked, said, [one.reference for one in picked], errors.status_of(fault))
    said = _notice(outcome, what)
    refused = [reference for reference, _fault in outcome.refused]
    status = errors.status_of(outcome.refused[0][1]) if refused and not outcome.done else 200
    return _answer(chosen, picked, said, refused, status)


def _carry_out(tx: Transaction, picked: list[Picked]) -> tuple[Outcome, str]:
    name = request.form.get("act", "")
    if name not in batch_acts.ACTS:
        raise TiplineError("batch:act-needed")
    if not picked:
        raise TiplineError("batch:nothing-picked")
    right, prepare = batch_acts.ACTS[name]
    rights.require(current.actor(), right)
    act = prepare(tx)
    seen = {one.reference: one.seen for one in picked}
    found = {tip.reference: tip for tip in triage.list_by_reference(tx, list(seen))}
    in_order = [found[one.reference] for one in picked if one.reference in found]

    def do(tip: Tip) -> None:
        if act.first is not None:
            act.first(tx, tip)
        if right != "tip:read":  # what changes nothing for others rests on nothing
            rows.require_seen(tx, tip, seen[tip.reference])
        act.do(tip)

    return batches.carry_out(tx, in_order, do), act.what


def _picked() -> list[Picked]:
    told = [one.partition(".") for one in request.form.getlist("tip")[: batches.MOST]]
    return list({reference: Picked(reference, seen) for reference, _, seen in told}.values())


def _notice(outcome: Outcome, what: str) -> Notice:
    """`Assigned to Li · T-1042, T-1041`, and `Not done: T-1040 – somebody changed this tip …`"""
    parts = []
    if outcome.done:
        parts.append(f"{what} · {_listed(outcome.done)}" + (" —" if outcome.refused else ""))
    reasons: dict[str, list[str]] = {}
    for reference, fault in outcome.refused:
        reasons.setdefault(errors.sentence(fault), []).append(reference)
    for why, references in reasons.items():
        parts.append(gettext("Not done: %(tips)s – %(why)s", tips=_listed(references), why=why))
    act = outcome.act.id if outcome.act and undoing.may_undo(outcome.act) else None
    return Notice(" ".join(parts), act=act, is_fault=not outcome.done)


def _listed(references: list[str]) -> str:
    if len(references) <= LISTED:
        return ", ".join(references)
    return ngettext("%(num)s tip", "%(num)s tips", len(references))


def _answer(
    chosen: Filter, picked: list[Picked], said: Notice, refused: list[str], status: int
) -> ResponseReturnValue:
    """For a script the rows as they are now; otherwise the queue again, with the notice."""
    if not request.headers.get("HX-Request"):
        notices.keep(said)
        return redirect(wanted.address(chosen, cursor=request.args.get("cursor", "")), 303)
    with current.services().database.reading() as tx:
        found = triage.list_by_reference(tx, [one.reference for one in picked])
        page = render_template(
            "review/queue_acted.html",
            rows=triage.rows_of(tx, found, current.actor()),
            lookers=watching.of_queue(tx),
            notice=said,
            refused=refused,
            here=wanted.address(chosen, ""),
            tabs=tabs.of(tx, chosen),
            **rows.names(),
        )
    return make_response(page, status)
