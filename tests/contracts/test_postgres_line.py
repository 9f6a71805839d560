"""The line between a host and its PostgreSQL: neither waits for good for one that is gone without a word."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.contracts.postgres import Postgres
from tipline import db
from tipline.db import Database

ASKED_S, TIMES = 30, 3


@pytest.fixture
def name(postgres: Postgres) -> Iterator[str]:
    made = f"line_{secrets.token_hex(6)}"
    postgres.make(made)
    yield made
    postgres.drop(made)


def parameters(database: Database) -> dict[str, Any]:
    """What the driver was told of the line."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        told: dict[str, Any] = driver.info.get_parameters()
        return told


def test_the_server_asks_now_and_then_whether_its_host_is_still_there(postgres: Postgres, name: str) -> None:
    """Or a turn (`alone`) of a host without power would stay taken for hours."""
    database = Database(postgres.url(name))
    # Of a Unix socket the server shows 0, for nobody has to ask there; what it was told stands beside it.
    query = text("SELECT name, reset_val FROM pg_settings WHERE name LIKE 'tcp_keepalives_%'")
    with database.reading() as tx:
        told = {one: int(value) for one, value in tx.execute(query)}
    database.close()
    assert told == {
        "tcp_keepalives_idle": ASKED_S, "tcp_keepalives_interval": 10, "tcp_keepalives_count": TIMES,
    }  # fmt: skip


def test_a_host_asks_now_and_then_whether_its_server_is_still_there(postgres: Postgres, name: str) -> None:
    database = Database(postgres.url(name))
    told = parameters(database)
    database.close()
    assert (told["keepalives_idle"], told["keepalives_count"]) == (str(ASKED_S), str(TIMES))
    assert told["tcp_user_timeout"] == "60000"


def test_what_the_address_says_of_the_line_stands(postgres: Postgres, name: str) -> None:
    database = Database(f"{postgres.url(name)}&keepalives_idle=7")
    told = parameters(database)
    database.close()
    assert (told["keepalives_idle"], told["keepalives_count"]) == ("7", str(TIMES))


def test_a_server_that_takes_a_connection_and_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(db.POSTGRES_LINE, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        database = Database(f"postgresql+psycopg://tipline@127.0.0.1:{mute.getsockname()[1]}/tipline")
        began = time.monotonic()
        with pytest.raises(OperationalError):
            database.check()
        assert time.monotonic() - began < 30, "without a bound it waits for ever"
        database.close()
