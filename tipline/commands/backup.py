"""Backups from the command line: made while all runs, checked anywhere, brought into an empty station."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from storage import OutOfSpace, StoreError
from tipline import i18n
from tipline import settings as settings_module
from tipline.backup import checking, faults, making, restoring
from tipline.backup.faults import BackupError
from tipline.backup.shelf import Shelf
from tipline.commands import ground
from tipline.domain.uploads import readable
from tipline.errors import N_

MADE = N_(
    "Snapshot %(name)s is complete: %(rows)s rows, %(objects)s files (%(size)s), of which %(copied)s are new"
    " here."
)
ABSENT = N_("%(number)s pictures could not be had; a new look at their files makes them again.")
SECRETS = N_(
    "Not in it: the station's secret (secret.key or TIPLINE_SECRET_KEY) and the keys of encrypted files. Keep"
    " a copy of these in another place, or nobody can open the backup."
)
FORGOTTEN = N_("%(number)s older snapshots were removed.")
WHOLE = N_(
    "Snapshot %(name)s of %(at)s is whole: every table and all %(objects)s files are as they were written, up"
    " to entry %(head)s of the custody log."
)
RESTORED = N_(
    "Restored from snapshot %(name)s of %(at)s: %(objects)s files, each compared with its digest, and a"
    " custody log of %(head)s entries that verifies. Start Tipline as ever; everybody signs in again."
)
PROGRESS = N_("%(done)s of %(all)s files, %(size)s")
EVERY = 200  # files between two words of progress
FULL = (errno.ENOSPC, errno.EDQUOT)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option(
    "--check", "only_check", is_flag=True, help="Make nothing: read the newest snapshot and compare."
)
@click.option("--snapshot", default="", help="With --check: this snapshot instead of the newest.")
@click.option(
    "--keep", type=click.IntRange(1), help="Afterwards remove all but so many of the newest snapshots."
)
def backup(folder: Path, only_check: bool, snapshot: str, keep: int | None) -> None:
    """Back everything up into FOLDER, on another disk, while the station runs.

    Writes a snapshot of the database and copies the files it names; files that FOLDER holds already are not
    copied again. Exit 1 if an original was missing or differed from its seal; the rest is backed up.
    """
    if only_check:
        _check(folder, snapshot)
        return
    if snapshot:
        raise click.UsageError("--snapshot belongs to --check.")
    with ground.opened() as services:
        locale = services.settings.locale
        try:
            made = making.make(services, folder, _telling(locale))
            forgotten = Shelf(folder).forget(keep) if keep else 0
        except (BackupError, StoreError, OSError, SQLAlchemyError) as fault:
            _refuse(locale, fault, folder)
    stated = made.manifest
    _say(
        locale, MADE, name=made.name, rows=sum(one["rows"] for one in stated["tables"].values()),
        objects=stated["objects"]["number"], size=readable(stated["objects"]["bytes"]), copied=made.copied,
    )  # fmt: skip
    if made.absent:
        _say(locale, ABSENT, number=made.absent)
    if forgotten:
        _say(locale, FORGOTTEN, number=forgotten)
    _say(locale, SECRETS)
    for sentence, values in made.faults:
        click.echo(i18n.say(locale, sentence, **values), err=True)
    sys.exit(1 if made.faults else 0)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--snapshot", default="", help="This snapshot instead of the newest.")
def restore(folder: Path, snapshot: str) -> None:
    """Bring a backup back into an empty station, and compare every file and the log on the way.

    Set TIPLINE_DATA (and TIPLINE_DATABASE_URL, TIPLINE_STORE_URL) to the new place and give it the station's
    own secret first. Nothing is written before all of that fits. Broken off, it can be run again.
    """
    found = ground.settings()
    from storage import open_store
    from tipline import preflight

    on = Shelf(folder)
    try:
        restoring.require_possible(found, restoring.read(on, snapshot))
        with preflight.only_instance(found):
            store = open_store(found.store_url)
            stated = restoring.restore(found, store, on, snapshot, _telling(found.locale))
    except (BackupError, StoreError, OSError, SQLAlchemyError, preflight.NotReady) as fault:
        _refuse(found.locale, fault, found.data)
    _say(
        found.locale, RESTORED, name=on.snapshot(snapshot).name, at=stated["made_at"],
        objects=stated["objects"]["number"], head=stated["custody"]["size"],
    )  # fmt: skip


def _check(folder: Path, name: str) -> None:
    # Also where no station is: a backup is checked on the disk it lies on.
    locale = settings_module.load({k: v for k, v in os.environ.items() if k == "TIPLINE_LOCALE"}).locale
    on = Shelf(folder)
    try:
        snapshot = on.snapshot(name)
        stated = checking.check(on, snapshot, _telling(locale))
    except BackupError as fault:
        click.echo(i18n.say(locale, fault.sentence, **fault.values), err=True)
        sys.exit(1)
    _say(
        locale, WHOLE, name=snapshot.name, at=stated["made_at"], objects=stated["objects"]["number"],
        head=stated["custody"]["size"],
    )  # fmt: skip


def _telling(locale: str) -> making.Tell:
    def tell(done: int, of: int, size: int) -> None:
        if done % EVERY == 0 or done == of:
            _say(locale, PROGRESS, done=done, all=of, size=readable(size))

    return tell


def _say(locale: str, sentence: str, **values: Any) -> None:
    click.echo(i18n.say(locale, sentence, **values))


def _refuse(locale: str, fault: Exception, folder: Path) -> None:
    def refuse(sentence: str, **values: Any) -> None:
        ground.refuse(i18n.say(locale, sentence, **values))

    if isinstance(fault, BackupError):
        refuse(fault.sentence, **fault.values)
    if isinstance(fault, OutOfSpace) or (isinstance(fault, OSError) and fault.errno in FULL):
        refuse(faults.DISK_FULL)
    if isinstance(fault, OSError):
        refuse(faults.NO_FOLDER, folder=fault.filename or folder, fault=fault.strerror or fault)
    if isinstance(fault, StoreError | SQLAlchemyError):
        what = faults.THE_STORE if isinstance(fault, StoreError) else faults.THE_DATABASE
        why = str(getattr(fault, "orig", fault)).partition("\n")[0] or type(fault).__name__
        refuse(faults.BROKEN_OFF, what=i18n.say(locale, what), fault=why)
    ground.refuse(str(fault))
