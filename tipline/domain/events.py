"""What may be told outside the house: a table of events, and `tell`, which writes it down for who listens.

`tell` never sends. It writes a row for each listener in the transaction of the act itself, so that neither
exists without the other; the desk's queue sends (workers.delivering). A row holds numbers and codes, nothing
that anybody wrote. Whether a person may still see the tip is asked when it is sent, not here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, literal, null, select, union_all

from tipline.db import Base, Transaction
from tipline.domain import clock, notices
from tipline.domain.actors import Actor
from tipline.domain.channels import PAUSED_AT, Channel, ReporterChannel, Subject, Webhook, hears
from tipline.domain.notices import Notice
from tipline.errors import N_

CODE = re.compile(r"[A-Za-z0-9:._-]{0,40}")


class Shared(Protocol):
    """An incident."""

    id: Any


class Event(NamedTuple):
    """`sentence` is what a channel of staff reads. `reporter`: whoever handed the tip in hears that there is
    news. `own`: a person hears of it only where the tip is theirs or nobody's; `named`: only who is named.
    `urgent` may break quiet hours and waits for no digest."""

    sentence: str
    reporter: bool = False
    own: bool = False
    named: bool = False
    urgent: bool = False


EVENTS: dict[str, Event] = {
    "tip:new": Event(N_("New tip")),
    "tip:message": Event(N_("The tip provider wrote"), own=True),
    "tip:withdrawn": Event(N_("Withdrawn by the tip provider"), own=True),
    "tip:acknowledged": Event(N_("Acknowledged"), reporter=True, own=True),
    "tip:assigned": Event(N_("New assignment"), named=True),
    "tip:escalated": Event(N_("Waits to be acknowledged"), named=True, urgent=True),
    "tip:handed-over": Event(N_("Handed over"), reporter=True, named=True),
    "tip:question": Event(N_("A question was asked"), reporter=True, own=True),
    "tip:answer": Event(N_("An officer answered"), reporter=True, own=True),
    "tip:progress": Event(N_("Progress was told"), reporter=True, own=True),
    "tip:closed": Event(N_("Closed"), reporter=True, own=True),
    "referral:reply": Event(N_("A partner replied"), reporter=True, own=True),
    "referral:message": Event(N_("A partner wrote"), own=True),
    "incident:progress": Event(N_("Progress on an incident"), reporter=True),
    "topic:question": Event(N_("A question on a topic")),
    "bulletin:published": Event(N_("A bulletin was published")),
}
# A trial of one channel or webhook: told to that one alone, by its button.
TEST = "channel:test"
REPORTER = "reporter"


def tell(
    tx: Transaction, code: str, *, tip: Subject | None = None, incident: Shared | None = None,
    to: Collection[int] = (), by: Actor | None = None, **values: int | str | None,
) -> list[Notice]:  # fmt: skip
    """Write a notice for everybody who listens. `to` are accounts it is about, `by` who did it: nobody is
    told what they did themselves. `values` are numbers and codes (a handle, a step), never words."""
    wrong = [name for name, value in values.items() if not _is_code(value)]
    if wrong:
        raise ValueError(f"a notice takes numbers and codes alone: {', '.join(wrong)}")
    event = EVENTS[code]
    listening = [
        (tip, one) for one in tx.execute(_listeners(event, [tip] if tip else [], incident))
        if _is_for(one, code, event, tip, to, by)
    ]  # fmt: skip
    return _write(tx, code, listening, {k: v for k, v in values.items() if v is not None})


def tell_each(tx: Transaction, code: str, tips: Collection[Subject], *, by: Actor | None) -> list[Notice]:
    """The same of many tips, a notice of each for everybody who listens, who is asked for once."""
    event = EVENTS[code]
    others, reporters = [], dict[int, Row[Any]]()
    for one in tx.execute(_listeners(event, tips, None)):
        if one.kind == REPORTER:
            reporters[one.id] = one
        else:
            others.append(one)
    listening = [
        (tip, one) for tip in tips
        for one in (*others, *([reporters[tip.id]] if tip.id in reporters else ()))
        if _is_for(one, code, event, tip, (), by)
    ]  # fmt: skip
    return _write(tx, code, listening, {})


def _write(
    tx: Transaction, code: str, listening: Collection[tuple[Subject | None, Row[Any]]],
    values: dict[str, int | str],
) -> list[Notice]:  # fmt: skip
    if not listening:
        return []
    now, said, is_urgent = clock.now(), json.dumps(values, sort_keys=True), EVENTS[code].urgent
    written = []
    for tip, one in listening:
        row = Notice(event=code, tip_id=tip.id if tip else None, values=said, created_at=now)
        row.due_at = now if is_urgent else notices.end_of_digest(now, one.digest)
        if one.kind == "channel":
            row.channel_id = one.id
        elif one.kind == "webhook":
            row.webhook_id = one.id
        else:
            row.tip_id = one.id
        written.append(row)
    tx.add_all(written)
    tx.flush()
    notices.ring_for(tx, written, is_urgent=is_urgent)
    return written


def _listeners(event: Event, tips: Collection[Subject], incident: Shared | None) -> Any:
    """All that might hear of it, in one query; there are few, and their filters are lists."""
    open_channels = select(
        literal("channel").label("kind"), Channel.id.label("id"), Channel.account_id.label("account"),
        Channel.events.label("events"), Channel.categories.label("categories"),
        Channel.beats.label("beats"), Channel.digest_minutes.label("digest"),
    ).where(Channel.active, Channel.failures < PAUSED_AT, Channel.removed_at.is_(None))  # fmt: skip
    hooks = select(
        literal("webhook"), Webhook.id, Webhook.account_id, Webhook.events, literal("[]"), literal("[]"),
        literal(0),
    ).where(Webhook.active, Webhook.failures < PAUSED_AT, Webhook.removed_at.is_(None))  # fmt: skip
    parts: list[Any] = [open_channels, hooks]
    if event.reporter and (tips or incident):
        parts.append(_reporters(tips, incident))
    return union_all(*parts)


def _reporters(tips: Collection[Subject], incident: Shared | None) -> Any:
    """The reporter's own channel: of these tips, or of all tips of an incident."""
    query = select(
        literal(REPORTER), ReporterChannel.tip_id, null(), literal("[]"), literal("[]"), literal("[]"),
        literal(0),
    )  # fmt: skip
    if incident is None:
        return query.where(ReporterChannel.tip_id.in_([one.id for one in tips]))
    table = Base.metadata.tables["tip"].c  # the table alone: tips tell events, so events import no tips
    return query.where(ReporterChannel.tip_id.in_(select(table.id).where(table.incident_id == incident.id)))


def _is_for(
    one: Row[Any], code: str, event: Event, tip: Subject | None, to: Collection[int], by: Actor | None
) -> bool:
    if one.kind == REPORTER:
        return by is None or by.kind != "reporter"
    if not hears(one, code, tip):
        return False
    if one.account is None:
        return True
    if one.kind == "webhook":  # of a partner: it hears of what its own program handed in
        return tip is not None and tip.taken_by_id == one.account
    if by is not None and by.user_id == one.account:
        return False
    if event.named:
        return one.account in to
    return not event.own or tip is None or tip.assignee_id in (None, one.account)


def _is_code(value: object) -> bool:
    return value is None or isinstance(value, int) or (isinstance(value, str) and bool(CODE.fullmatch(value)))
