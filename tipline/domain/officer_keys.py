"""An officer's own key pair, to which contact keys are handed over.

The public half lies in the open, the private one under a key that comes of the officer's password alone: it
is made, moved to a new password and opened only when that password was just typed. Passwords do not come
here, only what `tipline.passwords` makes of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tipline.db import Transaction
from tipline.domain import custody, envelopes, sealing
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.domain.accounts import Account

PURPOSE = "officer key"
MADE = "account:key"


def make(tx: Transaction, actor: Actor, account: Account, lock: str, key: bytes) -> bytes:
    """A new pair, told in custody; its private half. `key` is what the password gives under `lock`."""
    pair = envelopes.make_pair()
    account.public_key = pair.public
    lock_up(account, pair.private, lock, key)
    custody.append(tx, actor, MADE, f"account:{account.username}", public=pair.public)
    return pair.private


def lock_up(account: Account, private: bytes, lock: str, key: bytes) -> None:
    """Keep the private half under this password, and no other."""
    account.private_key = f"{lock} {sealing.seal(key.hex(), PURPOSE, private, of=_name(account))}"


def lock_of(account: Account) -> str | None:
    """What the password has to be worked into; None if the account has no pair."""
    return account.private_key.partition(" ")[0] if account.private_key and account.public_key else None


def open_private(account: Account, key: bytes) -> bytes:
    """The private half; raises contact:key-unopened."""
    sealed = (account.private_key or "").partition(" ")[2]
    try:
        private = sealing.open_sealed(key.hex(), PURPOSE, sealed, of=_name(account))
    except sealing.Unopened as fault:
        raise TiplineError("contact:key-unopened") from fault
    if envelopes.pair_of(private).public != account.public_key:
        raise TiplineError("contact:key-unopened")
    return private


def is_as_made(tx: Transaction, account: Account) -> bool:
    """Whether the log knows the public half: one that was slipped into the database has no entry there."""
    entries = custody.list_of(tx, subject=f"account:{account.username}", actions=[MADE], limit=1000)
    return bool(entries) and entries[-1].facts().get("public") == account.public_key


def _name(account: Account) -> str:
    return f"account:{account.id}"
