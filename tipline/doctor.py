"""`tipline doctor`: everything Tipline stands on, a line each: is it well, and if not, what to do.

Makes nothing but the folder of a local store. Works before the first start, and on a host of workers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import redis
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline import bell, broker, consulted, preflight, printing, services
from tipline import settings as settings_module
from tipline.db import Database, is_current
from tipline.domain import clock
from tipline.domain.custody import Custody
from tipline.domain.uploads import readable
from tipline.errors import N_
from tipline.i18n import say
from tipline.preparing import paper
from tipline.preparing.host import by_hand
from tipline.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LONGEST_S = 120
NEEDED_BUILT = ("report.css", "desk.css", "report.js", "desk.js", "icons.svg")


class State(Enum):
    """`note` tells of something that is missing but not needed here."""

    OK = "ok"
    NOTE = "note"
    FAIL = "FAIL"


class Finding(NamedTuple):
    state: State
    name: str
    words: str


class _Words(NamedTuple):
    """A state and a sentence of ours with its values, not yet in anybody's language."""

    state: State
    sentence: str
    values: dict[str, object]


def _ok(sentence: str, **values: object) -> _Words:
    return _Words(State.OK, sentence, values)


def _note(sentence: str, **values: object) -> _Words:
    return _Words(State.NOTE, sentence, values)


def _fail(sentence: str, **values: object) -> _Words:
    return _Words(State.FAIL, sentence, values)


def examine(settings: Settings) -> Generator[Finding, None, None]:
    """A finding a line, in the station's language, each as soon as it is known."""
    waits = _is_unmigrated(settings)
    for name, look in LOOKS.items():
        asks_rows = name in consulted.OF_ROWS
        yield _told(settings, name, _note(consulted.UNMIGRATED) if waits and asks_rows else look(settings))
    worker = _ask_worker_side()
    yield _told(settings, "sandbox", sandbox(worker))
    yield _told(settings, "decoders", decoders(worker))
    yield _told(settings, "exiftool", deep_look(worker))


def _told(settings: Settings, name: str, words: _Words) -> Finding:
    return Finding(words.state, name, say(settings.locale, words.sentence, **words.values))


def look_at_settings(settings: Settings) -> _Words:
    slips = settings_module.unknown(os.environ)
    if slips:
        return _fail(N_("%(names)s: no such setting. Check how it is written."), names=", ".join(slips))
    return _ok(N_("All right; data in %(folder)s."), folder=settings.data)


def look_at_disk(settings: Settings) -> _Words:
    try:
        low = preflight.check_disk(settings)
    except preflight.NotReady as fault:
        return _fail("%(words)s", words=fault)
    folder = preflight.existing(settings.data)
    if not os.access(folder, os.W_OK):
        return _fail(preflight.NO_WRITING, folder=folder)
    if low:
        return _fail("%(words)s", words=low)
    return _ok(N_("%(free)s free."), free=readable(shutil.disk_usage(folder).free))


def look_at_database(settings: Settings) -> _Words:
    if _is_new(settings.database_url):
        return _ok(N_("None yet; the first start makes it."))
    database = Database(settings.database_url)
    try:
        database.check()
        return _ok(N_("%(kind)s answers."), kind=_kind(database.engine))
    except (SQLAlchemyError, OSError) as fault:
        return _fail(
            N_("It cannot be reached (%(fault)s). Check TIPLINE_DATABASE_URL and that it runs."),
            fault=type(fault).__name__,
        )
    finally:
        database.close()


def look_at_migrations(settings: Settings) -> _Words:
    if _is_new(settings.database_url):
        return _ok(N_("None yet; the first start makes it."))
    database = Database(settings.database_url)
    try:
        if is_current(database):
            return _ok(N_("In the newest shape."))
        return _fail(N_("Not in the newest shape. Run: tipline migrate"))
    except (SQLAlchemyError, OSError):
        return _fail(N_("Nobody can say while the database cannot be reached."))
    finally:
        database.close()


def look_at_broker(settings: Settings) -> _Words:
    try:
        bell.connect(services.redis_url(settings)).ping()
        return _ok(N_("Answers."))
    except (redis.RedisError, OSError) as fault:
        if settings.redis_url:
            return _fail(
                N_("It cannot be reached (%(fault)s). Check TIPLINE_REDIS_URL and that it runs."),
                fault=type(fault).__name__,
            )
    if is_running(settings):
        return _fail(
            N_("The bundled one does not answer although Tipline runs. Stop Tipline and start it again.")
        )
    try:
        return _ok(
            N_("The bundled one (%(name)s) starts with `tipline run`."), name=Path(broker.find_server()).name
        )
    except broker.BrokerError as fault:
        return _fail("%(words)s", words=fault)


def is_running(settings: Settings) -> bool:
    """Whether `tipline run` holds this data folder; asked without touching its lock."""
    try:
        number = int((settings.data / "instance.lock").read_text().strip())
        said = Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return False
    return b"tipline" in said


def look_at_store(settings: Settings) -> _Words:
    try:
        store = storage.open_store(settings.store_url)
        store.check()
    except storage.Silent:
        return _fail(
            N_(
                "It does not answer: until it does pages go on without pictures, and uploads are asked to "
                "come again. Check endpoint_url in TIPLINE_STORE_URL, the network, and that it runs."
            )
        )
    except (storage.StoreError, OSError, ValueError) as fault:
        return _fail(
            N_("It cannot be used (%(fault)s). Check TIPLINE_STORE_URL, its rights and credentials."),
            fault=type(fault).__name__,
        )
    return _ok(N_("Takes bytes (%(kind)s)."), kind=settings.store_url.partition(":")[0])


