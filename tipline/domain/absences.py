"""Who is away from when to when, and who stands in: told by themselves or by whoever keeps the rota."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import accounts, clock, custody, duties, limits, rights
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.duties import Absence
from tipline.errors import TiplineError

LONGEST = timedelta(days=366)


def add(
    tx: Transaction, actor: Actor, account: Account, *, since: datetime, until: datetime,
    stand_in: str = "", words: str = "",
) -> Absence:  # fmt: skip
    """`stand_in` is a user name, or empty: then the rota's deputies do. Raises absence:…, duty:…."""
    _require_own(actor, account)
    _require_span(since, until)
    words = words.strip()
    if len(words) > limits.SHORT:
        raise TiplineError("tip:field-too-long", fields={"words": "tip:field-too-long"}, limit=limits.SHORT)
    deputy = duties.read_person(tx, stand_in, "stand_in") if stand_in.strip() else None
    if deputy and deputy.id == account.id:
        raise TiplineError("absence:self", fields={"stand_in": "absence:self"})
    if _within(tx, account.id, since, until):
        raise TiplineError("absence:twice", fields={"since": "absence:twice"})
    if deputy and _within(tx, deputy.id, since, until):
        name = deputy.display_name
        raise TiplineError("absence:deputy-away", fields={"stand_in": "absence:deputy-away"}, name=name)
    row = Absence(
        account_id=account.id, deputy_id=deputy.id if deputy else None, since=since, until=until,
        words=words, created_at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    custody.append(
        tx, actor, "absence:add", f"account:{account.username}", since=clock.stamp(since),
        until=clock.stamp(until), stand_in=deputy.username if deputy else None,
    )  # fmt: skip
    return row


def end(tx: Transaction, actor: Actor, row: Absence) -> None:
    """Back earlier than said; one that has not begun is as if it had never been told."""
    account = tx.get_one(Account, row.account_id)
    _require_own(actor, account)
    now = clock.now()
    if row.until <= now:
        return
    custody.append(
        tx, actor, "absence:end", f"account:{account.username}", since=clock.stamp(row.since),
        until=clock.stamp(row.until),
    )  # fmt: skip
    if row.since >= now:
        tx.delete(row)
    else:
        row.until = now
    tx.flush()


def read_absence(tx: Transaction, absence_id: int) -> Absence:
    row = tx.get(Absence, absence_id)
    if row is None:
        raise TiplineError("absence:not-found")
    return row


def list_open(tx: Transaction, account_id: int | None = None) -> list[Absence]:
    """Those that last or are to come, of one person or of all, the next first."""
    query = select(Absence).where(Absence.until > clock.now()).order_by(Absence.since, Absence.id)
    return list(tx.scalars(query.where(Absence.account_id == account_id) if account_id else query))


def list_between(tx: Transaction, since: datetime, until: datetime) -> list[Absence]:
    """Those that touch this stretch of time."""
    return list(tx.scalars(select(Absence).where(Absence.since < until, Absence.until > since)))


def _require_own(actor: Actor, account: Account) -> None:
    if actor.user_id != account.id and actor.kind != "system":
        rights.require(actor, "duty:manage")


def _require_span(since: datetime, until: datetime) -> None:
    if until <= since or until <= clock.now():
        raise TiplineError("absence:reversed", fields={"until": "absence:reversed"})
    if until - since > LONGEST:
        raise TiplineError("absence:long", fields={"until": "absence:long"})


def _within(tx: Transaction, account_id: int, since: datetime, until: datetime) -> bool:
    lasting = Absence.until > clock.now()
    touching = select(Absence.id).where(
        Absence.account_id == account_id, Absence.since < until, Absence.until > since, lasting
    )
    return tx.scalar(touching.limit(1)) is not None


def name_of(tx: Transaction, account_id: int | None) -> str:
    """How somebody is called; empty for nobody."""
    return accounts.names(tx, {account_id})[account_id].display_name if account_id else ""
