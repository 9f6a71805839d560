"""Plates, phone numbers and serials in what people write, spelt one way.

Upper case; dots, dashes and blanks between letters and digits dropped; then runs that hold a digit. Two codes
are the same when they are equal, or one is the end of the other ("ends 8H206"). Knows no database.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# What stands before the letters of a Chinese plate.
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
SHORTEST_MIXED, SHORTEST_DIGITS, LONGEST = 4, 5, 24
# An end shorter than this is anybody's.
SHORTEST_END = 4
MOST = 40  # of one tip: a pasted list of numbers is no trait of it

# Dots and dashes within a code; blanks only in a mobile number, and behind a capital or two as on a plate.
_GAP = re.compile(r"(?<=[A-Z0-9])[.·•・-](?=[A-Z0-9])")
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")
_CAPITALS = re.compile(r"(?<![A-Za-z])([A-Z]{1,2}) (?=[A-Z]?[A-Z0-9]*\d)")
# Our own numbers of tips and cases.
_OURS = re.compile(r"(?<![A-Z0-9])(T-\d+|A-\d{4}-\d+)(?![A-Z0-9])")
_RUN = re.compile(rf"[{PROVINCES}]?[A-Z0-9]{{3,}}")
# Times, dates, amounts and measures hold digits and name nothing.
_TIMES = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?"
    r"|\d{1,2}[:：]\d{2}([:：]\d{2})?"
    r"|(?<![\dA-Z])\d{1,3}([,，]\d{3})+"
    r"|(?<![\dA-Z])\d+(\.\d+)?\s*"
    r"(KM|CM|MM|KG|GB|MB|MIN|SEC|HRS?|AM|PM|ST|ND|RD|TH|YUAN|RMB|USD|METERS?|METRES?|MINUTES?|HOURS?|DAYS?|"
    r"[元块米斤克岁年月日号点时分秒楼栋层个人万千百%])(?![A-Z0-9])"
)
# Four digits alone are a year or an amount, unless somebody says what they are.
_SAID = re.compile(
    r"(?:尾号|后四位|末四位|号码|电话|车牌|编号|ENDS?|ENDING|PLATE|PHONE|NUMBER|SERIAL)\D{0,12}?(\d{4})(?!\d)"
)


class Code(NamedTuple):
    """`kind` is plate, phone or number; `text` as it is compared."""

    kind: str
    text: str


def found_in(text: str) -> list[Code]:
    """Each once, in the order of the text."""
    plain = _MOBILE.sub(r" \1\2\3 ", unicodedata.normalize("NFKC", text))
    plain = _OURS.sub(" ", _CAPITALS.sub(r"\1", plain).upper())
    said = [match[1] for match in _SAID.finditer(plain)]
    runs = [match[0] for match in _RUN.finditer(_GAP.sub("", _TIMES.sub(" ", plain)))]
    kept = dict.fromkeys(one for one in [*runs, *said] if _is_code(one) or one in said)
    return [Code(_kind(one), one) for one in kept][:MOST]


def _is_code(run: str) -> bool:
    digits = sum(one.isdigit() for one in run)
    letters = sum("A" <= one <= "Z" for one in run)
    if len(run) > LONGEST or digits == 0:
        return False
    if letters:
        return len(run) >= SHORTEST_MIXED and digits >= 2 and letters <= digits + 3
    return digits >= SHORTEST_DIGITS


def _kind(text: str) -> str:
    if re.fullmatch(r"1[3-9]\d{9}", text):
        return "phone"
    return "plate" if re.fullmatch(rf"[{PROVINCES}][A-Z][A-Z0-9]{{5,6}}", text) else "number"


def ends(code: str) -> list[str]:
    """What else of a code may be all that somebody remembers: its ends, longest first."""
    return [code[at:] for at in range(1, len(code) - SHORTEST_END + 1)]


def is_same(one: str, other: str) -> bool:
    """Equal, or the shorter is the end of the longer."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= SHORTEST_END and long.endswith(short))
