"""What an act says afterwards, and how it is taken back: kept in the session until the next page shows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import session

KEY = "desk-notice"


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


def keep(notice: Notice) -> None:
    session[KEY] = asdict(notice)


def take() -> Notice | None:
    """The notice of the last act; it is shown once."""
    kept: dict[str, Any] | None = session.pop(KEY, None)
    return Notice(**kept) if kept else None
