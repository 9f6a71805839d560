"""Visits of staff to the desk. The browser keeps a token, we its keyed hash: a visit that was ended here is
over, whatever a copied cookie says.

A visit is half as long as a second factor is outstanding: it opens nothing but the page that asks for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, ids, sealing
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.rights import SECOND_FACTOR

HANDLE = 16  # signs of a visit's hash that name it on a page
IDLE = timedelta(minutes=30)
LASTS = timedelta(hours=12)
# How long it counts that somebody has just shown who they are.
FRESH = timedelta(minutes=10)
# What stands for the factor of a half visit: it has to be shown, or set up first.
WANTED, ENROL = HALF = ("wanted", "enrol")
# `seen_at` is written at most this often: a page must not cost a write.
NOTED_EVERY = timedelta(minutes=1)


class DeskSession(Base):
    """One visit. `stamp` is the account's uniquifier at sign-in: when that changes, the visit is over."""

    __tablename__ = "desk_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    stamp: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    device: Mapped[str] = mapped_column(SafeText, default="")  # browser and system, in a few words
    factor: Mapped[str] = mapped_column(
        String(12), default=""
    )  # the second one that was shown: totp passkey recovery
    proved_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when its owner last showed who they are
    # The contact key, opened for this visit and sealed to its token: without the cookie it is noise.
    unlocked: Mapped[str | None] = mapped_column(SafeText)


def begin(tx: Transaction, key: str, account: Account, *, device: str = "", factor: str = "") -> str:
    """Start a visit; returns its token. Visits of this account that have run out are forgotten."""
    now = clock.now()
    old = (DeskSession.seen_at < now - IDLE) | (DeskSession.created_at < now - LASTS)
    tx.execute(delete(DeskSession).where(DeskSession.account_id == account.id, old))
    token = ids.new_token()
    tx.add(
        DeskSession(
            token_hash=_hash(key, token),
            account_id=account.id,
            stamp=account.fs_uniquifier,
            created_at=now,
            seen_at=now,
            device=device,
            factor=factor,
            proved_at=now,
        )
    )
    tx.flush()
    if factor not in HALF:
        _note_sign_in(tx, account, factor)
    return token


def complete(tx: Transaction, key: str, token: str, factor: str) -> str:
    """The second factor was shown (or set up): the visit is whole from here on, under a new token."""
    row = tx.get_one(DeskSession, _hash(key, token))
    account, entrusted_to_it = tx.get_one(Account, row.account_id), entrusted(row, token)
    fresh = ids.new_token()
    row.token_hash, row.factor, row.proved_at = _hash(key, fresh), factor, clock.now()
    tx.flush()
    if entrusted_to_it is not None:
        entrust(tx, key, fresh, entrusted_to_it)
    _note_sign_in(tx, account, factor)
    return fresh


def _note_sign_in(tx: Transaction, account: Account, factor: str) -> None:
    told = {"factor": factor} if factor else {}
    custody.append(tx, account.actor, "account:sign-in", f"account:{account.username}", **told)


def find_account(tx: Transaction, key: str, token: str) -> tuple[Account, DeskSession] | None:
    """Whose visit it is; None when it is half, has run out, was ended, or the account was closed."""
    found = _find(tx, key, token)
    return None if found is None or found[1].factor in HALF else found


def find_half(tx: Transaction, key: str, token: str) -> tuple[Account, DeskSession] | None:
    """Whose half visit it is; None when there is none that stands."""
    found = _find(tx, key, token)
    return found if found and found[1].factor in HALF else None


def find_marked(tx: Transaction, mark: str) -> Account | None:
    """The account of a whole visit by the beginning of its hash, which a signed link carries. It opens
    nothing by itself."""
    found = _one(tx, DeskSession.token_hash.startswith(mark, autoescape=True))
    return None if found is None or found[1].factor in HALF else found[0]


def _find(tx: Transaction, key: str, token: str) -> tuple[Account, DeskSession] | None:
    return _one(tx, DeskSession.token_hash == _hash(key, token))


