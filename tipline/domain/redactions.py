"""The draft of what is to be covered in a file, while somebody works on it: one a file, with a version.

Detection only finds where a face is, never whose: nothing but boxes is kept. A draft is no act yet and stands
in no log; what is burned in of it is (`tipline.domain.redacting`).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, covers
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.errors import TiplineError

COVERABLE = ("video", "photo")


class Redaction(Base):
    """The one draft of a file; `boxes` holds tracks, the range to export, the margin, whether sound stays."""

    __tablename__ = "redaction"

    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    boxes: Mapped[str] = mapped_column(SafeText, default="{}")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    @property
    def draft(self) -> dict[str, Any]:
        """What is drawn so far."""
        draft: dict[str, Any] = json.loads(self.boxes)
        return {**EMPTY, **draft}


EMPTY: dict[str, Any] = {"tracks": [], "range": None, "margin": covers.MARGINS[1], "sound": False}


def require_coverable(file: Evidence) -> None:
    """A picture or film that is here."""
    if not file.arrived or file.sha256 is None:
        raise TiplineError("evidence:incomplete")
    if file.kind not in COVERABLE:
        raise TiplineError("redaction:no-picture")


def find_draft(tx: Transaction, file: Evidence) -> Redaction | None:
    """The draft, if anybody began one."""
    return tx.get(Redaction, file.id)


def save(tx: Transaction, actor: Actor, file: Evidence, version: int, untrusted: dict[str, Any]) -> Redaction:
    """Keep the draft as it was drawn on top of `version` (0: of nothing). Raises redaction:changed when
    somebody else saved meanwhile; theirs stands, and whoever asked can lay both together."""
    require_coverable(file)
    if actor.user_id is None:
        raise TiplineError("request:invalid")
    draft = {
        "tracks": covers.cleaned(untrusted.get("tracks")),
        "range": covers.range_of(untrusted.get("range")),
        "margin": covers.margin_of(untrusted.get("margin")),
        "sound": untrusted.get("sound") is True,
    }
    row = tx.get(Redaction, file.id, with_for_update=True)
    if (row.version if row else 0) != version:
        raise TiplineError("redaction:changed")
    if row is None:
        row = Redaction(evidence_id=file.id, version=0)
        tx.add(row)
    row.boxes = json.dumps(draft, ensure_ascii=False, separators=(",", ":"))
    row.version, row.changed_at, row.changed_by_id = version + 1, clock.now(), actor.user_id
    tx.flush()
    return row
