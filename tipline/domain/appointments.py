"""Appointments of a topic: when somebody may come, and who booked it, known by a code alone.

Two people never get the same place: writers of either database wait for each other, so what a booking has
counted still holds when it is written (tipline.db).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, grids, ids
from tipline.domain.actors import Actor, reporter
from tipline.domain.grids import MOST_CAPACITY, Grid
from tipline.domain.topics import Topic
from tipline.errors import TiplineError

CODE = "booking"  # what its code is hashed as
LONGEST_NAME = 40
MOST_SLOTS = 500
MOST_OF_ONE = 3  # appointments ahead that one browser holds of a topic: a family fits, a hoarder does not
NAMES_KEPT = timedelta(days=30)


class Slot(Base):
    """A span of time in which `capacity` people can come."""

    __tablename__ = "topic_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    place: Mapped[str] = mapped_column(SafeText, default="")
    capacity: Mapped[int] = mapped_column(default=1)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Booking(Base):
    """`name` is what its holder wants to be called, for the desk alone; the code is kept as a keyed hash."""

    __tablename__ = "topic_booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("topic_slot.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(SafeText, default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    came_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Row(NamedTuple):
    """A slot and how many places of it are taken."""

    slot: Slot
    taken: int

    @property
    def free(self) -> int:
        return 0 if self.slot.cancelled_at else max(0, self.slot.capacity - self.taken)


def plan(tx: Transaction, actor: Actor, topic: Topic, grid: Grid, zone: ZoneInfo) -> int:
    """Add the slots of a grid that are not there yet and lie ahead; how many."""
    grids.require_sound(grid)
    known = {one.starts_at for one in tx.scalars(select(Slot).where(Slot.topic_id == topic.id))}
    spans = [one for one in grids.spans(grid, zone) if one[0] not in known and one[0] > clock.now()]
    if not spans:
        raise TiplineError("slot:none", fields={"first_day": "slot:none"})
    if len(known) + len(spans) > MOST_SLOTS:
        raise TiplineError("slot:many", fields={"last_day": "slot:many"}, limit=MOST_SLOTS)
    place = grid.place.strip()
    for begin, end in spans:
        tx.add(Slot(topic_id=topic.id, starts_at=begin, ends_at=end, place=place, capacity=grid.capacity))
    tx.flush()
    custody.append(
        tx, actor, "slot:plan", f"topic:{topic.handle}", number=len(spans), minutes=grid.minutes,
        capacity=grid.capacity, first=clock.stamp(spans[0][0]), last=clock.stamp(spans[-1][0]), place=place,
    )  # fmt: skip
    return len(spans)


def list_slots(tx: Transaction, topic: Topic, *, since: datetime | None = None) -> list[Row]:
    """In the order of time, with what is taken of each, in one query."""
    taken = (
        select(Booking.slot_id, func.count().label("number"))
        .where(Booking.cancelled_at.is_(None))
        .group_by(Booking.slot_id)
        .subquery()
    )
    query = select(Slot, func.coalesce(taken.c.number, 0)).outerjoin(taken, taken.c.slot_id == Slot.id)
    query = query.where(Slot.topic_id == topic.id)
    if since is not None:
        query = query.where(Slot.starts_at > since)
    return [Row(slot, number) for slot, number in tx.execute(query.order_by(Slot.starts_at, Slot.id))]


def read_slot(tx: Transaction, topic: Topic, slot_id: int) -> Slot:
    slot = tx.get(Slot, slot_id)
    if slot is None or slot.topic_id != topic.id:
        raise TiplineError("slot:not-found")
    return slot


def cancel_slots(tx: Transaction, actor: Actor, topic: Topic, slots: list[Slot]) -> int:
    """Nobody comes then. Who had booked reads it on the page of the code and moves to another time; how many
    those are."""
    held = 0
    for slot in slots:
        if slot.cancelled_at is not None:
            continue
        slot.cancelled_at = clock.now()
        number = _taken(tx, slot)
        held += number
        _tell(tx, actor, "slot:cancel", topic, slot, booked=number)
    return held


def restore_slots(tx: Transaction, actor: Actor, topic: Topic, slots: list[Slot]) -> None:
    """A cancelled time takes place after all, with those who had booked it."""
    for slot in slots:
        if slot.cancelled_at is not None:
            slot.cancelled_at = None
            _tell(tx, actor, "slot:restore", topic, slot, booked=_taken(tx, slot))


def resize_slots(tx: Transaction, actor: Actor, topic: Topic, slots: list[Slot], capacity: int) -> None:
    """So many can come from now on; never fewer than have booked."""
    if not 1 <= capacity <= MOST_CAPACITY:
        raise TiplineError("slot:capacity", fields={"capacity": "slot:capacity"}, limit=MOST_CAPACITY)
    for slot in slots:
        if slot.capacity != capacity:
            slot.capacity = max(capacity, _taken(tx, slot))
            _tell(tx, actor, "slot:resize", topic, slot, capacity=slot.capacity)


def _tell(tx: Transaction, actor: Actor, action: str, topic: Topic, slot: Slot, **more: Any) -> None:
    tx.flush()
    custody.append(
        tx, actor, action, f"topic:{topic.handle}", slot=slot.id, at=clock.stamp(slot.starts_at), **more
    )


def book(
    tx: Transaction, key: str, topic: Topic, slot_id: int, name: str, today: date, *,
    mine: Collection[int] = (),
) -> tuple[Booking, str]:  # fmt: skip
    """Take a place; answers the code, which only this moment knows. `mine`: what whoever asks booked before.
    Raises slot:full, slot:over, booking:many …"""
    if not topic.is_open(today):
        raise TiplineError("topic:closed")
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise TiplineError("tip:field-too-long", fields={"name": "tip:field-too-long"}, limit=LONGEST_NAME)
    slot = read_slot(tx, topic, slot_id)
    _require_free(tx, slot)
    if (held := _count_ahead(tx, topic, mine)) >= MOST_OF_ONE:
        raise TiplineError("booking:many", fields={"slot": "booking:many"}, number=held)
    code = ids.new_receipt_code()
    booking = Booking(
        slot_id=slot.id, code_hash=_hash(key, code.replace("-", "")), name=name, created_at=clock.now()
    )
    tx.add(booking)
    tx.flush()
    _note(tx, who(booking), "booking:make", topic, booking, slot)
    return booking, code


def _require_free(tx: Transaction, slot: Slot) -> None:
    if slot.cancelled_at is not None or slot.starts_at <= clock.now():
        raise TiplineError("slot:over", fields={"slot": "slot:over"})
    if _taken(tx, slot) >= slot.capacity:
        raise TiplineError("slot:full", fields={"slot": "slot:full"})


def _count_ahead(tx: Transaction, topic: Topic, among: Collection[int]) -> int:
    """How many of these hold a place of the topic that lies ahead."""
    query = select(func.count()).select_from(Booking).join(Slot, Slot.id == Booking.slot_id)
    held = Booking.cancelled_at.is_(None) & Slot.cancelled_at.is_(None) & (Slot.ends_at > clock.now())
    return tx.scalar(query.where(Booking.id.in_(among), Slot.topic_id == topic.id, held)) or 0


def _taken(tx: Transaction, slot: Slot) -> int:
    mine = (Booking.slot_id == slot.id) & Booking.cancelled_at.is_(None)
    return tx.scalar(select(func.count()).select_from(Booking).where(mine)) or 0


def find_by_code(tx: Transaction, key: str, typed: str) -> Booking | None:
    code = ids.normal_receipt_code(typed)
    return tx.scalar(select(Booking).where(Booking.code_hash == _hash(key, code or "")))


def read_booking(tx: Transaction, booking_id: int) -> Booking:
    booking = tx.get(Booking, booking_id)
    if booking is None:
        raise TiplineError("booking:not-found")
    return booking


def slot_of(tx: Transaction, booking: Booking) -> tuple[Slot, Topic]:
    slot = tx.get_one(Slot, booking.slot_id)
    return slot, tx.get_one(Topic, slot.topic_id)


def move(tx: Transaction, booking: Booking, slot_id: int, today: date) -> None:
    """Another time under the same code; the place that was held is free again."""
    slot, topic = slot_of(tx, booking)
    _require_held(booking)
    if slot.starts_at <= clock.now() and slot.cancelled_at is None:
        raise TiplineError("booking:over")
    if not topic.is_open(today):
        raise TiplineError("topic:closed")
    wanted = read_slot(tx, topic, slot_id)
    if wanted.id == slot.id:
        return
    _require_free(tx, wanted)
    booking.slot_id = wanted.id
    tx.flush()
    _note(tx, who(booking), "booking:move", topic, booking, wanted, before=clock.stamp(slot.starts_at))


def cancel(tx: Transaction, actor: Actor, booking: Booking) -> None:
    """Somebody does not come. Saying it twice says no more."""
    slot, topic = slot_of(tx, booking)
    if booking.cancelled_at is not None:
        return
    if booking.came_at is not None or (actor.kind == "reporter" and slot.ends_at <= clock.now()):
        raise TiplineError("booking:over")
    booking.cancelled_at = clock.now()
    tx.flush()
    _note(tx, actor, "booking:cancel", topic, booking, slot)


def mark(tx: Transaction, actor: Actor, booking: Booking, *, came: bool) -> None:
    """Whether somebody came; said again, the last word holds."""
    slot, topic = slot_of(tx, booking)
    _require_held(booking)
    if came == (booking.came_at is not None):
        return
    booking.came_at = clock.now() if came else None
    tx.flush()
    _note(tx, actor, "booking:came" if came else "booking:missed", topic, booking, slot)


def list_day(
    tx: Transaction, topic: Topic, begin: datetime, end: datetime
) -> list[tuple[Slot, list[Booking]]]:
    """The slots of a span of time with who booked them, those who called off included."""
    mine = (Slot.topic_id == topic.id) & (Slot.starts_at >= begin) & (Slot.starts_at < end)
    slots = list(tx.scalars(select(Slot).where(mine).order_by(Slot.starts_at, Slot.id)))
    query = select(Booking).where(Booking.slot_id.in_([one.id for one in slots])).order_by(Booking.id)
    held: dict[int, list[Booking]] = {one.id: [] for one in slots}
    for booking in tx.scalars(query):
        held[booking.slot_id].append(booking)
    return [(one, held[one.id]) for one in slots]


def forget_names(tx: Transaction) -> int:
    """A month after the day nobody needs to know what somebody wanted to be called; how many went."""
    over = select(Slot.id).where(Slot.ends_at < clock.now() - NAMES_KEPT)
    named = (Booking.name != "") & Booking.slot_id.in_(over)
    number = tx.scalar(select(func.count()).select_from(Booking).where(named)) or 0
    tx.execute(update(Booking).where(named).values(name=""))
    return number


def who(booking: Booking) -> Actor:
    """How the log calls whoever holds a booking: by its number, like a reporter."""
    return reporter(number_of(booking))


def state_of(booking: Booking, slot: Slot) -> str:
    """ahead, came, over; called-off by somebody, or cancelled with the whole slot."""
    if booking.cancelled_at:
        return "called-off"
    if slot.cancelled_at:
        return "cancelled"
    if booking.came_at:
        return "came"
    return "ahead" if slot.ends_at > clock.now() else "over"


def number_of(booking: Booking) -> str:
    """What officer and resident call it; opens nothing."""
    return f"B-{1000 + booking.id}"


def _require_held(booking: Booking) -> None:
    if booking.cancelled_at is not None:
        raise TiplineError("booking:cancelled")


def _hash(key: str, code: str) -> str:
    return ids.keyed_hash(key, CODE, code)


def _note(
    tx: Transaction, actor: Actor, action: str, topic: Topic, booking: Booking, slot: Slot, **more: str
) -> None:
    custody.append(
        tx, actor, action, f"topic:{topic.handle}", booking=number_of(booking),
        at=clock.stamp(slot.starts_at), **more,
    )  # fmt: skip
