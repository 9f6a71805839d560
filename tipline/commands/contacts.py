"""The key that contact details are sealed to: who holds it, its recovery code, a new one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tipline import i18n, keyring, passwords
from tipline.commands import ground
from tipline.domain import accounts, contact_keys, contacts, grants, recovery, sealing
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.errors import N_, TiplineError

if TYPE_CHECKING:
    from tipline.services import Services

KEY, HOLDERS, WAITING = N_("contact key"), N_("can open contact details"), N_("wait to be let in")
BEHIND, CODE = N_("still sealed to an older key"), N_("recovery code")
NOBODY, WRITTEN = N_("nobody"), N_("written down")
NEVER = N_("never written down; run: tipline contacts recovery-key")
KEEP = N_(
    "Write this down and put it into a safe. It opens all contact details when no officer can. No copy of it"
    " is kept here."
)
RECOVERED = N_("%(name)s can open contact details from the next sign-in on.")
GRANTED = N_("%(name)s can open contact details now.")
ROTATED = N_(
    "Contact details are sealed to the key %(id)s from now on. Older ones follow when a holder seals them"
    " anew. Write down the new recovery code."
)
RESEALED = N_("Sealed to the present key: %(number)s.")
SURE = N_("Seal contact details to a new key from now on?")
CODE_NEEDED = N_(
    "Give the recovery code and then the password, a line each, on standard input, and say so with --stdin."
)

holder = click.option("--user", help="A holder of the key; the password comes on standard input.")


@click.group("contacts")
def group() -> None:
    """The key that contact details of reporters are sealed to."""


@group.command()
def show() -> None:
    """Print the key, who holds it, who waits, and whether its recovery code was written down."""
    with ground.opened() as services, services.database.reading() as tx:
        key = contact_keys.read_active(tx)
        say = services.settings.locale
        held = ", ".join(one.username for one in grants.list_holders(tx, key.id))
        waiting = ", ".join(one.username for one in grants.list_waiting(tx))
        written = WRITTEN if recovery.was_written(tx, key) else NEVER
        for name, value in (
            (KEY, f"{key.id}  {key.public}"), (HOLDERS, held or i18n.say(say, NOBODY)),
            (WAITING, waiting or i18n.say(say, NOBODY)), (BEHIND, str(contacts.count_behind(tx))),
            (CODE, i18n.say(say, written)),
        ):  # fmt: skip
            click.echo(f"{i18n.say(say, name)}: {value}")


@group.command("recovery-key")
@holder
def recovery_key(user: str | None) -> None:
    """Print the recovery code, for the safe. Until an officer holds the key no password is needed."""
    with ground.opened() as services:
        keys = _keys(services, user)
        with services.database.transaction() as tx:
            code = recovery.write_code(tx, SYSTEM, keys)
        click.echo(code)
        click.echo(i18n.say(services.settings.locale, KEEP), err=True)


@group.command()
@click.option("--user", required=True, help="The officer who is to open contact details again.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read both from standard input, a line each.")
def recover(user: str, from_stdin: bool) -> None:
    """Give the key back to an officer by the recovery code; asks for the code and the officer's password."""
    if not from_stdin:
        ground.refuse(i18n.say(ground.settings().locale, CODE_NEEDED))
    code, password = sys.stdin.readline().strip(), sys.stdin.readline().rstrip("\r\n")
    with ground.opened() as services:
        account = _person(services, user, password)
        with services.database.reading() as tx:
            keys = recovery.read_code(tx, code)
        keyring.enrol(services, SYSTEM, account, password)
        _give(services, user, keys)
        click.echo(i18n.say(services.settings.locale, RECOVERED, name=user))


@group.command()
@click.argument("name")
@click.option("--user", required=True, help="A holder of the key; the password comes on standard input.")
def grant(name: str, user: str) -> None:
    """Let NAME open contact details too, by the password of somebody who can."""
    with ground.opened() as services:
        _give(services, name, _keys(services, user))
        click.echo(i18n.say(services.settings.locale, GRANTED, name=name))


@group.command()
@click.option("--without", multiple=True, help="A holder who must not hold the new key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rotate(without: tuple[str, ...], yes: bool) -> None:
    """Seal to a new key from now on; who holds the present one holds the new one, but those named."""
    with ground.opened() as services:
        if not yes:
            click.confirm(i18n.say(services.settings.locale, SURE), abort=True)
        with services.database.transaction() as tx:
            for name in without:
                accounts.read_account(tx, name)
            key = grants.rotate(tx, services.key, SYSTEM, without=without)
        services.database.forget()
        click.echo(i18n.say(services.settings.locale, ROTATED, id=key.id))


@group.command()
@click.option("--user", required=True, help="A holder of the key; the password comes on standard input.")
def reseal(user: str) -> None:
    """Seal what older keys still hold to the present one, by the password of somebody who holds both."""
    with ground.opened() as services:
        keys = _keys(services, user)
        with services.database.transaction() as tx:
            number = contacts.reseal(tx, SYSTEM, keys)
        services.database.forget()
        click.echo(i18n.say(services.settings.locale, RESEALED, number=number))


def _keys(services: Services, user: str | None) -> dict[str, bytes]:
    """The keys that a holder's password opens; without one, the key that nobody holds yet."""
    if user is None:
        return _unheld(services)
    password = sys.stdin.readline().rstrip("\r\n")
    keys = keyring.open_keys(services, _person(services, user, password), password)
    if not keys:
        raise TiplineError("contact:not-granted")
    return keys


def _unheld(services: Services) -> dict[str, bytes]:
    with services.database.reading() as tx:
        key = contact_keys.read_active(tx)
    if key.sealed is None:
        raise TiplineError("contact:holder-needed")
    try:
        return {key.id: sealing.open_sealed(services.key, contact_keys.PURPOSE, key.sealed, of=key.id)}
    except sealing.Unopened as fault:
        raise TiplineError("contact:key-sealed") from fault


def _person(services: Services, name: str, password: str) -> Account:
    with services.database.reading() as tx:
        account = accounts.read_account(tx, name)
    if not account.active or not passwords.is_right(account.password, password):
        raise TiplineError("account:wrong-password")
    return account


def _give(services: Services, name: str, keys: dict[str, bytes]) -> None:
    with services.database.transaction() as tx:
        grants.give(tx, SYSTEM, accounts.read_account(tx, name), keys)
