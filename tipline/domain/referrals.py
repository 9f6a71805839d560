"""Referrals: a tip put before a partner, by a link that needs no account, shows little and ends.

Here is what a referral is, how it is found and what of the tip it shows; `tipline.domain.referring` makes one
and takes it further. Never shown are contact, identity, other reporters, or files that nobody covered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, ids, redacting, renditions, times
from tipline.domain.derivatives import REDACTION, Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.partners import Partner
from tipline.domain.renditions import Rendition
from tipline.domain.tips import ENDED, Tip
from tipline.errors import N_, TiplineError

SENT, SILENT, ACCEPTED, COMING, LATE, ARRIVED, DONE, DECLINED, WITHDRAWN, EXPIRED = STATES = (
    "sent", "silent", "accepted", "coming", "late", "arrived", "done", "declined", "withdrawn", "expired"
)  # fmt: skip
OPEN = (SENT, SILENT, ACCEPTED, COMING, LATE, ARRIVED)
WAITING = (SENT, SILENT)
# What somebody reads who comes to the link afterwards.
OVER = {
    DONE: "referral:done", DECLINED: "referral:declined", WITHDRAWN: "referral:withdrawn",
    EXPIRED: "referral:expired",
}  # fmt: skip
LASTS_HOURS, MOST_HOURS = 24, 24 * 14
SEEDED = "referral"
# What the reporter reads at each step; `who` is a word of `partners.KINDS`.
TOLD = {
    "referral:make": N_("%(who)s was asked to help"),
    "referral:accept": N_("%(who)s has taken it on"),
    "referral:come": N_("%(who)s is on the way, expected in about %(minutes)s minutes"),
    "referral:arrive": N_("%(who)s has arrived"),
    "referral:done": N_("%(who)s says that it is done"),
    "referral:decline": N_("%(who)s cannot come; the officer is looking for another way"),
    "referral:remind": N_("The officer reminded: %(who)s"),
    "referral:withdraw": N_("%(who)s is not needed any more"),
    "referral:expire": N_("%(who)s did not finish in time; the officer knows"),
}
# Who is on the way without having said before that it is taken on.
COMES_AT_ONCE = N_("%(who)s has taken it on, expected in about %(minutes)s minutes")
PLACE, TIME, WORDS = FACTS = ("place", "time", "words")
PICTURE = "picture:"
# Kinds whose words are about the writer more than about the thing: not offered to others by themselves.
ABOUT_THE_WRITER = ("question", "request")
_REACHED_BY = re.compile(r"(?<!\d)\d{7,18}[xX]?(?!\d)|[\w.+-]+@[\w-]+\.\w+|微信号|我叫|我是.{0,8}(业主|住户)")


class Referral(Base):
    """`shown` is a JSON list of what the partner may see; only the keyed hash of the link is kept."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    words: Mapped[str] = mapped_column(SafeText)  # what the officer asks of the partner
    shown: Mapped[str] = mapped_column(SafeText, default="[]")
    state: Mapped[str] = mapped_column(String(12), default=SENT)  # one of STATES
    eta_at: Mapped[datetime | None] = mapped_column(UtcTime)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def number(self) -> str:
        """How people name it: `R-12`. Opens nothing."""
        return f"R-{self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def may_show(self) -> list[str]:
        told = json.loads(self.shown)
        return [str(one) for one in told] if isinstance(told, list) else []


class Picture(NamedTuple):
    """A covered copy that stands before the partner: its file, and which."""

    file: Evidence
    made: Rendition

    @property
    def code(self) -> str:
        """As `shown` keeps it, and forms send it."""
        return f"{PICTURE}{self.file.id}/{self.made.name}"


class Shown(NamedTuple):
    """What of the tip the holder of a link sees now. Empty is what was not ticked or is not known."""

    place: str
    at: datetime | None
    until: datetime | None  # where only the hour is told
    words: str
    pictures: list[Picture]


def token_of(key: str, referral: Referral) -> str:
    """The secret part of its link. Kept nowhere: it follows from the station's key and this referral."""
    return ids.link_of(key, f"{SEEDED}:{referral.id}:{clock.stamp(referral.created_at)}")


def hash_of(key: str, token: str) -> str:
    return ids.keyed_hash(key, SEEDED, token)


def read_referral(tx: Transaction, tip: Tip, referral_id: int) -> Referral:
    """One of this tip; raises referral:not-found."""
    referral = tx.get(Referral, referral_id)
    if referral is None or referral.tip_id != tip.id:
        raise TiplineError("referral:not-found")
    return referral