def _one(tx: Transaction, is_it: ColumnElement[bool]) -> tuple[Account, DeskSession] | None:
    now = clock.now()
    row = tx.execute(
        select(Account, DeskSession)
        .join(DeskSession, DeskSession.account_id == Account.id)
        .where(
            is_it,
            DeskSession.stamp == Account.fs_uniquifier,
            DeskSession.seen_at >= now - IDLE,
            DeskSession.created_at >= now - LASTS,
            Account.active,
            # A visit from before the role asked for a second factor does not stand without one.
            Account.role.not_in(SECOND_FACTOR) | (DeskSession.factor != ""),
        )
    ).first()
    return (row.Account, row.DeskSession) if row else None


def is_fresh(visit: DeskSession) -> bool:
    """Whether its owner has shown a moment ago who they are; a clock that was set back proves nothing."""
    return visit.proved_at is not None and timedelta(0) <= clock.now() - visit.proved_at < FRESH


def prove(tx: Transaction, key: str, token: str) -> None:
    """Its owner has shown once more who they are."""
    row = tx.get(DeskSession, _hash(key, token))
    if row is not None:
        row.proved_at = clock.now()


def entrust(tx: Transaction, key: str, token: str, secret: bytes) -> None:
    """Keep a secret for as long as the visit lasts, sealed to its token: without the cookie it is noise."""
    row = tx.get_one(DeskSession, _hash(key, token))
    row.unlocked = sealing.seal(token, "visit", secret, of=f"account:{row.account_id}")


def entrusted(visit: DeskSession, token: str) -> bytes | None:
    """The secret that was entrusted to the visit, if one was."""
    if visit.unlocked is None:
        return None
    try:
        return sealing.open_sealed(token, "visit", visit.unlocked, of=f"account:{visit.account_id}")
    except sealing.Unopened:
        return None


def is_worth_noting(visit: DeskSession) -> bool:
    """Whether it is long enough since the visit was last noted."""
    return clock.now() - visit.seen_at >= NOTED_EVERY


def note(tx: Transaction, visit: DeskSession) -> None:
    """Its owner is still at the desk."""
    row = tx.get(DeskSession, visit.token_hash)
    if row is not None:
        row.seen_at = clock.now()


def end(tx: Transaction, key: str, token: str) -> None:
    """Its owner leaves."""
    row = tx.get(DeskSession, _hash(key, token))
    if row is None:
        return
    account = tx.get_one(Account, row.account_id)
    tx.delete(row)
    if row.factor in HALF:
        return  # nobody had come in
    custody.append(tx, account.actor, "account:sign-out", f"account:{account.username}")


def handle(visit: DeskSession) -> str:
    """What names the visit on a page; it opens nothing."""
    return visit.token_hash[:HANDLE]


def list_of(tx: Transaction, account: Account) -> list[DeskSession]:
    """The account's visits that stand, the one used last first."""
    mine = (DeskSession.account_id == account.id) & _stands()
    query = select(DeskSession).join(Account, Account.id == DeskSession.account_id).where(mine)
    return list(tx.scalars(query.order_by(DeskSession.seen_at.desc())))


def count_all(tx: Transaction) -> dict[int, int]:
    """Account id → number of its visits that stand."""
    rows = tx.execute(
        select(DeskSession.account_id, func.count())
        .join(Account, Account.id == DeskSession.account_id)
        .where(_stands())
        .group_by(DeskSession.account_id)
    )
    return {account_id: number for account_id, number in rows}


def _stands() -> ColumnElement[bool]:
    now = clock.now()
    return (
        (DeskSession.stamp == Account.fs_uniquifier)
        & (DeskSession.seen_at >= now - IDLE)
        & (DeskSession.created_at >= now - LASTS)
        & DeskSession.factor.not_in(HALF)
    )


def end_one(tx: Transaction, actor: Actor, account: Account, name: str) -> None:
    """End the visit with this handle, if it is the account's and still stands."""
    _end_all(tx, actor, account, [one for one in list_of(tx, account) if handle(one) == name])


def end_others(tx: Transaction, actor: Actor, account: Account, but: DeskSession | None = None) -> int:
    """End all visits of the account, or all but one; how many there were."""
    mine = but.token_hash if but else ""
    return _end_all(tx, actor, account, [one for one in list_of(tx, account) if one.token_hash != mine])


def _end_all(tx: Transaction, actor: Actor, account: Account, found: list[DeskSession]) -> int:
    for one in found:
        tx.delete(one)
    if found:
        custody.append(tx, actor, "visit:end", f"account:{account.username}", visits=len(found))
    return len(found)


def _hash(key: str, token: str) -> str:
    return ids.keyed_hash(key, "desk", token)
