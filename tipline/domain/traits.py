"""What a tip can be found by, beside its pictures: codes, places, methods, rare characters.

Rows of an index, made anew whenever the tip is compared; nothing here is shown to anybody.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base


class Trait(Base):
    """One thing by which a tip is found: `kind` is code, tail, cell, place or method."""

    __tablename__ = "trait"
    __table_args__ = (Index("ix_trait_value", "kind", "value", "tip_id"),)

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)


class Gram(Base):
    """In how many tips a pair of characters or a word occurs; the empty one counts the tips themselves."""

    __tablename__ = "gram"

    value: Mapped[str] = mapped_column(String(16), primary_key=True)
    tips: Mapped[int]
