"""Where pictures that look alike are found: the PDQ fingerprint of each keyframe, cut into bands.

Two fingerprints at most 31 bits apart of 256 share, within one bit, one of sixteen bands (pigeonhole). So
looking up each band and its sixteen neighbours misses none; `likenesses` compares what comes up bit by bit.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, Index, SmallInteger, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction

BITS, PLACES = 256, 16
WIDTH = BITS // PLACES
# Copies of one picture lie within this distance; strangers begin at three times as much.
ALIKE = 31
# Below it there is too little in the picture to know it by: black, blank, blurred.
LEAST_QUALITY = 50


class Band(Base):
    """One band of one picture: `value` is its sixteen bits."""

    __tablename__ = "band"
    __table_args__ = (Index("ix_band_value", "place", "value", "rendition_id"),)

    rendition_id: Mapped[int] = mapped_column(
        ForeignKey("rendition.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    value: Mapped[int]


def is_telling(pdq: str | None, quality: int | None) -> bool:
    """Whether a picture can be known again by its fingerprint."""
    return bool(pdq) and quality is not None and quality >= LEAST_QUALITY


def distance(one: str, other: str) -> int:
    """How many of the 256 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(pdq: str) -> list[int]:
    """The value of each band, in the order of their places."""
    digits = WIDTH // 4
    return [int(pdq[at : at + digits], 16) for at in range(0, BITS // 4, digits)]


def keep(tx: Transaction, rendition_id: int, pdq: str | None, quality: int | None) -> None:
    """Make a picture findable; one that shows too little is left out. The bands go with their picture."""
    if pdq and is_telling(pdq, quality):
        tx.add_all(
            Band(rendition_id=rendition_id, place=place, value=value)
            for place, value in enumerate(bands(pdq))
        )


def near(pdq: str) -> ColumnElement[bool]:
    """Bands that are one of this fingerprint's own, or one bit off."""
    return or_(
        *(
            and_(Band.place == place, Band.value.in_([value, *(value ^ 1 << bit for bit in range(WIDTH))]))
            for place, value in enumerate(bands(pdq))
        )
    )
