"""Programs of others and bare sockets against a real web process, one for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.station import Station, Tip


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    made = Station(tmp_path_factory.mktemp("web"))
    yield made
    made.stop()


@pytest.fixture
def tip(station: Station) -> Tip:
    return station.open_tip()
