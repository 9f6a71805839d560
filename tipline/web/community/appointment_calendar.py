"""An appointment as a calendar file (RFC 5545), with what to bring; one that was cancelled says so.

The code is not in it: a calendar is often shared, and who reads it must not be able to call it off.
"""

from __future__ import annotations

from flask_babel import gettext

from tipline.domain import appointments, clock, ids
from tipline.domain.appointments import Booking, Slot
from tipline.domain.topics import Paper, Topic
from tipline.web import current
from tipline.web.community import topics
from tipline.web.intake import calendars


def entry(booking: Booking, slot: Slot, topic: Topic, papers: list[Paper]) -> str:
    """The same event each time it is asked for, in a later version of it."""
    is_off = bool(booking.cancelled_at or slot.cancelled_at)
    title = gettext("Appointment: %(title)s", title=topic.title)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tipline//appointment//EN",
        f"METHOD:{'CANCEL' if is_off else 'PUBLISH'}", "BEGIN:VEVENT",
        f"UID:{ids.keyed_hash(current.services().key, 'appointment', str(booking.id))[:32]}",
        f"DTSTAMP:{calendars.utc(clock.now())}", f"SEQUENCE:{_version(booking)}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        f"DTSTART:{calendars.utc(slot.starts_at)}", f"DTEND:{calendars.utc(slot.ends_at)}",
        f"SUMMARY:{calendars.text(title)}", f"LOCATION:{calendars.text(slot.place)}",
        f"DESCRIPTION:{calendars.text(_told(booking, topic, papers))}",
        f"URL:{topics.address_of(topic)}",
    ]  # fmt: skip
    if not is_off:
        for before in ("-P1D", "-PT1H"):
            lines += [
                "BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{before}", f"DESCRIPTION:{calendars.text(title)}",
                "END:VALARM",
            ]  # fmt: skip
    return calendars.written([*lines, "END:VEVENT", "END:VCALENDAR"])


def _version(booking: Booking) -> int:
    """Calendars take the higher number for the newer; seconds since it was booked only grow."""
    return int((clock.now() - booking.created_at).total_seconds())


def _told(booking: Booking, topic: Topic, papers: list[Paper]) -> str:
    bring = [gettext("Please bring:"), *(f"- {one.text}" for one in papers)] if papers else []
    return "\n".join([appointments.number_of(booking), *bring, topics.address_of(topic)])
