"""How Alembic reaches the database. The address is handed in by tipline.db, never read from a file.

All steps are one transaction behind one lock: a machine that loses power half-way, or two hosts that start at
once, leave no half-made shape.
"""

from alembic import context
from sqlalchemy import Connection, text

from tipline.db import WRITE_LOCK, Base, Database
from tipline.domain import (
    search,
    tables,  # noqa: F401 - imported for the tables they declare
)


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
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITE_LOCK})


run()
