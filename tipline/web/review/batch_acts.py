"""What can be done to several tips at once: each act reads its fields once, then is done to every tip."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import request

from tipline.db import Transaction
from tipline.domain import accounts, acknowledging, duplicates, links, messages, tips, unread
from tipline.domain.tips import Tip
from tipline.web import current
from tipline.web.review import linking, refusing, responding, snoozing
from tipline.web.review.saying import gettext


class Ready(NamedTuple):
    """An act whose fields are read: what it is called, and what it does to one tip."""

    what: str
    do: Callable[[Tip], object]
    first: Callable[[Transaction, Tip], None] | None = None  # what may refuse before the row's state is asked


def assign(tx: Transaction) -> Ready:
    name = _field("assignee")
    person = accounts.read_assignable(tx, name) if name else None
    person_id, username = (person.id, person.username) if person else (None, None)
    what = (
        gettext("Assigned to %(name)s", name=person.display_name) if person else gettext("Assigned to nobody")
    )
    return Ready(what, lambda tip: tips.assign(tx, current.actor(), tip, person_id, username))


def acknowledge(tx: Transaction) -> Ready:
    """Without a word."""
    return Ready(
        gettext("Acknowledged"), lambda tip: acknowledging.acknowledge(tx, current.actor(), tip),
        acknowledging.require_open,
    )  # fmt: skip


def answer(tx: Transaction) -> Ready:
    """Acknowledge each with the first sentence that is ready for it."""

    def do(tip: Tip) -> None:
        acknowledging.acknowledge(tx, current.actor(), tip, responding.ready(tx, tip)[0])

    return Ready(gettext("Acknowledged with a sentence"), do, acknowledging.require_open)


def link(tx: Transaction) -> Ready:
    """A new case is opened once, for all of them."""
    case, reason = linking.case_of_form(tx), _field("reason_link")
    what = gettext("Linked to %(case)s", case=case.number)
    return Ready(what, lambda tip: links.link(tx, current.actor(), case, tip, reason))


def snooze(tx: Transaction) -> Ready:
    day = _field("until_day") or _field("until")
    morning = snoozing.morning_of(day)
    what = gettext("Snoozed until %(day)s", day=current.local(morning).date().isoformat())
    return Ready(what, lambda tip: tips.move(tx, current.actor(), tip, "snoozed", until=morning))


def not_use(tx: Transaction) -> Ready:
    reason, is_told = _field("reason_not_used"), "tell" in request.form
    return Ready(gettext("Not used"), lambda tip: refusing.not_use(tx, tip, reason, is_told=is_told))


def mark_duplicate(tx: Transaction) -> Ready:
    """Of the tip named; one that is a duplicate itself stands for what it repeats."""
    target = duplicates.read_target(tx, _field("of"))
    what = gettext("Duplicate of %(reference)s", reference=target.reference)
    return Ready(what, lambda tip: duplicates.mark(tx, current.actor(), tip, target))


def reply(tx: Transaction) -> Ready:
    kind = "question" if "question" in request.form else "message"
    text = _field("text")
    return Ready(gettext("Sent"), lambda tip: messages.write(tx, current.actor(), tip, text, kind=kind))


def mark_read(tx: Transaction) -> Ready:
    return Ready(gettext("Marked as read"), lambda tip: unread.look(tx, current.staff().id, tip))


def mark_unread(tx: Transaction) -> Ready:
    return Ready(gettext("Marked as unread"), lambda tip: unread.forget(tx, current.staff().id, tip))


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


# Name of the button → the right it needs, and what reads its fields.
ACTS: dict[str, tuple[str, Callable[[Transaction], Ready]]] = {
    "acknowledge": ("tip:act", acknowledge),
    "answer": ("tip:act", answer),
    "assign": ("tip:act", assign),
    "link": ("case:act", link),
    "duplicate": ("tip:act", mark_duplicate),
    "snooze": ("tip:act", snooze),
    "not_used": ("tip:act", not_use),
    "reply": ("tip:act", reply),
    "read": ("tip:read", mark_read),
    "unread": ("tip:read", mark_unread),
}
