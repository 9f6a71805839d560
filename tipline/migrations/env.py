"""How Alembic reaches the database. The address is handed in by tipline.db, never read from a file."""

from alembic import context

from tipline.db import Base, Database
from tipline.domain import tables

assert tables.ALL  # imported for the tables they declare


def run() -> None:
    database = Database(context.config.attributes["url"])
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    database.close()


run()
