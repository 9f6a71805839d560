"""The page of a partner who was asked to help: what is asked, what may be seen, one tap for how it stands.

The link is all that is needed, in any browser and without a script. Its secret stands in the address, so that
one tap in a chat opens it; that somebody looked stands in the log, nothing else changes by looking. Who
presses what was pressed already reads so. What opens nothing any more says what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from tipline.db import Transaction
from tipline.domain import attached, custody, messages, partners, referrals, referring, room
from tipline.domain.custody import Custody
from tipline.domain.referrals import Referral
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, errors, guard, limiting, media
from tipline.web.community import blueprint
from tipline.web.intake import language, taking
from tipline.web.intake.taking import Taken, Terms
from tipline.web.limiting import Budget
from tipline.web.review import handed

# What is sent with a reply: photos, and films short enough for a phone's line.
TAKEN = frozenset({"photo", "video"})
LARGEST = 300 * 1024 * 1024
FILES = Budget("referral-files", 40, "referral:files-too-often")
STEPS = Budget("referral-steps", 120, "request:too-many")
WRONG = Budget("referral-links", 60, "request:too-many")
GONE = {*referrals.OVER.values(), "referral:closed"}
MINUTES = (5, 10, 20, 30, 60)
WRITE = "write"


class Typed(NamedTuple):
    """What a form held that was not carried out; `told` in place of the fault's own sentence. `came`: what
    was received all the same."""

    verb: str = ""
    fields: Mapping[str, str] = {}
    told: str = ""
    came: str = ""


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
    """A state; the same twice is once."""
    form = request.form
    verb, words = form.get("step", ""), form.get("words", "")
    try:
        limiting.spend(STEPS)
        with current.services().database.transaction() as tx:
            referral = _read(tx, token)
            referring.step(tx, referral, verb, minutes=_minutes(), words=words, say=handed.say)
    except TiplineError as fault:
        return _refused(token, fault, Typed(verb, form))
    return redirect(f"/refer/{token}?said={verb}#now", 303)


@blueprint.post("/refer/<token>/reply")
@guard.public
def reply(token: str) -> ResponseReturnValue:
    """Words, photos, a short film, read while they arrive. What is here stays, whatever became of others."""
    typed: dict[str, str] = {}
    taken = Taken()
    try:
        limiting.spend(STEPS)
        with current.services().database.reading() as tx:
            referral = _read(tx, token)
        terms = Terms(referral_id=referral.id, largest=LARGEST, kinds=TAKEN, unfit="referral:file-unfit")

        def owner(fields: dict[str, str]) -> Tip:
            typed.update(fields)
            limiting.spend_on(FILES, str(referral.id))
            # Asked once the words are read: who wrote while the link ended gets them back.
            with current.services().database.reading() as tx:
                return referrals.require_open(tx, _read(tx, token))

        taken = taking.take_form(owner, terms)
        typed = taken.fields
        came, words = taken.received + taken.again, typed.get("words", "")
        if came or words.strip() or not (taken.refused or taken.ended):
            with current.services().database.transaction() as tx:
                referring.reply(tx, _read(tx, token), words, is_again=taken.again > 0)
            taken.fields.pop("words", None)  # sent
    except TiplineError as fault:
        return _refused(token, fault, Typed(WRITE, typed, _not_taken(taken, fault), _came(taken)))
    if taken.refused or taken.ended:
        ended = taken.ended or TiplineError("referral:file-unfit")
        return _page(token, ended, Typed(WRITE, taken.fields, _not_taken(taken, taken.ended), _came(taken)))
    again = f"&again={taken.again}" if taken.again else ""
    return redirect(f"/refer/{token}?said={WRITE}{again}#write-title", 303)


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


def _not_taken(taken: Taken, fault: TiplineError | None) -> str:
    """Why each file was not, and what else went wrong; nothing where every file was taken."""
    lines = [f"{name}: {sentence}" for name, sentence in taken.refused]
    if fault and (lines or fault is taken.ended):
        lines.append(errors.sentence(fault))
    return " ".join(lines)


def _came(taken: Taken) -> str:
    many = taken.received
    sent = ngettext("%(num)s file was sent.", "%(num)s files were sent.", many) if many else ""
    return " ".join(filter(None, [sent, _again(taken.again)]))


def _again(many: int) -> str:
    """Of files that had come before; nothing where none had."""
    if not 0 < many <= room.LINK_FILES:
        return ""
    told = ngettext(
        "%(num)s file was here already; it is kept once.",
        "%(num)s files were here already; each is kept once.",
        many,
    )
    return str(told)


def _refused(token: str, fault: TiplineError, typed: Typed | None = None) -> Response:
    """The page again with what was typed and the sentence; a link that is over says what to do now."""
    if fault.code == "referral:unknown":
        page = render_template(
            "community/refer_over.html", fault=fault, sentence=errors.sentence(fault), **_frame(token)
        )
        return make_response(page, errors.status_of(fault))
    return _page(token, fault, typed)


def _page(token: str, fault: TiplineError | None = None, typed: Typed | None = None) -> Response:
    typed = typed or Typed()
    with current.services().database.reading() as tx:
        referral = _read(tx, token)
        try:
            tip = referrals.require_open(tx, referral)
        except TiplineError as over:
            page = render_template(
                "community/refer_over.html", fault=over, referral=referral, sentence=errors.sentence(over),
                unsent=typed.fields.get("words", "").strip(), came=typed.came,
                **_frame(token),
                **_written(tx, referral),
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
            again=_again(request.args.get("again", 0, int)) if fault is None else "",
            **_written(tx, referral),
            reminded=_reminded(tx, referral),
            faults=_faults(fault, typed),
            message=" ".join([typed.told or (errors.sentence(fault) if fault else ""), typed.came]).strip(),
            verb=typed.verb,
            typed=typed.fields,
            most_files=room.LINK_FILES,
            largest=min(LARGEST, current.settings().max_file_bytes),
            **_frame(token),
        )
    return make_response(page, errors.status_of(fault) if fault else 200)


def _faults(fault: TiplineError | None, typed: Typed) -> dict[str, str]:
    if fault is None or not fault.fields:
        return {"file": typed.told} if typed.told else {}
    return {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}


def _written(tx: Transaction, referral: Referral) -> dict[str, object]:
    """What came by this link, and how many files with each message; they are counted and not shown."""
    written = messages.list_of_referrals(tx, [referral.id])
    return {"written": written, "sent": attached.of_messages(tx, [one.id for one in written])}


def _reminded(tx: Transaction, referral: Referral) -> Custody | None:
    """The last time that the officer asked once more, unless there was an answer since."""
    said = custody.list_of(tx, subject=f"referral:{referral.id}", actions={"referral:remind"})
    return said[-1] if said and said[-1].at > referral.changed_at else None


def _frame(token: str) -> dict[str, object]:
    return {"token": token, "other_languages": language.others(f"/refer/{token}")}
