"""What a reporter reads of an incident: what it is, how many report it, how it goes. Nobody's name or words
but those that the station wrote for everyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from tipline.db import Transaction
from tipline.domain import incidents, progress
from tipline.domain.incidents import Incident
from tipline.domain.progress import Noted
from tipline.domain.tips import Tip
from tipline.errors import N_

SOURCES = {progress.OFFICER: N_("Officer"), progress.PARTNER: N_("Company called in")}


@dataclass(frozen=True)
class Shared:
    """`notes` is its course, the newest first."""

    reference: str
    title: str
    reporters: int
    is_over: bool
    closed_at: datetime | None
    outcome: str
    closing: str
    notes: list[Noted]
    revision: int

    @property
    def others(self) -> int:
        return max(0, self.reporters - 1)

    def who(self, note: Noted) -> str:
        """Who wrote a note: an officer, or a company called in."""
        return str(gettext(SOURCES.get(note.source, SOURCES[progress.OFFICER])))


def of_tip(tx: Transaction, tip: Tip) -> Shared | None:
    row = incidents.incident_of(tx, tip)
    if row is None:
        return None
    told = progress.told(tx, row)
    return Shared(
        told["reference"], told["title"], told["reporters"], row.state == incidents.CLOSED, told["closed_at"],
        _outcome(row), told["closing"], told["progress"][::-1], row.revision,
    )  # fmt: skip


def _outcome(row: Incident) -> str:
    return gettext(incidents.OUTCOMES[row.outcome]) if row.outcome in incidents.OUTCOMES else ""


def as_api(shared: Shared | None) -> dict[str, Any] | None:
    """The incident for programs of reporters."""
    if shared is None:
        return None
    return {
        "reference": shared.reference,
        "title": shared.title,
        "reporters": shared.reporters,
        "state": "closed" if shared.is_over else "open",
        "outcome": shared.outcome,
        "closing": shared.closing,
        "closed_at": shared.closed_at,
    }


def as_messages(shared: Shared | None) -> list[dict[str, Any]]:
    """Its notes among the messages of a tip. Their ids are below 0, so that none is taken for a message's."""
    if shared is None:
        return []
    return [
        {
            "id": -one.id, "at": one.at, "kind": "progress", "by_reporter": False, "text": one.text,
            "answered_at": None, "withdrawn_at": one.withdrawn_at, "incident": shared.reference,
            "source": one.source,
        }
        for one in shared.notes[::-1]
    ]  # fmt: skip
