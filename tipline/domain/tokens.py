"""API tokens: what a program is let in by, for how long, and to what. Never to more than its owner may.

A token is shown once and kept as a keyed hash. It ends by its day, by being withdrawn, and with all others of
its owner when the account is closed, gets a new password, or loses rights (`accounts.end_tokens`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, select

from tipline.db import Transaction
from tipline.domain import clock, custody, ids, limits, rights
from tipline.domain.accounts import Account, ApiToken
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

LASTS_DAYS, LONGEST_DAYS = 365, 3660
MOST = 50  # of one account
# `used_at` is written at most this often: reading must not cost a write each time.
NOTED_EVERY = timedelta(minutes=5)
# Handy sets of rights; a single right is a scope as well. What is kept is the rights themselves, so that a
# token never grows with its group.
GROUPS: dict[str, frozenset[str]] = {
    "read": frozenset({"tip:read", "evidence:read", "case:read", "incident:read"}),
    "work": frozenset(
        {"tip:read", "evidence:read", "case:read", "incident:read", "tip:act", "case:act", "incident:act",
         "intake:take", "evidence:retry",
         "evidence:export"}
    ),
    "originals": frozenset({"evidence:read", "evidence:original"}),
    "log": frozenset({"custody:read"}),
}  # fmt: skip


def create(
    tx: Transaction, key: str, actor: Actor, account: Account, *, label: str = "",
    scopes: Collection[str] = (), days: int | None = None,
) -> str:  # fmt: skip
    """Make a token; it is returned this once. Without scopes it may what its owner may; without days it lasts
    a year, a partner's until it is withdrawn."""
    label = " ".join(label.split())
    if len(label) > limits.SHORT:
        raise TiplineError("token:label-long", fields={"label": "token:label-long"}, limit=limits.SHORT)
    if (tx.scalar(select(func.count()).where(ApiToken.account_id == account.id)) or 0) >= MOST:
        raise TiplineError("token:too-many", limit=MOST)
    carried = _rights(account, scopes)
    token, now = "tl_" + ids.new_token(), clock.now()
    lasts = _days(days, forever=account.is_partner)
    row = ApiToken(
        token_hash=_hash(key, token), account_id=account.id, handle=ids.new_id()[-10:], label=label,
        scopes=" ".join(sorted(carried)), created_at=now, expires_at=now + lasts if lasts else None,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    custody.append(
        tx, actor, "token:create", f"account:{account.username}", token=row.handle, label=label,
        scopes=row.scopes, until=clock.stamp(row.expires_at) if row.expires_at else None,
    )  # fmt: skip
    return token


def _rights(account: Account, scopes: Collection[str]) -> set[str]:
    carried: set[str] = set()
    for scope in scopes:
        if scope not in GROUPS and scope not in rights.RIGHTS:
            raise TiplineError("token:scope-unknown", fields={"scope": "token:scope-unknown"}, scope=scope)
        of_scope = GROUPS.get(scope, frozenset({scope}))
        # Of a group the owner's share; a single right that the owner lacks is a mistake worth telling.
        held = {right for right in of_scope if rights.may(account.actor, right)}
        if not held:
            raise TiplineError("token:scope-beyond", fields={"scope": "token:scope-beyond"}, scope=scope)
        carried |= held
    return carried


def _days(days: int | None, *, forever: bool) -> timedelta | None:
    if days is None:
        return None if forever else timedelta(days=LASTS_DAYS)
    if not 1 <= days <= LONGEST_DAYS:
        raise TiplineError("token:days-unclear", fields={"days": "token:days-unclear"}, limit=LONGEST_DAYS)
    return timedelta(days=days)


def read_account(tx: Transaction, key: str, token: str) -> tuple[Account, ApiToken]:
    """Whose token it is, and the token; raises token:unknown or token:expired."""
    found = tx.execute(
        select(Account, ApiToken)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(ApiToken.token_hash == _hash(key, token), Account.active)
    ).first()
    if found is None:
        raise TiplineError("token:unknown")
    if found.ApiToken.expires_at and found.ApiToken.expires_at <= clock.now():
        raise TiplineError("token:expired", at=found.ApiToken.expires_at)
    return found.Account, found.ApiToken


def acting(account: Account, token: ApiToken) -> Actor:
    """The owner, narrowed to what the token carries."""
    carried = token.scopes.split()
    return account.actor._replace(scopes=frozenset(carried) if carried else None)


def is_worth_noting(token: ApiToken) -> bool:
    """Whether it is long enough since its use was last noted."""
    return token.used_at is None or clock.now() - token.used_at >= NOTED_EVERY


def note(tx: Transaction, token: ApiToken) -> None:
    """It was used just now."""
    row = tx.get(ApiToken, token.token_hash)
    if row is not None:
        row.used_at = clock.now()


def list_of(tx: Transaction, account: Account) -> list[ApiToken]:
    """Newest first."""
    query = select(ApiToken).where(ApiToken.account_id == account.id)
    return list(tx.scalars(query.order_by(ApiToken.created_at.desc(), ApiToken.handle)))


def withdraw(tx: Transaction, actor: Actor, account: Account, handle: str) -> ApiToken:
    """One token of this account opens nothing any more; raises token:not-found."""
    row = next((one for one in list_of(tx, account) if one.name == handle), None)
    if row is None:
        raise TiplineError("token:not-found")
    tx.delete(row)
    custody.append(
        tx, actor, "token:withdraw", f"account:{account.username}", token=handle, label=row.label, tokens=1
    )
    return row


def count(tx: Transaction) -> dict[int, int]:
    """Account id → number of its API tokens."""
    rows = tx.execute(select(ApiToken.account_id, func.count()).group_by(ApiToken.account_id))
    return {account_id: number for account_id, number in rows}


def groups_of(token: ApiToken) -> tuple[list[str], list[str]]:
    """What it carries, for people: groups that it holds whole, and single rights beside them."""
    carried = set(token.scopes.split())
    held_whole = {name: held for name, held in GROUPS.items() if held <= carried}
    whole = [
        name for name, held in held_whole.items() if not any(held < more for more in held_whole.values())
    ]
    beside = carried.difference(*(GROUPS[name] for name in whole))
    return whole, sorted(beside)


def _hash(key: str, token: str) -> str:
    return ids.keyed_hash(key, "api", token)
