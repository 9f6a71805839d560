"""What an act says afterwards, and how it is taken back: kept in the session until the next page shows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from flask import session

KEY = "desk-notice"


@dataclass
class Notice:
    """`undo` is the address of the act that takes this one back, `fields` what its form sends."""

    text: str
    undo: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    is_fault: bool = False


def keep(notice: Notice) -> None:
    session[KEY] = asdict(notice)


def take() -> Notice | None:
    """The notice of the last act; it is shown once."""
    kept: dict[str, Any] | None = session.pop(KEY, None)
    return Notice(**kept) if kept else None
