"""The block that is shown when all is ready, and what «ready» means."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import redis
from rq import Worker

from tipline import announcement, readiness
from tipline.broker import Broker
from tipline.settings import Settings, load


def settings(tmp_path: Path, **more: object) -> Settings:
    return load(
        {"TIPLINE_DATA": str(tmp_path), "TIPLINE_LOCALE": "en", **{k: str(v) for k, v in more.items()}}
    )


def test_it_names_the_pages_and_the_first_administrator(tmp_path: Path) -> None:
    block = announcement.ready(settings(tmp_path, TIPLINE_PORT=8123), needs_admin=True)
    assert "http://127.0.0.1:8123/\n" in block
    assert "http://127.0.0.1:8123/desk" in block
    assert ".venv/bin/tipline user add NAME --role admin --password-stdin" in block


def test_it_says_nothing_of_an_administrator_once_there_is_one(tmp_path: Path) -> None:
    assert "user add" not in announcement.ready(settings(tmp_path), needs_admin=False)


def test_it_adds_the_network_address_only_when_the_network_may_come(tmp_path: Path) -> None:
    for host, shown in (("0.0.0.0", True), ("127.0.0.1", False)):
        one = settings(tmp_path, TIPLINE_HOST=host)
        block = announcement.ready(one, needs_admin=False, network_address="10.1.2.3")
        assert ("http://10.1.2.3:8000/" in block) is shown


class Ready(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"broker": "unreachable"}')

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def web() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Ready)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_web_is_ready_only_when_it_says_so(
    web: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = settings(tmp_path, TIPLINE_PORT=web.server_port)
    assert readiness._web_fault(one) is None
    monkeypatch.setattr(Ready, "status", 503)
    assert "unreachable" in str(readiness._web_fault(one))


def test_without_a_server_the_reason_is_told_and_nothing_is_raised(tmp_path: Path) -> None:
    assert str(readiness._worker_fault(settings(tmp_path), datetime.now(UTC))).startswith("broker: ")
    assert str(readiness._web_fault(settings(tmp_path, TIPLINE_PORT=9))).startswith("web: ")


def test_a_worker_of_an_earlier_run_does_not_count() -> None:
    started = datetime.now(UTC)
    assert readiness._is_after(started.replace(microsecond=0, tzinfo=None), started)
    assert not readiness._is_after(started - timedelta(minutes=1), started)


def test_holes_of_the_sandbox_are_told_and_do_not_hold_up_the_start(tmp_path: Path) -> None:
    one, started = settings(tmp_path), datetime.now(UTC)
    assert readiness.holes(one, started) == []
    (tmp_path / "run").mkdir()
    state = {"at": started.isoformat(), "sandbox": "open", "holes": ["network"]}
    (tmp_path / "run" / "worker.json").write_text(json.dumps(state))
    assert readiness.holes(one, started) == ["network"]
    assert readiness.holes(one, started + timedelta(minutes=1)) == []
    assert "(network)" in announcement.ready(one, needs_admin=False, holes=["network"])


def test_only_a_worker_of_this_run_that_takes_media_makes_it_ready(tmp_path: Path) -> None:
    one, started = settings(tmp_path), datetime.now(UTC)
    with Broker(tmp_path) as running, redis.Redis.from_url(running.url) as connection:
        assert readiness._worker_fault(one, started) == "worker"
        desk, media = (Worker([name], connection=connection) for name in ("desk", "media"))
        desk.register_birth()
        assert readiness._worker_fault(one, started) == "worker"
        media.register_birth()
        assert readiness._worker_fault(one, started) is None
        assert readiness._worker_fault(one, started + timedelta(minutes=1)) == "worker"
