"""Signed receipts on any machine: no database, no settings, no network."""

# ruff: noqa: E501 - sentences and options stand on one line
from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import click

from tipline import i18n, printing
from tipline import settings as settings_module
from tipline.commands import ground
from tipline.domain import statements, verifying
from tipline.domain.verifying import Fault, Key, Verdict
from tipline.errors import N_, TiplineError
from tipline.settings import Settings, SettingsError

PIECE = 1024 * 1024
LARGEST_PDF = 64 * 1024 * 1024
SIGNED = N_("Receipt %(reference)s of %(station)s, issued %(issued_at)s, signed with the key %(key)s.")
UNCHANGED = N_("Nothing in it was changed since. Files listed: %(number)s.")
WHOSE = N_(
    "The key was taken from the receipt itself. Compare its fingerprint with the one the station hangs up: %(fingerprint)s"
)
SAME = N_("%(name)s is file %(number)s of this receipt, bit for bit.")
NOT_BELIEVED = N_("Do not rely on this receipt:")
NO_KEY = N_(
    "%(name)s holds no public key. Give the one that `tipline key show` prints, or the list from /.well-known/tipline-keys.json."
)
UNREADABLE = N_("%(name)s cannot be read (%(fault)s).")


@click.group("receipt")
def group() -> None:
    """Signed receipts."""


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", metavar="PUBLIC", help="The station's public key, in base64 or hex.")
@click.option(
    "--keys",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The station's list of keys (tipline-keys.json).",
)
@click.option(
    "--file",
    "originals",
    metavar="ORIGINAL",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file to compare with those listed; may be given again.",
)
def verify(file: Path, key: str | None, keys: Path | None, originals: tuple[Path, ...]) -> None:
    """Check a receipt (JSON or PDF) offline; exit 0, or 1 and each fault.

    Without --key or --keys the key that lies in the receipt is used, and its fingerprint shown to compare.
    """
    locale = _locale()
    known = _known_keys(locale, key, keys)
    verdict = _check(locale, file, known)
    if verdict.faults:
        click.echo(i18n.say(locale, NOT_BELIEVED))
    else:
        _tell(locale, verdict, trusted=known is not None)
    faults = [*verdict.faults, *_compare(locale, verdict, originals)]
    for fault in faults:
        click.echo(f"  {i18n.say(locale, fault.sentence, **fault.values)}")
    sys.exit(1 if faults else 0)


def _locale() -> str:
    """The station's language where it is set; nothing else of the settings matters here."""
    try:
        return settings_module.load(os.environ).locale
    except SettingsError:
        return Settings.locale


def _known_keys(locale: str, key: str | None, keys: Path | None) -> dict[str, Key] | None:
    told = {"--key": key} if key is not None else {}
    if keys is not None:
        told[str(keys)] = _read(locale, keys).decode(errors="replace")
    known: dict[str, Key] = {}
    for name, text in told.items():
        try:
            known |= verifying.read_keys(text)
        except ValueError:
            ground.refuse(i18n.say(locale, NO_KEY, name=name))
    return known if told else None


def _check(locale: str, file: Path, known: dict[str, Key] | None) -> Verdict:
    untrusted = _read(locale, file)
    if untrusted.startswith(b"%PDF-"):
        try:
            inside = printing.attached(untrusted)
        except TiplineError as fault:
            ground.refuse(i18n.say(locale, fault.sentence))
        if inside is None:
            return Verdict([Fault("proof:paper")])
        untrusted = inside
    return verifying.check(untrusted, known)


def _tell(locale: str, verdict: Verdict, *, trusted: bool) -> None:
    said = verdict.statement or {}
    told = {name: said[name] for name in ("reference", "issued_at", "key")}
    click.echo(i18n.say(locale, SIGNED, station=said["station"] or "Tipline", **told))
    click.echo(i18n.say(locale, UNCHANGED, number=len(said["files"])))
    if not trusted:
        click.echo(i18n.say(locale, WHOSE, fingerprint=statements.fingerprint(verdict.public)))


def _compare(locale: str, verdict: Verdict, originals: tuple[Path, ...]) -> list[Fault]:
    """Files against what a receipt lists; one that is not to be believed lists nothing."""
    if not verdict.valid or verdict.statement is None:
        return []
    digests = {str(one): _digest(locale, one) for one in originals}
    listed = {one["sha256"]: one["number"] for one in verdict.statement["files"]}
    for name, digest in digests.items():
        if digest in listed:
            click.echo(i18n.say(locale, SAME, name=name, number=listed[digest]))
    return verifying.match_files(verdict, digests)


def _digest(locale: str, path: Path) -> str:
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                total.update(piece)
    except OSError as fault:
        ground.refuse(i18n.say(locale, UNREADABLE, name=path, fault=fault.strerror))
    return total.hexdigest()


def _read(locale: str, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_PDF + 1)
    except OSError as fault:
        ground.refuse(i18n.say(locale, UNREADABLE, name=path, fault=fault.strerror))
