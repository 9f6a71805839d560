"""Accounts of staff from the command line, as for the first administrator."""

from __future__ import annotations

import getpass
import sys
from base64 import b32decode
from typing import TYPE_CHECKING

import click

from tipline import i18n, keyring, passwords
from tipline.commands import ground
from tipline.domain import accounts, clock, factors, grants, onetime
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.rights import PARTNER, ROLES
from tipline.errors import N_

if TYPE_CHECKING:
    from tipline.services import Services

ADDED = N_("%(name)s can sign in now.")
PARTNER_ADDED = N_("%(name)s is known now. Its program needs a token: tipline token create --user %(name)s")
CLOSED = N_("The account of %(name)s is closed; visits and tokens ended at once.")
OPENED = N_("The account of %(name)s is open again.")
CHANGED = N_("%(name)s has a new password and has been signed out everywhere.")
RESET = N_("%(name)s has no second factor any more; a new one is set up at the next sign-in.")
NO_EXAMPLE = N_(
    "The example district has nobody of this name with an app; codes of real people are on their telephones "
    "alone."
)
WAITS = N_(
    "%(name)s cannot see contact details yet: a colleague who can lets them in on the page of accounts."
)
SHORT = N_(
    "This password is shorter than %(limit)s characters. Its owner should choose a longer one at once."
)
STDIN_NEEDED = N_("Give the password on standard input and say so with --password-stdin.")
EXAMPLE = "demo-passwords.txt"
SPELT = 32  # letters of a secret
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group("user")
def group() -> None:
    """People who work at the desk, and partners whose programs hand tips in."""


@group.command()
@click.argument("name")
@click.option("--role", required=True, help="One of " + ", ".join(ROLES) + ".")
@click.option("--display-name", default="", help="Name shown to colleagues; the user name unless set.")
@from_stdin
def add(name: str, role: str, display_name: str, password_stdin: bool) -> None:
    """Add somebody who may sign in at the desk, or a partner, whose program needs no password but a token."""
    is_program = role == PARTNER and not password_stdin
    password = "" if is_program else _password(password_stdin)
    with ground.opened() as services:
        accounts.require_good_name(name)
        if not is_program:
            accounts.require_good_password(password, name, display_name)
        password_hash = accounts.NO_PASSWORD if is_program else passwords.make_hash(password)
        with services.database.transaction() as tx:
            made = accounts.add(
                tx, SYSTEM, name, role=role, password_hash=password_hash, display_name=display_name
            )
        _enrol(services, made, password)
        added = PARTNER_ADDED if role == PARTNER else ADDED
        click.echo(i18n.say(services.settings.locale, added, name=name))
        _warn(services.settings.locale, role, password)


@group.command("list")
def list_users() -> None:
    """List accounts: name, role, open or closed, name shown."""
    with ground.opened() as services, services.database.reading() as tx:
        for one in accounts.list_accounts(tx):
            state = "open" if one.active else "closed"
            click.echo(f"{one.username:<24} {one.role:<14} {state:<8} {one.display_name}")


@group.command()
@click.argument("name")
def close(name: str) -> None:
    """Close an account; its visits and tokens end at once."""
    _set_active(name, False, CLOSED)


@group.command("open")
@click.argument("name")
def reopen(name: str) -> None:
    """Open a closed account again."""
    _set_active(name, True, OPENED)


@group.command()
@click.argument("name")
@from_stdin
def password(name: str, password_stdin: bool) -> None:
    """Give somebody a new password; all their visits end."""
    new = _password(password_stdin)
    with ground.opened() as services:
        accounts.require_good_password(new, name)
        with services.database.transaction() as tx:
            account = accounts.read_account(tx, name)
            accounts.set_password(tx, SYSTEM, account, passwords.make_hash(new))
        click.echo(i18n.say(services.settings.locale, CHANGED, name=name))
        _warn(services.settings.locale, account.role, new)
        _enrol(services, account, new)


def _enrol(services: Services, account: Account, password: str) -> None:
    """A pair for contact details; and in words, if somebody has to let the account in."""
    keyring.enrol(services, SYSTEM, account, password)
    with services.database.reading() as tx:
        waits = any(one.id == account.id for one in grants.list_waiting(tx))
    if waits:
        click.echo(i18n.say(services.settings.locale, WAITS, name=account.username))


@group.command("reset-factors")
@click.argument("name")
@click.option("--reason", required=True, help="Why, such as: telephone lost. It stands in the log.")
def reset_factors(name: str, reason: str) -> None:
    """Take all second factors from somebody who lost them; only their owner can set up new ones."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            factors.reset(tx, SYSTEM, accounts.read_account(tx, name), reason)
        click.echo(i18n.say(services.settings.locale, RESET, name=name))


@group.command()
@click.argument("name")
def code(name: str) -> None:
    """Tell the present one-time code of one of the people of `make run DEMO=1`, and of nobody else."""
    found = ground.settings()
    path = found.data / EXAMPLE
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    secret = next(
        (words[2] for words in lines if words[:1] == [name] and len("".join(words[2:3])) == SPELT), None
    )
    if secret is None:
        ground.refuse(i18n.say(found.locale, NO_EXAMPLE))
    click.echo(onetime.code_at(b32decode(secret), onetime.step_at(clock.now())))


def _warn(locale: str, role: str, password: str) -> None:
    """Whoever has this machine may set a short one to begin with; its owner chooses a longer one."""
    wanted = accounts.shortest_password(role, has_factor=False)
    if role != PARTNER and len(password) < wanted:
        click.echo(i18n.say(locale, SHORT, limit=wanted), err=True)


def _set_active(name: str, active: bool, sentence: str) -> None:
    with ground.opened() as services:
        with services.database.transaction() as tx:
            accounts.set_active(tx, SYSTEM, accounts.read_account(tx, name), active)
        click.echo(i18n.say(services.settings.locale, sentence, name=name))


def _password(from_standard_input: bool) -> str:
    """One line of standard input; never an argument, which every user of the machine could read."""
    if not from_standard_input:
        ground.refuse(i18n.say(ground.settings().locale, STDIN_NEEDED))
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")
