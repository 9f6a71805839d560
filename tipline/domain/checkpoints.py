"""Checkpoints of the custody log: how long it was and what it held at a time, signed and given to others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Checkpoint(Base):
    """`root` is base64 of the Merkle tree's root over the first `size` entries; `note` the signed text."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    # The complete left subtrees' hashes, so that the next checkpoint does not begin at the first entry.
    frontier: Mapped[str] = mapped_column(SafeText)
    note: Mapped[str] = mapped_column(SafeText)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    kept_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the store had its copy
