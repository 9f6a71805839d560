"""What is made from an original at somebody's word: a still, a clip, a search for faces, a covered copy.

The look at a file makes its own renditions; these are asked for by a person, one job each, and their result
is a rendition whose provenance says from what, by whom and how.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

STILL, CLIP, FACES, TRACK, REDACTION = KINDS = ("still", "clip", "faces", "track", "redaction")


class Derivative(Base):
    """`given` says what is wanted, `found` what came of it where that is no rendition (boxes)."""

    __tablename__ = "derivative"

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    given: Mapped[str] = mapped_column(SafeText, default="{}")
    state: Mapped[str] = mapped_column(String(8), default="queued")  # queued running done failed
    progress: Mapped[float] = mapped_column(default=0.0)
    found: Mapped[str | None] = mapped_column(SafeText)
    failure: Mapped[str | None] = mapped_column(String(60))
    rendition: Mapped[str | None] = mapped_column(String(80))  # its name among those of the evidence
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def wanted(self) -> dict[str, Any]:
        """What was asked for, checked when it was."""
        wanted: dict[str, Any] = json.loads(self.given)
        return wanted
