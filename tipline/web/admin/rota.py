"""A week of the rota for a page, with the hours nobody covers; and what a form says of one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask import request
from flask_babel import format_date, format_datetime

from tipline.db import Transaction
from tipline.domain import accounts, clock, duties, shifts, weeks
from tipline.domain.accounts import Account
from tipline.domain.duties import Duty, Line
from tipline.domain.weeks import Week
from tipline.errors import N_, TiplineError
from tipline.web import current

# ISO day → its short name.
DAYS = {
    "1": N_("Mon"), "2": N_("Tue"), "3": N_("Wed"), "4": N_("Thu"), "5": N_("Fri"), "6": N_("Sat"),
    "7": N_("Sun"),
}  # fmt: skip
# Days that are chosen together more often than not, and what they are called.
SPANS = {"1234567": N_("every day"), "12345": N_("Monday to Friday"), "67": N_("at weekends")}


def week(tx: Transaction, rows: Iterable[Duty]) -> Week:
    """The week that `?week=` names by one of its days, or this one."""
    return weeks.week_of(tx, list(rows), asked_day(), current.zone())


def asked_day() -> date:
    try:
        day = date.fromisoformat(request.args.get("week", ""))
        return day if 1970 < day.year < 2200 else today()
    except ValueError:
        return today()


def today() -> date:
    return current.local(clock.now()).date()


def heads(shown: Week) -> list[str]:
    """`Mon 11-23`, as the grid's columns are called."""
    return [format_date(day, "EEE MM-dd") for day in shown.days]


def around(shown: Week) -> tuple[date, date]:
    """The Mondays before and after."""
    return shown.days[0] - timedelta(days=7), shown.days[0] + timedelta(days=7)


def stretch(one: shifts.Stretch) -> str:
    """`Mon 20:00 – Tue 08:00`; the day once where both are of one."""
    begins = format_datetime(one.begins, "EEE HH:mm")
    if format_datetime(one.begins, "EEE") == format_datetime(one.ends, "EEE"):
        return f"{begins}–{format_datetime(one.ends, 'HH:mm')}"
    return f"{begins} – {format_datetime(one.ends, 'EEE HH:mm')}"


def able(tx: Transaction) -> list[Account]:
    """Who can be on duty, by name."""
    found = [one for one in accounts.list_accounts(tx) if duties.may_serve(one)]
    return sorted(found, key=lambda one: one.display_name)


def said(beat: str | None, part: str) -> Line:
    """What the form says; raises duty:… for a day that is none."""
    form = request.form
    return Line(
        form.get("who", ""), part, beat, "".join(form.getlist("weekdays")), form.get("starts", "")[:5],
        form.get("ends", "")[:5], _day("since"), _day("until"),
    )  # fmt: skip


def _day(name: str) -> date | None:
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise TiplineError("task:day-unclear", fields={name: "task:day-unclear"}) from None


def moment(name: str) -> datetime:
    """A day and a time typed into one field, on the station's clock; raises tip:time-unclear."""
    typed = request.form.get(name, "").strip().replace(" ", "T")
    day, _, wall = typed.partition("T")
    try:
        return shifts.moment(date.fromisoformat(day), wall[:5] or "00:00", current.zone())
    except (ValueError, OverflowError):
        raise TiplineError("tip:time-unclear", fields={name: "tip:time-unclear"}) from None
