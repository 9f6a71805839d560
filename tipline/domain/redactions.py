"""Boxes that cover parts of a picture or film, while somebody works on them.

Detection only finds where a face is, never whose: nothing but boxes is kept.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Redaction(Base):
    """The one draft of a file; `boxes` is a list of tracks, each with its boxes at moments of the film."""

    __tablename__ = "redaction"

    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    boxes: Mapped[str] = mapped_column(SafeText, default="[]")
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))

    @property
    def tracks(self) -> list[dict[str, Any]]:
        tracks: list[dict[str, Any]] = json.loads(self.boxes)
        return tracks
