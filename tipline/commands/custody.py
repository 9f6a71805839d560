"""The custody log from the command line."""

from __future__ import annotations

import sys

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import custody
from tipline.errors import N_

WHOLE = N_("All %(number)s entries stand as they were written.")
BROKEN = N_("The log is broken at entry %(number)s: %(what)s.")


@click.group("custody")
def group() -> None:
    """The log of every act."""


@group.command()
def verify() -> None:
    """Check the whole log; exit 1 and the first broken entry if it is not whole."""
    with ground.opened() as services:
        locale = services.settings.locale
        with services.database.reading() as tx:
            fault, size = custody.verify(tx), custody.size(tx)
    if fault:
        click.echo(i18n.say(locale, BROKEN, number=fault.seq, what=i18n.say(locale, fault.what)))
        sys.exit(1)
    click.echo(i18n.say(locale, WHOLE, number=size))
