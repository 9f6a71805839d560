"""Forms and JSON that drip hold threads: `tipline.web.crowd` leaves some to everybody else."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from apiflask import APIFlask

from tests.conftest import SilentBell, browser
from tests.web.reporting import TIPS, UPLOADS
from tipline.app import create_app
from tipline.services import build
from tipline.settings import Settings
from tipline.web import crowd

WORDS = b'{"category": "other", "text": "A van at night"}'
Meanwhile = Callable[[], None]


class Drip(io.BytesIO):
    """A body during which something else happens, as it does while a thread waits for the rest."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        super().__init__(WORDS)
        self.meanwhile: Meanwhile | None = meanwhile

    def read(self, size: int | None = -1, /) -> bytes:
        self.wait()
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        self.wait()
        return super().readinto(buffer)

    def wait(self) -> None:
        if self.meanwhile:
            self.meanwhile, meanwhile = None, self.meanwhile
            meanwhile()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST", 3)
    monkeypatch.setattr(crowd, "OF_ONE", 2)


@pytest.fixture
def behind_proxy(settings: Settings) -> Iterator[APIFlask]:
    services = build(replace(settings, behind_proxy=1), bell=SilentBell())
    yield create_app(services)
    services.close()


def report(app: APIFlask, address: str, meanwhile: Meanwhile = lambda: None) -> tuple[int, str | None]:
    """Status and Retry-After of a report whose body takes until `meanwhile` is over."""
    answer = browser(app).post(
        TIPS, input_stream=Drip(meanwhile), content_length=len(WORDS), content_type="application/json",
        headers={"X-Forwarded-For": address}, environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )  # fmt: skip
    return answer.status_code, answer.headers.get("Retry-After")


def test_behind_a_proxy_one_address_is_crowded_and_only_while_its_bodies_last(behind_proxy: APIFlask) -> None:
    found = []

    def others() -> None:
        found.append(report(behind_proxy, "203.0.113.9"))
        found.append(report(behind_proxy, "198.51.100.7"))
        found.append((browser(behind_proxy).get("/").status_code, None))

    assert report(
        behind_proxy, "203.0.113.9", lambda: found.append(report(behind_proxy, "203.0.113.9", others))
    ) == (201, None)
    assert found == [(429, "5"), (201, None), (200, None), (201, None)]
    assert report(behind_proxy, "203.0.113.9") == (201, None)


def test_many_addresses_leave_threads_to_pages_and_to_files(behind_proxy: APIFlask) -> None:
    found = []

    def fourth() -> None:
        found.append(report(behind_proxy, "203.0.113.4"))
        found.append((browser(behind_proxy).get("/").status_code, None))
        found.append((browser(behind_proxy).post(UPLOADS, data=b"x").status_code, None))

    def after(number: int, then: Meanwhile) -> Meanwhile:
        return lambda: found.append(report(behind_proxy, f"203.0.113.{number}", then))

    after(1, after(2, after(3, fourth)))()
    assert found == [(503, "5"), (200, None), (401, None), *[(201, None)] * 3]


def test_senders_without_an_address_are_bounded_together_alone(behind_proxy: APIFlask) -> None:
    found = []

    def after(then: Meanwhile) -> Meanwhile:
        return lambda: found.append(report(behind_proxy, "127.0.0.1", then))

    after(after(after(after(lambda: None))))()
    assert found == [(503, "5"), *[(201, None)] * 3]
