"""What commands stand on: settings, a database in its newest shape, «no» as a sentence with exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from tipline import i18n
from tipline import settings as settings_module
from tipline.errors import N_, TiplineError
from tipline.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy.exc import SQLAlchemyError

    from tipline.services import Services

ROOT = Path(__file__).resolve().parent.parent.parent
REFUSED = 2
NO_DATABASE = N_("The database cannot be used (%(fault)s). Check TIPLINE_DATABASE_URL and that it runs.")
NEWER = N_(
    "The database was made by a newer Tipline than this one. Start that one, or restore a backup into an"
    " empty place. Nothing was changed."
)
NO_FOLDER = N_("%(folder)s cannot be used (%(fault)s). Check TIPLINE_DATA and its rights.")
NOT_A_SETTING = N_("%(name)s is no setting. Check how it is written; `tipline settings show` lists all.")


def settings() -> Settings:
    """The settings of the environment; with faults, all of them are told and the program ends."""
    try:
        found = settings_module.load(os.environ)
    except SettingsError as fault:
        for one in fault.faults:
            click.echo(one, err=True)
        sys.exit(REFUSED)
    for name in settings_module.unknown(os.environ):
        click.echo(i18n.say(found.locale, NOT_A_SETTING, name=name), err=True)
    return found


@contextmanager
def opened(*, rings: bool = False) -> Iterator[Services]:
    """Services for a command; a fresh data folder is made ready first. `rings` tells workers of work."""
    # Not before: commands that only start something else should not wait for all this to load.
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from tipline import db, keyring, services
    from tipline.bell import SilentBell

    found = settings()
    try:
        found = settings_module.with_secret(found)
        db.migrate(found.database_url)
        made = services.build(found, bell=None if rings else SilentBell())
        keyring.make_ready(made)
    except SettingsError as fault:
        refuse("\n".join(fault.faults))
    except CommandError:
        refuse(i18n.say(found.locale, NEWER))
    except SQLAlchemyError as fault:
        refuse(i18n.say(found.locale, NO_DATABASE, fault=_cause(fault)))
    except OSError as fault:
        refuse(i18n.say(found.locale, NO_FOLDER, folder=found.data, fault=fault.strerror))
    try:
        yield made
    except TiplineError as fault:
        refuse(sentence(found, fault))
    except SQLAlchemyError as fault:
        refuse(i18n.say(found.locale, NO_DATABASE, fault=_cause(fault)))
    finally:
        made.close()


def sentence(found: Settings, fault: TiplineError) -> str:
    return i18n.say(found.locale, fault.sentence, **fault.values)


def refuse(words: str) -> NoReturn:
    """End with a sentence and exit code 2."""
    click.echo(words, err=True)
    sys.exit(REFUSED)


def become(module: str, *arguments: str) -> NoReturn:
    """Go on as another module of ours, which finds our packages whatever folder this was started in."""
    sys.stdout.flush()
    paths = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", module, *arguments]
    os.execve(sys.executable, command, {**os.environ, **paths})  # noqa: S606 - our own interpreter


def _cause(fault: SQLAlchemyError) -> str:
    """The driver's own first line, without statements or parameters."""
    said = str(getattr(fault, "orig", None) or type(fault).__name__)
    return said.strip().splitlines()[0][:200]
