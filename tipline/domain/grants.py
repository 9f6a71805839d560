"""Who holds the contact keys: each holder has the private half wrapped to a key of their own.

Holding is given by a holder, never taken: only the very first officer gets the key from the station, which
keeps no copy after that. Nobody is given anything for standing in the table of accounts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import delete, func, select

from tipline.db import Transaction
from tipline.domain import clock, contact_keys, custody, envelopes, officer_keys, sealing
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.contact_keys import ContactGrant, ContactKey
from tipline.domain.custody import Custody
from tipline.domain.rights import may
from tipline.errors import TiplineError

RIGHT = "contact:read"
PURPOSE = "contact grant"
GIVEN = "contact-key:grant"
Keys = Mapping[str, bytes]  # id of a contact key → its private half


def may_hold(account: Account) -> bool:
    return account.active and may(account.actor, RIGHT)


def list_holders(tx: Transaction, key_id: str) -> list[Account]:
    """Who holds this key and may still use it."""
    rows = tx.scalars(
        select(Account)
        .join(ContactGrant, ContactGrant.account_id == Account.id)
        .where(ContactGrant.key_id == key_id)
        .order_by(Account.username)
    )
    return [one for one in rows if may_hold(one)]


def list_waiting(tx: Transaction) -> list[Account]:
    """Who may see contact details by role, and cannot yet."""
    key = contact_keys.find_active(tx)
    if key is None:
        return []
    held = select(ContactGrant.account_id).where(ContactGrant.key_id == key.id)
    rows = tx.scalars(
        select(Account).where(Account.active, Account.id.not_in(held)).order_by(Account.username)
    )
    return [one for one in rows if may_hold(one)]


def holds(tx: Transaction, account: Account) -> bool:
    """Whether the officer holds the key that seals now."""
    key = contact_keys.find_active(tx)
    return key is not None and tx.get(ContactGrant, (key.id, account.id)) is not None


def adopt(tx: Transaction, secret: str, account: Account) -> bool:
    """The first officer takes the key, and the station's own copy is gone; False if there is none to take."""
    key = contact_keys.find_active(tx)
    if key is None or key.sealed is None or not may_hold(account) or account.public_key is None:
        return False
    try:
        private = sealing.open_sealed(secret, contact_keys.PURPOSE, key.sealed, of=key.id)
    except sealing.Unopened as fault:
        raise TiplineError("contact:key-sealed") from fault
    _give(tx, account.actor, account, key.id, private)
    key.sealed = None
    return True


def give(tx: Transaction, actor: Actor, account: Account, keys: Keys) -> None:
    """A holder lets a colleague in: everything the holder can open, the colleague can from now on."""
    if not may_hold(account):
        raise TiplineError("contact:not-theirs")
    if account.public_key is None:
        raise TiplineError("contact:no-pair", name=account.username)
    if not officer_keys.is_as_made(tx, account):
        raise TiplineError("contact:pair-changed", name=account.username)
    if not keys:
        raise TiplineError("contact:locked")
    for key_id, private in keys.items():
        if tx.get(ContactGrant, (key_id, account.id)) is None:
            _give(tx, actor, account, key_id, private)


def unwrap(tx: Transaction, account: Account, private: bytes) -> dict[str, bytes]:
    """The contact keys this officer holds; one whose wrapping was tampered with is left out."""
    found: dict[str, bytes] = {}
    rows = tx.execute(
        select(ContactGrant, ContactKey)
        .join(ContactKey, ContactKey.id == ContactGrant.key_id)
        .where(ContactGrant.account_id == account.id)
    )
    for grant, key in rows:
        try:
            opened = envelopes.open_sealed(private, PURPOSE, grant.wrapped, of=_name(key.id, account))
        except sealing.Unopened:
            continue
        if envelopes.pair_of(opened).public == key.public:
            found[key.id] = opened
    return found


def rotate(tx: Transaction, secret: str, actor: Actor, *, without: Collection[str] = ()) -> ContactKey:
    """A new key seals from now on. Its holders are those of the old one, but those named.

    The private half is here only for this moment; if nobody is left to hold it, it waits under the station's
    secret for the first officer who signs in, as at a first start.
    """
    old = contact_keys.find_active(tx)
    heirs = [one for one in list_holders(tx, old.id) if one.username not in without] if old else []
    for row in tx.scalars(select(ContactKey).where(ContactKey.retired_at.is_(None))):
        row.retired_at = clock.now()
        custody.append(tx, actor, contact_keys.RETIRED, f"contact-key:{row.id}")
    key, pair = contact_keys.make(tx, secret, actor)
    for one in heirs:
        if old and one.public_key and officer_keys.is_as_made(tx, one) and _is_as_given(tx, old.id, one):
            _give(tx, actor, one, key.id, pair.private)
            key.sealed = None
    tx.flush()
    return key


def _is_as_given(tx: Transaction, key_id: str, account: Account) -> bool:
    """Whether the log knows that this officer was let in: a row slipped into the database has no entry
    there, and is no reason to be given the next key."""
    given = select(Custody.detail).where(Custody.subject == f"contact-key:{key_id}", Custody.action == GIVEN)
    return any(json.loads(detail).get("account") == account.username for detail in tx.scalars(given))


def end_unused(tx: Transaction, in_use: Collection[str]) -> None:
    """Retired keys to which nothing is sealed any more are held by nobody."""
    retired = select(ContactKey.id).where(ContactKey.retired_at.is_not(None), ContactKey.id.not_in(in_use))
    tx.execute(delete(ContactGrant).where(ContactGrant.key_id.in_(retired)))


def count_holders(tx: Transaction, key_id: str) -> int:
    return tx.scalar(select(func.count()).where(ContactGrant.key_id == key_id)) or 0


def _give(tx: Transaction, actor: Actor, account: Account, key_id: str, private: bytes) -> None:
    public = account.public_key or ""
    wrapped = envelopes.seal(public, PURPOSE, private, of=_name(key_id, account))
    tx.add(
        ContactGrant(
            key_id=key_id, account_id=account.id, wrapped=wrapped, granted_by=actor.label,
            granted_at=clock.now(),
        )
    )  # fmt: skip
    tx.flush()
    custody.append(tx, actor, GIVEN, f"contact-key:{key_id}", account=account.username)


def _name(key_id: str, account: Account) -> str:
    return f"{key_id}/{account.id}"
