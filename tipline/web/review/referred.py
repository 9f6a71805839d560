"""Partners pulled in at the desk: whom to ask, the link that goes into a chat group, what came back."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import acts, custody, partners, referrals, referring, undoing
from tipline.domain.referrals import Referral
from tipline.domain.referring import Wish
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, filters, guard
from tipline.web.review import blueprint, handed, notices, pages, printing
from tipline.web.review.acts import act
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext

# What is pasted into a chat group; nothing of the tip stands in it.
IN_A_GROUP = N_(
    "%(station)s asks for your help (%(number)s). Please open this link, tap “Taken on”, and keep us up to"
    " date there: %(link)s It needs no account and works until %(until)s. In danger, call 110."
)
ONCE_MORE = N_(
    "%(station)s asks once more (%(number)s). Please open the link and say how it stands: %(link)s"
    " If you cannot come, say so there, so that we can ask somebody else."
)


@blueprint.post("/desk/tips/<reference>/referrals")
@guard.staff("tip:act")
def refer(reference: str) -> ResponseReturnValue:
    """Ask a partner; leads to the link."""
    services = current.services()
    try:
        with services.database.transaction() as tx:
            tip = pages.read(tx, reference)
            partner = partners.read_open(tx, _number("partner"))
            made = referring.make(tx, services.key, current.actor(), tip, partner, _wish(), handed.say)
            done = acts.recorded(tx)
            act_id = done.id if done and undoing.may_undo(done) else None
    except TiplineError as fault:
        if fault.code == "tip:not-found":
            raise
        return pages.refuse(reference, "refer", fault)
    notices.keep(
        Notice(
            gettext(
                "%(name)s can be asked now: send the link. The tip provider reads of it.", name=partner.name
            ),
            act=act_id,
        )
    )
    return redirect(f"/desk/tips/{tip.reference}/referrals/{made.id}", 303)


@blueprint.get("/desk/tips/<reference>/referrals/<int:referral_id>")
@guard.staff("tip:act")
def referral_page(reference: str, referral_id: int) -> ResponseReturnValue:
    """The link, its code to scan, the words for a group; and the course of it."""
    with current.services().database.reading() as tx:
        tip = pages.read(tx, reference)
        referral = referrals.read_referral(tx, tip, referral_id)
        partner = partners.read_partner(tx, referral.partner_id)
        link = handed.link_of(referral)
        said = {
            "station": current.settings().station or gettext("The police station"),
            "number": referral.number,
            "link": link,
            "until": filters.plain_time(referral.expires_at),
        }
        page = render_template(
            "review/referral.html",
            tip=tip,
            row=handed.rows_of(tx, [referral])[0],
            partner=partner,
            shown=referrals.shown_of(tx, referral, tip),
            link=link,
            qr=printing.qr(link),
            words_for_group=gettext(IN_A_GROUP, **said),
            words_once_more=gettext(ONCE_MORE, **said),
            reminded=_reminded(tx, referral),
            notice=notices.take(),
        )
    return make_response(page)


@blueprint.post("/desk/tips/<reference>/referrals/<int:referral_id>/remind")
@guard.staff("tip:act")
@act("remind")
def remind(tx: Transaction, tip: Tip, referral_id: int) -> Notice:
    referral = referrals.read_referral(tx, tip, referral_id)
    referring.remind(tx, current.actor(), tip, referral, handed.say)
    return Notice(
        gettext(
            "Noted, and the tip provider reads it. The partner sees it on the page; better still, send it:"
        ),
        link=f"/desk/tips/{tip.reference}/referrals/{referral.id}#once-more",
    )


@blueprint.post("/desk/tips/<reference>/referrals/<int:referral_id>/withdraw")
@guard.staff("tip:act")
@act("withdraw-referral")
def withdraw(tx: Transaction, tip: Tip, referral_id: int) -> Notice:
    referral = referrals.read_referral(tx, tip, referral_id)
    referring.withdraw(tx, current.actor(), tip, referral, handed.say)
    return Notice(gettext("%(number)s withdrawn. Its link shows nothing any more.", number=referral.number))


@blueprint.post("/desk/tips/<reference>/replies/<int:message_id>/pass-on")
@guard.staff("tip:act")
@act("pass-on")
def pass_on(tx: Transaction, tip: Tip, message_id: int) -> Notice:
    """What a partner wrote, to the reporter, in one tap; of the pictures those that were ticked."""
    message = referrals.read_reply(tx, tip, message_id)
    text = handed.passed_words(tx, tip, message)
    referring.pass_on(tx, current.actor(), tip, message, text, request.form.getlist("picture"))
    return Notice(gettext("Passed on. The tip provider reads it with the receipt code."))


def _wish() -> Wish:
    form = request.form
    hours = form.get("hours", "").strip()
    return Wish(
        form.get("words", ""), form.getlist("shown"),
        int(hours) if hours.isdecimal() and len(hours) < 6 else 0,
    )  # fmt: skip


def _number(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _reminded(tx: Transaction, referral: Referral) -> list[Any]:
    return custody.list_of(tx, subject=f"referral:{referral.id}", actions={"referral:remind"})
