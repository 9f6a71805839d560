"""What a station stands on in one run: its store and its database, as real servers that can be broken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.contracts import seaweed
from tests.contracts.postgres import Postgres, running_postgres
from tests.faults.wire import Wire

STORES = ("local", "s3")
DATABASES = ("sqlite", "postgres")
# The request after which an original stands in the bucket, and its row does not say so yet.
COMPLETES = re.compile(rb"(?:POST|PUT) /evidence/run/objects/original/(?!\S*partNumber=)")


@dataclass
class Ground:
    """Settings that lead there; the wire before the bucket; the database server."""

    settings: dict[str, str] = field(default_factory=dict)
    s3: Wire | None = None
    postgres: Postgres | None = None


@contextmanager
def prepared(store: str, database: str, place: Path, seed: int) -> Iterator[Ground]:
    with _store(store, place, seed) as (settings, wire), _database(database) as postgres:
        ground = Ground(settings, wire, postgres)
        if postgres:
            ground.settings["TIPLINE_DATABASE_URL"] = postgres.make("station")
        yield ground


@contextmanager
def _store(kind: str, place: Path, seed: int) -> Iterator[tuple[dict[str, str], Wire | None]]:
    if kind == "local":
        yield {}, None
        return
    keys = {
        "AWS_ACCESS_KEY_ID": seaweed.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": seaweed.SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
    os.environ.update(keys)
    (place / "seaweed").mkdir()
    with seaweed.running_seaweed(place / "seaweed") as server:
        server.make_bucket("evidence")
        wire = Wire("127.0.0.1", int(server.endpoint_url.rpartition(":")[2]), seed + 1, COMPLETES).start()
        try:
            address = f"s3://evidence/run?endpoint_url=http://127.0.0.1:{wire.port}&region=us-east-1"
            yield keys | {"TIPLINE_STORE_URL": address}, wire
        finally:
            wire.stop()


@contextmanager
def _database(kind: str) -> Iterator[Postgres | None]:
    if kind == "sqlite":
        yield None
        return
    # As an operator runs it: what is committed has been through fsync.
    with running_postgres(fsync=True) as server:
        yield server
