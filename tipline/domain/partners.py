"""Partners of a beat: property managers, lift maintenance, school security; and services for residents.

A line of kind `public` is no partner that is sent links: it is where residents are told to go when something
is not for the police, like the city's hotline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime, safe_text
from tipline.domain import beats, brought, clock, custody, limits
from tipline.domain.actors import Actor
from tipline.domain.brought import Brought, Said, Shape
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError

PROPERTY, LIFT, SCHOOL, WATER, POWER, OTHER, PUBLIC = (
    "property", "lift", "school", "water", "power", "other", "public"
)  # fmt: skip
LONGEST_NAME, LONGEST_PHONE = 60, 40
SHAPE = Shape(
    ("kind", "name", "phone", "beat", "words"), ("kind", "类别", "类型", "种类"), 1_000, "partner:too-many",
    "partner:exists",
)  # fmt: skip
_PHONE = re.compile(r"\+?[0-9][0-9 ()/*#.,;转-]*")


class Kind(NamedTuple):
    """`short` is what the desk reads, `who` what a reporter reads: never the name of a firm or person."""

    code: str
    short: str
    who: str
    table: tuple[str, ...]  # how lists of others call it


KINDS = (
    Kind(PROPERTY, N_("Property manager"), N_("The property manager"), ("物业", "物业公司", "物业服务")),
    Kind(LIFT, N_("Lift maintenance"), N_("The lift maintenance"), ("电梯", "电梯维保", "维保单位", "维保")),
    Kind(SCHOOL, N_("School security"), N_("School security"), ("学校", "保卫处", "学校保卫", "校园保卫")),
    Kind(WATER, N_("Water"), N_("The water works"), ("供水", "自来水", "水务", "水")),
    Kind(POWER, N_("Power"), N_("The power company"), ("供电", "电力", "电")),
    Kind(OTHER, N_("Other partner"), N_("A partner of the station"), ("其他", "协作单位", "其它")),
    Kind(PUBLIC, N_("Service for residents"), "", ("便民服务", "便民热线", "公共服务", "热线")),
)
BY_CODE = {one.code: one for one in KINDS}
# Whom a kind of tip is likely for.
LIKELY = {
    "noise": (SCHOOL, PROPERTY),
    "lift": (LIFT, PROPERTY),
    "outage": (WATER, POWER, PROPERTY),
    "dispute": (PROPERTY,),
    "pet": (PROPERTY,),
}


class Partner(Base):
    """One line of the directory. `beat` is empty for one that serves the whole district."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # one of KINDS
    name: Mapped[str] = mapped_column(SafeText)
    phone: Mapped[str] = mapped_column(SafeText, default="")
    words: Mapped[str] = mapped_column(SafeText, default="")  # hours, what it looks after
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # its program, if it has one
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def what(self) -> Kind:
        return BY_CODE[self.kind]

    @property
    def dialled(self) -> str:
        """What a phone dials; an extension after the number is said by a person."""
        first = re.split(r"[转,;/*#]", self.phone)[0]
        return "".join(one for one in first if one in "+0123456789")


@dataclass
class Described:
    """What somebody says of a partner; checked before it is kept."""

    kind: str
    name: str
    phone: str = ""
    beat: str | None = None
    words: str = ""

    def checked(self, tx: Transaction) -> Described:
        """Trimmed and within bounds; raises every faulty field at once."""
        self.name, self.phone, self.words = (_line(one) for one in (self.name, self.phone, self.words))
        self.beat = (self.beat or "").strip() or None
        faults = {}
        if self.kind not in BY_CODE:
            faults["kind"] = "partner:kind-unknown"
        if not 1 <= len(self.name) <= LONGEST_NAME:
            faults["name"] = "partner:name-needed"
        if self.phone and not (_PHONE.fullmatch(self.phone) and len(self.phone) <= LONGEST_PHONE):
            faults["phone"] = "partner:phone-unclear"
        if self.kind == PUBLIC and not self.phone:
            faults.setdefault("phone", "partner:phone-needed")
        if len(self.words) > limits.SHORT:
            faults["words"] = "tip:field-too-long"
        if self.beat and tx.get(beats.Beat, self.beat) is None:
            faults["beat"] = "tip:beat-unknown"
        if faults:
            code = next(iter(faults.values())) if len(faults) == 1 else "request:invalid"
            raise TiplineError(code, fields=faults, limit=limits.SHORT)
        return self


def add(tx: Transaction, actor: Actor, said: Described) -> Partner:
    """A new line; raises partner:exists if this beat has one of this name and kind."""
    said.checked(tx)
    _require_alone(tx, said)
    partner = Partner(active=True, created_at=clock.now(), **vars(said))
    tx.add(partner)
    tx.flush()
    custody.append(tx, actor, "partner:add", _subject(partner), **vars(said))
    return partner


