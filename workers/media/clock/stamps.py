"""Reads date and time out of a line of text as cameras burn it in. Pure: text in, possibilities out.

A date such as 02-03-2024 has two meanings. Both are kept, each under the order of its parts; a weekday that
stands beside decides, or later the other readings (``agreeing``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

YMD, DMY, MDY = "ymd", "dmy", "mdy"
MINUTE, DAY = 60, 86_400
FIRST_YEAR, LAST_YEAR = 1970, 2079
LONGEST_TEXT = 120

_MONTHS = (
    "jan january ene enero|feb february febrero|mar march marzo|apr april abr abril|may mayo|jun june junio|"
    "jul july julio|aug august ago agosto|sep sept september septiembre|oct october octubre|"
    "nov november noviembre|dec december dic diciembre"
)
_WEEKDAYS = (
    "mon monday lun lunes|tue tues tuesday mar martes|wed wednesday mie mié miercoles miércoles|"
    "thu thur thurs thursday jue jueves|fri friday vie viernes|sat saturday sab sáb sabado sábado|"
    "sun sunday dom domingo"
)
MONTH = {name: number for number, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
WEEKDAY = {name: number for number, names in enumerate(_WEEKDAYS.split("|")) for name in names.split()}
# Monday's sign and a dash look alike, to recognition too.
CHINESE_WEEKDAY = {
    "-": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6,
}  # fmt: skip


def _any(names: dict[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


# What recognition takes for digits, and what it makes of signs between them.
_LIKE_DIGITS = str.maketrans("OoQDlI|!iSsB", "000011111558")
_LIKE_SIGNS = str.maketrans(
    {**dict.fromkeys("—–−‐‑一ー~", "-"), "；": ":", ";": ":", "∶": ":", "·": ".", "，": ","}
)
_NUMERIC = re.compile(r"[0-9OoQDlI|!iSsB:./,年月日時时分秒-]+")
_IN_WORDS = re.compile(r"(?:[星里][期朋明]|[周週]|[礼禮]拜)\s?([-二三四五六日天])")
_WORD = re.compile(rf"(?<![a-zà-ÿ])({_any(WEEKDAY)})\.?(?![a-zà-ÿ])", re.IGNORECASE)
_HALF = re.compile(
    r"(上午|凌晨|早上|清晨)|(下午|晚上|中午|傍晚)|(?<![a-z])([ap])\.?\s?m\.?(?![a-z]|\d\.\d)", re.IGNORECASE
)

_ISO_T = re.compile(r"(?<=\d)T(?=\d\d:)")

_SWALLOWED_TIME = re.compile(r"([-/.月]\d{2,4}日?)(\d\d:\d\d)")
_SWALLOWED_WEEKDAY = re.compile(r"(\d)(星期|周)")
# Whatever ends a date: no digit, or at once the time, when the space between was lost.
_END = r"(?=\D|$|\d\d:\d\d)"
_START = r"(?<!\d)(?<!\d[.:/-])"
_SIGN = r"\s?[-/.:]\s?"
_YEAR_FIRST = re.compile(
    rf"{_START}(\d{{4}})(?:{_SIGN}|\s?年\s?|\s)(\d{{1,2}})(?:{_SIGN}|\s?月\s?|\s)(\d{{1,2}})(?:\s?日)?{_END}"
)
_RUN_TOGETHER = re.compile(rf"{_START}(\d{{4}})[-/.]?(\d\d)[-/.]?(\d\d)(?=\s|$|\d\d:\d\d)")
_SHORT_CHINESE = re.compile(rf"{_START}(\d\d)\s?年\s?(\d{{1,2}})\s?月\s?(\d{{1,2}})(?:\s?日)?{_END}")
_YEAR_LAST = re.compile(rf"{_START}(\d{{1,2}})\s?[-/.]\s?(\d{{1,2}})\s?[-/.]\s?(\d{{4}}){_END}")
_TWO_DIGITS = re.compile(rf"{_START}(\d\d)([-/.])(\d\d)\2(\d\d){_END}(?![-/.]\d)")
_GAP = r"[\s,./-]{0,3}"
_NAMED_DAY_FIRST = re.compile(
    rf"{_START}(\d{{1,2}})(?:st|nd|rd|th)?{_GAP}({_any(MONTH)})\.?{_GAP}(\d{{4}}|\d\d){_END}(?!:)",
    re.IGNORECASE,
)
_NAMED_MONTH_FIRST = re.compile(
    rf"(?<![a-z])({_any(MONTH)})\.?{_GAP}(\d{{1,2}})(?:st|nd|rd|th)?[\s,./-]{{1,3}}(\d{{4}}|\d\d){_END}(?!:)",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<!\d)(?<!\d[:.])(\d{1,2})\s?:\s?(\d\d)(?:\s?[:.]\s?(\d\d)(?:[:.]\d{1,3})?)?(?![\d:])")
_CHINESE_TIME = re.compile(r"(?<!\d)(\d{1,2})\s?[时時]\s?(\d{1,2})\s?分(?:\s?(\d{1,2})\s?秒)?")
# With a date beside it a time may have lost its colons.
_WORN_TIME = re.compile(r"(?<![\d:.])(\d\d)[:. ]?(\d\d)[:. ]?(\d\d)(?![\d:])")


@dataclass(frozen=True)
class Stamp:
    """What one line says: its possible days by the order of their parts, and the time of day."""

    days: tuple[tuple[str, date], ...]  # empty: no date is shown
    second: int  # of the day
    unit: int  # the finest thing shown, in seconds: 1 or 60
    doubtful: bool = False  # the weekday beside it fits none of the days

    @property
    def orders(self) -> frozenset[str]:
        """Every order in which the date makes sense."""
        return frozenset(order for order, _ in self.days)

    def day(self, order: str) -> date | None:
        """The day in this order."""
        return dict(self.days).get(order)


def read(text: str) -> Stamp | None:
    """The one date and time in this line; None when there is no time, or more than one of either."""
    line = _plain(text)
    half, line = _half(line)
    days, rest, several = _date(line)
    if several:
        return None
    weekday, rest = _weekday(rest)
    clock = _time(_repaired(rest), half, is_dated=bool(days))
    if clock is None:
        return None
    if weekday is None:
        return Stamp(days, *clock)
    fitting = tuple((order, day) for order, day in days if day.weekday() == weekday)
    return Stamp(fitting or days, *clock, doubtful=bool(days) and not fitting)


def is_date(text: str) -> bool:
    """Whether the line holds one date; its time may stand in a line of its own."""
    days, _, several = _date(_half(_plain(text))[1])
    return bool(days) and not several


def spaced(text: str) -> str:
    """The line with the gaps that recognition swallowed, between date, time and weekday."""
    return _SWALLOWED_WEEKDAY.sub(r"\1 \2", _SWALLOWED_TIME.sub(r"\1 \2", text))


def _plain(text: str) -> str:
    line = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).translate(_LIKE_SIGNS)
    return " ".join(_ISO_T.sub(" ", line).split())


def _half(line: str) -> tuple[str, str]:
    """`am`, `pm` or nothing, and the line without it."""
    found = _HALF.search(line)
    if not found:
        return "", line
    early, late, letter = found.groups()
    half = "am" if early else "pm" if late else f"{letter.lower()}m"
    return half, f"{line[: found.start()]} {line[found.end() :]}"


def _weekday(line: str) -> tuple[int | None, str]:
    """Monday is 0; and the line without it."""
    for pattern, numbers in ((_IN_WORDS, CHINESE_WEEKDAY), (_WORD, WEEKDAY)):
        if found := pattern.search(line):
            rest = f"{line[: found.start()]} {line[found.end() :]}"
            return numbers[found.group(1).lower()], rest
    return None, line


def _repaired(line: str) -> str:
    """Letters within numbers become the digits they were."""

    def repair(match: re.Match[str]) -> str:
        run = match.group()
        digits = sum(sign.isdigit() for sign in run)
        letters = sum(sign in "OoQDlI|!iSsB" for sign in run)
        return run.translate(_LIKE_DIGITS) if digits >= letters else run

    return _NUMERIC.sub(repair, line)


Days = tuple[tuple[str, date], ...]


def _date(line: str) -> tuple[Days, str, bool]:
    """Possible days, the line without them (the weekday still in it), and whether there are several dates."""
    for pattern, first in ((_NAMED_DAY_FIRST, True), (_NAMED_MONTH_FIRST, False)):
        if found := pattern.search(line):
            number, month = found.group(1 if first else 2), found.group(2 if first else 1)
            year = _year(found.group(3))
            days = _days([(DMY if first else MDY, year, MONTH[month.lower()], int(number))])
            if days:
                return days, _without(line, found), bool(pattern.search(_without(line, found)))
    return _numeric_date(line)


def _numeric_date(line: str) -> tuple[Days, str, bool]:
    # A weekday glued to digits would be repaired into them, so it waits beside while they are read.
    shown = _repaired(_IN_WORDS.sub(_hidden, _WORD.sub(_hidden, line)))
    for pattern in (_YEAR_FIRST, _SHORT_CHINESE, _YEAR_LAST, _TWO_DIGITS, _RUN_TOGETHER):
        for found in pattern.finditer(shown):
            if days := _days(_meanings(pattern, [one for one in found.groups() if one.isdigit()])):
                return days, _without(line, found), _is_dated(pattern, _without(shown, found))
    return (), line, False


def _hidden(match: re.Match[str]) -> str:
    return "#" * len(match.group())


def _is_dated(pattern: re.Pattern[str], line: str) -> bool:
    return any(
        _days(_meanings(pattern, [one for one in found.groups() if one.isdigit()]))
        for found in pattern.finditer(line)
    )


def _without(line: str, found: re.Match[str]) -> str:
    return f"{line[: found.start()]} {line[found.end() :]}"


def _meanings(pattern: re.Pattern[str], parts: list[str]) -> list[tuple[str, int, int, int]]:
    """(order, year, month, day) for every order the parts could be in."""
    a, b, c = parts
    if pattern in (_YEAR_FIRST, _SHORT_CHINESE, _RUN_TOGETHER):
        return [(YMD, _year(a), int(b), int(c))]
    last = [(DMY, _year(c), int(b), int(a)), (MDY, _year(c), int(a), int(b))]
    return last if pattern is _YEAR_LAST else [(YMD, _year(a), int(b), int(c)), *last]


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _days(meanings: list[tuple[str, int, int, int]]) -> Days:
    """Those that are days of the calendar; the same day in two orders counts once."""
    found: dict[date, str] = {}
    for order, year, month, number in meanings:
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if FIRST_YEAR <= year <= LAST_YEAR:
            found.setdefault(day, order)
    return tuple((order, day) for day, order in found.items())


def _time(line: str, half: str, *, is_dated: bool) -> tuple[int, int] | None:
    """Second of the day and the finest unit shown, when exactly one time is there."""
    for pattern in (_TIME, _CHINESE_TIME, _WORN_TIME) if is_dated else (_TIME, _CHINESE_TIME):
        found = [clock for match in pattern.finditer(line) if (clock := _clock(match, half))]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _clock(match: re.Match[str], half: str) -> tuple[int, int] | None:
    hour, minute, second = (int(part or 0) for part in match.groups())
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return 3600 * hour + MINUTE * minute + second, MINUTE if match.group(3) is None else 1
