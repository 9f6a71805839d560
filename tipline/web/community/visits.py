"""Which appointments and questions this browser may see, and their codes until they have been kept safe.

What is open here lies in the signed session; leaving quickly takes it along with everything else.
"""

from __future__ import annotations

from typing import NamedTuple

from flask import session

from tipline.db import Transaction
from tipline.domain import appointments, questions
from tipline.domain.appointments import Booking
from tipline.domain.questions import Question
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.intake import guessing

OPEN, CODES = "topic_visits", "topic_codes"
BOOKING, QUESTION = "b", "q"
MOST = 8


class Opened(NamedTuple):
    """What this browser may see, newest first."""

    bookings: list[Booking]
    questions: list[Question]


def begin(kind: str, number: int, code: str = "") -> None:
    """This browser sees it from now on; `code` is shown until somebody says that it is kept."""
    mine = [one for one in session.get(OPEN, []) if one != [kind, number]]
    session[OPEN] = [[kind, number], *mine][:MOST]
    if code:
        session[CODES] = {**session.get(CODES, {}), f"{kind}{number}": code}


def code_of(kind: str, number: int) -> str:
    return str(session.get(CODES, {}).get(f"{kind}{number}", ""))


def forget_codes() -> None:
    session.pop(CODES, None)


def leave() -> None:
    for name in (OPEN, CODES):
        session.pop(name, None)


def has_any() -> bool:
    return bool(session.get(OPEN))


def numbers(kind: str) -> list[int]:
    """What of a kind is open here: bookings or questions."""
    return [number for of, number in session.get(OPEN, []) if of == kind]


def read(tx: Transaction) -> Opened:
    bookings = [row for one in numbers(BOOKING) if (row := tx.get(Booking, one))]
    asked = [found for one in numbers(QUESTION) if (found := tx.get(Question, one))]
    return Opened(bookings, asked)


def read_booking(tx: Transaction, number: int) -> Booking:
    """One of those that are open here; raises booking:not-found of any other."""
    if [BOOKING, number] not in session.get(OPEN, []):
        raise TiplineError("booking:not-found")
    return appointments.read_booking(tx, number)


def enter(typed: str) -> None:
    """Open what a code belongs to; raises receipt:unknown, as with a tip's."""
    begin(*opened_by(typed))


def opened_by(typed: str) -> tuple[str, int]:
    """What a code is of, as kind and number; each try counts, as with a tip's."""
    key = current.services().key

    def find(tx: Transaction) -> tuple[str, int]:
        if booking := appointments.find_by_code(tx, key, typed):
            return BOOKING, booking.id
        if question := questions.find_by_code(tx, key, typed):
            return QUESTION, question.id
        raise TiplineError("receipt:unknown", fields={"receipt_code": "receipt:unknown"})

    return guessing.look_up(typed, find)
