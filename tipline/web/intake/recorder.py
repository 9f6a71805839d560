"""What the reporter tells of the recorder: how far its clock is off, and when it writes over the footage.

Small forms of their own on the pages that take files, with or without JavaScript, before and after sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tipline.domain import clock, recorders, tips
from tipline.domain.actors import reporter
from tipline.domain.recorders import Reading
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.intake import blueprint, calendars, moments, pages, status, steps, telling

MOST_DIGITS = 9


class Said(NamedTuple):
    """How far the clock is off, how that is known, and what was read."""

    offset_s: float | None
    source: str | None
    reading: str | None = None


@blueprint.post("/report/clock")
@guard.reporter
def tell_clock() -> ResponseReturnValue:
    """`way` is reading, minutes, or forget."""
    # The sooner the better: a reading is compared with the moment at which it came.
    at = clock.now()
    tip = current.reporter_tip()
    way = request.form.get("way", "reading")
    field = "clock_minutes" if way == "minutes" else "clock_time"
    try:
        limiting.spend_words(tip.reference)
        said = _said(way, request.form, at)
        with current.services().database.transaction() as tx:
            fresh = tips.read_tip(tx, tip.reference)
            recorders.tell_clock(
                tx, reporter(tip.reference), fresh, said.offset_s, said.source, reading=said.reading
            )
    except TiplineError as fault:
        return _again(tip, fault, {"clock": field})
    return redirect(_home(tip, "clock"), 303)


@blueprint.post("/report/overwrite")
@guard.reporter
def tell_overwriting() -> ResponseReturnValue:
    """`overwrite_days`; empty takes back what was told."""
    tip = current.reporter_tip()
    try:
        limiting.spend_words(tip.reference)
        days = _days(request.form.get("overwrite_days", ""))
        with current.services().database.transaction() as tx:
            fresh = tips.read_tip(tx, tip.reference)
            recorders.tell_overwriting(tx, reporter(tip.reference), fresh, days)
    except TiplineError as fault:
        return _again(tip, fault, {})
    return redirect(_home(tip, "overwrite"), 303)


@blueprint.get("/status/overwrite.ics")
@guard.reporter
def show_calendar() -> Response:
    """The reminder as an entry for the phone's own calendar."""
    told = telling.tell(current.reporter_tip())
    if told.overwriting is None:
        raise TiplineError("request:not-found")
    response = Response(calendars.entry(told.tip), mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=recorder.ics"
    response.headers["Cache-Control"] = "no-store"
    return response


def _said(way: str, form: Mapping[str, str], at: datetime) -> Said:
    if way == "forget":
        return Said(None, None)
    if way == "minutes":
        return Said(_difference(form), "minutes")
    today = current.local(at).date().isoformat()
    shown, has_seconds = moments.read_shown(
        form.get("clock_date", "").strip() or today, form.get("clock_time", "")
    )
    reading = Reading(shown, current.local(at), has_seconds)
    return Said(reading.offset_s, "reading", reading.text)


def _difference(form: Mapping[str, str]) -> float:
    """So many minutes and seconds ahead or behind."""
    if form.get("clock_way") == "right":
        return 0.0
    minutes, seconds = (form.get(name, "").strip() for name in ("clock_minutes", "clock_seconds"))
    typed = [minutes or "0", seconds or "0"]
    is_number = all(one.isascii() and one.isdigit() and len(one) <= MOST_DIGITS for one in typed)
    if not is_number or not (minutes or seconds) or form.get("clock_way") not in ("fast", "slow"):
        raise TiplineError("tip:clock-unclear", fields={"clock_minutes": "tip:clock-unclear"})
    total = 60.0 * int(typed[0]) + int(typed[1])
    return total if form["clock_way"] == "fast" else -total


def _days(typed: str) -> int | None:
    typed = typed.strip().removesuffix("天").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS):
        raise TiplineError("tip:days-unclear", fields={"overwrite_days": "tip:days-unclear"})
    return int(typed)


def _again(tip: Tip, fault: TiplineError, fields: dict[str, str]) -> Response:
    """The page with what was typed and what was wrong with it."""
    page = steps.files_page if tip.state == "draft" else status.status_page
    faults = {fields.get(name, name): sentence for name, sentence in pages.faults_of(fault).items()}
    return pages.refusal(page(tip, faults, request.form), fault)


def _home(tip: Tip, anchor: str) -> str:
    return url_for("intake.show_files" if tip.state == "draft" else "intake.show_status", _anchor=anchor)
