"""API tokens: how programs come in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import accounts, tokens
from tipline.domain.accounts import ApiToken
from tipline.domain.actors import SYSTEM
from tipline.errors import N_, TiplineError
from tipline.settings import Settings

WITHDRAWN = N_("No API token of %(name)s opens anything any more.")
ONE_WITHDRAWN = N_("The token %(token)s opens nothing any more.")
NONE = N_("%(name)s has no API token.")
LINE = N_("%(token)s  made %(made)s  until %(until)s  last used %(used)s  may: %(rights)s  %(label)s")
NEVER, FOR_GOOD, EVERYTHING = N_("never"), N_("withdrawn"), N_("all its owner may")


@click.group("token")
def group() -> None:
    """Tokens with which programs use the API."""


@group.command()
@click.option("--user", "name", required=True, help="The account the program acts for.")
@click.option(
    "--scope", "scopes", multiple=True,
    help="What it may: read, work, originals, log, or a single right; again for more. Without it all"
    " that its owner may.",
)  # fmt: skip
@click.option(
    "--days", type=int, help="How long it lasts; a year without it, a partner's until it is withdrawn."
)
@click.option(
    "--label", default="", help="What it is for; stands in the log as the reason for what is taken away."
)
def create(name: str, scopes: tuple[str, ...], days: int | None, label: str) -> None:
    """Print a new API token; it is shown this once."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            account = accounts.read_account(tx, name)
            if not account.active:
                raise TiplineError("account:not-found")
            token = tokens.create(tx, services.key, SYSTEM, account, label=label, scopes=scopes, days=days)
        click.echo(token)


@group.command("list")
@click.option("--user", "name", required=True, help="The account whose tokens are listed.")
def list_tokens(name: str) -> None:
    """List the API tokens of an account: what each is for, until when, and when it was last used."""
    with ground.opened() as services:
        with services.database.reading() as tx:
            found = tokens.list_of(tx, accounts.read_account(tx, name))
        for one in found:
            click.echo(_line(services.settings, one))
        if not found:
            click.echo(i18n.say(services.settings.locale, NONE, name=name), err=True)


@group.command()
@click.option("--user", "name", required=True, help="The account whose tokens end.")
@click.option(
    "--token", "handle", help="The one that ends, as `token list` names it; without it all of them."
)
def withdraw(name: str, handle: str | None) -> None:
    """End API tokens of an account: one, or all."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            account = accounts.read_account(tx, name)
            if handle:
                tokens.withdraw(tx, SYSTEM, account, handle)
            else:
                accounts.end_tokens(tx, SYSTEM, account)
        words = ONE_WITHDRAWN if handle else WITHDRAWN
        click.echo(i18n.say(services.settings.locale, words, name=name, token=handle))


def _line(settings: Settings, one: ApiToken) -> str:
    def day(moment: datetime | None, otherwise: str) -> str:
        if moment is None:
            return i18n.say(settings.locale, otherwise)
        return moment.astimezone(ZoneInfo(settings.timezone)).strftime("%Y-%m-%d")

    whole, beside = tokens.groups_of(one)
    carried = " ".join([*whole, *beside]) or i18n.say(settings.locale, EVERYTHING)
    return i18n.say(
        settings.locale, LINE, token=one.name, made=day(one.created_at, NEVER), rights=carried,
        until=day(one.expires_at, FOR_GOOD), used=day(one.used_at, NEVER), label=one.label,
    ).rstrip()  # fmt: skip
