"""What a tip can be found by, beside its pictures: codes, places, methods, and how rare characters are.

Rows of an index, made anew whenever the tip is compared; nothing here is shown to anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ForeignKey, Index, String, delete, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction
from tipline.domain import codes, sketches
from tipline.domain.codes import Code
from tipline.domain.series import Rarity
from tipline.domain.sketches import Sketch

CODE, TAIL, CELL, PLACE, METHOD, COUNTED = "code", "tail", "cell", "place", "method", "counted"
# A value that more tips share says nothing: the station's own number, "110", a bank's hotline.
COMMON = 8
# Of each way to be found so many of the newest are weighed.
MOST_OF_A_WAY = 120
RAREST_TAGS = 3
_ALL = ""  # the row that counts the tips themselves
_TAG = "#"  # before a tag, so that it is nobody's word


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


def keep(tx: Transaction, sketch: Sketch, named: Iterable[Code]) -> None:
    """Make a tip findable. Its words are counted once, however often it is compared."""
    is_counted = tx.get(Trait, (sketch.tip_id, COUNTED, _ALL)) is not None
    tx.execute(delete(Trait).where(Trait.tip_id == sketch.tip_id, Trait.kind != COUNTED))
    texts = [one.text for one in named]
    wanted = {(CODE, one) for one in texts}
    wanted |= {(TAIL, end) for one in texts for end in codes.ends(one)}
    wanted |= {(METHOD, one) for one in sketch.methods}
    if sketch.spot:
        wanted.add((CELL, sketches.cell(sketch.spot)))
    if sketch.place:
        wanted.add((PLACE, sketch.place))
    tx.add_all(Trait(tip_id=sketch.tip_id, kind=kind, value=value) for kind, value in sorted(wanted))
    if not is_counted:
        tx.add(Trait(tip_id=sketch.tip_id, kind=COUNTED, value=_ALL))
        counted = [_ALL, *sketch.grams, *(f"{_TAG}{tag}"[:16] for tag in sketch.methods)]
        tx.execute(
            text(
                "INSERT INTO gram (value, tips) VALUES (:value, 1)"
                " ON CONFLICT (value) DO UPDATE SET tips = gram.tips + 1"
            ),
            [{"value": one} for one in sorted(counted)],
        )
    tx.flush()


def forget(tx: Transaction, sketch: Sketch) -> None:
    """The tip is erased: it is found by nothing, and what it alone held is counted no more."""
    if tx.get(Trait, (sketch.tip_id, COUNTED, _ALL)) is not None:
        counted = [_ALL, *sketch.grams, *(f"{_TAG}{tag}"[:16] for tag in sketch.methods)]
        tx.execute(update(Gram).where(Gram.value.in_(counted)).values(tips=Gram.tips - 1))
        tx.execute(delete(Gram).where(Gram.tips <= 0, Gram.value != _ALL))
    tx.execute(delete(Trait).where(Trait.tip_id == sketch.tip_id))


def rarity(tx: Transaction, sketch: Sketch) -> Rarity:
    """How rare what this tip holds is; a tip shares nothing with others that it does not hold itself."""
    asked = [_ALL, *sketch.grams, *(f"{_TAG}{tag}"[:16] for tag in sketch.methods)]
    known = {
        value: tips for value, tips in tx.execute(select(Gram.value, Gram.tips).where(Gram.value.in_(asked)))
    }
    tags = {tag: known.get(f"{_TAG}{tag}"[:16], 0) for tag in sketch.methods}
    return Rarity(known.get(_ALL, 0), known, tags)


class Shared(NamedTuple):
    """A code of ours that another tip names: what stands there, and whether it is all of both."""

    code: Code
    there: str
    is_whole: bool


def sharing_a_code(tx: Transaction, tip_id: int, named: Iterable[Code]) -> dict[int, list[Shared]]:
    """Tip → codes of ours that it names too. Common ones are left out."""
    found: dict[int, list[Shared]] = defaultdict(list)
    for code in named:
        same = (Trait.kind == CODE) & Trait.value.in_([code.text, *codes.ends(code.text)])
        end = (Trait.kind == TAIL) & (Trait.value == code.text)
        query = select(Trait.tip_id, Trait.kind, Trait.value).where(same | end, Trait.tip_id != tip_id)
        query = query.order_by(Trait.tip_id.desc(), Trait.kind.desc()).limit(4 * COMMON)
        # The last of a tip's rows stands: its code itself before an end of it.
        others = {
            other: Shared(code, value, kind == CODE and value == code.text)
            for other, kind, value in tx.execute(query)
        }
        if len(others) <= COMMON:
            for other, shared in others.items():
                found[other].append(shared)
    return found


def nearby(tx: Transaction, sketch: Sketch, rare: Rarity) -> set[int]:
    """Earlier tips that may belong to one series: about the same spot or place, or done the same way."""
    ways: list[tuple[str, list[str]]] = [(PLACE, [sketch.place])] if sketch.place else []
    if sketch.spot:
        ways.append((CELL, sketches.cells_around(sketch.spot)))
    tags = sorted(sketch.methods, key=lambda tag: (-rare.tag_bits(tag), tag))[:RAREST_TAGS]
    ways += [(METHOD, [tag]) for tag in tags]
    found: set[int] = set()
    for kind, values in ways:
        query = select(Trait.tip_id).where(Trait.kind == kind, Trait.value.in_(values))
        query = query.where(Trait.tip_id < sketch.tip_id).order_by(Trait.tip_id.desc()).limit(MOST_OF_A_WAY)
        found.update(tx.scalars(query))
    return found


def methods_of(tx: Transaction, tip_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The tags of many tips, as they were found when each was compared."""
    found: dict[int, set[str]] = {one: set() for one in tip_ids}
    query = select(Trait.tip_id, Trait.value).where(Trait.tip_id.in_(tip_ids), Trait.kind == METHOD)
    for tip_id, tag in tx.execute(query):
        found[tip_id].add(tag)
    return {tip_id: frozenset(tags) for tip_id, tags in found.items()}