def look_at_pages(_settings: Settings) -> _Words:
    manifest = ROOT / "tipline" / "static" / "built" / "manifest.json"
    try:
        built = json.loads(manifest.read_text())
    except (OSError, ValueError):
        built = {}
    missing = [name for name in NEEDED_BUILT if name not in built]
    if missing:
        return _fail(N_("Not built: %(names)s. Run: make run"), names=", ".join(missing))
    return _ok(N_("Built."))


def look_at_translations(_settings: Settings) -> _Words:
    for text in (ROOT / "tipline" / "locales").rglob("*.po"):
        compiled = text.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            return _fail(N_("Not compiled, so pages are in English. Run: make run"))
    return _ok(N_("Compiled."))


def look_at_fonts(_settings: Settings) -> _Words:
    """Browsers bring their own fonts; receipts and posters as PDF need one here, and what draws with it."""
    try:
        return _ok(N_("A PDF in Chinese comes out (%(name)s)."), name=printing.check())
    except printing.CannotPrint as fault:
        packages = by_hand([paper.FONT] if fault.lacks_font else [*paper.LIBRARIES, paper.FONT])
        return _note(
            N_("No PDF can be made here (%(fault)s); pages print all the same. For PDF: %(command)s"),
            fault=fault, command=packages,
        )  # fmt: skip


def look_at_clock(settings: Settings) -> _Words:
    """The log must not be older than what stands in it."""
    newest = None
    if not _is_new(settings.database_url):
        database = Database(settings.database_url)
        try:
            with database.reading() as tx:
                newest = tx.scalar(select(Custody.at).order_by(Custody.seq.desc()).limit(1))
        except (SQLAlchemyError, OSError):
            newest = None  # the lines of the database tell of it
        finally:
            database.close()
    if newest and newest > clock.now():
        return _fail(
            N_("It runs behind the newest entry of the log (%(at)s). Set the clock of this machine."),
            at=clock.stamp(newest),
        )
    return _ok(
        N_("%(at)s UTC, shown in %(zone)s."), at=f"{clock.now():%Y-%m-%d %H:%M:%S}", zone=settings.timezone
    )


def _ask_worker_side() -> dict[str, Any] | str:
    """What `workers.checkup` found in a process of its own, or why it could not say."""
    paths = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "workers.checkup"],
            env={**os.environ, **paths}, capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        said: dict[str, Any] = json.loads(done.stdout)
        return said
    except subprocess.TimeoutExpired:
        return "timeout"
    except ValueError:
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else f"exit {done.returncode}"


def sandbox(said: dict[str, Any] | str) -> _Words:
    if isinstance(said, str):
        return _fail(N_("It could not be tried (%(fault)s)."), fault=said)
    if missing := said.get("missing"):
        return _fail(preflight.OUTER_MISSING, layer=said["outer"], program=missing)
    if said["sandbox"]:
        return _fail(
            N_("It does not hold (%(holes)s). Files stay unopened; use Linux 5.13 or newer with Landlock."),
            holes=", ".join(said["sandbox"]),
        )
    if said.get("outer", "none") != "none":
        return _ok(N_("Withstood every attack, inside %(layer)s."), layer=said["outer"])
    return _ok(N_("Withstood every attack."))


def decoders(said: dict[str, Any] | str) -> _Words:
    if isinstance(said, str):
        return _fail(N_("They could not be asked (%(fault)s)."), fault=said)
    broken = {name: part["words"] for name, part in said["decoders"].items() if not part["ok"]}
    if broken:
        told = "; ".join(f"{name}: {words}" for name, words in broken.items())
        return _fail(N_("%(parts)s. Run make run again; it installs what is missing."), parts=told)
    return _ok(
        "%(parts)s", parts=", ".join(f"{name} {part['words']}" for name, part in said["decoders"].items())
    )


def deep_look(said: dict[str, Any] | str) -> _Words:
    """Optional: without it everything else works the same."""
    state = said.get("exiftool", "missing") if isinstance(said, dict) else "missing"
    if state == "refused":
        return _note(
            N_("It is here but does not run behind the wall: it is not used. TIPLINE_EXIFTOOL=off says so.")
        )
    if state == "confined":
        return _ok(N_("Looks deeper into metadata, in a sandbox of its own."))
    if state == "off":
        return _ok(N_("Switched off."))
    if state == "nowhere":
        return _note(N_("No program is at the path in TIPLINE_EXIFTOOL. Correct it, or use auto or off."))
    return _note(N_("Not installed; not needed. With it, times of more cameras are found."))


def _is_new(url: str) -> bool:
    """Whether this is a SQLite file that has not been made yet; looking would make it."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def _kind(engine: Engine) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(engine.dialect.name, engine.dialect.name)


def _is_unmigrated(settings: Settings) -> bool:
    """A database that answers, without the tables of this version."""
    is_there = not _is_new(settings.database_url) and look_at_database(settings).state is State.OK
    return is_there and look_at_migrations(settings).state is State.FAIL


def _consult(name: str) -> Callable[[Settings], _Words]:
    def look(settings: Settings) -> _Words:
        state, sentence, values = consulted.PARTS[name](settings)
        return _Words(State[state], sentence, values)

    return look


LOOKS: dict[str, Callable[[Settings], _Words]] = {
    "settings": look_at_settings,
    "disk": look_at_disk,
    "database": look_at_database,
    "migrations": look_at_migrations,
    "broker": look_at_broker,
    "workers": _consult("workers"),
    "store": look_at_store,
    "keys": _consult("keys"),
    "encryption": _consult("encryption"),
    "pages": look_at_pages,
    "translations": look_at_translations,
    "fonts": look_at_fonts,
    "signature": _consult("signature"),
    "map": _consult("map"),
    "contacts": _consult("contacts"),
    "log": _consult("log"),
    "clock": look_at_clock,
}
