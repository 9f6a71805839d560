"""What an act says afterwards, and how it is taken back: kept in the session until the next page shows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import session

from tipline.db import Transaction
from tipline.domain import acts, undoing

KEY = "desk-notice"
LONGEST = 400


@dataclass
class Notice:
    """`act` is the number of what was done, if it can be taken back; `link` leads to what it was done to.

    `conflict` is what somebody else changed meanwhile (tipline.web.review.conflict); it is never kept.
    """

    text: str
    act: int | None = None
    is_fault: bool = False
    link: str = ""
    conflict: Any = None


def offered(tx: Transaction, notice: Notice) -> Notice:
    """With the way back of what this transaction did."""
    act = acts.recorded(tx)
    notice.act = act.id if act and undoing.may_undo(act) else None
    return notice


def keep(notice: Notice) -> None:
    """A very long one is cut: a browser drops a cookie of more than 4 KB, and the way back with it."""
    text = notice.text if len(notice.text) <= LONGEST else notice.text[:LONGEST] + "…"
    session[KEY] = asdict(replace(notice, text=text, conflict=None))


def take() -> Notice | None:
    """The notice of the last act; it is shown once."""
    kept: dict[str, Any] | None = session.pop(KEY, None)
    return Notice(**kept) if kept else None