def read_reply(tx: Transaction, tip: Tip, message_id: int) -> Message:
    """What a partner wrote on this tip; raises referral:not-found."""
    message = tx.get(Message, message_id)
    if message is None or message.tip_id != tip.id or message.referral_id is None:
        raise TiplineError("referral:not-found")
    return message


def read_linked(tx: Transaction, key: str, token: str) -> Referral:
    """The referral of a link; raises referral:unknown."""
    looks_right = len(token) == 26 and token.isascii() and token.isalnum()
    query = select(Referral).where(Referral.token_hash == hash_of(key, token.lower()))
    referral = tx.scalar(query) if looks_right else None
    if referral is None:
        raise TiplineError("referral:unknown")
    return referral


def require_open(tx: Transaction, referral: Referral) -> Tip:
    """Its tip, while something may be done with it; else raises the code of why not."""
    tip = tx.get_one(Tip, referral.tip_id)
    if referral.state in OVER:
        raise TiplineError(OVER[referral.state], at=referral.ended_at)
    if tip.erased_at is not None or tip.state in ENDED:
        raise TiplineError("referral:closed")
    if referral.expires_at <= clock.now():
        raise TiplineError("referral:expired")
    return tip


def list_of_tip(tx: Transaction, tip: Tip) -> list[Referral]:
    """In the order in which they were made."""
    return list(tx.scalars(select(Referral).where(Referral.tip_id == tip.id).order_by(Referral.id)))


def list_of_tips(tx: Transaction, tip_ids: Iterable[int]) -> list[Referral]:
    """Of many tips that tell of one thing, in the order in which they were made."""
    return list(tx.scalars(select(Referral).where(Referral.tip_id.in_(tip_ids)).order_by(Referral.id)))


def list_open_of(tx: Transaction, tip_ids: Iterable[int]) -> list[Referral]:
    query = select(Referral).where(Referral.tip_id.in_(tip_ids), Referral.state.in_(OPEN))
    return list(tx.scalars(query.order_by(Referral.id)))


def partners_of(tx: Transaction, many: Iterable[Referral]) -> dict[int, Partner]:
    """Id of a partner → the partner, in one query."""
    wanted = {one.partner_id for one in many}
    return {one.id: one for one in tx.scalars(select(Partner).where(Partner.id.in_(wanted)))}


def pictures_of(tx: Transaction, tip: Tip) -> list[Picture]:
    """What of the files may be put before somebody outside: covered pictures that a person looked at."""
    covered = select(Derivative.evidence_id).where(Derivative.kind == REDACTION)
    query = select(Evidence).where(Evidence.tip_id == tip.id, Evidence.id.in_(covered))
    files = [one for one in tx.scalars(query.order_by(Evidence.number)) if one.arrived]
    fit = redacting.may_leave_of_many(tx, files)
    return [
        Picture(file, one) for file in files for one in fit.get(file.id, ()) if one.mime.startswith("image/")
    ]


def shown_of(tx: Transaction, referral: Referral, tip: Tip) -> Shown:
    """Asked anew each time: what was corrected is right, a picture that may not leave any more is gone."""
    may = referral.may_show
    at, until = when(tip) if TIME in may else (None, None)
    pictures = [one for one in pictures_of(tx, tip) if one.code in may]
    return Shown(tip.place if PLACE in may else "", at, until, tip.text if WORDS in may else "", pictures)


def read_picture(tx: Transaction, referral: Referral, number: int) -> Rendition:
    """The picture in this place of the list; raises referral:not-found."""
    tip = require_open(tx, referral)
    pictures = shown_of(tx, referral, tip).pictures
    if not 1 <= number <= len(pictures):
        raise TiplineError("referral:not-found")
    made = pictures[number - 1].made
    return renditions.read_rendition(tx, made.evidence_id, made.name)


def when(tip: Tip) -> tuple[datetime | None, datetime | None]:
    """When it happened, as it may be told; of an anonymous tip the hour alone, which says less."""
    at = tip.occurred_at or tip.received_at
    if at is None or not tip.anonymous:
        return at, None
    begin = times.to_the_hour(at)
    return begin, begin + timedelta(hours=1)


def speaks_of_writer(tip: Tip) -> bool:
    """Whether the words may say who wrote them; then an officer reads them before a partner does."""
    return tip.category in ABOUT_THE_WRITER or bool(_REACHED_BY.search(tip.text))
