"""Appointments and questions of a topic for programs of the desk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import appointments, questions, topics
from tipline.domain.appointments import Booking, Row, Slot
from tipline.domain.grids import Grid
from tipline.domain.questions import Question
from tipline.domain.topics import Topic
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api.topic_models import (
    BookingChange,
    BookingList,
    BookingTold,
    DayQuery,
    QuestionAnswered,
    QuestionHidden,
    QuestionList,
    QuestionsQuery,
    QuestionTold,
    SlotChange,
    SlotList,
    SlotsPlanned,
    SlotTold,
)
from tipline.web.community.today import today

blueprint = APIBlueprint("api_topic_parts", __name__, url_prefix="/api/v1/topics", tag="Topics")
RIGHT = "topic:manage"
# No calendar of ours goes further; a day at the end of all numbers has no next one.
DAYS = (date(2000, 1, 1), date(9000, 1, 1))


@blueprint.get("/<handle>/slots")
@guard.staff(RIGHT)
@blueprint.output(SlotList)
def list_slots(handle: str) -> dict[str, Any]:
    """All times of a topic with what is taken of each."""
    with current.services().database.reading() as tx:
        return {"items": [_slot(one) for one in appointments.list_slots(tx, topics.read_topic(tx, handle))]}


@blueprint.post("/<handle>/slots")
@guard.staff(RIGHT)
@blueprint.input(SlotsPlanned)
@blueprint.output(SlotList, 201)
def post_slots(handle: str, json_data: SlotsPlanned) -> Any:
    """Add the times of a grid that are not there yet and lie ahead. The answer is those that were added."""
    grid = _grid(json_data)
    with current.services().database.transaction() as tx:
        topic = topics.read_topic(tx, handle)
        known = {one.slot.id for one in appointments.list_slots(tx, topic)}
        appointments.plan(tx, current.actor(), topic, grid, current.zone())
        rows = appointments.list_slots(tx, topic)
        return {"items": [_slot(one) for one in rows if one.slot.id not in known]}, 201


@blueprint.patch("/<handle>/slots/<int:number>")
@guard.staff(RIGHT)
@blueprint.input(SlotChange)
@blueprint.output(SlotTold)
def patch_slot(handle: str, number: int, json_data: SlotChange) -> dict[str, Any]:
    """Withdraw a time, let it take place after all, or make it larger or smaller."""
    with current.services().database.transaction() as tx:
        topic, actor = topics.read_topic(tx, handle), current.actor()
        slot = appointments.read_slot(tx, topic, number)
        if json_data.cancelled is not None:
            act = appointments.cancel_slots if json_data.cancelled else appointments.restore_slots
            act(tx, actor, topic, [slot])
        if json_data.capacity is not None:
            appointments.resize_slots(tx, actor, topic, [slot], json_data.capacity)
        rows = appointments.list_slots(tx, topic)
        return next(_slot(one) for one in rows if one.slot.id == slot.id)


@blueprint.get("/<handle>/bookings")
@guard.staff(RIGHT)
@blueprint.input(DayQuery, location="query")
@blueprint.output(BookingList)
def list_bookings(handle: str, query_data: DayQuery) -> dict[str, Any]:
    """Who comes on a day, those who called off included."""
    day = query_data.day or today()
    if not DAYS[0] <= day <= DAYS[1]:
        raise TiplineError("topic:day-unclear", fields={"day": "topic:day-unclear"})
    begin = datetime.combine(day, time(), current.zone())
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        found = appointments.list_day(tx, topic, begin, begin + timedelta(days=1))
    return {"items": [_booking(one, slot) for slot, booked in found for one in booked]}


@blueprint.patch("/<handle>/bookings/<int:number>")
@guard.staff(RIGHT)
@blueprint.input(BookingChange)
@blueprint.output(BookingTold)
def patch_booking(handle: str, number: int, json_data: BookingChange) -> dict[str, Any]:
    """Note whether somebody came, or call the appointment off."""
    with current.services().database.transaction() as tx:
        booking = appointments.read_booking(tx, number)
        slot, of = appointments.slot_of(tx, booking)
        if of.id != topics.read_topic(tx, handle).id:
            raise TiplineError("booking:not-found")
        if json_data.came is not None:
            appointments.mark(tx, current.actor(), booking, came=json_data.came)
        if json_data.cancelled:
            appointments.cancel(tx, current.actor(), booking)
        return _booking(booking, slot)


@blueprint.get("/<handle>/questions")
@guard.staff(RIGHT)
@blueprint.input(QuestionsQuery, location="query")
@blueprint.output(QuestionList)
def list_questions(handle: str, query_data: QuestionsQuery) -> dict[str, Any]:
    """What was asked under a topic; those that wait, unless another state is named."""
    states = [query_data.state] if query_data.state else []
    with current.services().database.reading() as tx:
        found = questions.list_questions(tx, topics.read_topic(tx, handle), *states)
        return {"items": [_question(one) for one in found]}


@blueprint.post("/<handle>/questions/<int:number>/answer")
@guard.staff(RIGHT)
@blueprint.input(QuestionAnswered)
@blueprint.output(QuestionTold)
def answer_question(handle: str, number: int, json_data: QuestionAnswered) -> dict[str, Any]:
    """Publish question and answer; the same again corrects them."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle, number)
        said = json_data
        questions.answer(tx, current.actor(), row, said.text, said.answer, confirmed=said.confirmed)
        return _question(row)


