"""What channels and webhooks have in common: tried out, paused when they fail too often, switched, removed.

One that was removed tells nothing from that moment on and stands on no list; its address stays sealed for as
long as the removal can be taken back, then the row goes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from tipline.db import Transaction
from tipline.domain import acts, clock, custody, limits, notices, rights
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.channels import PAUSED_AT, Channel, Webhook
from tipline.errors import TiplineError

Receiver = Channel | Webhook
MOST = 20  # channels of one owner, webhooks of the station
CHANGES = ("channel:change", "webhook:change")
REMOVALS = ("channel:remove", "webhook:remove")
KINDS = CHANGES + REMOVALS
# Whose a channel is decides once more, in `put_back`.
RIGHTS = {
    **dict.fromkeys(("channel:change", "channel:remove"), "channel:self"),
    **dict.fromkeys(("webhook:change", "webhook:remove"), "webhook:manage"),
}


def kind_of(row: Receiver) -> str:
    """`channel` or `webhook`: in custody, among acts, and of a notice."""
    return row.__tablename__


def subject_of(row: Receiver) -> str:
    return f"{kind_of(row)}:{row.id}"


def label_of(typed: str) -> str:
    """The name somebody gives it, on one line."""
    label = " ".join(typed.split())
    if not label or len(label) > limits.SHORT:
        raise TiplineError(
            "channel:label-needed", fields={"label": "channel:label-needed"}, limit=limits.SHORT
        )
    return label


def require_room(tx: Transaction, kind: type[Receiver], owner: int | None = None) -> None:
    """One more may stand; what was removed and may come back does not count."""
    standing = select(func.count(kind.id)).where(kind.removed_at.is_(None))
    if kind is Channel:
        standing = standing.where(Channel.account_id == owner)
    if (tx.scalar(standing) or 0) >= MOST:
        raise TiplineError("channel:too-many" if kind is Channel else "webhook:too-many", limit=MOST)


def change(tx: Transaction, actor: Actor, row: Receiver, **values: Any) -> None:
    """Columns whose values were checked; what stands already is no change."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    before = acts.held(row, *changed)
    for name, value in changed.items():
        setattr(row, name, value)
    _log(tx, actor, row, "change", active=row.active, changed=sorted(changed))
    _record(tx, actor, row, "change", before)


def switch(tx: Transaction, actor: Actor, row: Receiver, *, active: bool) -> None:
    """Off, on, or on again after it failed too often."""
    was_paused = is_paused(row)
    if active:
        row.failures = 0
    if row.active != active:
        change(tx, actor, row, active=active)
    elif active and was_paused:
        _log(tx, actor, row, "change", active=True, changed=["failures"])


def remove(tx: Transaction, actor: Actor, row: Receiver) -> None:
    """Nothing more is told there, nor what waits by now."""
    before = acts.held(row, "removed_at")
    row.removed_at = clock.now()
    notices.drop_waiting(tx, kind_of(row), row.id)
    _log(tx, actor, row, "remove")
    _record(tx, actor, row, "remove", before)


def put_back(tx: Transaction, actor: Actor, act: acts.Act) -> None:
    """The way back of a change or a removal, for its owner or who looks after the station's."""
    kind, _, number = act.subject.partition(":")
    row = _read(tx, kind, int(number))
    if row is None or (row.removed_at is not None and act.kind in CHANGES):
        raise TiplineError("act:superseded")
    if isinstance(row, Channel) and row.account_id != actor.user_id:
        if row.account_id is not None:
            raise TiplineError("act:not-found")
        rights.require(actor, "channel:manage")
    if row.removed_at is not None:
        require_room(tx, type(row), row.account_id)
    acts.put_back(row, act)


def forget_removed(tx: Transaction) -> int:
    """Those whose removal stands for good go, with address and secret; how many."""
    before = clock.now() - acts.LASTS
    gone: list[Receiver] = [
        *tx.scalars(select(Channel).where(Channel.removed_at < before)),
        *tx.scalars(select(Webhook).where(Webhook.removed_at < before)),
    ]
    for row in gone:
        notices.forget_of(tx, kind_of(row), row.id)
        tx.delete(row)
    tx.flush()
    return len(gone)


def test(tx: Transaction, actor: Actor, row: Receiver) -> None:
    """A trial, told to this one alone."""
    _log(tx, actor, row, "test")
    notices.try_out(tx, kind_of(row), row.id)


def retry(tx: Transaction, actor: Actor, row: Receiver) -> int:
    """What was given up is tried once more; how many notices."""
    row.failures = 0
    again = notices.retry(tx, kind_of(row), row.id)
    _log(tx, actor, row, "retry", notices=again)
    return again


def note_sent(row: Receiver) -> None:
    row.sent_at, row.failure, row.failures = clock.now(), None, 0


def note_failure(tx: Transaction, row: Receiver, fault: str) -> None:
    """One more in a row; too many, and nothing is tried any more until its owner says so."""
    row.failure, row.failed_at, row.failures = fault, clock.now(), row.failures + 1
    if row.failures == PAUSED_AT:
        notices.end_waiting(tx, kind_of(row), row.id, "notice:paused")
        _log(tx, SYSTEM, row, "pause", fault=fault)


def is_paused(row: Receiver) -> bool:
    """Whether it failed too often."""
    return row.failures >= PAUSED_AT


def find(tx: Transaction, kind: str, number: int) -> Receiver | None:
    """For whoever sends: None of one that was removed."""
    row = _read(tx, kind, number)
    return row if row is not None and row.removed_at is None else None


def _read(tx: Transaction, kind: str, number: int) -> Receiver | None:
    return tx.get(Channel, number) if kind == "channel" else tx.get(Webhook, number)


def _log(tx: Transaction, actor: Actor, row: Receiver, verb: str, **facts: Any) -> None:
    custody.append(tx, actor, f"{kind_of(row)}:{verb}", subject_of(row), label=row.label, **facts)


def _record(tx: Transaction, actor: Actor, row: Receiver, verb: str, before: dict[str, Any]) -> None:
    """What was done, for its way back."""
    tx.flush()
    acts.record(
        tx, actor, f"{kind_of(row)}:{verb}", subject=subject_of(row), before=before,
        after=acts.held(row, *before),
    )  # fmt: skip
