"""Shops: places with a poster. Its QR code carries the shop's code alone, which fills in place and beat."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime, safe_text
from tipline.domain import beats, brought, clock, custody, ids, limits
from tipline.domain.actors import Actor
from tipline.domain.brought import Brought, Said, Shape
from tipline.domain.reports import Report
from tipline.errors import TiplineError

# 30 bits: a thousand posters among a thousand million codes, and a found one tells what hangs in a window.
CODE_LENGTH = 6
SHAPE = Shape(
    ("name", "place", "beat", "lat", "lon"), ("name", "名称", "店名", "门店"), 2_000, "shop:too-many",
    "shop:exists",
)  # fmt: skip
_HAN = re.compile("[\u4e00-\u9fff]")


class Shop(Base):
    """`place` is its address in words, positions are WGS-84; an inactive shop's poster fills in nothing."""

    __tablename__ = "shop"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(SafeText)
    place: Mapped[str] = mapped_column(SafeText, default="")
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def words(self) -> str:
        """Name and address as they are filled into a report: 幸福超市（航海路88号）."""
        if not self.place or self.place == self.name:
            return self.name
        form = "%s（%s）" if _HAN.search(self.name + self.place) else "%s (%s)"
        return (form % (self.name, self.place))[: limits.SHORT]


@dataclass
class Described:
    """What somebody says of a shop; checked before it is kept."""

    name: str
    place: str = ""
    beat: str | None = None
    lat: float | None = None
    lon: float | None = None

    def checked(self, tx: Transaction) -> Described:
        """Trimmed and within bounds; raises shop:name-needed, tip:place-unclear or tip:beat-unknown."""
        self.name, self.place = safe_text(self.name).strip(), safe_text(self.place).strip()
        self.beat = (self.beat or "").strip() or None
        if not self.name or len(self.name) > limits.SHORT // 2:
            limit = limits.SHORT // 2
            raise TiplineError("shop:name-needed", fields={"name": "shop:name-needed"}, limit=limit)
        if len(self.place) > limits.SHORT // 2:
            limit = limits.SHORT // 2
            raise TiplineError("tip:field-too-long", fields={"place": "tip:field-too-long"}, limit=limit)
        for value, most in ((self.lat, 90.0), (self.lon, 180.0)):
            if value is not None and not (math.isfinite(value) and abs(value) <= most):
                raise TiplineError("tip:place-unclear", fields={"lat": "tip:place-unclear"})
        if (self.lat is None) != (self.lon is None):
            raise TiplineError("tip:place-unclear", fields={"lat": "tip:place-unclear"})
        if self.beat:
            beats.read_beat(tx, self.beat)
        return self


def add(tx: Transaction, actor: Actor, said: Described) -> Shop:
    """A new shop with a code of its own; raises shop:exists if there is one of this name at this place."""
    said.checked(tx)
    same = select(Shop.code).where(Shop.name == said.name, Shop.place == said.place)
    if tx.scalar(same.limit(1)):
        raise TiplineError("shop:exists", fields={"name": "shop:exists"})
    shop = Shop(code=_new_code(tx), active=True, created_at=clock.now(), **vars(said))
    tx.add(shop)
    tx.flush()
    custody.append(tx, actor, "shop:add", f"shop:{shop.code}", **vars(said))
    return shop


def _new_code(tx: Transaction) -> str:
    while True:
        code = ids.new_code(CODE_LENGTH)
        if tx.get(Shop, code) is None:
            return code


def change(tx: Transaction, actor: Actor, shop: Shop, said: Described) -> None:
    """Correct what is known of a shop; its code, and so its poster, stays."""
    said.checked(tx)
    before = {name: getattr(shop, name) for name in vars(said)}
    changed = {name: value for name, value in vars(said).items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(shop, name, value)
    custody.append(
        tx, actor, "shop:change", f"shop:{shop.code}",
        after=changed, before={name: before[name] for name in changed},
    )  # fmt: skip


def set_active(tx: Transaction, actor: Actor, shop: Shop, active: bool) -> None:
    """Switch a shop's poster off or on again. Tips that came by it stay as they are."""
    if shop.active != active:
        shop.active = active
        custody.append(tx, actor, "shop:on" if active else "shop:off", f"shop:{shop.code}")


def find_shop(tx: Transaction, typed: str) -> Shop | None:
    """The shop of a code as it was typed or scanned, switched on or off."""
    code = ids.normal_code(typed, CODE_LENGTH)
    return tx.get(Shop, code) if code else None


def find_meant(tx: Transaction, typed: str) -> Shop | None:
    """The shop in use that somebody means by its code, its name, or name and address; None if two have it."""
    by_code = find_shop(tx, typed)
    if by_code:
        return by_code if by_code.active else None
    name = re.split(r"（| \(", typed)[0].strip()
    named = list(tx.scalars(select(Shop).where(Shop.active, Shop.name.in_({typed, name}))))
    exact = [one for one in named if typed in (one.name, one.words)]
    return exact[0] if len(exact) == 1 else None


def read_shop(tx: Transaction, typed: str) -> Shop:
    shop = find_shop(tx, typed)
    if shop is None:
        raise TiplineError("shop:unknown", fields={"shop": "shop:unknown"})
    return shop


def read_open(tx: Transaction, typed: str) -> Shop:
    """The shop whose poster may fill in a report; raises shop:unknown for one that was switched off too."""
    shop = read_shop(tx, typed)
    if not shop.active:
        raise TiplineError("shop:unknown", fields={"shop": "shop:unknown"})
    return shop


def list_shops(tx: Transaction, *, words: str = "", limit: int = 500) -> list[Shop]:
    """Shops in the order of their names, those in use first; `words` are looked for in all they say."""
    query = select(Shop).order_by(Shop.active.desc(), Shop.name, Shop.code).limit(limit)
    for word in words.split()[:8]:
        beat = select(beats.Beat.code).where(beats.Beat.name.icontains(word, autoescape=True))
        said = [column.icontains(word, autoescape=True) for column in (Shop.name, Shop.place, Shop.code)]
        query = query.where(or_(*said, Shop.beat.in_(beat)))
    return list(tx.scalars(query))


def fill_in(tx: Transaction, report: Report) -> None:
    """What the poster knows and the report does not say; a shop switched off since keeps its own tips.

    Its position is that of the report only while the report says that this is the place.
    """
    if not report.shop:
        return
    shop = find_shop(tx, report.shop)
    if shop is None:
        raise TiplineError("tip:shop-unknown", fields={"shop": "tip:shop-unknown"})
    report.shop = shop.code
    if not report.place:
        report.place = shop.words
    is_there = shop.name in report.place
    if is_there and report.beat is None:
        report.beat = shop.beat
    if is_there and report.lat is None and shop.lat is not None:
        report.lat, report.lon = shop.lat, shop.lon


def bring_in(tx: Transaction, actor: Actor, table: str) -> Brought[Shop]:
    """Add the shops of a CSV table (name, place, beat, lat, lon; the first line may say so).

    A beat is given by its code or its name.
    """
    codes = {one.name: one.code for one in beats.list_beats(tx)}

    def take(said: Said) -> Shop:
        beat = said.get("beat", "")
        described = Described(
            said.get("name", ""), said.get("place", ""), codes.get(beat, beat),
            _degrees(said.get("lat")), _degrees(said.get("lon")),
        )  # fmt: skip
        return add(tx, actor, described)

    return brought.bring_in(table, SHAPE, take)


def _degrees(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise TiplineError("tip:place-unclear", fields={"lat": "tip:place-unclear"}) from None
