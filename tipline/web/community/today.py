"""Days and times of day at the station, as a resident reads them."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date

from tipline.domain import clock
from tipline.domain.appointments import Slot
from tipline.web import current


def today() -> date:
    return current.local(clock.now()).date()


def day_of(slot: Slot) -> date:
    return current.local(slot.starts_at).date()


def span_of(slot: Slot) -> str:
    """`09:00–09:30`."""
    begin, end = current.local(slot.starts_at), current.local(slot.ends_at)
    return f"{begin:%H:%M}–{end:%H:%M}"


def weekday(day: date) -> str:
    """`11月27日 周五`, and the same in English."""
    return str(format_date(day, "M月d日 EEE" if current.locale() == "zh_Hans_CN" else "EEE d MMM"))


def plain_day(day: date) -> str:
    return str(format_date(day, "yyyy年M月d日" if current.locale() == "zh_Hans_CN" else "d MMM yyyy"))


def day_name(day: date) -> str:
    """`周五`, `Fri`."""
    return str(format_date(day, "EEE"))
