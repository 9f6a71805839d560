"""The key that signs receipts: shown for the notice board, replaced when it has to be."""

from __future__ import annotations

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import signatures
from tipline.domain.actors import SYSTEM
from tipline.domain.signatures import SigningKey
from tipline.errors import N_

MADE = N_("From now on this key signs. What older ones signed stays valid; hang up the new fingerprint.")
ID, PUBLIC, FINGERPRINT, SINCE = N_("id"), N_("public key"), N_("fingerprint"), N_("since")
RETIRE = N_("Retire the present key for good and make a new one?")


@click.group("key")
def group() -> None:
    """The key that signs receipts."""


@group.command()
def show() -> None:
    """Print id, public key and fingerprint, for the station's notice board; made on first use."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            row = signatures.open_signer(tx, services.key).row
        _tell(services.settings.locale, row)


@group.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def rotate(yes: bool) -> None:
    """Make a new key and retire the present one; receipts signed before stay valid."""
    with ground.opened() as services:
        if not yes:
            click.confirm(i18n.say(services.settings.locale, RETIRE), abort=True)
        with services.database.transaction() as tx:
            row = signatures.rotate(tx, services.key, SYSTEM).row
        click.echo(i18n.say(services.settings.locale, MADE))
        _tell(services.settings.locale, row)


def _tell(locale: str, row: SigningKey) -> None:
    since = f"{row.created_at:%Y-%m-%d %H:%M:%S} UTC"
    for name, value in ((ID, row.id), (PUBLIC, row.public), (FINGERPRINT, row.fingerprint), (SINCE, since)):
        click.echo(f"{i18n.say(locale, name)}: {value}")
