"""Channels of people and of the station: added and narrowed; `receivers` tries, switches and removes them.

The address is sealed under the station's secret and tied to its row; no page ever shows it again. What is
told there, and when, its owner chooses.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from tipline.db import Transaction
from tipline.domain import categories, clock, custody, events, receivers, sealing
from tipline.domain.actors import Actor
from tipline.domain.addresses import Address
from tipline.domain.beats import Beat
from tipline.domain.channels import PAUSED_AT, THROUGH_QUIET, Channel
from tipline.errors import TiplineError

PURPOSE = "notice channel"
DIGESTS = (0, 5, 15, 30, 60, 240)


def add(
    tx: Transaction, key: str, actor: Actor, owner: int | None, address: Address, *, label: str, **chosen: Any
) -> Channel:
    """A channel of this account, or of the station (None); empty choices mean all there is."""
    receivers.require_room(tx, Channel, owner)
    row = Channel(
        account_id=owner, label=receivers.label_of(label), scheme=address.scheme, sealed="",
        created_at=clock.now(), **_choices(tx, **chosen),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    row.sealed = sealing.seal(key, PURPOSE, address.packed(), of=receivers.subject_of(row))
    custody.append(tx, actor, "channel:add", receivers.subject_of(row), kind=row.scheme, label=row.label)
    return row


def change(tx: Transaction, actor: Actor, row: Channel, *, label: str, **chosen: Any) -> None:
    """All of what is chosen."""
    receivers.change(tx, actor, row, label=receivers.label_of(label), **_choices(tx, **chosen))


def breaks_quiet(row: Channel) -> bool:
    """Whether urgent events come in quiet hours, too."""
    return THROUGH_QUIET in json.loads(row.events)


def quiet_until(row: Channel, now: datetime, zone: str) -> datetime | None:
    """When the quiet hours end that `now` lies in, by the clock on the station's wall; None outside them."""
    if not row.quiet_from or not row.quiet_until or row.quiet_from == row.quiet_until:
        return None
    here = now.astimezone(ZoneInfo(zone))
    begins, ends, at = (time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_until), here.time())
    over_night = begins > ends
    is_quiet = (at >= begins or at < ends) if over_night else begins <= at < ends
    if not is_quiet:
        return None
    day = here.date() + timedelta(days=over_night and at >= begins)
    end = datetime.combine(day, ends, here.tzinfo)
    if end.astimezone(clock.now().tzinfo) <= now:  # the hour that comes twice
        end = end.replace(fold=1)
    return max(end.astimezone(clock.now().tzinfo), now + timedelta(seconds=1))


def read_own(tx: Transaction, owner: int | None, number: int) -> Channel:
    """A channel of this owner, by its number; raises channel:not-found."""
    row = tx.get(Channel, number)
    if row is None or row.account_id != owner or row.removed_at is not None:
        raise TiplineError("channel:not-found")
    return row


def list_of(tx: Transaction, owner: int | None) -> list[Channel]:
    return list(tx.scalars(select(Channel).where(_owned(owner)).order_by(Channel.id)))


def list_failing(tx: Transaction) -> list[Channel]:
    """Channels of anybody whose last try failed, for who keeps the station running."""
    query = (
        select(Channel)
        .where(Channel.failure.is_not(None), Channel.removed_at.is_(None))
        .order_by(Channel.failed_at.desc())
    )
    return list(tx.scalars(query.limit(50)))


def count_paused(tx: Transaction, owner: int) -> int:
    """How many of this account's channels are paused: its owner is told at the desk."""
    query = select(func.count()).where(_owned(owner), Channel.active, Channel.failures >= PAUSED_AT)
    return tx.scalar(query) or 0


def open_address(key: str, row: Channel) -> Address:
    """For whoever sends, and nobody else; raises sealing.Unopened."""
    return Address.unpacked(
        row.scheme, sealing.open_sealed(key, PURPOSE, row.sealed, of=receivers.subject_of(row))
    )


def _owned(owner: int | None) -> ColumnElement[bool]:
    """Those that stand; one that was removed and may come back is none of them."""
    mine = Channel.account_id.is_(None) if owner is None else Channel.account_id == owner
    return mine & Channel.removed_at.is_(None)


def _choices(
    tx: Transaction, *, events: Collection[str] = (), categories: Collection[str] = (),
    beats: Collection[str] = (), quiet_from: str = "", quiet_until: str = "", through_quiet: bool = False,
    digest_minutes: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Checked, and as the row keeps it."""
    known = {"events": _EVENTS, "categories": _CATEGORIES, "beats": set(tx.scalars(select(Beat.code)))}
    chosen = {"events": events, "categories": categories, "beats": beats}
    if any(set(chosen[name]) - known[name] for name in known) or digest_minutes not in DIGESTS:
        raise TiplineError("channel:choice-unknown")
    hours = [_hour(quiet_from), _hour(quiet_until)]
    if (hours[0] is None) != (hours[1] is None):
        raise TiplineError("channel:hours-unclear", fields={"quiet_from": "channel:hours-unclear"})
    listed = sorted(set(events)) + ([THROUGH_QUIET] if through_quiet else [])
    return {
        "events": json.dumps(listed), "categories": json.dumps(sorted(set(categories))),
        "beats": json.dumps(sorted(set(beats))), "quiet_from": hours[0], "quiet_until": hours[1],
        "digest_minutes": digest_minutes,
    }  # fmt: skip


_EVENTS, _CATEGORIES = set(events.EVENTS), set(categories.CODES)


def _hour(typed: str) -> str | None:
    typed = typed.strip()
    if not typed:
        return None
    try:
        return time.fromisoformat(typed.zfill(5)).strftime("%H:%M")
    except ValueError:
        raise TiplineError("channel:hours-unclear", fields={"quiet_from": "channel:hours-unclear"}) from None
