"""Whether a new password is among the first that somebody would guess. Pure; looks nothing up anywhere.

What people choose most is built of few bases: a common word, a name, a row of keys, a date, doubled or with
a tail of digits. Lists of stolen passwords are mostly spellings of these, so a password is taken apart, not
looked up: what remains after the tails, the doubling and the usual exchanges must not be one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

BASES = frozenset(
    word
    for line in Path(__file__).with_name("guessed.txt").read_text(encoding="utf-8").splitlines()
    for word in line.split()
    if not line.startswith("#")
)
_ROWS = (
    "01234567890123456789",
    "09876543210987654321",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "147258369",
    "789456123",
    "5201314",
    "1314520",
)  # fmt: skip
_EXCHANGED = str.maketrans("@4301!$57", "aaeoiisst")
_TAIL = re.compile(r"^[\W\d_]+|[\W\d_]+$")
FEWEST_SIGNS = 5
LONG_NUMBER = 12  # digits; a shorter one is a date or a telephone


def is_guessed_early(password: str, names: Iterable[str] = ()) -> bool:
    """Whether it is a common one, or made of these names (of its owner, of the station)."""
    text = password.casefold()
    if len(set(text)) < FEWEST_SIGNS or _is_row(text):
        return True
    bases = BASES | {part for name in names for part in re.split(r"\W+", name.casefold()) if part}
    readings = (text, text.translate(_EXCHANGED), _TAIL.sub("", text).translate(_EXCHANGED))
    return any(_is_made_of(_TAIL.sub("", one), bases) or _is_made_of(one, bases) for one in readings)


def _is_made_of(text: str, bases: frozenset[str]) -> bool:
    """Whether it is one base, the same one again and again, or two of them with nothing between but signs."""
    once = _undoubled(re.sub(r"[\W_]+", "", text))
    if not once:
        return False
    letters = re.sub(r"[\W\d_]+", "", once)
    if once in bases or letters in bases or (not letters and len(once) < LONG_NUMBER):
        return True
    return any(letters.startswith(one) and letters[len(one) :] in bases for one in bases)


def _undoubled(text: str) -> str:
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text == text[:length] * (len(text) // length):
            return text[:length]
    return text


def _is_row(text: str) -> bool:
    """Whether it runs along the keys or the numbers, in pieces of four and more."""
    rest, covered = text, 0
    while rest:
        run = max((_run(rest, row) for row in _BOTH_WAYS), default=0)
        covered += run if run >= 4 else 0
        rest = rest[max(run, 1) :]
    return covered >= 0.75 * len(text)


_BOTH_WAYS = tuple(way for row in _ROWS for way in (row, row[::-1]))


def _run(text: str, row: str) -> int:
    """How many first signs of the text stand side by side in the row."""
    longest = 0
    while longest < len(text) and text[: longest + 1] in row:
        longest += 1
    return longest
