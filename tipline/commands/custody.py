"""The custody log from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from storage import StoreError
from tipline import i18n
from tipline.commands import ground
from tipline.domain import (
    auditing,
    checkpoints,
    custody,
    logfiles,
    notes,
    restores,
    scrubbing,
    signatures,
    statements,
)
from tipline.domain.actors import SYSTEM
from tipline.domain.auditing import Verdict
from tipline.domain.checkpoints import Copy
from tipline.domain.tips import Tip
from tipline.domain.uploads import readable
from tipline.errors import N_, TiplineError
from tipline.services import Services

WHOLE = N_("All %(number)s entries stand as they were written.")
HELD = N_("Checkpoints checked: %(checked)s; the newest that holds is over %(newest)s entries.")
UNHELD = N_(
    "No checkpoint was there to check; whether the end was cut off, or all was rewritten, nobody can say."
)
WRITTEN = N_("%(file)s: the log with %(number)s entries.")
STORE_DOWN = N_("The store cannot be read now, so its checkpoints were not checked.")
NO_FILE = N_("%(file)s cannot be written or is there already. Choose another name.")
NO_STORE = N_("The store cannot be read now, so nothing was compared. Try again when it works.")
SCRUBBED = N_("Files read and compared: %(files)s (%(size)s).")
DAMAGED = N_("%(tip)s, file %(number)s: %(what)s")
FINGERPRINT = N_("fingerprint")
HERE = click.Path(path_type=Path, exists=True, dir_okay=False)
# From here on it is worth starting processes.
MANY = 200_000


@click.group("custody")
def group() -> None:
    """The log of every act."""


@group.command()
@click.option(
    "--checkpoint", "files", multiple=True, type=HERE, help="A checkpoint kept; may be given again."
)
@click.option("--store", "with_store", is_flag=True, help="Check the checkpoints in the store as well.")
@click.option("--log", "log_file", type=HERE, help="Check a log that was exported, without any database.")
def verify(files: tuple[Path, ...], with_store: bool, log_file: Path | None) -> None:
    """Check the whole log; exit 1 with the first broken entry, and each checkpoint that says otherwise."""
    copies = [Copy("file", file.name, file.read_text("utf-8", errors="replace")) for file in files]
    if log_file and not with_store:
        _tell(ground.settings().locale, _audit_file(log_file, copies))
        return
    with ground.opened() as services:
        locale = services.settings.locale
        stored = True
        if with_store:
            try:
                copies += checkpoints.list_stored(services.store)
            except StoreError:
                click.echo(i18n.say(locale, STORE_DOWN), err=True)
                stored = False
        if log_file:
            verdict = _audit_file(log_file, copies)
        else:
            verdict = auditing.audit(services.database, copies, processes=_processes(services))
    _tell(locale, verdict)
    if not stored:
        sys.exit(1)


@group.command()
@click.option("--to", "file", type=click.Path(path_type=Path), help="Write it to this new file.")
def checkpoint(file: Path | None) -> None:
    """Sign how far the log has come and hand it out, for a second person to keep."""
    with ground.opened() as services:
        locale = services.settings.locale
        with services.database.transaction() as tx:
            made = checkpoints.make(tx, services.key, services.store)
            public = next(one.raw for one in signatures.list_keys(tx) if one.id == made.key_id)
            origin = checkpoints.origin(tx)
        if file is None:
            click.echo(made.note, nl=False)
        else:
            _write_new(locale, file, made.note)
        fingerprint = statements.fingerprint(public)
        click.echo(f"{i18n.say(locale, FINGERPRINT)}: {fingerprint}", err=True)
        click.echo(notes.verifier_key(origin, public), err=True)


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write the log and its checkpoints to FILE, as JSON lines that can be checked alone."""
    with ground.opened() as services:
        locale = services.settings.locale
        with services.database.transaction() as tx:
            custody.append(tx, SYSTEM, "log:export", custody.LOG, name=file.name)
            checkpoints.make(tx, services.key, services.store)
        with services.database.reading() as tx:
            number = custody.size(tx)
            _write_new(locale, file, *logfiles.write(tx))
        click.echo(i18n.say(locale, WRITTEN, file=file.name, number=number))


@group.command()
@click.option("--all", "everything", is_flag=True, help="Read all originals, not a share of them.")
def scrub(everything: bool) -> None:
    """Read originals again and compare them with their digests; exit 1 and each that differs."""
    with ground.opened() as services:
        locale = services.settings.locale
        try:
            found = scrubbing.scrub(services.database, services.store, everything=everything)
        except StoreError:
            ground.refuse(i18n.say(locale, NO_STORE))
        with services.database.reading() as tx:
            damaged = [(one, tx.get_one(Tip, one.tip_id)) for one in scrubbing.list_damaged(tx)]
    click.echo(i18n.say(locale, SCRUBBED, files=found.files, size=readable(found.read)))
    for file, tip in damaged:
        what = i18n.say(locale, scrubbing.FAULTS[file.scrub_fault or ""])
        click.echo(i18n.say(locale, DAMAGED, tip=tip.reference, number=file.number, what=what))
    if damaged or found.damaged:
        sys.exit(1)


def _audit_file(file: Path, copies: list[Copy]) -> Verdict:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            return logfiles.audit(lines, file.name, copies)
    except TiplineError as fault:
        click.echo(i18n.say(ground.settings().locale, fault.sentence, **fault.values), err=True)
        sys.exit(1)


def _tell(locale: str, verdict: Verdict) -> None:
    def say(sentence: str, **values: Any) -> str:
        return i18n.say(locale, sentence, **values)

    for step in verdict.walk.steps:
        if step.told:
            click.echo(say(auditing.CLOCK_TOLD, number=step.seq, **auditing.dates_of(step)))
    for restore in verdict.restores:
        click.echo(say(restores.TOLD, **restores.values_of(*restore)))
    for fault in verdict.faults:
        click.echo(auditing.sentence(fault, say))
    if verdict.faults:
        sys.exit(1)
    click.echo(say(WHOLE, number=verdict.walk.size))
    if verdict.checked:
        click.echo(say(HELD, checked=verdict.checked, newest=verdict.newest))
    else:
        click.echo(say(UNHELD), err=True)


def _processes(services: Services) -> int:
    with services.database.reading() as tx:
        size = custody.size(tx)
    return min(os.cpu_count() or 1, 8) if size >= MANY else 1


def _write_new(locale: str, file: Path, *lines: str) -> None:
    """A file that was not there before and that only its owner reads, or none."""
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        click.echo(i18n.say(locale, NO_FILE, file=file), err=True)
        sys.exit(1)
