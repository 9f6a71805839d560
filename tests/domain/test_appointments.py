"""Appointments: slots of a grid, places that are taken once, codes that move and cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, KEY
from tests.domain.test_topics import TODAY, refused
from tipline.db import Transaction
from tipline.domain import appointments, custody, topics
from tipline.domain.actors import Actor
from tipline.domain.appointments import Booking
from tipline.domain.grids import Grid
from tipline.domain.topics import Described, Topic

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)


@pytest.fixture
def topic(tx: Transaction, officer: Actor, at: Callable[[datetime], None]) -> Topic:
    at(EVENING)
    made = topics.begin(tx, officer, "应届毕业生落户")
    topics.change(tx, officer, made, Described(made.title, "预约后来。"), TODAY)
    topics.open_topic(tx, officer, made, TODAY)
    return made


def grid(**changed: Any) -> Grid:
    """Monday and Tuesday from nine to ten, half an hour each."""
    return Grid(
        **{
            "first_day": MONDAY, "last_day": MONDAY + timedelta(days=6), "weekdays": frozenset({1, 2}),
            "starts": time(9), "ends": time(10), "minutes": 30, "place": "户籍窗口", **changed,
        }
    )  # fmt: skip


def book(tx: Transaction, topic: Topic, slot: int, name: str = "小陈") -> tuple[Booking, str]:
    return appointments.book(tx, KEY, topic, slot, name, TODAY)


def test_one_browser_holds_three_appointments_of_a_topic_at_most(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    slots = [one.slot for one in appointments.list_slots(tx, topic)]
    mine: list[Booking] = []

    def take(at: int) -> None:
        held = [one.id for one in mine]
        mine.append(appointments.book(tx, KEY, topic, slots[at].id, "", TODAY, mine=held)[0])

    for number in range(3):
        take(number)
    assert refused(lambda: take(3)) == "booking:many"
    book(tx, topic, slots[3].id)  # somebody else
    appointments.cancel(tx, appointments.who(mine[0]), mine[0])
    take(0)


def test_a_grid_gives_slots_in_the_wall_clock_of_the_station(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    assert appointments.plan(tx, officer, topic, grid(), SHANGHAI) == 4

    begins = [one.slot.starts_at for one in appointments.list_slots(tx, topic)]
    assert begins[0] == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert [one.astimezone(SHANGHAI).strftime("%a %H:%M") for one in begins] == [
        "Mon 09:00", "Mon 09:30", "Tue 09:00", "Tue 09:30",
    ]  # fmt: skip
    # The same again adds nothing, and says so.
    assert refused(lambda: appointments.plan(tx, officer, topic, grid(), SHANGHAI)) == "slot:none"


def test_an_hour_the_clock_leaves_out_has_no_slot(tx: Transaction, officer: Actor, topic: Topic) -> None:
    spring = date(2027, 3, 28)  # Berlin skips from 2 to 3
    wanted = grid(
        first_day=spring, last_day=spring, weekdays=frozenset({7}), starts=time(1), ends=time(4), minutes=60
    )

    assert appointments.plan(tx, officer, topic, wanted, ZoneInfo("Europe/Berlin")) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_day": MONDAY - timedelta(days=1)}, {"weekdays": frozenset()}, {"minutes": 1},
        {"ends": time(9, 10)}, {"capacity": 0}, {"last_day": MONDAY + timedelta(days=300)},
    ],
)  # fmt: skip
def test_a_grid_that_does_not_fit_is_refused(
    tx: Transaction, officer: Actor, topic: Topic, wrong: dict[str, Any]
) -> None:
    assert refused(lambda: appointments.plan(tx, officer, topic, grid(**wrong), SHANGHAI)) == "slot:grid"


def test_a_place_is_taken_once_and_its_code_finds_it(tx: Transaction, officer: Actor, topic: Topic) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    first = appointments.list_slots(tx, topic)[0].slot

    booking, code = book(tx, topic, first.id)

    assert refused(lambda: book(tx, topic, first.id)) == "slot:full"
    assert appointments.find_by_code(tx, KEY, code.lower().replace("-", " ")) is booking
    assert appointments.find_by_code(tx, KEY, "K7Q2-9MXW-3TDE-58RA") is None
    entries = custody.list_of(tx, subject=f"topic:{topic.handle}")
    assert "小陈" not in "".join(one.detail for one in entries)  # a name may have to be forgotten
    assert entries[-1].actor == f"reporter:{appointments.number_of(booking)}"


def test_moving_keeps_the_code_and_frees_the_place(tx: Transaction, officer: Actor, topic: Topic) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    first, second = (one.slot for one in appointments.list_slots(tx, topic)[:2])
    booking, code = book(tx, topic, first.id)

    appointments.move(tx, booking, second.id, TODAY)

    assert [one.free for one in appointments.list_slots(tx, topic)[:2]] == [1, 0]
    assert appointments.find_by_code(tx, KEY, code) is booking
    book(tx, topic, first.id)
    assert refused(lambda: appointments.move(tx, booking, first.id, TODAY)) == "slot:full"


def test_called_off_twice_is_called_off_once(tx: Transaction, officer: Actor, topic: Topic) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    slot = appointments.list_slots(tx, topic)[0].slot
    booking, _ = book(tx, topic, slot.id)

    for _ in range(2):
        appointments.cancel(tx, appointments.who(booking), booking)

    assert appointments.list_slots(tx, topic)[0].free == 1
    told = [one.action for one in custody.list_of(tx, subject=f"topic:{topic.handle}")]
    assert told.count("booking:cancel") == 1
    assert refused(lambda: appointments.mark(tx, officer, booking, came=True)) == "booking:cancelled"


def test_a_cancelled_time_takes_nobody_and_its_people_move(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    first, second = (one.slot for one in appointments.list_slots(tx, topic)[:2])
    booking, _ = book(tx, topic, first.id)

    assert appointments.cancel_slots(tx, officer, topic, [first]) == 1
    assert refused(lambda: book(tx, topic, first.id)) == "slot:over"
    appointments.move(tx, booking, second.id, TODAY)
    appointments.restore_slots(tx, officer, topic, [first])

    assert [one.free for one in appointments.list_slots(tx, topic)[:2]] == [1, 0]


def test_nobody_books_what_is_over_or_closed(
    tx: Transaction, officer: Actor, topic: Topic, at: Callable[[datetime], None]
) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    slot = appointments.list_slots(tx, topic)[0].slot
    booking, _ = book(tx, topic, slot.id)

    at(slot.ends_at + timedelta(minutes=1))
    assert refused(lambda: book(tx, topic, slot.id)) == "slot:over"
    assert refused(lambda: appointments.cancel(tx, appointments.who(booking), booking)) == "booking:over"
    later = appointments.list_slots(tx, topic)[3].slot
    assert refused(lambda: appointments.move(tx, booking, later.id, TODAY)) == "booking:over"
    topics.close(tx, officer, topic)
    assert refused(lambda: book(tx, topic, later.id)) == "topic:closed"


def test_places_never_shrink_below_who_has_booked(tx: Transaction, officer: Actor, topic: Topic) -> None:
    appointments.plan(tx, officer, topic, grid(capacity=3), SHANGHAI)
    slot = appointments.list_slots(tx, topic)[0].slot
    for _ in range(2):
        book(tx, topic, slot.id)

    appointments.resize_slots(tx, officer, topic, [slot], 1)

    assert slot.capacity == 2


def test_the_day_tells_who_came_and_names_are_forgotten(
    tx: Transaction, officer: Actor, topic: Topic, at: Callable[[datetime], None]
) -> None:
    appointments.plan(tx, officer, topic, grid(), SHANGHAI)
    slot = appointments.list_slots(tx, topic)[0].slot
    booking, _ = book(tx, topic, slot.id)
    begin = datetime(2026, 11, 23, tzinfo=SHANGHAI)

    appointments.mark(tx, officer, booking, came=True)
    [(first, came), (_second, none)] = appointments.list_day(tx, topic, begin, begin + timedelta(days=1))

    assert (first.id, [one.name for one in came], none) == (slot.id, ["小陈"], [])
    assert came[0].came_at is not None
    appointments.mark(tx, officer, booking, came=False)
    assert booking.came_at is None
    assert appointments.forget_names(tx) == 0
    at(EVENING + timedelta(days=40))
    assert appointments.forget_names(tx) == 1
    tx.refresh(booking)
    assert booking.name == ""
