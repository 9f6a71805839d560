"""Who can open contact details, as the page of accounts tells it; and the welcome of somebody new."""

from __future__ import annotations

from typing import Any

from tipline import keyring
from tipline.db import Transaction
from tipline.domain import accounts, contact_keys, contacts, grants, recovery
from tipline.domain.accounts import Account
from tipline.web import current
from tipline.web.accounts import contact_door


def welcome(account: Account, password: str) -> None:
    """Somebody new, whose first password was just typed here: a holder who adds them lets them in at once."""
    services = current.services()
    keyring.enrol(services, current.actor(), account, password)
    if current.bearer() or not grants.may_hold(account):
        return
    with services.database.transaction() as tx:
        keys, row = contact_door.keys(tx), accounts.read_account(tx, account.username)
        if keys and not grants.holds(tx, row):
            grants.give(tx, current.actor(), row, keys)


def told(tx: Transaction) -> dict[str, Any]:
    """What the page of accounts says about the key."""
    key, is_foreign = contact_keys.find_active(tx), bool(contact_keys.list_foreign(tx))
    if key is None:
        return {"key": None, "is_foreign": is_foreign}
    return {
        "key": key,
        "is_foreign": is_foreign,
        "holders": grants.list_holders(tx, key.id),
        "waiting": grants.list_waiting(tx),
        "is_written": recovery.was_written(tx, key),
        "behind": contacts.count_behind(tx),
        "door": contact_door.state(tx),
    }
