"""Retention from the command line: what the rules would do, and the wish to erase a tip."""

from __future__ import annotations

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import erasures, forecasting, retention, tips
from tipline.domain.actors import SYSTEM
from tipline.errors import N_

ASKED = N_(
    "Erasure of %(reference)s is asked for. Nothing is deleted yet: a supervisor or administrator approves it"
    " at the desk, under Administration, Erasure; then it waits 7 days."
)
RULE = N_("%(category)s: kept %(days)s days after the end; %(number)s fall due now")
KEPT = N_("%(category)s: kept until somebody acts")
SUM = N_("Due now: %(due)s. Within 30 days: %(soon)s. Held: %(held)s. Never opened, so kept: %(unseen)s.")


@click.command()
@click.argument("reference", metavar="TIP")
@click.option("--reason", required=True, help="Why; it stands in the log.")
def erase(reference: str, reason: str) -> None:
    """Ask for a tip to be erased. Another person has to approve it at the desk."""
    with ground.opened() as services:
        with (
            erasures.told_when_held(services.database, SYSTEM, reference.upper()),
            services.database.transaction() as tx,
        ):
            row = tips.read_tip(tx, reference)
            erasures.ask(tx, SYSTEM, row, reason)
        click.echo(i18n.say(services.settings.locale, ASKED, reference=row.reference))


@click.group("retention")
def group() -> None:
    """How long tips are kept."""


@group.command()
def preview() -> None:
    """Tell what the rules in force would erase now; nothing is changed."""
    with ground.opened() as services:
        locale = services.settings.locale
        with services.database.reading() as tx:
            rules = retention.rules_of(tx)
            found = forecasting.forecast(tx, rules)
            listed = [tip.reference for tip in erasures.list_due(tx)]
    for category, days in rules.items():
        if days is None:
            click.echo(i18n.say(locale, KEPT, category=category))
        else:
            number = found.by_category.get(category, 0)
            click.echo(i18n.say(locale, RULE, category=category, days=days, number=number))
    click.echo(i18n.say(locale, SUM, due=found.goes, soon=found.soon, held=found.held, unseen=found.unseen))
    for reference in listed:
        click.echo(reference)
