"""What in a text would tell who somebody is: phones, identity numbers, plates, long numbers, e-mail.

Names of people cannot be told from other words; a person reads every text before it is published. Pure.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tipline.domain import codes

PHONE, IDENTITY, PLATE, NUMBER, MAIL = KINDS = ("phone", "identity", "plate", "number", "mail")
# Shorter ones are doors, amounts, bus lines, hotlines that everybody may read.
SHORTEST_NUMBER = 8
STANDS_FOR = "＊＊＊"
# Full-width letters and digits, which phones in Chinese write, as the others; everything keeps its place.
_NARROW = {
    wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_BETWEEN = r"[ .·•・-]?"
_PLATE = re.compile(
    rf"[{codes.PROVINCES}]{_BETWEEN}[A-Za-z]{_BETWEEN}(?:[A-Za-z0-9]{_BETWEEN}){{4,5}}[A-Za-z0-9]"
)
_FORMS = (
    (MAIL, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (IDENTITY, re.compile(rf"(?<!\d)[1-9](?:{_BETWEEN}\d){{16}}{_BETWEEN}[\dXx](?!\d)")),
    (PHONE, re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")),
    (PHONE, re.compile(r"(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)")),
    (PLATE, _PLATE),
    (NUMBER, re.compile(rf"(?<![\dA-Za-z])\d(?:[ -]?\d){{{SHORTEST_NUMBER - 1},}}(?!\d)")),
)  # fmt: skip
_DATE = re.compile(r"(?:19|20)\d{2}[ -]\d{1,2}[ -]\d{1,2}")


class Found(NamedTuple):
    """`text` as it was written, from `start` to `end`."""

    kind: str
    text: str
    start: int
    end: int


def found_in(text: str) -> list[Found]:
    """In the order of the text; no two of them overlap."""
    narrow, taken = text.translate(_NARROW), [False] * len(text)
    found = []
    for kind, form in _FORMS:
        for match in form.finditer(narrow):
            start, end = match.span()
            if any(taken[start:end]) or not _tells(kind, match[0]):
                continue
            taken[start:end] = [True] * (end - start)
            found.append(Found(kind, text[start:end], start, end))
    return sorted(found, key=lambda one: one.start)


def _tells(kind: str, text: str) -> bool:
    if kind == PLATE:
        return sum(one.isdigit() for one in text) >= 2
    return kind != NUMBER or not _DATE.fullmatch(text)


def masked(text: str) -> str:
    """The same text without them."""
    at, parts = 0, []
    for one in found_in(text):
        parts += [text[at : one.start], STANDS_FOR]
        at = one.end
    return "".join([*parts, text[at:]])
