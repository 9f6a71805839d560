"""The reporter's door for programs: open a tip, come back to it, follow it, answer.

A tip belongs to whoever holds its access token; of any other it is not even told that it exists.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, request, url_for
from flask_babel import gettext

from tipline.domain import categories, evidence, messages, ratings, timeline, tips, uploads
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.messages import Told as ToldMessage
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.api.reporter_models import (
    CategoriesOut,
    DigestIn,
    EvidenceOut,
    MessageIn,
    MessageOut,
    ProgressOut,
    RatingIn,
    RatingOut,
    ReceiptOut,
    SessionIn,
    SessionOut,
    TipIn,
    TipOut,
)
from tipline.web.intake import guessing, moments, opening, pages, shared, slips, telling

FORMS = {"json": "application/json", "pdf": "application/pdf", "html": "text/html"}
blueprint = APIBlueprint("public", __name__, url_prefix="/api/v1/public", tag="Reporter")


@blueprint.get("/categories")
@guard.public
@blueprint.output(CategoriesOut)
def get_categories() -> dict[str, Any]:
    """Kinds of tip."""
    shown = [(one.code, gettext(one.label), one.group) for one in categories.CATEGORIES]
    return {"items": [{"code": code, "label": label, "group": group} for code, label, group in shown]}


@blueprint.post("/tips")
@guard.public
@blueprint.input(TipIn)
@blueprint.output(TipOut, 201)
def post_tip(json_data: TipIn) -> dict[str, Any]:
    """Open a tip.

    With `text` it is handed in at once. Without, it is a draft until its first file has arrived.
    """
    limiting.spend(limiting.TIPS)
    opened = opening.open_tip(report_of(json_data), door="api", submit=json_data.text is not None)
    return {
        "reference": opened.tip.reference,
        "receipt_code": opened.code,
        "access_token": opened.token,
        "status_url": current.settings().base_url
        + url_for("intake.show_status_of", reference=opened.tip.reference),
    }


@blueprint.post("/sessions")
@guard.public
@blueprint.input(SessionIn)
@blueprint.output(SessionOut, 201)
def post_session(json_data: SessionIn) -> dict[str, Any]:
    """Come back with the receipt code."""
    tip, token = guessing.enter(json_data.receipt_code)
    return {"access_token": token, "reference": tip.reference}


@blueprint.get("/tips/<reference>")
@guard.reporter
@blueprint.output(ProgressOut)
def get_tip(reference: str) -> dict[str, Any]:
    """How the tip stands."""
    told = telling.tell(_own(reference))
    telling.note_read(told)
    return {
        "reference": told.tip.reference,
        "status": told.status,
        "status_text": told.status_text,
        "timeline": _timeline(told),
        "messages": sorted(
            [_message(one, told) for one in told.messages] + shared.as_messages(told.shared),
            key=lambda one: one["at"],
        ),
        "evidence": [evidence_of(one, told.files, told.unfinished) for one in told.files],
        "clock_offset_s": told.tip.clock_offset_s,
        "clock_source": told.tip.clock_source,
        "clock_reading": told.tip.clock_reading,
        "overwrites_at": told.overwriting.at if told.overwriting else None,
        "ack_due_at": told.tip.ack_due_at,
        "acknowledged_at": told.tip.acknowledged_at,
        "response": {
            "state": told.clock.state, "text": told.clock.text, "then": told.clock.then,
            "left_s": told.clock.seconds, "target_minutes": told.clock.minutes,
        },
        "incident": shared.as_api(told.shared),
        "rating": told.tip.rating,
        "may_rate": told.rating.may,
    }  # fmt: skip


def _timeline(told: telling.Told) -> list[dict[str, Any]]:
    lines = [{"at": one.at, "code": one.code, "text": one.text} for one in told.timeline]
    sentence = timeline.STEPS["incident:progress"]
    notes = told.shared.notes if told.shared else []
    lines += [{"at": one.at, "code": "incident:progress", "text": gettext(sentence)} for one in notes]
    return sorted(lines, key=lambda one: one["at"])


@blueprint.post("/tips/<reference>/messages")
@guard.reporter
@blueprint.input(MessageIn)
@blueprint.output(MessageOut, 201)
def post_message(reference: str, json_data: MessageIn) -> dict[str, Any]:
    """Write to the officers, or answer their question."""
    own = _own(reference)
    limiting.spend(limiting.MESSAGES)
    with current.services().database.transaction() as tx:
        message = messages.write(
            tx, reporter(own.reference), tips.read_tip(tx, own.reference), json_data.text
        )
        return _message(message)


@blueprint.get("/tips/<reference>/messages/<int:message_id>/pictures/<int:number>")
@guard.reporter
def get_picture(reference: str, message_id: int, number: int) -> Response:
    """A picture that an officer passed on with a message."""
    return pages.passed_on(_own(reference), message_id, number)


@blueprint.post("/tips/<reference>/rating")
@guard.reporter
@blueprint.input(RatingIn)
@blueprint.output(RatingOut)
def post_rating(reference: str, json_data: RatingIn) -> dict[str, Any]:
    """Say how you were served, once the tip is closed; for a day it may be changed.

    Access that was made for a partner's program answers 403: whoever reported opens a session with the code.
    """
    own = _own(reference)
    current.require_in_person()
    limiting.spend_words(own.reference)
    with current.services().database.transaction() as tx:
        tip = tips.read_tip(tx, own.reference)
        ratings.rate(tx, reporter(own.reference), tip, json_data.verdict, json_data.words)
        return {"verdict": tip.rating, "words": tip.rating_words, "rated_at": tip.rated_at}


@blueprint.patch("/evidence/<evidence_id>")
@guard.sender
@blueprint.input(DigestIn)
@blueprint.output(EvidenceOut)
def patch_evidence(evidence_id: str, json_data: DigestIn) -> dict[str, Any]:
    """Say afterwards which SHA-256 the file had on the reporter's device."""
    own = current.reporter_tip()
    limiting.spend(limiting.WORDS)
    with current.services().database.transaction() as tx:
        row = evidence.read_evidence(tx, evidence_id)
        if row.tip_id != own.id or row.referral_id is not None:
            raise TiplineError("evidence:not-found")
        limiting.spend_on(limiting.WORDS_OF_ONE, row.id)
        evidence.claim_digest(tx, row, json_data.sha256)
        return evidence_of(row, evidence.list_of_reporter(tx, own), uploads.unfinished(tx, own))


