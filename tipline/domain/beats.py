"""Beats: the areas a station divides its district into."""

from __future__ import annotations

import re

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column, undefer

from tipline.db import Base, SafeText, Transaction
from tipline.domain import custody, limits
from tipline.domain.actors import Actor
from tipline.errors import TiplineError


class Beat(Base):
    __tablename__ = "beat"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(SafeText)
    # GeoJSON geometry, WGS-84; long, and seldom needed where a beat is.
    shape: Mapped[str | None] = mapped_column(SafeText, deferred=True)
    # Its page for residents: the officer's name as they know it, a greeting, how else to reach the station.
    officer_name: Mapped[str] = mapped_column(SafeText, default="")
    greeting: Mapped[str] = mapped_column(SafeText, default="")
    reach: Mapped[str] = mapped_column(SafeText, default="")
    photo: Mapped[str | None] = mapped_column(String(100))  # key in the store, re-encoded
    listed: Mapped[bool] = mapped_column(default=True)


_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def add(tx: Transaction, actor: Actor, code: str, name: str) -> Beat:
    """A new beat; raises beat:code-unclear, beat:name-needed or beat:exists."""
    name = name.strip()
    if not is_code(code):
        raise TiplineError("beat:code-unclear", fields={"code": "beat:code-unclear"})
    if not name or len(name) > limits.SHORT:
        raise TiplineError("beat:name-needed", fields={"name": "beat:name-needed"}, limit=limits.SHORT)
    if tx.get(Beat, code):
        raise TiplineError("beat:exists", fields={"code": "beat:exists"})
    beat = Beat(code=code, name=name)
    tx.add(beat)
    tx.flush()
    custody.append(tx, actor, "beat:add", f"beat:{code}", name=name)
    return beat


def is_code(code: str) -> bool:
    """Whether a beat may have this code."""
    return bool(_CODE.fullmatch(code))


def read_beat(tx: Transaction, code: str) -> Beat:
    """The beat of this code; raises tip:beat-unknown."""
    beat = tx.get(Beat, code)
    if beat is None:
        raise TiplineError("tip:beat-unknown", fields={"beat": "tip:beat-unknown"})
    return beat


def list_beats(tx: Transaction) -> list[Beat]:
    return list(tx.scalars(select(Beat).order_by(Beat.code)))


def list_drawn(tx: Transaction) -> list[Beat]:
    """The same with their borders at hand."""
    return list(tx.scalars(select(Beat).options(undefer(Beat.shape)).order_by(Beat.code)))


def have_borders(tx: Transaction) -> bool:
    """Whether any beat is on the map."""
    return tx.scalar(select(Beat.code).where(Beat.shape.is_not(None)).limit(1)) is not None
