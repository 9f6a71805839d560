"""Shops from the command line: a whole list at once, and what is there."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import shops
from tipline.domain.actors import SYSTEM
from tipline.domain.brought import decode
from tipline.errors import N_

BROUGHT = N_("Added: %(added)s. In the list already: %(known)s. Not taken: %(refused)s.")
LINE = N_("Line %(number)s: %(reason)s")


@click.group("shop")
def group() -> None:
    """Shops with a poster."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bring_in(file: Path) -> None:
    """Add the shops of a CSV file: name, place, beat, latitude, longitude a line.

    Exit 0, or 1 if a line was not taken.
    """
    with ground.opened() as services:
        locale = services.settings.locale
        table = decode(file.read_bytes())
        with services.database.transaction() as tx:
            brought = shops.bring_in(tx, SYSTEM, table)
        for number, fault in brought.refused:
            reason = ground.sentence(services.settings, fault)
            click.echo(i18n.say(locale, LINE, number=number, reason=reason), err=True)
        numbers = {name: len(getattr(brought, name)) for name in ("added", "known", "refused")}
        click.echo(i18n.say(locale, BROUGHT, **numbers))
    sys.exit(1 if brought.refused else 0)


@group.command("list")
@click.option("--search", default="", help="Words in name, place, code or beat.")
def list_shops(search: str) -> None:
    """List shops: code, on or off, address of the poster's page, name and place."""
    with ground.opened() as services, services.database.reading() as tx:
        for one in shops.list_shops(tx, words=search, limit=10_000):
            state = "on" if one.active else "off"
            click.echo(f"{one.code}  {state:<4} {services.settings.base_url}/?shop={one.code}  {one.words}")
