"""The clock of one file: its form, on the tip's page or on one of its own, and what it sets."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, clocks, evidence, placing
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.review import blueprint, clock_form, notices, pages, truth
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/clock")
@guard.staff("tip:act")
def clock_page(reference: str, evidence_id: str) -> ResponseReturnValue:
    """The form: a piece of the tip's page for a script, else a page."""
    with current.services().database.reading() as tx:
        return _form(tx, *_read(tx, reference, evidence_id))


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/clock")
@guard.staff("tip:act")
def set_clock(reference: str, evidence_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with current.services().database.transaction() as tx:
            tip, file = _read(tx, reference, evidence_id)
            clocks.require_version(file, tip, form.get("version", ""))
            wanted = clock_form.wanted(form, clocks.of(file), truth.of(file, tip))
            scope = form.get("scope", clocks.FILE)
            changed = clocks.set_clock(tx, current.actor(), tip, file, wanted, scope=scope)
            notice = _notice(tx, changed)
    except TiplineError as fault:
        if fault.code.endswith(":not-found"):
            raise
        with current.services().database.reading() as tx:
            return _form(tx, *_read(tx, reference, evidence_id), fault=fault)
    return _done(reference, file.number, notice)


def _read(tx: Transaction, reference: str, evidence_id: str) -> tuple[Tip, Evidence]:
    tip, file = pages.read(tx, reference), evidence.read_evidence(tx, evidence_id)
    if file.tip_id != tip.id:
        raise TiplineError("evidence:not-found")
    return tip, file


def _notice(tx: Transaction, changed: int) -> Notice:
    if not changed:
        return Notice(gettext("The clock is as it was."))
    text = ngettext(
        "Clock of %(num)s file set. Everything that rests on it is placed anew.",
        "Clock of %(num)s files set. Everything that rests on it is placed anew.", changed,
    )  # fmt: skip
    act = acts.recorded(tx)
    return Notice(text, act=act.id if act else None)


def _done(reference: str, number: int, notice: Notice) -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return pages.show(reference, notice=notice)
    notices.keep(notice)
    back = _back()
    return redirect(back or f"/desk/tips/{reference.upper()}?file={number}#clock-{number}", 303)


def _back() -> str:
    """The timeline from which somebody came."""
    number = request.values.get("case", "")
    plain = number.replace("-", "").isalnum() and number.isascii() and len(number) < 40
    return f"/desk/cases/{number}/timeline" if plain else ""


def _form(tx: Transaction, tip: Tip, file: Evidence, *, fault: TiplineError | None = None) -> Response:
    held, actor = clocks.of(file), current.actor()
    is_piece, known = "HX-Request" in request.headers, truth.of(file, tip)
    template = "review/clock_form.html" if is_piece else "review/clock_page.html"
    values = {
        "is_piece": is_piece,
        "tip": tip,
        "row": file,
        "held": held,
        "truth": known,
        "as_tip": truth.ahead(tip.clock_offset_s),
        "not_of_recorder": tip.clock_offset_s is not None and known.placement.known_by == placing.FILE,
        "version": clocks.version(file, tip),
        "cameras": clocks.list_cameras(tx, actor, tip),
        "of_camera": clocks.count_of_camera(tx, actor, tip, file),
        "of_tip": len(evidence.list_of_tip(tx, tip)) - 1,
        "failed": _failed(fault),
        "way": request.form.get("way") or clock_form.way_of(held),
        "back": request.values.get("case", "") if _back() else "",
    }
    return make_response(render_template(template, **values), errors.status_of(fault) if fault else 200)


def _failed(fault: TiplineError | None) -> pages.Failed:
    if fault is None:
        return pages.Failed()
    faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    faults.setdefault("all", "" if faults else errors.sentence(fault))
    return pages.Failed("clock", dict(request.form), faults)
