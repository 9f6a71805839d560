"""Other ways in than the web: a folder that is watched."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import beats, categories
from tipline.errors import N_

BUSY = N_("Another watch looks after %(folder)s already. One is enough.")
INSIDE = N_(
    "%(done)s must not hold %(folder)s, nor be the same folder. Choose another place for what is done."
)
NOT_NOW = N_(
    "The database or the store cannot be reached (%(fault)s). What was taken is safe; run this again later."
)
WATCHING = N_(
    "Watching %(folder)s. A file is taken once it has stood still for %(seconds)s s. Ctrl-C ends it."
)


@click.group("intake")
def group() -> None:
    """Tips that come in another way than by the web."""


@group.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--category",
    type=click.Choice([one.code for one in categories.CATEGORIES]),
    default="footage",
    show_default=True,
    help="What the tips are about.",
)
@click.option("--beat", help="Code of the beat the tips belong to.")
@click.option("--place", default="", help="Where it happened, in words.")
@click.option("--once", is_flag=True, help="Take what lies there now, then end: 0, or 1 if something waits.")
@click.option(
    "--settle", "settle_s", type=click.FloatRange(0, 3600), default=10, show_default=True, metavar="SECONDS",
    help="How long size and time of a file must stand still before it is taken.",
)  # fmt: skip
@click.option(
    "--move-done", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Move files there once they are in custody. Otherwise nothing in the folder is touched.",
)  # fmt: skip
def watch(
    folder: Path, category: str, beat: str | None, place: str, once: bool, settle_s: float,
    move_done: Path | None,
) -> None:  # fmt: skip
    """Take files of a folder: USB sticks, exports of recorders.

    The files of one sub-folder make one tip. Nothing is taken twice, however often this is started; a
    file that was changed is a new one. The folder itself is only read.
    """
    from tipline.folder.taking import About
    from tipline.folder.watch import AWAY, Options, Watch

    with ground.opened(rings=True) as services:
        locale = services.settings.locale
        if beat:
            with services.database.reading() as tx:
                beats.read_beat(tx, beat)
        if move_done and folder.resolve().is_relative_to(move_done.resolve()):
            ground.refuse(i18n.say(locale, INSIDE, done=move_done, folder=folder))
        options = Options(folder, About(category, beat, place), settle_s, move_done)
        watching = Watch(services, options, click.echo)
        with services.database.alone(watching.turn) as mine:
            if not mine:
                ground.refuse(i18n.say(locale, BUSY, folder=folder))
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, lambda *_: watching.stopped.set())
            if once:
                try:
                    sys.exit(0 if watching.once() else 1)
                except AWAY as fault:
                    ground.refuse(i18n.say(locale, NOT_NOW, fault=type(fault).__name__))
            click.echo(i18n.say(locale, WATCHING, folder=folder, seconds=f"{settle_s:g}"))
            watching.run()
