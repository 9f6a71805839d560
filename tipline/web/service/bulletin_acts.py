"""What the desk does with a bulletin: propose, look again and publish, withdraw, take back; its stills."""

from __future__ import annotations

from collections.abc import Callable

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, bulletins, evidence, posting, stills
from tipline.domain.actors import Actor
from tipline.domain.bulletins import Bulletin
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.intake import moments
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext
from tipline.web.service import blueprint, bulletin_view
from tipline.web.service.bulletin_view import BASE
from tipline.web.sharing import wishing


def _withdraw(tx: Transaction, actor: Actor, row: Bulletin) -> None:
    posting.withdraw(tx, actor, row, request.form.get("words", ""))


ACTS: dict[str, Callable[[Transaction, Actor, Bulletin], None]] = {
    "propose": posting.propose,
    "take-back": posting.take_back,
    "withdraw": _withdraw,
    "restore": posting.restore,
    "discard": posting.discard,
}


@blueprint.post(f"{BASE}/<handle>/acts/<verb>")
@guard.staff("bulletin:draft")
def act_on_bulletin(handle: str, verb: str) -> ResponseReturnValue:
    """One of the acts; those that residents notice take the right to publish (`posting`)."""
    if verb not in ACTS:
        raise TiplineError("request:not-found")
    try:
        with current.services().database.transaction() as tx:
            ACTS[verb](tx, current.actor(), bulletin_view.read(tx, handle))
            act = acts.recorded(tx)
    except TiplineError as fault:
        return _again(handle, verb, fault)
    notices.keep(Notice(_told(verb), act=act.id if act else None))
    return redirect(f"{BASE}/{handle}", 303)


@blueprint.get(f"{BASE}/<handle>/check")
@guard.staff("bulletin:publish")
def check_bulletin(handle: str) -> ResponseReturnValue:
    """The second look before residents see it."""
    with current.services().database.reading() as tx:
        return bulletin_view.check(tx, bulletin_view.read(tx, handle))


@blueprint.post(f"{BASE}/<handle>/publish")
@guard.staff("bulletin:publish")
def publish_bulletin(handle: str) -> ResponseReturnValue:
    """Now or later; also shows stills that were added to what residents read already."""
    form, actor = request.form, current.actor()
    looked = [int(one) for one in form.getlist("looked") if one.isascii() and one.isdigit() and len(one) < 10]
    try:
        with current.services().database.transaction() as tx:
            row = bulletin_view.read(tx, handle)
            if bulletins.state_of(row) == bulletins.PUBLISHED:
                posting.confirm_stills(tx, actor, row, looked, revision=bulletin_view.revision_typed())
            else:
                at = moments.read(form.get("at", ""), "at") if form.get("when") == "later" else None
                until = moments.read(form.get("until", ""), "until")
                seen = bulletin_view.revision_typed()
                posting.publish(tx, actor, row, at=at, until=until, looked=looked, revision=seen)
            state, act = bulletins.state_of(row), acts.recorded(tx)
    except TiplineError as fault:
        if fault.code in ("bulletin:not-found", "account:forbidden"):
            raise
        return _again(handle, "publish", fault, is_check=True)
    is_now = state == bulletins.PUBLISHED
    told = gettext("Published.") if is_now else gettext("It is published by itself at its time.")
    notices.keep(Notice(told, act=act.id if act else None))
    return redirect(f"{BASE}/{handle}", 303)


@blueprint.post(f"{BASE}/<handle>/stills")
@guard.staff("bulletin:draft")
def add_still(handle: str) -> ResponseReturnValue:
    """Have a still made of a covered copy that somebody confirmed."""
    form, services = request.form, current.services()
    evidence_id, _, copy = form.get("source", "").partition("/")
    try:
        with services.database.transaction() as tx:
            row = bulletin_view.read(tx, handle)
            posting.require_editable(current.actor(), row)
            if not copy:
                raise TiplineError("bulletin:still-unfit", fields={"source": "bulletin:still-unfit"})
            file = evidence.read_evidence(tx, evidence_id)
            stills.add(
                tx, services.bell, current.actor(), row, file, copy, alt=form.get("alt", ""),
                caption=form.get("caption", ""), t=wishing.position(form.get("t", "")),
            )  # fmt: skip
            posting.touch(tx, current.actor(), row, "change")
    except TiplineError as fault:
        if fault.code in ("bulletin:not-found", "evidence:not-found"):
            raise
        with services.database.reading() as tx:
            row = bulletin_view.read(tx, handle)
            failed, shown = Failed.of("still", fault), bulletin_view.shown_of(row)
            page = bulletin_view.editor(tx, row, shown, notice=_fault(fault), failed=failed)
        return make_response(page, errors.status_of(fault))
    notices.keep(Notice(gettext("The still is being prepared: made anew from the covered copy.")))
    return redirect(f"{BASE}/{handle}/edit#stills", 303)


@blueprint.post(f"{BASE}/<handle>/stills/<int:number>")
@guard.staff("bulletin:draft")
def change_still(handle: str, number: int) -> ResponseReturnValue:
    """Other words beside it, or out with it."""
    form, actor = request.form, current.actor()
    try:
        with current.services().database.transaction() as tx:
            row = bulletin_view.read(tx, handle)
            posting.require_editable(actor, row)
            still = stills.read_still(tx, row, number)
            if form.get("act") == "remove":
                stills.remove(tx, actor, row, still)
                posting.touch(tx, actor, row, "change")
            elif stills.describe(
                tx, actor, row, still, alt=form.get("alt", ""), caption=form.get("caption", "")
            ):
                posting.touch(tx, actor, row, "change")
    except TiplineError as fault:
        if fault.code in ("bulletin:not-found", "bulletin:still-not-found"):
            raise
        notices.keep(_fault(fault))
    return redirect(f"{BASE}/{handle}/edit#stills", 303)


def _again(handle: str, form: str, fault: TiplineError, *, is_check: bool = False) -> ResponseReturnValue:
    """The same page with what was typed and why it was refused."""
    if fault.code in ("bulletin:not-found", "account:forbidden"):
        raise fault
    with current.services().database.reading() as tx:
        row = bulletin_view.read(tx, handle)
        show = bulletin_view.check if is_check else bulletin_view.page
        page = show(tx, row, _fault(fault), Failed.of(form, fault))
    return make_response(page, errors.status_of(fault))


def _fault(fault: TiplineError) -> Notice:
    return Notice(errors.sentence(fault), is_fault=True)


def _told(verb: str) -> str:
    return {
        "propose": gettext("Proposed. A supervisor looks at it next."),
        "take-back": gettext("A draft again. Residents do not see it."),
        "withdraw": gettext("Withdrawn. Residents read your sentence in its place."),
        "restore": gettext("Put back."),
        "discard": gettext("Thrown away. It can be put back for 12 hours."),
    }[verb]
