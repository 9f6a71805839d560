"""What others did to an account since its owner was last here: told once, at the next sign-in."""

from __future__ import annotations

from tipline.db import Transaction
from tipline.domain import custody
from tipline.domain.accounts import Account
from tipline.domain.custody import Custody

# By others, and worth a word before anything else.
ACTS = ("account:password", "account:role", "factor:reset")
LOOKED_BACK = 100


def since_last_sign_in(tx: Transaction, account: Account, *, signed_in: bool) -> list[Custody]:
    """Newest first; `signed_in`: the newest sign-in in the log is the one that asks."""
    found, passed = [], not signed_in
    for entry in custody.list_latest(tx, about=f"account:{account.username}", limit=LOOKED_BACK):
        if entry.action == "account:sign-in":
            if passed:
                break
            passed = True
        elif passed and entry.action in ACTS and entry.actor != account.actor.label:
            found.append(entry)
    return found
