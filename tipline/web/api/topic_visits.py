"""Booking a time and asking under a topic, for residents' programs: as on the page, without an account.

What was booked or asked is known by its code alone. It comes in the body, never in an address, and each try
of one counts as on the page. So do the caps: of an address by the same budgets, of a person by the codes that
the program sends along.
"""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import appointments, questions, topics
from tipline.domain.appointments import Booking
from tipline.domain.questions import Question
from tipline.errors import TiplineError
from tipline.web import current, guard, limiting
from tipline.web.api.topic_visit_models import (
    BookingAsked,
    BookingMade,
    BookingMine,
    CodeIn,
    Mine,
    MoveIn,
    QuestionAsked,
    QuestionMade,
)
from tipline.web.api.topics import told
from tipline.web.community import appointment_calendar, visits
from tipline.web.community import topics as pages
from tipline.web.community.today import today

blueprint = APIBlueprint("topic_visits", __name__, url_prefix="/api/v1/public/topics", tag="Reporter")


@blueprint.post("/<handle>/bookings")
@guard.public
@blueprint.input(BookingAsked, arg_name="wanted")
@blueprint.output(BookingMade, 201)
def book(handle: str, wanted: BookingAsked) -> dict[str, Any]:
    """Take one of a topic's times. 409 if somebody was faster."""
    limiting.spend(pages.BOOKINGS)
    limiting.spend(pages.BOOKINGS_OF_A_DAY)
    services, mine = current.services(), _held(visits.BOOKING, wanted.receipt_codes)
    with services.database.transaction() as tx:
        topic = topics.read_public(tx, handle)
        booking, code = appointments.book(
            tx, services.key, topic, wanted.slot, wanted.name, today(), mine=mine.keys()
        )
        return {**_booking(tx, booking), "receipt_code": code}


@blueprint.post("/<handle>/questions")
@guard.public
@blueprint.input(QuestionAsked, arg_name="wanted")
@blueprint.output(QuestionMade, 201)
def ask(handle: str, wanted: QuestionAsked) -> dict[str, Any]:
    """Ask under a topic. The same again, sent with its code, is the same question."""
    limiting.spend(limiting.MESSAGES)
    limiting.spend(pages.QUESTIONS_OF_A_DAY)
    services, mine = current.services(), _held(visits.QUESTION, wanted.receipt_codes)
    with services.database.transaction() as tx:
        topic = topics.read_public(tx, handle)
        question, code = questions.ask(tx, services.key, topic, wanted.question, today(), mine=mine.keys())
        return {**_question(tx, question), "receipt_code": code or mine[question.id]}


@blueprint.post("/mine")
@guard.public
@blueprint.input(CodeIn, arg_name="wanted")
@blueprint.output(Mine)
def show_mine(wanted: CodeIn) -> dict[str, Any]:
    """How an appointment or a question stands, by its code."""
    limiting.spend(limiting.WORDS)
    kind, number = visits.opened_by(wanted.receipt_code)
    with current.services().database.reading() as tx:
        if kind == visits.BOOKING:
            return {"booking": _booking(tx, appointments.read_booking(tx, number)), "question": None}
        return {"booking": None, "question": _question(tx, tx.get_one(Question, number))}


@blueprint.post("/mine/move")
@guard.public
@blueprint.input(MoveIn, arg_name="wanted")
@blueprint.output(BookingMine)
def move(wanted: MoveIn) -> dict[str, Any]:
    """Another time under the same code; the place that was held is free at once."""
    number = _appointment(wanted.receipt_code)
    with current.services().database.transaction() as tx:
        booking = appointments.read_booking(tx, number)
        limiting.spend_on(limiting.WORDS_OF_ONE, appointments.number_of(booking))
        appointments.move(tx, booking, wanted.slot, today())
        return _booking(tx, booking)


@blueprint.post("/mine/cancel")
@guard.public
@blueprint.input(CodeIn, arg_name="wanted")
@blueprint.output(BookingMine)
def cancel(wanted: CodeIn) -> dict[str, Any]:
    """Call an appointment off; its place is free at once. Said twice it says no more."""
    number = _appointment(wanted.receipt_code)
    with current.services().database.transaction() as tx:
        booking = appointments.read_booking(tx, number)
        appointments.cancel(tx, appointments.who(booking), booking)
        return _booking(tx, booking)


def _appointment(code: str) -> int:
    """The appointment a code is of."""
    limiting.spend(limiting.WORDS)
    kind, number = visits.opened_by(code)
    if kind != visits.BOOKING:
        raise TiplineError("booking:code-other", fields={"receipt_code": "booking:code-other"})
    return number


def _held(kind: str, codes: list[str]) -> dict[int, str]:
    """What somebody has of a kind, by number, with the code of each."""
    found = {}
    for code in codes:
        try:
            of, number = visits.opened_by(code)
        except TiplineError as fault:
            if not fault.code.startswith("receipt:"):
                raise
            continue  # mistyped, or of another station: that must not stand between anybody and a time
        if of == kind:
            found[number] = code
    return found


def _booking(tx: Transaction, row: Booking) -> dict[str, Any]:
    slot, topic = appointments.slot_of(tx, row)
    papers = topics.papers_of(tx, topic)
    return {
        "number": appointments.number_of(row), "topic": told(topic),
        "state": appointments.state_of(row, slot), "slot": slot.id, "starts_at": slot.starts_at,
        "ends_at": slot.ends_at, "place": slot.place, "name": row.name,
        "papers": [{"text": one.text, "note": one.note} for one in papers],
        "calendar": appointment_calendar.entry(row, slot, topic, papers),
    }  # fmt: skip


def _question(tx: Transaction, row: Question) -> dict[str, Any]:
    return {
        "number": questions.number_of(row), "topic": told(questions.topic_of(tx, row)), "state": row.state,
        "asked": row.asked, "answer": row.answer, "asked_at": row.at, "answered_at": row.answered_at,
    }  # fmt: skip
