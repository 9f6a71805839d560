"""Topics as residents read them: the answer, what to bring, times to come, questions of others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

import segno
from flask import redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import appointments, beats, clock, limits, questions, topics
from tipline.domain.appointments import Row
from tipline.domain.topics import CLOSED, OPEN, Topic
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting, prose
from tipline.web.community import blueprint, visits
from tipline.web.community.today import today
from tipline.web.intake import pages
from tipline.web.limiting import Budget

HERE = "/topics"
BOOKINGS = Budget("bookings", 30, "booking:crowded")
# A school behind one address stays below; a script that wants all times of a week does not get them.
BOOKINGS_OF_A_DAY = Budget("bookings-day", 90, "booking:day-full", window_s=86_400)
# Of questions a school asks fewer, for it reads what was answered; each has to be read by an officer.
QUESTIONS_OF_A_DAY = Budget("questions-day", 40, "question:day-full", window_s=86_400)
# What the forms of the page were sent with, so that a «no» brings it back.
FIELDS = ("slot", "name", "question")


@blueprint.get(HERE)
@guard.public
def list_topics() -> ResponseReturnValue:
    """Those that are open, and with `archive` those that are closed."""
    is_archive = bool(request.args.get("archive"))
    with current.services().database.reading() as tx:
        found = topics.list_topics(tx, CLOSED if is_archive else OPEN)
        if not is_archive:
            found = [one for one in found if one.is_open(today())]
        names = {one.code: one.name for one in beats.list_beats(tx)}
    return pages.frame(
        "community/topics", HERE, topics=found, beats=names, is_archive=is_archive, kept=visits.has_any(),
        first_line=first_line,
    )  # fmt: skip


@blueprint.get("/topics/<handle>")
@guard.public
def show_topic(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return page(tx, topics.read_public(tx, handle))


@blueprint.post("/topics/<handle>/bookings")
@guard.public
def book(handle: str) -> ResponseReturnValue:
    services = current.services()
    try:
        limiting.spend(BOOKINGS)
        limiting.spend(BOOKINGS_OF_A_DAY)
        slot = request.form.get("slot", "")
        if not (slot.isascii() and slot.isdecimal() and len(slot) < 10):
            raise TiplineError("slot:needed", fields={"slot": "slot:needed"})
        with services.database.transaction() as tx:
            topic = topics.read_public(tx, handle)
            name = request.form.get("name", "")
            mine = visits.numbers(visits.BOOKING)
            booking, code = appointments.book(tx, services.key, topic, int(slot), name, today(), mine=mine)
    except TiplineError as fault:
        return refused(handle, fault)
    visits.begin(visits.BOOKING, booking.id, code)
    return redirect(f"{HERE}/mine", 303)


@blueprint.post("/topics/<handle>/questions")
@guard.public
def ask(handle: str) -> ResponseReturnValue:
    services = current.services()
    try:
        limiting.spend(limiting.MESSAGES)
        limiting.spend(QUESTIONS_OF_A_DAY)
        with services.database.transaction() as tx:
            topic = topics.read_public(tx, handle)
            text = request.form.get("question", "")
            mine = visits.numbers(visits.QUESTION)
            question, code = questions.ask(tx, services.key, topic, text, today(), mine=mine)
    except TiplineError as fault:
        return refused(handle, fault)
    visits.begin(visits.QUESTION, question.id, code)
    return redirect(f"{HERE}/mine", 303)


def refused(handle: str, fault: TiplineError) -> ResponseReturnValue:
    """The page again with the sentence and what was typed."""
    if fault.code == "topic:not-found":
        raise fault
    with current.services().database.reading() as tx:
        typed = {name: request.form.get(name, "")[: limits.MESSAGE] for name in FIELDS}
        shown = page(tx, topics.read_public(tx, handle), pages.faults_of(fault), typed)
    return pages.refusal(shown, fault)


def page(
    tx: Transaction, topic: Topic, faults: pages.Faults | None = None, typed: dict[str, str] | None = None,
    *, is_preview: bool = False,
) -> str:  # fmt: skip
    """As residents see it; a preview is the same with nothing to send."""
    address = address_of(topic)
    slots = appointments.list_slots(tx, topic, since=clock.now())
    return pages.frame(
        "community/topic", f"{HERE}/{topic.handle}", topic=topic, faults=faults or {}, typed=typed or {},
        is_open=topic.is_open(today()) or is_preview, is_preview=is_preview, blocks=prose.blocks,
        papers=topics.papers_of(tx, topic), days=by_day(slots), has_free=any(one.free for one in slots),
        asked=questions.list_published(tx, topic),
        beat=beats.read_beat(tx, topic.beat) if topic.beat else None,
        address=address, qr=drawn(address), kept=visits.has_any(), name_limit=appointments.LONGEST_NAME,
        question_limit=questions.LONGEST,
    )  # fmt: skip


def by_day(slots: Iterable[Row]) -> list[tuple[date, list[Row]]]:
    """Slots that take place, in days of the station."""
    held = [one for one in slots if one.slot.cancelled_at is None]
    return [
        (day, list(of)) for day, of in groupby(held, key=lambda one: current.local(one.slot.starts_at).date())
    ]


def address_of(topic: Topic) -> str:
    return f"{current.settings().base_url}{HERE}/{topic.handle}"


def drawn(address: str) -> str:
    """A QR code as a data: address; paper shows it."""
    return str(segno.make(address, error="m", micro=False).png_data_uri(scale=5, border=2))


def first_line(topic: Topic) -> str:
    return next((one.strip() for one in topic.answer.splitlines() if one.strip()), "")
