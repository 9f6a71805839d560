"""Webhooks: doors of other systems that hear of events, each message signed with a secret both know.

The form is that of Standard Webhooks, so that its libraries check what we send. A body holds numbers and
codes; whoever wants words asks the API with a token, and is asked what for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import clock, custody, receivers, sealing
from tipline.domain.actors import Actor
from tipline.domain.channels import Webhook
from tipline.domain.events import EVENTS
from tipline.domain.notices import Notice
from tipline.domain.receivers import label_of, require_room, subject_of
from tipline.errors import TiplineError

PURPOSE, SECRET = "webhook address", "webhook secret"
PREFIX = "whsec_"
SECRET_BYTES = 32
# So long after a change messages bear both signatures, and the other side may change over.
BOTH_FOR = timedelta(hours=24)


def add(
    tx: Transaction, key: str, actor: Actor, address: str, *, label: str, events: Collection[str] = (),
    owner: int | None = None,
) -> tuple[Webhook, str]:  # fmt: skip
    """The webhook, and its secret this once. `owner`: a partner's account, which hears of its own tips."""
    require_room(tx, Webhook)
    row = Webhook(
        account_id=owner, label=label_of(label), host=urlsplit(address).hostname or "", sealed="", secret="",
        events=_events(events), created_at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    row.sealed = sealing.seal(key, PURPOSE, address.encode(), of=subject_of(row))
    secret = _new_secret(key, row, {})
    custody.append(
        tx, actor, "webhook:add", subject_of(row), label=row.label, host=row.host, events=list(events)
    )
    return row, secret


def rotate(tx: Transaction, key: str, actor: Actor, row: Webhook) -> str:
    """A new secret, shown this once. The old one signs beside it for a day."""
    kept = _kept(key, row)
    over = clock.stamp(clock.now() + BOTH_FOR)
    secret = _new_secret(key, row, {"before": kept["now"], "until": over})
    custody.append(tx, actor, "webhook:rotate", subject_of(row), label=row.label)
    return secret


def change(tx: Transaction, actor: Actor, row: Webhook, *, label: str, events: Collection[str]) -> None:
    """Its name, and what is told there."""
    receivers.change(tx, actor, row, label=label_of(label), events=_events(events))


def read_webhook(tx: Transaction, number: int) -> Webhook:
    row = tx.get(Webhook, number)
    if row is None or row.removed_at is not None:
        raise TiplineError("webhook:not-found")
    return row


def list_webhooks(tx: Transaction) -> list[Webhook]:
    return list(tx.scalars(select(Webhook).where(Webhook.removed_at.is_(None)).order_by(Webhook.id)))


def events_of(row: Webhook) -> list[str]:
    found: list[str] = json.loads(row.events)
    return found


def open_address(key: str, row: Webhook) -> str:
    """For whoever sends, and nobody else; raises sealing.Unopened."""
    return sealing.open_sealed(key, PURPOSE, row.sealed, of=subject_of(row)).decode()


def headers(key: str, row: Webhook, notice: Notice, body: bytes, at: datetime) -> dict[str, str]:
    """`webhook-id` stays the same however often it is tried: the other side can tell a second copy."""
    kept, number, moment = _kept(key, row), f"msg_{notice.id}", str(int(at.timestamp()))
    used = [kept["now"]]
    if kept.get("until") and at < datetime.fromisoformat(kept["until"]):
        used.append(kept["before"])
    signed = " ".join(sign(one, number, moment, body) for one in used)
    return {
        "content-type": "application/json", "webhook-id": number, "webhook-timestamp": moment,
        "webhook-signature": signed,
    }  # fmt: skip


def sign(secret: str, number: str, moment: str, body: bytes) -> str:
    """HMAC-SHA-256 over id, moment and body, joined by dots."""
    raw = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(raw, f"{number}.{moment}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def body_of(notice: Notice, about: dict[str, Any]) -> bytes:
    """Numbers and codes alone."""
    told = {"type": notice.event, "timestamp": clock.stamp(notice.created_at), "data": about}
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()


def _new_secret(key: str, row: Webhook, more: dict[str, str]) -> str:
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    packed = json.dumps({"now": secret, **more}).encode()
    row.secret = sealing.seal(key, SECRET, packed, of=subject_of(row))
    return secret


def _kept(key: str, row: Webhook) -> dict[str, str]:
    found: dict[str, str] = json.loads(sealing.open_sealed(key, SECRET, row.secret, of=subject_of(row)))
    return found


def _events(events: Collection[str]) -> str:
    if set(events) - set(EVENTS):
        raise TiplineError("channel:choice-unknown")
    return json.dumps(sorted(set(events)))