@blueprint.post("/<handle>/questions/<int:number>/hide")
@guard.staff(RIGHT)
@blueprint.input(QuestionHidden)
@blueprint.output(QuestionTold)
def hide_question(handle: str, number: int, json_data: QuestionHidden) -> dict[str, Any]:
    """Refuse it, or take it off the page: nobody reads it but whoever asked, with your reason."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle, number)
        questions.hide(tx, current.actor(), row, json_data.reason)
        return _question(row)


@blueprint.post("/<handle>/questions/<int:number>/restore")
@guard.staff(RIGHT)
@blueprint.output(QuestionTold)
def restore_question(handle: str, number: int) -> dict[str, Any]:
    """A hidden one waits for an answer again."""
    with current.services().database.transaction() as tx:
        row = _read(tx, handle, number)
        questions.restore(tx, current.actor(), row)
        return _question(row)


def _read(tx: Transaction, handle: str, number: int) -> Question:
    topic: Topic = topics.read_topic(tx, handle)
    return questions.read_question(tx, topic, number)


def _grid(said: SlotsPlanned) -> Grid:
    last = said.last_day or said.first_day
    wrong = [name for name, day in (("first_day", said.first_day), ("last_day", last))
             if not DAYS[0] <= day <= DAYS[1]]  # fmt: skip
    if wrong:
        raise TiplineError("topic:day-unclear", fields=dict.fromkeys(wrong, "topic:day-unclear"))
    if not set(said.weekdays) <= set(range(1, 8)):
        raise TiplineError("slot:grid", fields={"weekdays": "slot:grid"})
    return Grid(
        said.first_day, last, frozenset(said.weekdays), said.starts.replace(tzinfo=None),
        said.ends.replace(tzinfo=None), said.minutes, said.capacity, said.place,
    )  # fmt: skip


def _slot(row: Row) -> dict[str, Any]:
    names = ("id", "starts_at", "ends_at", "place", "capacity", "cancelled_at")
    return {**{name: getattr(row.slot, name) for name in names}, "taken": row.taken, "free": row.free}


def _booking(row: Booking, slot: Slot) -> dict[str, Any]:
    return {
        "id": row.id, "number": appointments.number_of(row), "slot": slot.id, "starts_at": slot.starts_at,
        "ends_at": slot.ends_at, "place": slot.place, "name": row.name, "booked_at": row.created_at,
        "state": appointments.state_of(row, slot),
    }  # fmt: skip


def _question(row: Question) -> dict[str, Any]:
    names = ("id", "state", "asked", "draft", "answer", "answered_at")
    told = {name: getattr(row, name) for name in names}
    return {**told, "number": questions.number_of(row), "asked_at": row.at}
