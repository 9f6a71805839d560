"""What the operator should know of this host."""

from __future__ import annotations

import sys

import click

from tipline import settings as settings_module
from tipline.commands import ground


@click.command()
def doctor() -> None:
    """Look at settings, database, broker, store, sandbox, decoders, fonts and disk; exit 1 if any fails."""
    from tipline import doctor as examination

    failed = False
    for finding in examination.examine(ground.settings()):
        click.echo(f"{finding.state.value:<5} {finding.name:<13} {finding.words}")
        failed = failed or finding.state is examination.State.FAIL
    sys.exit(1 if failed else 0)


@click.group("settings")
def settings_group() -> None:
    """What is set."""


@settings_group.command()
def show() -> None:
    """Print every setting, its value and what it is; secrets are hidden."""
    values, sentences = ground.settings().masked(), settings_module.sentences()
    for name, value in values.items():
        click.echo(f"{name}={value}\n    {sentences[name]}")
