"""What an officer's password opens beside the desk: the officer's key pair, and with it the contact keys.

Called whenever a password was just typed and found right, at the sign-in as on the command line. The slow
work on the password is done outside transactions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import structlog

from tipline import passwords
from tipline.db import Transaction
from tipline.domain import accounts, contact_keys, contacts, grants, officer_keys, unlocking
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, Actor
from tipline.errors import TiplineError

if TYPE_CHECKING:
    from tipline.services import Services

log = structlog.get_logger(__name__)


class Carried(NamedTuple):
    """An officer's private half on its way from one password to the next."""

    private: bytes
    lock: str
    key: bytes

    def settle(self, account: Account) -> None:
        officer_keys.lock_up(account, self.private, self.lock, self.key)


def make_ready(services: Services) -> None:
    """At a start: there is a key that contacts are sealed to, and none stands in the clear any more."""
    database = services.database
    with database.reading() as tx:
        lacks, plain = contact_keys.find_active(tx) is None, contacts.has_plain(tx)
    if not (lacks or plain):
        return
    with database.transaction() as tx:
        if contact_keys.find_active(tx) is None:
            contact_keys.make(tx, services.key, SYSTEM)
        sealed = contacts.seal_plain(tx)
    if sealed:
        database.wipe("contact")
        log.info("contacts.sealed", number=sealed)


def enrol(services: Services, actor: Actor, account: Account, password: str) -> None:
    """Give the officer a pair if there is none; the station's very first officer takes the key too."""
    if not grants.may_hold(account):
        return
    lock = passwords.new_lock()
    key = passwords.key_of(lock, password) if account.public_key is None else b""
    with services.database.transaction() as tx:
        row = accounts.read_account(tx, account.username)
        if key and row.public_key is None:
            officer_keys.make(tx, actor, row, lock, key)
        took = _adopt(tx, services.key, row)
    if took:
        services.database.forget()


def open_keys(services: Services, account: Account, password: str) -> dict[str, bytes]:
    """The contact keys that this officer holds; none if the officer still waits to be let in."""
    with services.database.reading() as tx:
        row = accounts.read_account(tx, account.username)
        lock = officer_keys.lock_of(row)
        if lock is None or not grants.may_hold(row):
            return {}
        try:
            private = officer_keys.open_private(row, passwords.key_of(lock, password))
        except TiplineError as fault:
            log.warning("contacts.pair-unopened", code=fault.code)
            return {}
        return grants.unwrap(tx, row, private)


def on_password(services: Services, account: Account, password: str, token: str) -> None:
    """The right password was typed in this visit: its contact keys lie open for a while."""
    if not grants.may_hold(account):
        return
    with services.database.reading() as tx:
        known = accounts.read_account(tx, account.username)
        key = contact_keys.find_active(tx)
    if known.public_key is None or (key is not None and key.sealed is not None):
        enrol(services, known.actor, known, password)
    keys = open_keys(services, known, password)
    if keys:
        with services.database.transaction() as tx:
            unlocking.unlock(tx, services.key, token, keys)


def carry(services: Services, account: Account, old: str, new: str) -> Carried | None:
    """The owner's pair for the new password, before that is set; None if there is no pair to carry over."""
    with services.database.reading() as tx:
        row = accounts.read_account(tx, account.username)
    lock = officer_keys.lock_of(row)
    if lock is None:
        return None
    try:
        private = officer_keys.open_private(row, passwords.key_of(lock, old))
    except TiplineError:
        return None
    lock = passwords.new_lock()
    return Carried(private, lock, passwords.key_of(lock, new))


def _adopt(tx: Transaction, secret: str, account: Account) -> bool:
    try:
        return grants.adopt(tx, secret, account)
    except TiplineError as fault:
        # Nobody is kept out of the desk for it; `tipline doctor` tells what to do.
        log.error("contacts.key-sealed", code=fault.code)
        return False
