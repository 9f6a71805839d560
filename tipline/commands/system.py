"""What the operator should know of this host."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from tipline import settings as settings_module
from tipline.commands import ground


@click.command()
@click.option(
    "--store", "of_store", is_flag=True, help="Try the store itself, whether local or S3, for a minute."
)
@click.option(
    "--lock", "with_lock", is_flag=True, help="With --store: hold one object for 20 seconds, to try it."
)
def doctor(of_store: bool, with_lock: bool) -> None:
    """Look at settings, database, broker, store, sandbox, decoders and more; exit 1 if any fails.

    With --store the store is really used, in a corner that is emptied afterwards, and a line says of each
    promise whether it holds there.
    """
    from tipline import doctor as examination

    if with_lock and not of_store:
        raise click.UsageError("--lock belongs to --store.")
    settings = ground.settings()
    if of_store:
        from tipline import storecheck

        findings = storecheck.examine(settings, with_lock=with_lock)
    else:
        findings = examination.examine(settings)
    failed = False
    # An interruption ends the trial here and now, not as the interpreter goes down around it.
    with closing(findings):
        for finding in findings:
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
