"""The page of a partner who was asked to help: what is asked, what may be seen, one tap for how it stands.

The link is all that is needed, in any browser and without a script. Its secret stands in the address, so that
one tap in a chat opens it; that somebody looked stands in the log, nothing else changes by looking. Who
presses what was pressed already reads so. What opens nothing any more says what to do instead.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import custody, messages, partners, referrals, referring
from tipline.domain.custody import Custody
from tipline.domain.referrals import Referral
from tipline.errors import TiplineError
from tipline.web import current, errors, guard, limiting, media
from tipline.web.community import blueprint
from tipline.web.intake import language
from tipline.web.limiting import Budget
from tipline.web.review import handed

STEPS = Budget("referral-steps", 120, "request:too-many")
WRONG = Budget("referral-links", 60, "request:too-many")
GONE = {*referrals.OVER.values(), "referral:closed"}
MINUTES = (5, 10, 20, 30, 60)


@blueprint.get("/refer/<token>")
@guard.public
def refer_page(token: str) -> ResponseReturnValue:
    services = current.services()
    try:
        with services.database.reading() as tx:
            referral = _read(tx, token)
            is_known = referring.was_opened_lately(tx, referral)
        if not is_known and request.method == "GET":
            with services.database.transaction() as tx:
                referring.open_link(tx, _read(tx, token))
    except TiplineError as fault:
        return _refused(token, fault)
    return _page(token)


@blueprint.post("/refer/<token>")
@guard.public
def answer(token: str) -> ResponseReturnValue:
    """A state, or words; the same twice is once."""
    form = request.form
    verb, words = form.get("step", ""), form.get("words", "")
    try:
        limiting.spend(STEPS)
        with current.services().database.transaction() as tx:
            referral = _read(tx, token)
            if verb == "write":
                referring.reply(tx, referral, words)
            else:
                referring.step(tx, referral, verb, minutes=_minutes(), words=words, say=handed.say)
    except TiplineError as fault:
        return _refused(token, fault, verb)
    return redirect(f"/refer/{token}?said={verb}#now", 303)


@blueprint.get("/refer/<token>/pictures/<int:number>")
@guard.public
def refer_picture(token: str, number: int) -> Response:
    """A covered picture that the officer let stand there."""
    with current.services().database.reading() as tx:
        made = referrals.read_picture(tx, _read(tx, token), number)
    response = media.send_rendition(made)
    response.headers["Cache-Control"] = "no-store"
    return response


def _read(tx: Transaction, token: str) -> Referral:
    try:
        return referrals.read_linked(tx, current.services().key, token)
    except TiplineError:
        limiting.spend(WRONG)
        raise


def _minutes() -> int | None:
    """Of a button, or typed."""
    typed = (request.form.get("minutes") or request.form.get("other_minutes") or "").strip()
    return int(typed) if typed.isdecimal() and len(typed) < 5 else None


def _refused(token: str, fault: TiplineError, verb: str = "") -> Response:
    """The page again with what was typed and the sentence; a link that is over says what to do now."""
    if fault.code == "referral:unknown":
        page = render_template(
            "community/refer_over.html", fault=fault, sentence=errors.sentence(fault), **_frame(token)
        )
        return make_response(page, errors.status_of(fault))
    return _page(token, fault, verb)


def _page(token: str, fault: TiplineError | None = None, verb: str = "") -> Response:
    with current.services().database.reading() as tx:
        referral = _read(tx, token)
        try:
            tip = referrals.require_open(tx, referral)
        except TiplineError as over:
            page = render_template(
                "community/refer_over.html", fault=over, referral=referral, sentence=errors.sentence(over),
                **_frame(token),
                written=messages.list_of_referrals(tx, [referral.id]),
            )  # fmt: skip
            return make_response(page, errors.status_of(over))
        page = render_template(
            "community/refer.html",
            referral=referral,
            partner=partners.read_partner(tx, referral.partner_id),
            shown=referrals.shown_of(tx, referral, tip),
            reached=referring.rank_of(referral.state),
            minutes=MINUTES,
            said=request.args.get("said", "") if fault is None else "",
            written=messages.list_of_referrals(tx, [referral.id]),
            reminded=_reminded(tx, referral),
            faults={name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
            if fault
            else {},
            message=errors.sentence(fault) if fault else "",
            verb=verb,
            typed=request.form,
            **_frame(token),
        )
    return make_response(page, errors.status_of(fault) if fault else 200)


def _reminded(tx: Transaction, referral: Referral) -> Custody | None:
    """The last time that the officer asked once more, unless there was an answer since."""
    said = custody.list_of(tx, subject=f"referral:{referral.id}", actions={"referral:remind"})
    return said[-1] if said and said[-1].at > referral.changed_at else None


def _frame(token: str) -> dict[str, object]:
    return {"token": token, "other_languages": language.others(f"/refer/{token}")}
