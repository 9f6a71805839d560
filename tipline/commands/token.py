"""API tokens: how programs come in."""

from __future__ import annotations

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import accounts
from tipline.domain.actors import SYSTEM
from tipline.errors import N_, TiplineError

WITHDRAWN = N_("No API token of %(name)s opens anything any more.")


@click.group("token")
def group() -> None:
    """Tokens with which programs use the API."""


@group.command()
@click.option("--user", "name", required=True, help="The account the program acts for.")
def create(name: str) -> None:
    """Print a new API token; it is shown this once."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            account = accounts.read_account(tx, name)
            if not account.active:
                raise TiplineError("account:not-found")
            token = accounts.create_token(tx, services.key, SYSTEM, account)
        click.echo(token)


@group.command()
@click.option("--user", "name", required=True, help="The account whose tokens end.")
def withdraw(name: str) -> None:
    """End all API tokens of an account."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            accounts.withdraw_tokens(tx, SYSTEM, accounts.read_account(tx, name))
        click.echo(i18n.say(services.settings.locale, WITHDRAWN, name=name))
