"""The page of one tip, its live parts, and its print sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    arrivals,
    attached,
    beats,
    cases,
    categories,
    custody,
    links,
    messages,
    preferences,
    recorders,
    replies,
    rights,
    spots,
    tips,
)
from tipline.domain import purposes as reasons
from tipline.domain.accounts import Account
from tipline.domain.messages import Message
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError
from tipline.web import current, errors, guard, purposes
from tipline.web.accounts import contact_door
from tipline.web.review import (
    answered,
    begun,
    blueprint,
    came,
    camera,
    conflict,
    decoys,
    exporting,
    gist,
    handed,
    hinted,
    history,
    looking,
    marking,
    news,
    notices,
    offers,
    preloading,
    printing,
    responding,
    retaining,
    same,
    snoozing,
    stance,
    wanted,
    watching,
    whereabouts,
    words,
)
from tipline.web.review.notices import Notice

EXPORT_WORDS = N_(
    "Thank you for the footage. Could you please also send the recorder's original export? It is sharper and"
    " keeps its true time. Step by step for the usual brands: %(address)s - then choose the files under"
    " “Add material” on this page. If you cannot, tell us and we will help."
)
CHOICES = 8  # open cases offered before somebody searches


@dataclass
class Failed:
    """A form that was refused: its name, what was typed, and the sentence beside each faulty field."""

    form: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    code: str = ""
    ticked: list[str] = field(default_factory=list)  # boxes of a name that may come more than once


@blueprint.get("/desk/tips/<reference>")
@guard.staff("tip:read")
def tip(reference: str) -> ResponseReturnValue:
    try:
        with current.reading() as tx:
            row = read(tx, reference)
            if watching.is_ahead() or not watching.is_worth_noting(tx, row):
                return preloading.offer(_drawn(tx, row))
        watching.note(row)
        return preloading.offer(show(reference))
    except TiplineError as fault:
        if fault.code != "tip:erased":
            raise
        return retaining.tombstone(reference)


@blueprint.get("/desk/tips/<reference>/live")
@guard.staff("tip:read")
def tip_live(reference: str) -> ResponseReturnValue:
    """What changed since the page was drawn, in pieces that leave a playing film and typed text alone."""
    with current.services().database.reading() as tx:
        row = read(tx, reference)
        if str(row.revision) == request.args.get("version"):
            return "", 204
        values = gather(tx, row)
        busy, last = _numbers("busy"), max(_numbers("last"), default=0)
        here = [one for one in values["files"] if not one.is_folded]
        fresh = [one for one in here if one.row.number in busy or one.is_busy]
        return render_template(
            "review/tip_live.html",
            **values,
            changed=[one for one in fresh if one.row.number <= last],
            added=[one for one in values["files"] if one.row.number > last],
            retold=looking.clocks_of(values["files"]) != request.args.get("clocks") and bool(last),
        )


@blueprint.get("/desk/tips/<reference>/print")
@guard.staff("tip:read")
def tip_print(reference: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        row = read(tx, reference)
        address = f"{current.settings().base_url}/desk/tips/{row.reference}"
        return render_template(
            "review/tip_print.html", **gather(tx, row, whole=True), address=address, qr=printing.qr(address)
        )


def show(
    reference: str, *, failed: Failed | None = None, notice: Notice | None = None, contact: str | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    """The whole page; for a script that sent a form, only the parts an act may change."""
    with current.reading() as tx:
        return _drawn(tx, read(tx, reference), failed, notice, contact, status)


def _drawn(
    tx: Transaction, row: Tip, failed: Failed | None = None, notice: Notice | None = None,
    contact: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    template = "review/tip_answer.html" if request.headers.get("HX-Request") else "review/tip.html"
    values = gather(tx, row, failed=failed)
    # What the last act said stays for the page that is really seen.
    values["notice"] = notice or (None if watching.is_ahead() else notices.take())
    values["contact"] = contact
    return make_response(render_template(template, **values), status)


def refuse(reference: str, form: str, fault: TiplineError) -> Response:
    """The page again, with what was typed and why it was not done."""
    faults = {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    failed = Failed(form, dict(request.form), faults, fault.code, request.form.getlist("shown"))
    notice = Notice(errors.sentence(fault), is_fault=True)
    if fault.code == "tip:changed":
        with current.services().database.reading() as tx:
            notice.conflict = conflict.of_tip(tx, read(tx, reference), form)
    return show(reference, failed=failed, notice=notice, status=errors.status_of(fault))


def gather(tx: Transaction, row: Tip, *, failed: Failed | None = None, whole: bool = False) -> dict[str, Any]:
    """Everything the page and its parts show, in a fixed number of queries."""
    files = looking.files_of(tx, row, whole=whole)
    standing = links.list_cases_of(tx, row, current.actor())
    staff = accounts.list_accounts(tx)
    chosen = wanted.filter_of_request()
    people, areas = {one.id: one for one in staff}, beats.list_beats(tx)
    told = custody.list_of(tx, subject=f"tip:{row.reference}", actions=[arrivals.SUBMITTED, spots.KIND])
    above, below = wanted.neighbours(tx, row, chosen)
    return {
        "tip": row,
        "files": files,
        "where": whereabouts.of(tx, row, files, told),
        "marks": marking.of(tx, standing, files),
        "progress": looking.progress_of(files),
        "exporting": exporting.concerned(files, _numbers("exporting")),
        "links": standing,
        "answered": answered.of(tx, row, standing),
        "seen": stance.of(row, standing),
        "history": history.of_tip(tx, row.reference, staff),
        "staff": [one for one in staff if one.active and not one.is_partner],
        "people": people,
        "came": came.of(tx, row, people),
        "author_names": {one.username: one.display_name for one in staff},
        "beats": areas,
        "beat_by": words.BEAT_BY.get(arrivals.how_found(row, told) or ""),
        "categories": categories.CATEGORIES,
        "choices": cases.list_cases(tx, current.actor(), state="open", limit=CHOICES),
        "snoozes": snoozing.choices(),
        "by_hand": [one for one in tips.BY_HAND if one != row.state],
        "failed": failed or Failed(),
        "hinted": hinted.of(tx, row, people),
        "notice": None,
        "contact": None,
        "decoy": decoys.of(tx, row),
        "why_contact": _why_contact(tx, row, failed),
        "contact_door": contact_door.state(tx) if rights.may(current.actor(), "contact:read") else "",
        "above": above,
        "below": below,
        "back": wanted.address(chosen),
        "here": wanted.address(chosen, ""),
        "occurred": occurred(row),
        "overwrites_at": row.overwrites_at if recorders.is_awaited(row, [one.row for one in files]) else None,
        "clock_how": words.clock_how(row),
        "clock_proposals": camera.proposals([one.row for one in files], row),
        "ask_export": _ask(row, wanted.address(chosen, "")),
        **_drafted(tx, row),
        **_thread(tx, row, staff, messages.list_all(tx, row)),
        "same": same.of_tip(tx, row, areas),
        "gist": gist,
        "handed": handed.gather(tx, row, is_covered=any(one.is_covered for one in files)),
        "unsent": begun.of(tx, f"tip:{row.reference}"),
        "live": _live(row, files, wanted.address(chosen, "")),
        "lookers": watching.of_tip(tx, row),
        "told_of": watching.told,
        "is_ahead_of_time": watching.is_ahead,
        "ahead": preloading.pictures(tx, below),
        "advances": preferences.of(current.staff()).advance,
        "retention": retaining.of(tx, row, failed),
    }


def _thread(tx: Transaction, row: Tip, staff: list[Account], written: list[Message]) -> dict[str, Any]:
    """What was written, the files that stand under it, and what the station keeps ready to be said."""
    kept, known = replies.list_of(tx, row.language), offers.values(tx, row)
    return {
        "thread": written,
        "attached": attached.of_messages(tx, [one.id for one in written]),
        "offers": offers.gather(tx, row, kept, known, staff, written),
        "ready": responding.ready_of(row, kept, known),
    }


def _why_contact(tx: Transaction, row: Tip, failed: Failed | None) -> purposes.Prompt:
    faults = failed.faults if failed and failed.form == "contact" else None
    return purposes.prompt(
        "contact", remembered=reasons.recall(tx, current.actor(), row.reference), faults=faults
    )


def _ask(row: Tip, here: str) -> str:
    """The page with the words that ask for the original export already written; they are sent by hand."""
    return f"/desk/tips/{row.reference}{here}{'&' if here else '?'}ask=export#reply-text"


def _drafted(tx: Transaction, row: Tip) -> dict[str, str]:
    """What stands ready in the message field, and as which kind."""
    text, kind = offers.chosen(tx, row)
    return {"draft": text or _draft(row), "draft_kind": kind or "question"}


def _draft(row: Tip) -> str:
    """What stands ready in the message field, in the tip provider's language."""
    if request.args.get("ask") != "export":
        return ""
    address = f"{current.settings().base_url}/help/export?lang={row.language}"
    return i18n.say(row.language, EXPORT_WORDS, address=address)


def occurred(row: Tip) -> list[datetime]:
    return [moment for moment in (row.occurred_at, row.occurred_until) if moment]


def _live(row: Tip, files: list[looking.FileView], here: str) -> news.Live:
    busy = [one.row.number for one in files if one.is_busy]
    query = {
        "version": row.revision,
        "busy": ",".join(map(str, busy)),
        "last": max((one.row.number for one in files), default=0),
        "exporting": ",".join(str(one.row.number) for one in files if one.is_exporting),
        "clocks": looking.clocks_of(files),
    }
    url = f"/desk/tips/{row.reference}/live?{urlencode(query)}" + (f"&{here[1:]}" if here else "")
    return news.Live(url, news.BUSY_S if busy or query["exporting"] else news.CALM_S)


def _numbers(name: str) -> set[int]:
    return {
        int(one) for one in request.args.get(name, "").split(",")[:1000] if one.isdecimal() and len(one) < 19
    }


def read(tx: Transaction, reference: str) -> Tip:
    """A draft is still the reporter's own."""
    row = tips.read_tip(tx, reference)
    if row.state == "draft":
        raise TiplineError("tip:not-found")
    return row
