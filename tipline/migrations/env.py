"""How Alembic reaches the database. The address is handed in by tipline.db, never read from a file.

All steps are one transaction behind one lock: a machine that loses power half-way, or two hosts that start at
once, leave no half-made shape.
"""

from alembic import context
from sqlalchemy import Connection, text

from tipline.db import BUSY_MS, WRITE_LOCK, Base, Database
from tipline.domain import (
    search,
    tables,  # noqa: F401 - imported for the tables they declare
)

# Another host may be at it, and with a large database its steps take their time: who starts beside it waits
# for that, and then finds nothing left to do.
PATIENCE_MS = 600_000


def run() -> None:
    database = Database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        _begin(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            include_name=search.is_mapped,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.close()


def _begin(connection: Connection) -> None:
    """Alembic leaves alone a transaction that it finds open; the commit is ours."""
    if connection.dialect.name == "sqlite":
        # Rebuilding a table drops the old one, which must not drag down the rows that point to it.
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        connection.execute(text("PRAGMA busy_timeout=600000"))  # a PRAGMA takes no values beside it
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        _wait_at_most(connection, PATIENCE_MS)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})
        _wait_at_most(connection, BUSY_MS)


def _wait_at_most(connection: Connection, patience_ms: int) -> None:
    """For a lock of PostgreSQL, in this transaction."""
    connection.execute(text("SELECT set_config('lock_timeout', :ms, true)"), {"ms": str(patience_ms)})


run()
