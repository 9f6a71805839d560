"""The page on which an officer shares a file with somebody outside; its answer shows the link, this once."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, categories, ids, limits, redactions, shares, sharing, undoing
from tipline.domain.evidence import Evidence
from tipline.domain.sharing import Made
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.review import notices, pages
from tipline.web.review.notices import Notice
from tipline.web.sharing import blueprint, listing, wishing

FORM = "share"


@blueprint.get("/desk/tips/<reference>/evidence/<evidence_id>/share")
@guard.staff("share:make")
def offer(reference: str, evidence_id: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        return make_response(_page(tx, tip, wishing.read_file(tx, tip, evidence_id)))


@blueprint.post("/desk/tips/<reference>/evidence/<evidence_id>/share")
@guard.staff("share:make")
@guard.fresh
def share(reference: str, evidence_id: str) -> ResponseReturnValue:
    services, actor = current.services(), current.actor()
    try:
        with services.database.transaction() as tx:
            tip = pages.read(tx, reference)
            file = wishing.read_file(tx, tip, evidence_id)
            wish = wishing.of_form(tx, tip, file)
            case = wishing.case_of_form(tx)
            made = sharing.make(tx, services.bell, services.key, actor, file, wish, case)
            act = acts.recorded(tx)
            number = act.id if act and undoing.may_undo(act) else None
    except TiplineError as fault:
        if fault.code in ("tip:not-found", "evidence:not-found"):
            raise
        return _refused(reference, evidence_id, fault)
    return make_response(_made(tip, file, made, number))


def link_of(made: Made) -> str:
    """The secret stands behind the #, where no browser sends it."""
    return f"{current.settings().base_url}/share/{made.share.id}#{made.code}"


def _made(tip: Tip, file: Evidence, made: Made, act: int | None) -> str:
    with current.services().database.reading() as tx:
        return render_template(
            "sharing/made.html", tip=tip, file=file, share=made.share, link=link_of(made),
            second=made.second, notice=Notice("", act=act), row=listing.row_of(tx, made.share),
        )  # fmt: skip


def _refused(reference: str, evidence_id: str, fault: TiplineError) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        file = wishing.read_file(tx, tip, evidence_id)
        page = _page(tx, tip, file, Failed.of(FORM, fault), Notice(errors.sentence(fault), is_fault=True))
    return make_response(page, errors.status_of(fault))


def _page(
    tx: Transaction, tip: Tip, file: Evidence, failed: Failed | None = None, notice: Notice | None = None
) -> str:
    choices = wishing.choices(tx, file)
    values: dict[str, Any] = {
        "tip": tip,
        "file": file,
        "choices": choices,
        "can_cover": file.kind in redactions.COVERABLE,
        "category": categories.read_category(tip.category).short,
        "true_time": sharing.true_time(tx, file, 0.0, current.settings().timezone)
        if file.kind == "video"
        else "",
        "prompt": wishing.prompt(tx, tip, failed.faults if failed else None),
        "defaults": wishing.defaults(tip),
        "share_id": _id_of_form() if failed else ids.new_id(),
        "rows": listing.rows_of(tx, shares.list_shares(tx, evidence_id=file.id)),
        "limits": limits,
        "most_days": shares.MOST_DAYS,
    }
    return render_template(
        "sharing/offer.html", failed=failed or Failed(), notice=notice or notices.take(), **values
    )


def _id_of_form() -> str:
    """The same again, so that a form that is sent twice makes one share."""
    given = request.form.get("share", "")
    return given if len(given) == 26 and given.isalnum() and given.isascii() else ids.new_id()