@blueprint.get("/tips/<reference>/receipt")
@guard.reporter
@blueprint.output(ReceiptOut)
def get_receipt(reference: str) -> Response:
    """The signed receipt: JSON, a PDF in which the JSON lies, or a page to print.

    `Accept` says which, or `?format=json`, `pdf`, `html`. Signed anew only when what it states has changed.
    """
    tip = _own(reference)
    wanted = _wanted_form()
    if wanted == "application/pdf":
        return slips.pdf(tip)
    if wanted == "text/html":
        return make_response(slips.page(tip))
    return slips.document(tip)


def _wanted_form() -> str:
    said = request.args.get("format")
    if said is None:
        return request.accept_mimetypes.best_match(list(FORMS.values())) or FORMS["json"]
    if said not in FORMS:
        raise TiplineError("request:invalid", fields={"format": "request:field-unclear"})
    return FORMS[said]


def _own(reference: str) -> Tip:
    """The asker's tip by its reference; any other is as if it were not there."""
    tip = current.reporter_tip()
    if tip.reference != reference.upper():
        raise TiplineError("tip:not-found")
    return tip


def report_of(said: TipIn) -> Report:
    """The report a program sent; the domain has still to check it."""
    if said.text is not None and not said.text.strip():
        raise TiplineError("tip:empty", fields={"text": "tip:empty"})
    faults: dict[str, str] = {}
    times = {name: _moment(getattr(said, name), name, faults) for name in ("occurred_at", "occurred_until")}
    report = Report(
        category=said.category, text=said.text or "", language=said.language, place=said.place, lat=said.lat,
        lon=said.lon, beat=said.beat or None, contact=said.contact, anonymous=said.anonymous,
        clock_offset_s=said.clock_offset_s, shop=said.shop or None,
        overwrites_in_days=said.overwrites_in_days, bulletin=said.bulletin or None, **times,
    )  # fmt: skip
    if faults:
        raise TiplineError("tip:time-unclear", fields=faults)
    return report


def _moment(text: str, field: str, faults: dict[str, str]) -> datetime | None:
    try:
        return moments.read(text, field)
    except TiplineError as fault:
        faults.update(fault.fields)
        return None


def _message(message: Message | ToldMessage, told: telling.Told | None = None) -> dict[str, Any]:
    shown = told.pictures.get(message.id, []) if told else []
    base = f"/api/v1/public/tips/{told.tip.reference}/messages/{message.id}/pictures" if told else ""
    return {
        **{name: getattr(message, name, None) for name in MessageOut.model_fields},
        "pictures": [
            {"url": f"{base}/{at}", "width": one.width, "height": one.height}
            for at, one in enumerate(shown, 1)
        ],
    }


def evidence_of(row: Evidence, files: list[Evidence], unfinished: dict[str, Upload]) -> dict[str, Any]:
    """One of a tip's `files`, as whoever sent it is told."""
    upload = unfinished.get(row.id)
    return {
        **{name: getattr(row, name, None) for name in EvidenceOut.model_fields},
        "offset": upload.offset if upload else None,
        "expires_at": upload.expires_at if upload else None,
        "send_again": any(one.id == row.id for one in evidence.to_send_again(files)),
    }
