"""Calendar files (RFC 5545), and the one that reminds of a recorder that writes over its footage.

That one names neither the station nor the tip: a calendar is often shared, and who reported should not be.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask_babel import gettext

from tipline.domain import clock, ids, recorders
from tipline.domain.tips import Tip
from tipline.web import current

LASTS = timedelta(minutes=30)
LONGEST_LINE = 75  # bytes, after which a line is folded
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def entry(tip: Tip) -> str:
    """One event at the moment of the reminder, or now if that has passed, with an alarm."""
    begin = max(recorders.remind_at(tip) or clock.now(), clock.now())
    day = current.local(tip.overwrites_at or begin).date().isoformat()
    title = gettext("Save the recorder's footage, it is written over on %(day)s", day=day)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tipline//recorder//EN", "BEGIN:VEVENT",
        f"UID:{ids.keyed_hash(current.services().key, 'calendar', tip.reference)[:32]}",
        f"DTSTAMP:{utc(clock.now())}", f"DTSTART:{utc(begin)}", f"DTEND:{utc(begin + LASTS)}",
        f"SUMMARY:{text(title)}", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0S",
        f"DESCRIPTION:{text(title)}", "END:VALARM", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return written(lines)


def written(lines: list[str]) -> str:
    """The file of these lines, each of which may be longer than a line of a file."""
    return "".join(_folded(line) + "\r\n" for line in lines)


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def text(words: str) -> str:
    """Words as they stand in a line; signs that some calendar takes for the end of one are blanks."""
    for sign in ("\\", ";", ","):
        words = words.replace(sign, "\\" + sign)
    return _UNSEEN.sub(" ", words.replace("\r", "")).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines are bounded in bytes, and no character may be cut in two."""
    rows, row = [], ""
    for sign in line:
        if len((row + sign).encode()) > LONGEST_LINE - 1:
            rows.append(row)
            row = ""
        row += sign
    return "\r\n ".join([*rows, row])
