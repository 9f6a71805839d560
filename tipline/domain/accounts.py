"""Accounts of staff and partners, and the tokens of programs. Passwords come here only as hashes."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, guessing, ids
from tipline.domain.actors import Actor
from tipline.domain.contact_keys import ContactGrant
from tipline.domain.rights import PARTNER, RIGHTS, ROLES, SECOND_FACTOR, may
from tipline.errors import TiplineError

# A password that stands alone is long; beside a second factor it may be shorter (NIST SP 800-63B-4).
LONG_PASSWORD, SHORTEST_PASSWORD = 15, 8
# No password has this hash: a partner's program comes in by its token alone.
NO_PASSWORD = "!"  # noqa: S105 - the opposite of one
_NAME = re.compile(r"[\w.-]{2,40}")


class Account(Base):
    """`fs_uniquifier` is what a session holds instead of the id: changing it ends every session."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(SafeText)
    password: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    locale: Mapped[str | None] = mapped_column(String(20))
    preferences: Mapped[str] = mapped_column(SafeText, default="{}")  # how its owner likes the desk, JSON
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    # One-time codes: the shared secret, sealed; since when it counts; the last step that was used.
    totp_sealed: Mapped[str | None] = mapped_column(SafeText)
    totp_since: Mapped[datetime | None] = mapped_column(UtcTime)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # The account's own key pair for contact data: the private half opens with the password alone.
    public_key: Mapped[str | None] = mapped_column(String(64))
    private_key: Mapped[str | None] = mapped_column(SafeText)

    @property
    def actor(self) -> Actor:
        kind = "partner" if self.is_partner else "staff"
        return Actor(kind, self.username, self.id, self.role)

    @property
    def is_partner(self) -> bool:
        """Whether it belongs to a program of another house, which never signs in at the desk."""
        return self.role == PARTNER


