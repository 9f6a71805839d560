"""Deliveries: tips that a partner's program handed over, each once, however often it is sent.

A partner must be able to ask again after a line broke off and get the same answer, the receipt code included.
The code is therefore not kept but made again from a seed of the row and the station's key: who steals the
database alone holds no code, as with every other receipt.
"""

from __future__ import annotations

import hashlib
import json
from datetime import tzinfo
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, safe_text
from tipline.domain import ids, limits, receipts, tips
from tipline.domain.actors import Actor
from tipline.domain.incidents import Incident
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

MOST_OWN, MOST_INCIDENTS = 1_000, 100

DOOR = "partner"


class Delivery(Base):
    """One tip of one partner. `external_id` is the partner's own number for it."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id", name="uq_delivery_external"),
        UniqueConstraint("account_id", "key_hash", name="uq_delivery_key"),
    )

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    key_hash: Mapped[str | None] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(String(64))


class Named(NamedTuple):
    """By what a partner knows a tip again: its own number, the key of the request, and what was sent."""

    external_id: str | None
    key: str | None
    body: dict[str, Any]


class Delivered(NamedTuple):
    """The answer, the same each time but for a fresh access token."""

    tip: Tip
    code: str
    token: str
    is_new: bool


def deliver(
    tx: Transaction, key: str, actor: Actor, report: Report, named: Named, *, language: str, ack_minutes: int,
    submit: bool, zone: tzinfo | None = None,
) -> Delivered:  # fmt: skip
    """The tip of this report; a new one only if this partner has not sent it before.

    Raises delivery:key-reused when the number or the key belongs to another report.
    """
    account_id = _account(actor)
    known = _find(tx, account_id, named)
    if known is not None:
        if known.said not in (_digest(key, named.body), _digest_of_old(named.body)):
            raise TiplineError("delivery:key-reused", fields={"external_id": "delivery:key-reused"})
        tip = tx.get_one(Tip, known.tip_id)
        return Delivered(tip, ids.receipt_code_of(key, known.seed), _access(tx, key, tip, account_id), False)
    tip = tips.begin(tx, report, language=language, door=DOOR, ack_minutes=ack_minutes, taker=actor)
    seed = ids.new_token()
    code = receipts.issue(tx, key, tip, code=ids.receipt_code_of(key, seed))
    tx.add(
        Delivery(
            tip_id=tip.id, account_id=account_id, external_id=_own_number(named.external_id),
            key_hash=_hash(named.key), said=_digest(key, named.body), seed=seed,
        )
    )  # fmt: skip
    if submit:
        tips.submit(tx, tip, actor, ack_minutes=ack_minutes, zone=zone)
    return Delivered(tip, code, _access(tx, key, tip, account_id), True)


def _access(tx: Transaction, key: str, tip: Tip, account_id: int) -> str:
    return receipts.open_access(tx, key, tip, holder_id=account_id)


def _find(tx: Transaction, account_id: int, named: Named) -> Delivery | None:
    """By the partner's number, by the key, or by both; two tips would be a contradiction."""
    mine = select(Delivery).where(Delivery.account_id == account_id)
    found: dict[int, Delivery] = {}
    if number := _own_number(named.external_id):
        found |= {one.tip_id: one for one in tx.scalars(mine.where(Delivery.external_id == number))}
    if named.key:
        found |= {one.tip_id: one for one in tx.scalars(mine.where(Delivery.key_hash == _hash(named.key)))}
    if len(found) > 1:
        raise TiplineError("delivery:key-reused", fields={"external_id": "delivery:key-reused"})
    return next(iter(found.values()), None)


def list_own(
    tx: Transaction, actor: Actor, *, before: int | None = None, limit: int
) -> list[tuple[Tip, Delivery]]:
    """A partner's tips, newest first; a page begins below the tip `before`."""
    query = (
        select(Tip, Delivery)
        .join(Delivery, Delivery.tip_id == Tip.id)
        .where(Delivery.account_id == _account(actor))
        .order_by(Tip.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Tip.id < before)
    return [(row.Tip, row.Delivery) for row in tx.execute(query)]


def read_own(tx: Transaction, actor: Actor, reference: str) -> tuple[Tip, Delivery]:
    """One of a partner's tips; any other is as if it were not there."""
    tip = tips.read_tip(tx, reference)
    delivery = tx.get(Delivery, tip.id)
    if delivery is None or delivery.account_id != actor.user_id:
        raise TiplineError("tip:not-found")
    return tip, delivery


def list_incidents(tx: Transaction, actor: Actor) -> list[tuple[Incident, list[str]]]:
    """Incidents with tips of this partner, and which tips; open ones first, then the newest."""
    query = (
        select(Incident, Tip.reference)
        .join(Tip, Tip.incident_id == Incident.id)
        .join(Delivery, Delivery.tip_id == Tip.id)
        .where(Delivery.account_id == _account(actor))
        .order_by(Incident.state != "open", Incident.id.desc(), Tip.id)
        .limit(MOST_OWN)
    )
    found: dict[int, tuple[Incident, list[str]]] = {}
    for incident, reference in tx.execute(query):
        found.setdefault(incident.id, (incident, []))[1].append(reference)
    return list(found.values())[:MOST_INCIDENTS]


def read_incident(tx: Transaction, actor: Actor, reference: str) -> tuple[Incident, list[str]]:
    """One of these; any other is as if it were not there."""
    for incident, own in list_incidents(tx, actor):
        if incident.reference == reference.upper():
            return incident, own
    raise TiplineError("incident:not-found")


def _account(actor: Actor) -> int:
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    return actor.user_id


def _own_number(external_id: str | None) -> str | None:
    number = safe_text(external_id or "").strip()
    if len(number) > limits.SHORT:
        raise TiplineError(
            "tip:field-too-long", fields={"external_id": "tip:field-too-long"}, limit=limits.SHORT
        )
    return number or None


def _hash(key: str | None) -> str | None:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest() if key else None


def _digest(key: str, body: dict[str, Any]) -> str:
    """Under the station's key: a telephone number in it could be guessed from a plain digest."""
    return ids.keyed_hash(key, "delivery", json.dumps(body, ensure_ascii=True, sort_keys=True))


def _digest_of_old(body: dict[str, Any]) -> str:
    """As deliveries were noted before contact data was sealed."""
    return hashlib.sha256(json.dumps(body, ensure_ascii=True, sort_keys=True).encode()).hexdigest()
