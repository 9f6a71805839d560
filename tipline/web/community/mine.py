"""My appointments and questions: by their codes, without an account; moved and called off here."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import appointments, clock, questions, topics
from tipline.domain.appointments import Booking, Slot
from tipline.domain.questions import Question
from tipline.domain.topics import Paper, Topic
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting, prose
from tipline.web.community import appointment_calendar, blueprint, visits
from tipline.web.community import topics as topic_pages
from tipline.web.community.today import today
from tipline.web.intake import pages

HERE = "/topics/mine"


class Held(NamedTuple):
    """An appointment with all its page tells."""

    booking: Booking
    slot: Slot
    topic: Topic
    papers: list[Paper]
    days: list[Any]  # other times, of one that may still be moved
    code: str

    @property
    def number(self) -> str:
        return appointments.number_of(self.booking)

    @property
    def state(self) -> str:
        return appointments.state_of(self.booking, self.slot)


class Asked(NamedTuple):
    """A question with its topic."""

    question: Question
    topic: Topic
    code: str

    @property
    def number(self) -> str:
        return questions.number_of(self.question)


@blueprint.get(HERE)
@guard.public
def show_mine() -> ResponseReturnValue:
    return _page()


@blueprint.post(HERE)
@guard.public
def enter() -> ResponseReturnValue:
    """A code of an appointment or a question opens it on this device."""
    typed = request.form.get("receipt_code", "")
    try:
        visits.enter(typed)
    except TiplineError as fault:
        return pages.refusal(_page(pages.faults_of(fault), typed=typed[:100]), fault)
    return redirect(HERE, 303)


@blueprint.post("/topics/mine/kept")
@guard.public
def keep() -> ResponseReturnValue:
    """Somebody says that the codes are written down: they are shown no more."""
    visits.forget_codes()
    return redirect(HERE, 303)


@blueprint.post("/topics/mine/leave")
@guard.public
def leave_mine() -> ResponseReturnValue:
    """This device forgets them; the codes open them again."""
    visits.leave()
    return redirect(topic_pages.HERE, 303)


@blueprint.post("/topics/mine/<int:number>/move")
@guard.public
def move(number: int) -> ResponseReturnValue:
    slot = request.form.get("slot", "")

    def act(tx: Transaction, booking: Booking) -> None:
        if not (slot.isascii() and slot.isdecimal() and len(slot) < 10):
            raise TiplineError("slot:needed", fields={"slot": "slot:needed"})
        appointments.move(tx, booking, int(slot), today())

    return _act(number, act)


@blueprint.post("/topics/mine/<int:number>/cancel")
@guard.public
def cancel(number: int) -> ResponseReturnValue:
    return _act(number, lambda tx, booking: appointments.cancel(tx, appointments.who(booking), booking))


@blueprint.get("/topics/mine/<int:number>.ics")
@guard.public
def show_calendar(number: int) -> Response:
    with current.services().database.reading() as tx:
        booking = visits.read_booking(tx, number)
        slot, topic = appointments.slot_of(tx, booking)
        file = appointment_calendar.entry(booking, slot, topic, topics.papers_of(tx, topic))
    response = Response(file, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{appointments.number_of(booking)}.ics"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _act(number: int, act: Any) -> ResponseReturnValue:
    try:
        limiting.spend(limiting.WORDS)
        with current.services().database.transaction() as tx:
            booking = visits.read_booking(tx, number)
            limiting.spend_on(limiting.WORDS_OF_ONE, appointments.number_of(booking))
            act(tx, booking)
    except TiplineError as fault:
        faults = {f"{name}-{number}": words for name, words in pages.faults_of(fault).items() if name}
        return pages.refusal(_page(faults or pages.faults_of(fault)), fault)
    return redirect(f"{HERE}#booking-{number}", 303)


def _page(faults: pages.Faults | None = None, typed: str = "") -> str:
    with current.services().database.reading() as tx:
        opened = visits.read(tx)
        held = [_held(tx, one) for one in opened.bookings]
        asked = [
            Asked(one, questions.topic_of(tx, one), visits.code_of(visits.QUESTION, one.id))
            for one in opened.questions
        ]
    return pages.frame(
        "community/mine", HERE, held=held, asked=asked, faults=faults or {}, typed=typed, blocks=prose.blocks
    )


def _held(tx: Transaction, booking: Booking) -> Held:
    slot, topic = appointments.slot_of(tx, booking)
    is_open = topic.is_open(today()) and booking.cancelled_at is None and booking.came_at is None
    ahead = slot.starts_at > clock.now() or slot.cancelled_at is not None
    free = appointments.list_slots(tx, topic, since=clock.now()) if is_open and ahead else []
    days = topic_pages.by_day(one for one in free if one.free and one.slot.id != slot.id)
    code = visits.code_of(visits.BOOKING, booking.id)
    return Held(booking, slot, topic, topics.papers_of(tx, topic), days, code)