class ApiToken(Base):
    """A program's way in; only the keyed hash of the token is kept."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    handle: Mapped[str | None] = mapped_column(
        String(16), index=True, unique=True
    )  # names it where it is listed
    label: Mapped[str] = mapped_column(SafeText, default="")
    scopes: Mapped[str] = mapped_column(
        SafeText, default=""
    )  # rights it is narrowed to; empty: all of its owner's
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def stands_for(self) -> str:
        """The standing reason of what its program looks at or takes away."""
        return self.label or f"API token {self.name}"

    @property
    def name(self) -> str:
        """What it is called where it is listed; one older than handles by the start of its hash."""
        return self.handle or self.token_hash[:10]


def require_good_name(username: str) -> None:
    if not _NAME.fullmatch(username):
        raise TiplineError("account:name-unclear", fields={"username": "account:name-unclear"})


def require_good_password(
    password: str, *names: str, shortest: int = SHORTEST_PASSWORD, field: str = "password"
) -> None:
    """Raise account:password-weak for one that is short, or that is guessed early; `names` are no secrets."""
    if len(password) < shortest or guessing.is_guessed_early(password, (*names, "tipline")):
        raise TiplineError("account:password-weak", fields={field: "account:password-weak"}, limit=shortest)


def shortest_password(role: str, *, has_factor: bool) -> int:
    """How long a new password of this role has to be."""
    return SHORTEST_PASSWORD if has_factor or role in SECOND_FACTOR else LONG_PASSWORD


def add(
    tx: Transaction, actor: Actor, username: str, *, role: str, password_hash: str, display_name: str = ""
) -> Account:
    require_good_name(username)
    if role not in ROLES:
        raise TiplineError("account:role-unknown", fields={"role": "account:role-unknown"})
    if find_account(tx, username):
        raise TiplineError("account:exists", fields={"username": "account:exists"})
    account = Account(
        username=username,
        display_name=display_name.strip() or username,
        role=role,
        password=password_hash,
        fs_uniquifier=ids.new_token(),
        created_at=clock.now(),
    )
    tx.add(account)
    tx.flush()
    custody.append(tx, actor, "account:add", f"account:{username}", role=role)
    return account


def find_account(tx: Transaction, username: str) -> Account | None:
    return tx.scalar(select(Account).where(Account.username == username))


def read_account(tx: Transaction, username: str) -> Account:
    account = find_account(tx, username)
    if account is None:
        raise TiplineError("account:not-found", fields={"assignee": "account:not-found"})
    return account


def read_assignable(tx: Transaction, username: str) -> Account:
    """Somebody a tip can be given to: an open account that may act on tips; raises account:not-found."""
    account = read_account(tx, username)
    if not account.active or not may(account.actor, "tip:act"):
        raise TiplineError("account:not-found", fields={"assignee": "account:not-found"})
    return account


def list_accounts(tx: Transaction) -> list[Account]:
    return list(tx.scalars(select(Account).order_by(Account.username)))


def names(tx: Transaction, account_ids: set[int]) -> dict[int, Account]:
    """Account id → account, in one query."""
    if not account_ids:
        return {}
    rows = tx.scalars(select(Account).where(Account.id.in_(account_ids)))
    return {row.id: row for row in rows}


def has_admin(tx: Transaction) -> bool:
    return tx.scalar(select(Account.id).where(Account.role == "admin", Account.active).limit(1)) is not None


def set_active(tx: Transaction, actor: Actor, account: Account, active: bool) -> None:
    """Close or reopen an account; closing ends its sessions and tokens at once. Raises account:last-admin."""
    if account.active == active:
        return
    if not active and account.role == "admin" and _count_open_admins(tx) == 1:
        raise TiplineError("account:last-admin")
    account.active = active
    account.fs_uniquifier = ids.new_token()
    if not active:
        end_tokens(tx, actor, account)
    custody.append(tx, actor, "account:open" if active else "account:close", f"account:{account.username}")
    if not active:
        _drop_pair(tx, actor, account)


def set_role(tx: Transaction, actor: Actor, account: Account, role: str) -> None:
    """Another role: its visits end at once, and its tokens if it may less than before.

    Raises account:last-admin, account:role-partner.
    """
    if role not in ROLES:
        raise TiplineError("account:role-unknown", fields={"role": "account:role-unknown"})
    if PARTNER in (role, account.role) and role != account.role:
        raise TiplineError("account:role-partner", fields={"role": "account:role-partner"})
    if account.role == role:
        return
    if account.role == "admin" and account.active and _count_open_admins(tx) == 1:
        raise TiplineError("account:last-admin")
    before, was, account.role = account.actor, account.role, role
    account.fs_uniquifier = ids.new_token()
    if any(may(before, right) and not may(account.actor, right) for right in RIGHTS):
        end_tokens(tx, actor, account)
    custody.append(tx, actor, "account:role", f"account:{account.username}", was=was, role=role)
    if not may(account.actor, "contact:read"):
        _drop_pair(tx, actor, account)


def _count_open_admins(tx: Transaction) -> int:
    return tx.scalar(select(func.count()).where(Account.role == "admin", Account.active)) or 0


def set_password(
    tx: Transaction, actor: Actor, account: Account, password_hash: str, *, keeps_pair: bool = False
) -> None:
    """A new password ends every session and every API token: whoever knew the old one may have made some.

    The pair for contact data opened with the old one: its owner carries it over (`tipline.keyring`), but
    after a reset by somebody else it is lost, and a holder has to let the officer in again.
    """
    account.password, account.fs_uniquifier = password_hash, ids.new_token()
    end_tokens(tx, actor, account)
    custody.append(tx, actor, "account:password", f"account:{account.username}")
    if not keeps_pair:
        _drop_pair(tx, actor, account)


def _drop_pair(tx: Transaction, actor: Actor, account: Account) -> None:
    account.public_key = account.private_key = None
    gone = tx.execute(delete(ContactGrant).where(ContactGrant.account_id == account.id))
    if gone.rowcount:  # type: ignore[attr-defined]
        custody.append(tx, actor, "contact-key:take-back", f"account:{account.username}")


def end_tokens(tx: Transaction, actor: Actor, account: Account) -> int:
    """None of the account's API tokens opens anything any more; returns how many there were."""
    gone = tx.execute(delete(ApiToken).where(ApiToken.account_id == account.id))
    number = int(gone.rowcount)  # type: ignore[attr-defined]
    if number:
        custody.append(tx, actor, "token:withdraw", f"account:{account.username}", tokens=number)
    return number
