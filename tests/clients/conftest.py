"""Programs of others and bare sockets against a real web process, one for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.station import Station, Tip
from tests.faults.wire import Wire
from tests.journeys.conftest import ARGS
from tipline.preparing.browser import find_browser


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("web"))
    yield made
    made.stop()


@pytest.fixture
def tip(station: Station) -> Tip:
    return station.open_tip()


@pytest.fixture(scope="session")
def wire(station: Station) -> Iterator[Wire]:
    """A line in front of the station that breaks when it is told to."""
    made = Wire("127.0.0.1", station.port, seed=7).start()
    yield made
    made.stop()


@pytest.fixture
def wires(wire: Wire) -> Iterator[Wire]:
    """The line, whole again after each test."""
    yield wire
    wire.heal()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = find_browser()
    assert found, "Chromium is missing: `make test` installs it"
    return {**browser_type_launch_args, "executable_path": found, "args": ARGS}
