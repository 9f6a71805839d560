"""Engine, transactions and migrations; the only module that knows which database it is.

Writers wait for each other on both databases (SQLite: BEGIN IMMEDIATE, PostgreSQL: one advisory lock), so
what a transaction has checked still holds when it writes, and the custody log has one order. Therefore they
are short: no bytes stream and no file is opened in one. A transaction collects what must happen after its
commit (ringing the queue); after a rollback nothing rings.
"""

from __future__ import annotations

import fcntl
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, Float, String, Text, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from tipline import writers

BUSY_MS = 15_000
POOL = 24
OVERFLOW = 40
POOL_WAIT_S = 10
# Any constant serves: it names the one lock that puts writers in line on PostgreSQL.
WRITE_LOCK = 0x7469706C696E65
# A host that froze within a transaction must not hold up all others for good. One that lost its line or its
# power says no farewell: unless asked now and then it would keep what it held (`alone`) for hours.
POSTGRES_OPTIONS = f"-c lock_timeout={BUSY_MS} -c idle_in_transaction_session_timeout=60000"
POSTGRES_OPTIONS += " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
# And the other way: a server that is gone without a word is noticed within a minute, by whoever waits for it.
POSTGRES_LINE: dict[str, int] = {
    "connect_timeout": 10, "tcp_user_timeout": 60_000,
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
}  # fmt: skip

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Base(DeclarativeBase):
    """All tables."""


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both databases; SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SafeText(TypeDecorator[str]):
    """Text that both databases accept: NUL and lone surrogates become the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else safe_text(value)


class WallHour(FunctionElement[str]):
    """What a wall shows that is so many seconds ahead of UTC, to the hour: `2026-11-27 04` on both."""

    name = "wall_hour"
    type = String()
    inherit_cache = True


@compiles(WallHour, "sqlite")
def _wall_hour_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    moment, ahead = (compiler.process(one, **options) for one in element.clauses)
    return f"substr(datetime({moment}, ({ahead}) || ' seconds'), 1, 13)"


@compiles(WallHour, "postgresql")
def _wall_hour_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    moment, ahead = (compiler.process(one, **options) for one in element.clauses)
    return f"to_char({moment} AT TIME ZONE 'UTC' + ({ahead}) * interval '1 second', 'YYYY-MM-DD HH24')"


class Seconds(FunctionElement[float]):
    """Seconds from the first moment to the second, on both databases."""

    name = "seconds"
    type = Float()
    inherit_cache = True


@compiles(Seconds, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(one, **options) for one in element.clauses)
    # A day of Julius holds 86,400 of them; what rounding leaves is below a thousandth.
    return f"round((julianday({second}) - julianday({first})) * 86400.0, 3)"


@compiles(Seconds, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(one, **options) for one in element.clauses)
    return f"extract(epoch FROM ({second} - {first}))::float"


def safe_text(value: str) -> str:
    """The text as SafeText keeps it, for whoever hashes or compares it before it is stored."""
    return _UNSTORABLE.sub("�", value)


class Transaction(Session):
    """A session that is one transaction, with calls to make after its commit.

    `ring` is the doorbell of whoever opened it, for what any act may have to tell (domain.notices)."""

    ring: Callable[[str, int], None] = staticmethod(lambda kind, number: None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.after_commit: list[Callable[[], None]] = []


class Database:
    """Hands out transactions on one engine."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, class_=Transaction, expire_on_commit=False)
        self._line = writers.Line()
        self.ring: Callable[[str, int], None] | None = None  # whom its transactions ring; nobody unless set

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: all or nothing. Calls in `after_commit` are made once the commit stands."""
        session = self._sessions()
        if self.ring is not None:
            session.ring = self.ring
        # In line without a connection, so that who waits to write keeps nobody from reading.
        with self._line.turn() if self.is_sqlite else nullcontext():
            try:
                self._begin(session)
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                session.close()
        for call in session.after_commit:
            call()

    def _begin(self, session: Session) -> None:
        if self.is_sqlite:
            with writers.turnstile(f"{self.engine.url.database}-writers.lock"):
                session.execute(text("BEGIN IMMEDIATE"))
        else:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read a consistent state; whatever is changed here is thrown away."""
        session = self._sessions()
        try:
            if self.is_sqlite:
                session.execute(text("BEGIN"))
            else:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session
        finally:
            # Closing throws changes away as a rollback does, but lets what was read keep its values.
            session.close()

    def check(self) -> None:
        """Raise what the driver raises when the database cannot be reached."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else on any host of this database is within `alone` of this name. Never waits."""
        gained = _file_lock(self.engine, name) if self.is_sqlite else _advisory_lock(self.engine, name)
        with gained as mine:
            yield mine

    def learn(self) -> None:
        """Let SQLite see how its rows are spread, to pick the right index; PostgreSQL does so by itself."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                connection.execute(text("PRAGMA analysis_limit=2000"))
                connection.execute(text("ANALYZE"))

    def forget(self) -> None:
        """Nothing that was deleted lies in a journal any more, or in rows that wait to be cleared away."""
        wanted = "PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "VACUUM"
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(wanted))

    def wipe(self, table: str) -> None:
        """Leave nothing of rows of this table that were changed or deleted: not in free pages, not in a log.

        Rewrites the file (SQLite) or the table (PostgreSQL): for the one time when something secret stood in
        the clear. Fails if the database is in use.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM" if self.is_sqlite else f"VACUUM FULL {table}"))
        self.forget()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _file_lock(engine: Engine, name: str) -> Iterator[bool]:
    """A lock beside the database file: whoever can open the one can open the other."""
    file = os.open(f"{engine.url.database}-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(file)


@contextmanager
def _advisory_lock(engine: Engine, name: str) -> Iterator[bool]:
    """Held by a connection of its own, so that it ends with its holder however that ends."""
    key = {"key": zlib.crc32(name.encode())}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
        try:
            yield mine
        finally:
            if mine:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # What the operator wrote into the address stands.
        line = {name: value for name, value in POSTGRES_LINE.items() if name not in parsed.query}
        return create_engine(
            url,
            pool_size=POOL,
            max_overflow=OVERFLOW,
            pool_timeout=POOL_WAIT_S,
            pool_pre_ping=True,
            hide_parameters=True,  # what reporters wrote must not reach a log by way of an error
            connect_args={"options": POSTGRES_OPTIONS, **line},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        hide_parameters=True,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: we choose between a read and BEGIN IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # «received» is said only after it would survive a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, and not only left out
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.close()


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to the newest shape, or to an older one in which rows are put back."""
    from alembic import command

    command.upgrade(alembic_config(url), revision)


def alembic_config(url: str) -> Any:
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["url"] = url
    return config


def is_current(database: Database) -> bool:
    """Whether every migration has been applied."""
    return revision_of(database) == newest_revision(database.url)


def revision_of(database: Database) -> str | None:
    """The last migration that was applied; None before the first."""
    from alembic.runtime.migration import MigrationContext

    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision(url: str) -> str | None:
    """The last migration this version knows."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config(url)).get_current_head()


def knows(revision: str, url: str) -> bool:
    """Whether this version has a migration of this name."""
    from alembic.script import ScriptDirectory

    return revision in {
        one.revision for one in ScriptDirectory.from_config(alembic_config(url)).walk_revisions()
    }
