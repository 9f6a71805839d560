"""Beats: the areas a station divides its district into."""

from __future__ import annotations

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction
from tipline.domain import custody
from tipline.domain.actors import Actor
from tipline.errors import TiplineError


class Beat(Base):
    __tablename__ = "beat"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(SafeText)


def add(tx: Transaction, actor: Actor, code: str, name: str) -> Beat:
    beat = Beat(code=code, name=name)
    tx.add(beat)
    tx.flush()
    custody.append(tx, actor, "beat:add", f"beat:{code}", name=name)
    return beat


def read_beat(tx: Transaction, code: str) -> Beat:
    """The beat of this code; raises tip:beat-unknown."""
    beat = tx.get(Beat, code)
    if beat is None:
        raise TiplineError("tip:beat-unknown", fields={"beat": "tip:beat-unknown"})
    return beat


def list_beats(tx: Transaction) -> list[Beat]:
    return list(tx.scalars(select(Beat).order_by(Beat.code)))
