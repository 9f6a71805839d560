"""Appointments of a topic at the desk: a grid of new times, all times, and the list of a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from tipline.db import Transaction
from tipline.domain import appointments, topics
from tipline.domain.appointments import Slot
from tipline.domain.grids import Grid
from tipline.domain.topics import Topic
from tipline.errors import TiplineError
from tipline.web import current, errors, guard
from tipline.web.cases.refused import Failed
from tipline.web.community import topics as public
from tipline.web.community.today import today
from tipline.web.review import notices
from tipline.web.review.notices import Notice
from tipline.web.review.saying import gettext, ngettext
from tipline.web.service import blueprint
from tipline.web.service.topics import frame

MOST_CHOSEN = 500


@blueprint.get("/desk/topics/<handle>/slots")
@guard.staff("topic:manage")
def show_slots(handle: str) -> ResponseReturnValue:
    with current.services().database.reading() as tx:
        return make_response(_page(tx, topics.read_topic(tx, handle)))


@blueprint.post("/desk/topics/<handle>/slots")
@guard.staff("topic:manage")
def plan_slots(handle: str) -> ResponseReturnValue:
    """Add the times of a grid."""
    try:
        grid = _grid()
        with current.services().database.transaction() as tx:
            topic = topics.read_topic(tx, handle)
            number = appointments.plan(tx, current.actor(), topic, grid, current.zone())
    except TiplineError as fault:
        return _refused(handle, "plan", fault)
    notices.keep(Notice(ngettext("%(num)s time added.", "%(num)s times added.", number)))
    return redirect(f"/desk/topics/{handle}/slots", 303)


@blueprint.post("/desk/topics/<handle>/slots/change")
@guard.staff("topic:manage")
def change_slots(handle: str) -> ResponseReturnValue:
    """`do` is cancel, restore or resize, of the times that were ticked."""
    do, told = request.form.get("do", "cancel"), gettext("Changed.")
    try:
        with current.services().database.transaction() as tx:
            topic, actor = topics.read_topic(tx, handle), current.actor()
            chosen = _chosen(tx, topic)
            if do == "cancel":
                held = appointments.cancel_slots(tx, actor, topic, chosen)
                told = _told_of_cancelled(held)
            elif do == "restore":
                appointments.restore_slots(tx, actor, topic, chosen)
            else:
                appointments.resize_slots(tx, actor, topic, chosen, _number("capacity"))
    except TiplineError as fault:
        return _refused(handle, "change", fault)
    notices.keep(Notice(told))
    return redirect(f"/desk/topics/{handle}/slots", 303)


@blueprint.get("/desk/topics/<handle>/day")
@guard.staff("topic:manage")
def show_day(handle: str) -> ResponseReturnValue:
    """Who comes on a day, to work through or to print."""
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        days = [day for day, _ in public.by_day(appointments.list_slots(tx, topic))]
        day = _day("on") or next((one for one in days if one >= today()), days[-1] if days else today())
        begin = datetime.combine(day, time(), current.zone())
        rows = appointments.list_day(tx, topic, begin, begin + timedelta(days=1))
        page = render_template(
            "service/topic_day.html", rows=rows, day=day, days=days, notice=notices.take(),
            number_of=appointments.number_of, **frame(tx, topic),
        )  # fmt: skip
    return make_response(page)


@blueprint.post("/desk/topics/<handle>/bookings/<int:number>")
@guard.staff("topic:manage")
def mark_booking(handle: str, number: int) -> ResponseReturnValue:
    """`do` is came, missed or cancel."""
    do = request.form.get("do", "")
    with current.services().database.transaction() as tx:
        topic = topics.read_topic(tx, handle)
        booking = appointments.read_booking(tx, number)
        slot, of = appointments.slot_of(tx, booking)
        if of.id != topic.id:
            raise TiplineError("booking:not-found")
        if do == "cancel":
            appointments.cancel(tx, current.actor(), booking)
        else:
            appointments.mark(tx, current.actor(), booking, came=do == "came")
    on = current.local(slot.starts_at).date().isoformat()
    return redirect(f"/desk/topics/{handle}/day?on={on}#booking-{number}", 303)


def _page(tx: Transaction, topic: Topic, failed: Failed | None = None, notice: Notice | None = None) -> str:
    rows = appointments.list_slots(tx, topic)
    days: dict[date, list[appointments.Row]] = {}
    for one in rows:
        days.setdefault(current.local(one.slot.starts_at).date(), []).append(one)
    return render_template(
        "service/topic_slots.html", days=days, failed=failed or Failed(), notice=notice or notices.take(),
        tomorrow=today() + timedelta(days=1), in_two_weeks=today() + timedelta(days=14),
        weekdays=[today() - timedelta(days=today().isoweekday() - number) for number in range(1, 8)],
        picked=request.form.getlist("weekdays") or list("12345"),
        last_place=rows[-1].slot.place if rows else "",
        taken=sum(one.taken for one in rows), **frame(tx, topic),
    )  # fmt: skip


def _refused(handle: str, form: str, fault: TiplineError) -> ResponseReturnValue:
    if fault.code == "topic:not-found":
        raise fault
    with current.services().database.reading() as tx:
        topic = topics.read_topic(tx, handle)
        page = _page(tx, topic, Failed.of(form, fault), Notice(errors.sentence(fault), is_fault=True))
    return make_response(page, errors.status_of(fault))


def _told_of_cancelled(held: int) -> str:
    if not held:
        return gettext("Cancelled. Nobody had booked.")
    return ngettext(
        "Cancelled. %(num)s person had booked, reads it under the code and may take another time.",
        "Cancelled. %(num)s people had booked, read it under their codes and may take another time.",
        held,
    )


def _chosen(tx: Transaction, topic: Topic) -> list[Slot]:
    ids = [
        one for one in request.form.getlist("slots") if one.isascii() and one.isdecimal() and len(one) < 10
    ]
    if not ids:
        raise TiplineError("slot:needed", fields={"slots": "slot:needed"})
    return [appointments.read_slot(tx, topic, int(one)) for one in dict.fromkeys(ids[:MOST_CHOSEN])]


def _grid() -> Grid:
    form = request.form
    return Grid(
        _needed_day("first_day"), _needed_day("last_day"),
        frozenset(int(one) for one in form.getlist("weekdays") if one in "1234567" and len(one) == 1),
        _time("starts"), _time("ends"), _number("minutes"), _number("capacity"), form.get("place", ""),
    )  # fmt: skip


def _day(name: str) -> date | None:
    """None also of a day so far away that it has no next one."""
    try:
        day = date.fromisoformat(request.values.get(name, "").strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None


def _needed_day(name: str) -> date:
    day = _day(name)
    if day is None:
        raise TiplineError("topic:day-unclear", fields={name: "topic:day-unclear"})
    return day


def _time(name: str) -> time:
    try:
        return time.fromisoformat(request.form.get(name, "").strip()).replace(tzinfo=None)
    except ValueError:
        raise TiplineError("slot:grid", fields={name: "slot:grid"}) from None


def _number(name: str) -> int:
    typed = request.form.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
