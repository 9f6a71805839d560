"""Finding a beat as its residents look for it: by its name, by its officer's, by a street."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from tipline.db import Transaction
from tipline.domain.beats import Beat
from tipline.domain.shops import Shop
from tipline.errors import TiplineError

MOST_WORDS = 6


def list_listed(tx: Transaction, words: str = "") -> list[Beat]:
    """Beats with a page that have all these words. A street is known by the shops with a poster in it."""
    query = select(Beat).where(Beat.listed).order_by(Beat.name, Beat.code)
    for word in words.split()[:MOST_WORDS]:
        said = [
            column.icontains(word, autoescape=True)
            for column in (Beat.name, Beat.officer_name, Beat.greeting, Beat.reach)
        ]
        near = [column.icontains(word, autoescape=True) for column in (Shop.name, Shop.place)]
        streets = select(Shop.beat).where(Shop.active, Shop.beat.is_not(None), or_(*near))
        query = query.where(or_(*said, Beat.code.in_(streets)))
    return list(tx.scalars(query))


def list_drawn(tx: Transaction) -> list[Beat]:
    """Those that are on the map, with their borders at hand."""
    query = select(Beat).where(Beat.listed, Beat.shape.is_not(None)).order_by(Beat.code)
    return list(tx.scalars(query.options(undefer(Beat.shape))))


def page_of(tx: Transaction, code: str) -> str:
    """Where somebody of this beat finds its officer, or looks for one; empty while no beat has a page."""
    beat = tx.get(Beat, code) if code else None
    if beat and beat.listed:
        return f"/beats/{beat.code}"
    return "/beats" if tx.scalar(select(Beat.code).where(Beat.listed).limit(1)) else ""


def read_listed(tx: Transaction, code: str) -> Beat:
    """The beat of a page; raises beat:no-page."""
    beat = tx.get(Beat, code)
    if beat is None or not beat.listed:
        raise TiplineError("beat:no-page")
    return beat
