"""The keys of encrypted files: are they all there, a copy for the safe, another secret around them."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tipline import i18n
from tipline.commands import ground
from tipline.errors import N_, TiplineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage import Keyring
    from tipline.services import Services

NONE = N_("This station has no encrypted files, so it has no keys.")
ALL_THERE = N_("All %(number)s keys are there and open with the secret.")
MISSING = N_("Missing are the keys of: %(tips)s. Bring them back from the safe.")
COPIED = N_(
    "%(folder)s holds the keys of this station: %(copied)s new, %(gone)s removed because they were destroyed "
    "here. Do this again after every erasure: as long as a safe holds a copy of its key, a backup of an "
    "erased tip can be read. They open only with the station's secret; keep that in another place."
)
REWRAPPED = N_(
    "%(number)s keys were wrapped with the present secret; the others were already. The old secret opens "
    "none of them any more."
)
BROUGHT = N_(
    "%(number)s keys are back in %(place)s; those that were there are as they were. Run `tipline keys check`"
    " once the database is restored, too."
)
NOT_A_SAFE = N_(
    "%(folder)s holds no keys that the station's secret opens. Give the folder that `tipline keys export`"
    " wrote to, and set the TIPLINE_SECRET_KEY of that station. Nothing was changed."
)
NOT_THIS = N_(
    "The secret in %(file)s does not open these keys, nor does the present one. Nothing more was changed."
)
TWICE = N_("The secret in %(file)s is the present one. Set TIPLINE_SECRET_KEY to the new one first.")
INSIDE = N_("%(folder)s lies in the place of the keys or of the files. Choose a folder on another disk.")
STATION = "station"
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.group("keys")
def group() -> None:
    """The keys of encrypted files."""


@group.command()
def check() -> None:
    """See that every tip's key is there and opens with the station's secret; exit 1 if one is missing."""
    from tipline.domain import stored

    with _ring() as (services, ring):
        services.vaults.check()
        if lost := services.vaults.list_lost():
            _say(services, MISSING, tips=", ".join(lost))
            raise SystemExit(1)
        with stored.told():
            number = sum(1 for name in ring.names() if not ring.is_destroyed(name) and ring.open(name))
        _say(services, ALL_THERE, number=number)


@group.command()
@click.argument("folder", type=_FOLDER)
def export(folder: Path) -> None:
    """Copy the keys into FOLDER, for the safe; those destroyed meanwhile go there too.

    Backups hold no keys, so without such a copy a lost folder of keys is the end of all encrypted files.
    `tipline keys import FOLDER` brings them back.
    """
    from storage import open_store
    from storage.keyring import copy_keys

    with _ring() as (services, ring):
        services.vaults.check()
        _require_apart(services, folder.resolve())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copied, gone = copy_keys(ring, open_store(f"file:{folder.resolve()}"))
        _say(services, COPIED, folder=folder, copied=copied, gone=gone)


@group.command("import")
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
def bring(folder: Path) -> None:
    """Bring keys back from FOLDER, as `export` wrote it, to where TIPLINE_KEYS_URL says: bucket or folder.

    Before the restored station starts; it touches no database. Keys that are there stay as they are,
    destroyed ones stay destroyed. May be repeated.
    """
    from storage import StoreError
    from storage.keyring import bring_keys
    from tipline import services, settings
    from tipline.backup import faults
    from tipline.domain import stored

    found = ground.settings()
    if not found.secret_key and not (found.data / "secret.key").is_file():
        ground.refuse(i18n.say(found.locale, faults.NO_SECRET, folder=found.data))
    try:
        safe = _safe(folder.resolve(), settings.with_secret(found).secret_key)
    except StoreError:
        safe = None
    if safe is None:
        ground.refuse(i18n.say(found.locale, NOT_A_SAFE, folder=folder))
    try:
        with stored.told():
            ring = services.ring_at(found)
            ring.is_begun()  # with this secret, if at all
            number = bring_keys(safe, ring)
    except TiplineError as fault:
        ground.refuse(ground.sentence(found, fault))
    click.echo(i18n.say(found.locale, BROUGHT, number=number, place=found.keys_url.partition("?")[0]))


@group.command()
@click.option("--old", required=True, type=_FILE, help="File that holds the secret used until now.")
def rewrap(old: Path) -> None:
    """Wrap all keys with the present TIPLINE_SECRET_KEY instead of an older one; files stay as they are.

    Stop the station first. May be repeated: what broke off goes on. Receipts and other things under the old
    secret are not changed by this; docs/encryption.md tells of them.
    """
    from storage import KeyLost, Keyring

    with _ring() as (services, ring):
        secret = old.read_text(encoding="utf-8").strip()
        if secret == services.key:
            ground.refuse(i18n.say(services.settings.locale, TWICE, file=old))
        before = Keyring(ring.shelf, secret)
        # The mark of the station comes last: until then a start says that the keys are of another secret.
        try:
            number = sum(ring.rewrap(name, before) for name in list(ring.names()))
            if before.is_marked():
                ring.rewrap(STATION, before)
        except KeyLost:
            ground.refuse(i18n.say(services.settings.locale, NOT_THIS, file=old))
        _say(services, REWRAPPED, number=number)


@contextmanager
def _ring() -> Iterator[tuple[Services, Keyring]]:
    with ground.opened() as services:
        if services.vaults.ring is None:
            services.vaults.check()
            _say(services, NONE)
            raise SystemExit(0)
        yield services, services.vaults.ring


def _safe(folder: Path, secret: str) -> Keyring | None:
    """The copy of a ring that lies in this folder; None where none lies that this secret opens."""
    from storage import Keyring, open_store

    if not (folder / "objects").is_dir():  # opening would make one
        return None
    found = Keyring(open_store(f"file:{folder}"), secret)
    return found if found.is_begun() else None


def _require_apart(services: Services, folder: Path) -> None:
    from tipline.services import keys_folder

    settings = services.settings
    taken = [settings.data / "store", keys_folder(settings)]
    if any(folder == one.resolve() or one.resolve() in folder.parents for one in taken):
        ground.refuse(i18n.say(settings.locale, INSIDE, folder=folder))


def _say(services: Services, sentence: str, **values: object) -> None:
    click.echo(i18n.say(services.settings.locale, sentence, **values))
