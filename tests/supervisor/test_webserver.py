"""The web server's promises to uploads: bytes reach us as they come, and dead phones are noticed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import ports
from tipline import webserver

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30
PIECE = 65536
APPLICATION = """
import os
PIECE = 65536
def app(environ, start_response):
    with open(os.environ["RECEIVED"], "ab", buffering=0) as out:
        while piece := environ["wsgi.input"].read(PIECE):
            out.write(piece)
    if any(name.startswith("TIPLINE_") for name in environ):
        raise ValueError("settings in the request")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"whole"]
"""


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)


def environment_of(folder: Path, port: int) -> dict[str, str]:
    """Of a web server on this port whose application lies in the folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
    paths = f"{ROOT}{os.pathsep}{folder}"
    return own | {"PYTHONPATH": paths, "TIPLINE_DATA": str(folder), "TIPLINE_PORT": str(port)}


class Web:
    def __init__(self, folder: Path) -> None:
        (folder / "probe_application.py").write_text(APPLICATION)
        self.received = folder / "received"
        self.said = folder / "said"
        self.port = ports.lease()
        source = (
            "import os; from tipline import settings, webserver;"
            "webserver.serve(settings.load(os.environ), 'probe_application:app')"
        )
        environment = environment_of(folder, self.port) | {"RECEIVED": str(self.received)}
        with self.said.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", source], env=environment, stdout=said, stderr=said
            )
        until(self.listens)

    def listens(self) -> bool:
        assert self.process.poll() is None, self.said.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def begin_upload(self, length: int, sent: bytes) -> socket.socket:
        phone = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        phone.sendall(f"PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + sent)
        return phone

    def has(self, count: int) -> bool:
        return self.received.exists() and self.received.stat().st_size == count

    def watches(self, phone: socket.socket) -> bool:
        """Whether the kernel runs a keepalive timer on our side of this connection."""
        wanted = (f":{self.port:04X}", f":{phone.getsockname()[1]:04X}")
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[1].endswith(wanted[0]) and fields[2].endswith(wanted[1]):
                return fields[5].startswith("02:")
        return False


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    one = Web(tmp_path)
    yield one
    one.process.send_signal(signal.SIGTERM)
    one.process.wait(PATIENCE_S)


def test_bytes_reach_the_application_before_the_request_is_whole_and_stay_when_it_is_cut(web: Web) -> None:
    whole_pieces, rest = 4 * PIECE, 1234
    with web.begin_upload(10_000_000, b"a" * (whole_pieces + rest)):
        until(lambda: web.has(whole_pieces))
    until(lambda: web.has(whole_pieces + rest))
    with web.begin_upload(5, b"whole") as phone:
        assert b"200 OK" in phone.recv(1000)
    assert web.has(whole_pieces + rest + 5)


def test_a_silent_phone_is_asked_by_the_kernel_whether_it_is_still_there(web: Web) -> None:
    def is_watched() -> bool:
        # The listener is seen to just after it opens; connections made from then on are watched.
        with web.begin_upload(1000, b"a") as phone:
            return web.watches(phone)

    until(is_watched)


def test_stopping_does_not_wait_for_an_upload_under_way_and_tells_no_addresses(web: Web) -> None:
    with web.begin_upload(10_000_000, b"a" * PIECE):
        until(lambda: web.has(PIECE))
        web.process.send_signal(signal.SIGTERM)
        web.process.wait(PATIENCE_S)
    assert "127.0.0.1" not in web.said.read_text()


def test_connections_inherit_keepalive_from_the_listener() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert webserver.keep_alive_on_listeners() >= 1
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            assert idle == webserver.KEEPALIVE["TCP_KEEPIDLE"]
