"""Where contracts are tried: memory, this disk, a real S3 server; a real PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import pytest
from botocore.loaders import create_loader

from storage import Keyring, seal_store
from storage.base import Store
from storage.local import LocalStore
from storage.memory import MemoryStore, Shelf
from tests.contracts import seaweed
from tests.contracts.postgres import Postgres, running_postgres

PART = 5 * 1024 * 1024
SECRET = "the secret of a station under test"


@dataclass(frozen=True)
class Place:
    """Somewhere bytes can be kept; each `host()` is a new store object that knows nothing but the place."""

    name: str
    host: Callable[[], Store]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed.Seaweed]:
    with (
        pytest.MonkeyPatch.context() as environment,
        seaweed.running_seaweed(tmp_path_factory.mktemp("seaweed")) as server,
    ):
        environment.setenv("AWS_ACCESS_KEY_ID", seaweed.ACCESS_KEY)
        environment.setenv("AWS_SECRET_ACCESS_KEY", seaweed.SECRET_KEY)
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        # Each host is a client of its own; what S3 is like they need not read from a megabyte of JSON each.
        environment.setattr("botocore.session.create_loader", cache(create_loader))
        server.make_bucket("evidence")
        yield server


@pytest.fixture(params=["memory", "local", "s3", "sealed-local"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path)


@pytest.fixture(params=["local", "s3"])
def large_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place whose objects need not fit into memory."""
    return _place(request, tmp_path)


@pytest.fixture
def store(place: Place) -> Store:
    return place.host()


def sealed(place: Place) -> Place:
    """The same place, where all that is kept is sealed under one key."""
    shelf = Shelf()
    name = Keyring(MemoryStore(shelf), SECRET).make()
    return Place(
        f"sealed-{place.name}",
        lambda: seal_store(place.host(), Keyring(MemoryStore(shelf), SECRET), lambda key: name),
    )


def _place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    kind = request.param
    if kind.startswith("sealed-"):
        return sealed(_named(kind.removeprefix("sealed-"), request, tmp_path))
    return _named(kind, request, tmp_path)


def _named(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if kind == "memory":
        return Place("memory", partial(MemoryStore, Shelf()))
    if kind == "local":
        return Place("local", partial(LocalStore, tmp_path / "store"))
    server: seaweed.Seaweed = request.getfixturevalue("s3_server")
    return Place(
        "s3", partial(server.store, "evidence", prefix=f"run/{secrets.token_hex(8)}", part_size=PART)
    )
