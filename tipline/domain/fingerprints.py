"""Where pictures that look alike are found: the PDQ fingerprint of each keyframe, cut into bands.

Two fingerprints at most 31 bits apart of 256 share, within one bit, one of sixteen bands (pigeonhole).
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base


class Band(Base):
    """One band of one picture: `value` is its sixteen bits."""

    __tablename__ = "band"
    __table_args__ = (Index("ix_band_value", "place", "value"),)

    rendition_id: Mapped[int] = mapped_column(
        ForeignKey("rendition.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    value: Mapped[int]