def change(tx: Transaction, actor: Actor, partner: Partner, said: Described) -> None:
    """Correct what is known; referrals that are under way go on."""
    said.checked(tx)
    _require_alone(tx, said, but=partner.id)
    before = {name: getattr(partner, name) for name in vars(said)}
    changed = {name: value for name, value in vars(said).items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(partner, name, value)
    custody.append(
        tx, actor, "partner:change", _subject(partner), name=partner.name, after=changed,
        before={name: before[name] for name in changed},
    )  # fmt: skip


def set_active(tx: Transaction, actor: Actor, partner: Partner, active: bool) -> None:
    """Nobody is referred to one that is switched off; links that are under way stay."""
    if partner.active != active:
        partner.active = active
        action = "partner:on" if active else "partner:off"
        custody.append(tx, actor, action, _subject(partner), name=partner.name)


def read_partner(tx: Transaction, partner_id: int) -> Partner:
    partner = tx.get(Partner, partner_id)
    if partner is None:
        raise TiplineError("partner:not-found", fields={"partner": "partner:not-found"})
    return partner


def read_open(tx: Transaction, partner_id: int) -> Partner:
    """One that may be sent a link; raises partner:not-found for all others."""
    partner = read_partner(tx, partner_id)
    if not partner.active or partner.kind == PUBLIC:
        raise TiplineError("partner:not-found", fields={"partner": "partner:not-found"})
    return partner


def read_service(tx: Transaction, partner_id: int) -> Partner:
    """Where residents may be sent; raises partner:not-found for all others."""
    partner = read_partner(tx, partner_id)
    if not partner.active or partner.kind != PUBLIC:
        raise TiplineError("partner:not-found", fields={"service": "partner:not-found"})
    return partner


def behind(tx: Transaction, referral_id: int) -> Actor:
    """Whoever holds the link of a referral; no more is known than to which partner it was sent."""
    referral = Base.metadata.tables["referral"].c  # the table alone: referrals know partners
    query = select(Partner.name).join_from(Partner, referral.id.table, referral.partner_id == Partner.id)
    return Actor("referral", tx.execute(query.where(referral.id == referral_id)).scalar_one()[:60])


def list_partners(
    tx: Transaction, *, beat: str = "", words: str = "", limit: int = SHAPE.most
) -> list[Partner]:
    """Those in use first, then by kind and name; of one beat those of the whole district too."""
    query = select(Partner).order_by(Partner.active.desc(), Partner.kind, Partner.name, Partner.id)
    if beat:
        query = query.where(_serves(beat))
    for word in words.split()[:8]:
        said = (Partner.name, Partner.phone, Partner.words)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in said)))
    return list(tx.scalars(query.limit(limit)))


def serving(tx: Transaction, tip: Tip) -> list[Partner]:
    """All that are in use for the tip's beat: its own before the district's."""
    query = select(Partner).where(Partner.active, _serves(tip.beat))
    return list(tx.scalars(query.order_by(Partner.beat.is_(None), Partner.id)))


def for_tip(tip: Tip, serving: Iterable[Partner]) -> list[Partner]:
    """Whom of these an officer can pull in: likely kinds first, the beat's own before the district's."""
    likely = LIKELY.get(tip.category, ())
    order = {one.code: at for at, one in enumerate(KINDS)}
    return sorted(
        (one for one in serving if one.kind != PUBLIC),
        key=lambda one: (
            likely.index(one.kind) if one.kind in likely else len(likely),
            one.beat is None, order[one.kind], one.name,
        ),
    )  # fmt: skip


def services(serving: Iterable[Partner]) -> list[Partner]:
    """Where of these residents can be sent with what is not for the police."""
    return [one for one in serving if one.kind == PUBLIC]


def bring_in(tx: Transaction, actor: Actor, table: str) -> Brought[Partner]:
    """Add the partners of a CSV table (kind, name, phone, beat, words; the first line may say so).

    Kinds are given by their code or in Chinese, beats by code or name.
    """
    codes = {one.name: one.code for one in beats.list_beats(tx)}

    def take(said: Said) -> Partner:
        beat = said.get("beat", "")
        described = Described(
            kind_of(said.get("kind", "")), said.get("name", ""), said.get("phone", ""),
            codes.get(beat, beat), said.get("words", ""),
        )  # fmt: skip
        return add(tx, actor, described)

    return brought.bring_in(table, SHAPE, take)


def kind_of(said: str) -> str:
    """The code of a kind as a list names it; what nobody knows stays as it is."""
    return next((one.code for one in KINDS if said.lower() == one.code or said in one.table), said)


def _serves(beat: str | None) -> ColumnElement[bool]:
    return or_(Partner.beat == beat, Partner.beat.is_(None)) if beat else Partner.beat.is_(None)


def _require_alone(tx: Transaction, said: Described, but: int = 0) -> None:
    same = (
        Partner.name == said.name,
        Partner.kind == said.kind,
        Partner.beat.is_not_distinct_from(said.beat),
    )
    if tx.scalar(select(Partner.id).where(*same, Partner.id != but).limit(1)):
        raise TiplineError("partner:exists", fields={"name": "partner:exists"})


def _subject(partner: Partner) -> str:
    return f"partner:{partner.id}"


def _line(text: str) -> str:
    """One line, without signs that turn writing around or cannot be seen."""
    return " ".join("".join(one if one.isprintable() else " " for one in safe_text(text)).split())
