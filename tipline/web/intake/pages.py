"""Renders the reporter's pages with what they all need: faults with links, files, limits."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template
from flask_babel import gettext

from tipline.domain import attached, beat_search, beats, categories, clock, limits
from tipline.domain.tips import Tip
from tipline.errors import CATALOGUE, TiplineError
from tipline.web import current, errors, media
from tipline.web.intake import answering, language, posters, visit, words
from tipline.web.intake.answers import Answers
from tipline.web.intake.picture import picture
from tipline.web.intake.telling import Told

Faults = dict[str, str]
# Where a page stands by itself; its form may have answered under another address.
_HOME = {
    "what": "/report",
    "files": "/report/files",
    "check": "/report/check",
    "receipt": "/report/receipt",
    "slip": "/status/slip",
    "verify": "/verify",
    "export": "/help/export",
}


def render(template: str, **values: Any) -> str:
    """A page; `faults` maps a field to its sentence, in the order in which the fields stand."""
    return frame(f"intake/{template}", _HOME.get(template, "/status"), **values)


def frame(template: str, home: str, **values: Any) -> str:
    """The same of any page in the reporter's frame; `home` is where it stands by itself."""
    settings = current.settings()
    values.setdefault("faults", {})
    values.setdefault("said", {})
    return render_template(
        f"{template}.html",
        other_languages=language.others(home),
        words=words.of_script(),
        exit_url=settings.exit_url,
        file_limit=settings.max_file_bytes,
        files_limit=settings.max_tip_files,
        today=current.local(clock.now()).date().isoformat(),
        picture=picture,
        **values,
    )


def what(answers: Answers, faults: Faults, *, told: Told | None = None) -> str:
    """Step 1."""
    with current.services().database.reading() as tx:
        known_beats = beats.list_beats(tx)
        poster = posters.shown(tx, answers)
        beat_page = beat_search.page_of(tx, answers.beat)
        bulletin = answering.shown(tx, answers)
    return render(
        "what",
        answers=answers,
        faults=faults,
        told=told,
        script_files=script_files(told) if told else [],
        categories=_kinds(answers.category),
        beats=known_beats,
        poster=poster,
        beat_page=beat_page,
        bulletin=bulletin,
        text_limit=limits.TEXT,
        short_limit=limits.SHORT,
    )


def _kinds(chosen: str) -> tuple[categories.Category, ...]:
    """What the four steps ask for: footage and what was seen, and what was chosen by another door."""
    return tuple(one for one in categories.CATEGORIES if one.group == categories.TIP or one.code == chosen)


def receipt(told: Told, *, refused: list[tuple[str, str]] | None = None) -> str:
    """Step 4."""
    return render(
        "receipt", told=told, script_files=script_files(told), code=visit.code(), refused=refused or []
    )


def refusal(page: str, fault: TiplineError) -> Response:
    """The page that says why, with what was typed; status and when to try again are those of the fault."""
    response = make_response(page, errors.status_of(fault))
    errors.say_when(response, fault)
    return response


def faults_of(fault: TiplineError) -> Faults:
    """Field → sentence; a fault without a field stands for the whole form."""
    if not fault.fields:
        return {"": errors.sentence(fault)}
    return {name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}


def faults_of_files(refused: list[tuple[str, str]]) -> Faults:
    """Every file that was not taken, with the reason."""
    return {"file": " ".join(f"{name}: {sentence}" for name, sentence in refused)} if refused else {}


def sentence(code: str) -> str:
    return str(gettext(CATALOGUE[code].sentence))


def passed_on(tip: Tip, message_id: int, number: int) -> Response:
    """A picture under a message, for whoever reported and nobody's cache."""
    with current.services().database.reading() as tx:
        made = attached.read_shown(tx, tip, message_id, number)
    response = media.send_rendition(made)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def script_files(told: Told) -> list[dict[str, Any]]:
    """The tip's files as the uploader needs them: what is here, and what can be gone on with."""
    return [
        {
            "id": one.id,
            "number": one.number,
            "name": one.filename,
            "size": one.size,
            "state": one.state,
            "matches": one.digest_matches,
            "purpose": one.purpose,
            "upload": told.unfinished[one.id].id if one.id in told.unfinished else None,
            "expires_at": clock.stamp(told.unfinished[one.id].expires_at)
            if one.id in told.unfinished
            else None,
            "sent_again": one.id in told.sent_again,
            "offset": told.unfinished[one.id].offset if one.id in told.unfinished else None,
            "expires": told.unfinished[one.id].expires_at.isoformat() if one.id in told.unfinished else None,
        }
        for one in told.files
        if one.state != "expired"
    ]
