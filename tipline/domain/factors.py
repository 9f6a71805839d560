"""Second factors: passkeys and recovery codes; the secret of the one-time code lies in the account's row.

Whose factor it is comes from the session alone, never from what a form or an address names.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Update, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, ids, onetime, sealing
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.rights import SECOND_FACTOR
from tipline.errors import TiplineError

TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery"
CODES = 10
FEW_CODES = 3
MOST_PASSKEYS = 10


class Passkey(Base):
    """One WebAuthn credential: `credential` and `public_key` are base64url of the raw bytes."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential: Mapped[str] = mapped_column(String(400), unique=True)
    public_key: Mapped[str] = mapped_column(SafeText)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(SafeText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RecoveryCode(Base):
    """A code for the day the telephone is gone; only its keyed hash is kept, and it opens once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


def is_forced(account: Account) -> bool:
    """Whether the role reaches nothing without a second factor."""
    return account.role in SECOND_FACTOR


def kinds(tx: Transaction, account: Account) -> list[str]:
    """The second factors that the account can show, recovery codes aside."""
    has_passkey = tx.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)) is not None
    return [*([TOTP] if account.totp_sealed else []), *([PASSKEY] if has_passkey else [])]


def overview(tx: Transaction) -> dict[int, list[str]]:
    """Account id → its second factors, of all accounts."""
    with_key = set(tx.scalars(select(Passkey.account_id).distinct()))
    rows = tx.execute(select(Account.id, Account.totp_sealed))
    return {
        one.id: [*([TOTP] if one.totp_sealed else []), *([PASSKEY] if one.id in with_key else [])]
        for one in rows
    }


# --- one-time codes of an app


def set_totp(tx: Transaction, key: str, actor: Actor, account: Account, secret: bytes, step: int) -> None:
    """Its owner has shown with the code of `step` that the app holds the secret; an older one is replaced."""
    replaced = account.totp_sealed is not None
    account.totp_sealed = sealing.seal(key, TOTP, secret, of=f"account:{account.id}")
    account.totp_since, account.totp_step = clock.now(), step
    tx.flush()
    custody.append(tx, actor, "factor:add", _subject(account), factor=TOTP, replaced=replaced)


def use_totp(tx: Transaction, key: str, account: Account, typed: str) -> bool:
    """Whether this is a code that counts now. It is used up, and all that are older than it."""
    if not account.totp_sealed:
        return False
    try:
        secret = sealing.open_sealed(key, TOTP, account.totp_sealed, of=f"account:{account.id}")
    except sealing.Unopened:
        return False  # another secret key, or somebody changed the row; recovery codes and a reset remain
    step = onetime.matching_step(secret, typed, clock.now())
    if step is None:
        return False
    # Of two who show the same code at once, one finds it used.
    return _changes(
        tx,
        update(Account)
        .where(Account.id == account.id, or_(Account.totp_step.is_(None), Account.totp_step < step))
        .values(totp_step=step),
    )


def remove_totp(tx: Transaction, actor: Actor, account: Account) -> None:
    """Raises factor:last where the role needs one."""
    if not account.totp_sealed:
        return
    _require_another(account, len(kinds(tx, account)) - 1)
    account.totp_sealed = account.totp_since = account.totp_step = None
    custody.append(tx, actor, "factor:remove", _subject(account), factor=TOTP)
    _forget_codes_of_nothing(tx, account)


# --- passkeys


def list_passkeys(tx: Transaction, account: Account) -> list[Passkey]:
    return list(tx.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def require_room(tx: Transaction, account: Account) -> None:
    """Raise factor:too-many unless one more passkey may be set up."""
    if len(list_passkeys(tx, account)) >= MOST_PASSKEYS:
        raise TiplineError("factor:too-many", limit=MOST_PASSKEYS)


def add_passkey(
    tx: Transaction, actor: Actor, account: Account, *, credential: str, public_key: str, sign_count: int,
    transports: str, name: str,
) -> None:  # fmt: skip
    """A key that its owner has just made. Raises factor:exists, factor:too-many."""
    require_room(tx, account)
    if tx.scalar(select(Passkey.id).where(Passkey.credential == credential)) is not None:
        raise TiplineError("factor:exists")
    tx.add(
        Passkey(
            account_id=account.id, credential=credential, public_key=public_key, sign_count=sign_count,
            transports=transports, name=" ".join(name.split())[:60], created_at=clock.now(),
        )
    )  # fmt: skip
    tx.flush()
    custody.append(tx, actor, "factor:add", _subject(account), factor=PASSKEY, credential=credential[:16])


def find_passkey(tx: Transaction, account: Account, credential: str) -> Passkey | None:
    """One of the account's own."""
    mine = (Passkey.account_id == account.id) & (Passkey.credential == credential)
    return tx.scalar(select(Passkey).where(mine))


def use_passkey(tx: Transaction, passkey: Passkey, count: int) -> bool:
    """Whether the key may answer with this count: one that stands still or goes back is a copy's.

    Keys that do not count answer with 0 for ever.
    """
    does_count = count > 0 or passkey.sign_count > 0
    rises = Passkey.sign_count < count if does_count else Passkey.sign_count == 0
    return _changes(
        tx,
        update(Passkey).where(Passkey.id == passkey.id, rises).values(sign_count=count, used_at=clock.now()),
    )


def remove_passkey(tx: Transaction, actor: Actor, account: Account, passkey_id: int) -> None:
    """Raises factor:not-found for one that is not the account's own, and factor:last."""
    found = tx.get(Passkey, passkey_id)
    if found is None or found.account_id != account.id:
        raise TiplineError("factor:not-found")
    others = len(list_passkeys(tx, account)) - 1 + (account.totp_sealed is not None)
    _require_another(account, others)
    credential = found.credential[:16]
    tx.delete(found)
    custody.append(tx, actor, "factor:remove", _subject(account), factor=PASSKEY, credential=credential)
    _forget_codes_of_nothing(tx, account)


# --- recovery codes


def new_codes(tx: Transaction, key: str, actor: Actor, account: Account) -> list[str]:
    """A fresh set, shown this once; the old one opens nothing any more."""
    tx.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [ids.new_receipt_code() for _ in range(CODES)]
    now = clock.now()
    tx.add_all(
        RecoveryCode(code_hash=_code_hash(key, account, code), account_id=account.id, created_at=now)
        for code in codes
    )
    tx.flush()
    custody.append(tx, actor, "factor:codes", _subject(account), codes=CODES)
    return codes


def count_codes(tx: Transaction, account: Account) -> int:
    """How many are left."""
    unused = (RecoveryCode.account_id == account.id) & RecoveryCode.used_at.is_(None)
    return tx.scalar(select(func.count()).select_from(RecoveryCode).where(unused)) or 0


def use_code(tx: Transaction, key: str, account: Account, typed: str) -> bool:
    """Whether this is a recovery code that was not used yet; now it is."""
    code = ids.normal_receipt_code(typed)
    if code is None:
        return False
    wanted = RecoveryCode.code_hash == _code_hash(key, account, code)
    changed = _changes(
        tx,
        update(RecoveryCode)
        .where(wanted, RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now()),
    )
    if changed:
        left = count_codes(tx, account)
        custody.append(tx, account.actor, "factor:code-used", _subject(account), left=left)
    return changed


# --- all of them


def reset(tx: Transaction, actor: Actor, account: Account, reason: str) -> None:
    """Somebody lost everything: all factors go and all visits end. Only their owner sets up new ones."""
    if not reason.strip():
        raise TiplineError("factor:reason-needed", fields={"reason": "factor:reason-needed"})
    gone = [*kinds(tx, account), *([RECOVERY] if count_codes(tx, account) else [])]
    for table in (Passkey, RecoveryCode):
        tx.execute(delete(table).where(table.account_id == account.id))
    account.totp_sealed = account.totp_since = account.totp_step = None
    account.fs_uniquifier = ids.new_token()
    custody.append(tx, actor, "factor:reset", _subject(account), reason=reason.strip()[:500], factors=gone)


def refused(tx: Transaction, account: Account, kind: str) -> None:
    """Somebody knew the password and did not have the second factor: its owner should learn that."""
    custody.append(tx, account.actor, "factor:refused", _subject(account), factor=kind)


def _require_another(account: Account, left: int) -> None:
    if left < 1 and is_forced(account):
        raise TiplineError("factor:last")


def _forget_codes_of_nothing(tx: Transaction, account: Account) -> None:
    """Recovery codes stand in for a factor; without one they are a second password that nobody changes."""
    tx.flush()
    if not kinds(tx, account):
        tx.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _subject(account: Account) -> str:
    return f"account:{account.username}"


def _code_hash(key: str, account: Account, code: str) -> str:
    # 80 bits under a key that the database lacks; tied to the account, so that no row serves another one.
    return ids.keyed_hash(key, "recovery", f"{account.id}\0{code.replace('-', '')}")


def _changes(tx: Transaction, statement: Update) -> bool:
    changed = tx.execute(statement.execution_options(synchronize_session=False))
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]
