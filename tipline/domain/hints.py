"""That two tips may belong together, and why: same file, same pictures, same code, or a likely series.

The machine only points; a person links, marks as duplicate, or says no, and that stays said.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

FILE, MEDIA, CODE, SERIES = KINDS = ("file", "media", "code", "series")


class Hint(Base):
    """From the later tip to the earlier one; `score` in bits of evidence (log2 of a likelihood ratio)."""

    __tablename__ = "hint"
    __table_args__ = (
        UniqueConstraint("tip_id", "other_id", "kind", name="uq_hint"),
        Index("ix_hint_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    kind: Mapped[str] = mapped_column(String(8))
    score: Mapped[float] = mapped_column(Float(53))
    reasons: Mapped[str] = mapped_column(SafeText, default="[]")
    state: Mapped[str] = mapped_column(String(10), default="open")  # open accepted dismissed
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_reason: Mapped[str | None] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def why(self) -> list[dict[str, Any]]:
        """Codes and values, for and against; sentences are made where they are shown."""
        why: list[dict[str, Any]] = json.loads(self.reasons)
        return why
