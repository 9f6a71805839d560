"""Starting things: everything in one terminal, or one part on its own host."""

from __future__ import annotations

import sys

import click

from tipline import i18n, jobs
from tipline.commands import ground
from tipline.errors import N_

MIGRATED = N_("The database is in the newest shape.")


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty instance with a believable district.")
def run(demo: bool) -> None:
    """Start everything: broker, web and workers, until Ctrl-C."""
    from tipline import supervisor

    sys.exit(supervisor.run(ground.settings(), demo=demo))


@click.command()
def web() -> None:
    """Start the web server alone."""
    from tipline import preflight, webserver
    from tipline.settings import SettingsError, with_secret

    settings = ground.settings()
    try:
        with_secret(settings)  # its processes read it; were it lost, each would say so with a traceback
        preflight.check_port(settings, beside_ours=True)
    except (preflight.NotReady, SettingsError) as fault:
        click.echo(fault, err=True)
        sys.exit(1)
    webserver.serve(settings)


@click.command()
@click.option(
    "--queues",
    default=",".join(jobs.QUEUES),
    show_default=True,
    help="Queues this host works on, separated by commas.",
)
def worker(queues: str) -> None:
    """Start the workers of one host."""
    wanted = [name.strip() for name in queues.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in jobs.QUEUES]
    if unknown or not wanted:
        raise click.BadParameter(f"queues are {', '.join(jobs.QUEUES)}", param_hint="--queues")
    ground.settings()
    ground.become("workers.main", "--queues", ",".join(wanted))


@click.command()
def migrate() -> None:
    """Bring the database to the newest shape, and see that the keys of encrypted files are there."""
    with ground.opened() as services:
        click.echo(i18n.say(services.settings.locale, MIGRATED))
        services.vaults.check()


@click.command()
def demo() -> None:
    """Fill an empty instance with a believable district."""
    ground.settings()
    ground.become("workers.demo")
