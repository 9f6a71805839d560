"""Who has a tip open: said by its page while it is open, shown on the page and in the queue's rows.

To have it open is to have read it. A browser that fetches the next tip ahead has opened nothing yet.
"""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import mentions, presence, unread
from tipline.domain.accounts import Account
from tipline.domain.tips import Tip
from tipline.web import current

TIP = "tip:"


def of_queue(tx: Transaction) -> dict[str, list[Account]]:
    """Reference of a tip → the colleagues who have it open."""
    found = presence.list_here(tx, current.staff().id)
    return {subject.removeprefix(TIP): people for subject, people in found.items() if subject.startswith(TIP)}


def of_tip(tx: Transaction, tip: Tip) -> list[Account]:
    """The colleagues who have this tip open."""
    subject = _subject(tip)
    return presence.list_here(tx, current.staff().id, subject=subject).get(subject, [])


def told(lookers: list[Account]) -> str:
    """The same in a few signs, as a page tells what it shows."""
    return ".".join(str(one.id) for one in lookers)


def is_ahead() -> bool:
    """Whether the page is fetched before anybody wants to see it."""
    return "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))


def is_worth_noting(tx: Transaction, tip: Tip) -> bool:
    """Whether the reader has this tip open and not all of that is written down yet."""
    who = current.staff().id
    return (
        bool(unread.list_unread(tx, who, [tip.id]))
        or presence.is_due(tx, who, _subject(tip))
        or mentions.is_named(tx, who, tip)
    )


def note(tip: Tip) -> None:
    """Write down that the reader has this tip open."""
    who = current.staff().id
    with current.services().database.transaction() as tx:
        mentions.see(tx, who, tip)
        unread.look(tx, who, tip)
        presence.say(tx, who, _subject(tip))


def _subject(tip: Tip) -> str:
    return TIP + tip.reference
