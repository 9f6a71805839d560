"""Coming back with the receipt code, and why guessing one is hopeless although nobody is ever locked out.

A code is 16 characters of 5 bits. Who knows nothing of one faces 80 bits: with a million codes alive and ten
thousand tries a second for a year, the chance to hit any is 2.6 in ten million. That needs no lock, so a
right code always enters, whatever others behind the same address did; only those who are wrong too often are
told to wait, to keep machines from asking without end.

Who knows part of one code (seen over a shoulder, a torn slip) is the danger. Therefore tries that share any
two of the four groups are counted before they are looked at, right or wrong: three a minute. Half a code
known, wherever, leaves 40 bits: 349,000 years on average. Three groups known leave 20 bits: 121 days on
average, without a pause. The owner waits for a minute until such tries have lapsed, and again only while
somebody goes on with them; entering the code clears them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import TypeVar

from tipline.db import Transaction
from tipline.domain import appointments, ids, questions, receipts
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import counting, current
from tipline.web.limiting import asker

MINUTE_S = 60
ALIKE = 3
T = TypeVar("T")
WRONG_OF_ADDRESS, WRONG_OF_ALL = 10, 300


def enter(typed: str) -> tuple[Tip, str]:
    """The tip of a receipt code as somebody typed it, and access to it."""
    return look_up(typed, lambda tx: _open(tx, typed))


def enter_any(typed: str) -> tuple[Tip, str] | None:
    """As `enter`, and nothing for a code of an appointment or a question: those have a page of their own."""
    key = current.services().key

    def find(tx: Transaction) -> tuple[Tip, str] | None:
        if appointments.find_by_code(tx, key, typed) or questions.find_by_code(tx, key, typed):
            return None
        return _open(tx, typed)

    return look_up(typed, find)


def _open(tx: Transaction, typed: str) -> tuple[Tip, str]:
    key = current.services().key
    tip = receipts.read_by_code(tx, key, typed)
    return tip, receipts.open_access(tx, key, tip)


def look_up(typed: str, find: Callable[[Transaction], T]) -> T:
    """What a code opens, whatever it is a code of; `find` raises receipt:unknown.

    Raises receipt:unknown, or receipt:too-many when too many were wrong, or receipt:wait without a look.
    """
    alike = _names(typed)
    waits = [counting.hit(name, ALIKE, MINUTE_S) for name in alike]
    if any(waits):
        raise _refusal("receipt:wait", max(waits))
    try:
        with current.services().database.transaction() as tx:
            found = find(tx)
    except TiplineError as fault:
        if fault.code == "receipt:unknown":
            _count_wrong()
        raise
    for name in alike:
        counting.forget(name)
    return found


def _names(typed: str) -> list[str]:
    """What a try is counted under: each two of its groups, hashed. Nothing for what cannot be a code."""
    code = ids.normal_receipt_code(typed)
    if code is None:
        return []
    groups = [f"{at}{code[at : at + ids.GROUP]}" for at in range(0, ids.CODE_LENGTH, ids.GROUP)]
    key = current.services().key
    return [f"code/{ids.keyed_hash(key, 'groups', one + two)}" for one, two in combinations(groups, 2)]


def _count_wrong() -> None:
    for name, most in ((f"wrong/{asker()}", WRONG_OF_ADDRESS), ("wrong/all", WRONG_OF_ALL)):
        if seconds := counting.hit(name, most, MINUTE_S):
            raise _refusal("receipt:too-many", seconds)


def _refusal(code: str, seconds: int) -> TiplineError:
    return TiplineError(code, fields={"receipt_code": code}, seconds=seconds)
