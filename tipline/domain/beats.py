"""Beats: the areas a station divides its district into."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column, undefer

from tipline.db import Base, SafeText, Transaction, safe_text
from tipline.domain import acts, custody, limits
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
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


DESCRIBED = "beat:describe"
_SAID = ("name", "officer_name", "greeting", "reach", "listed")
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


def has_border(tx: Transaction, code: str) -> bool:
    return tx.scalar(select(Beat.code).where(Beat.code == code, Beat.shape.is_not(None))) is not None


# --- its page for residents


@dataclass
class Described:
    """What the station says of a beat to those who live there."""

    name: str
    officer_name: str = ""
    greeting: str = ""
    reach: str = ""
    listed: bool = True

    def checked(self) -> Described:
        """Trimmed and within bounds; raises beat:name-needed or tip:field-too-long."""
        for name in ("name", "officer_name", "greeting", "reach"):
            setattr(self, name, safe_text(getattr(self, name)).strip())
        if not self.name or len(self.name) > limits.SHORT:
            raise TiplineError("beat:name-needed", fields={"name": "beat:name-needed"}, limit=limits.SHORT)
        for name, most in (("officer_name", 40), ("greeting", limits.REASON), ("reach", limits.SHORT)):
            if len(getattr(self, name)) > most:
                raise TiplineError("tip:field-too-long", fields={name: "tip:field-too-long"}, limit=most)
        return self


def describe(tx: Transaction, actor: Actor, beat: Beat, said: Described) -> None:
    """Change what its page says; can be taken back."""
    wanted, before = vars(said.checked()), acts.held(beat, *_SAID)
    if wanted == before:
        return
    for name, value in wanted.items():
        setattr(beat, name, value)
    tx.flush()
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    was = {name: before[name] for name in changed}
    custody.append(tx, actor, "beat:describe", f"beat:{beat.code}", after=changed, before=was)
    acts.record(tx, actor, DESCRIBED, subject=beat.code, before=was, after=changed)


def put_back(tx: Transaction, _actor: Actor, act: Act) -> None:
    """What its page said before."""
    acts.put_back(read_beat(tx, act.subject), act)


def set_photo(tx: Transaction, actor: Actor, beat: Beat, key: str | None) -> str | None:
    """Show another photo, or none; returns the key of an object that no page shows any more."""
    before, beat.photo = beat.photo, key
    if before == key:
        return None
    tx.flush()
    custody.append(tx, actor, "beat:photo", f"beat:{beat.code}", shown=key is not None)
    is_shown = tx.scalar(select(Beat.code).where(Beat.photo == before).limit(1)) is not None
    return None if is_shown else before


def list_photos(tx: Transaction) -> list[str]:
    """Keys of all photos that pages show."""
    return sorted({key for key in tx.scalars(select(Beat.photo)) if key})
