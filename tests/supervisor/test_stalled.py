"""Whoever keeps a thread waiting for nothing is cut off; whoever is merely slow, or merely idle, is not."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import ports
from tests.supervisor.test_webserver import PATIENCE_S, environment_of, until
from tipline.bodies import Bodies
from tipline.stalled import Connection, Stalled, connections

WINDOW_S = 1.2
THREADS = 256  # of the server
APPLICATION = """
def app(environ, start_response):
    got = 0
    if environ["PATH_INFO"] == "/page":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"page"]
    while piece := environ["wsgi.input"].read(16384):
        got += len(piece)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(got).encode()]
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A web server whose patience is short."""
    (tmp_path / "patient_application.py").write_text(APPLICATION)
    port = ports.lease()
    source = (
        "import os; from tipline import settings, webserver;"
        f"webserver.serve(settings.load(os.environ), 'patient_application:app', stalled_after_s={WINDOW_S})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", source], env=environment_of(tmp_path, port), stdout=subprocess.DEVNULL
    )

    def listens() -> bool:
        assert process.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(listens)
    yield port
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_S)


def begin(port: int, length: int, sent: bytes = b"a") -> socket.socket:
    phone = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    phone.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode() + sent)
    return phone


def is_cut(phone: socket.socket) -> bool:
    """Whether the server says no more; an answer to the little it got may come before."""
    try:
        while phone.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def test_a_body_that_stops_frees_its_thread_and_pages_are_answered(port: int) -> None:
    with ExitStack() as stack:
        stuck = [stack.enter_context(begin(port, 1000)) for _ in range(THREADS)]

        page = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))
        page.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")

        assert page.recv(4096).endswith(b"page")
        assert all(is_cut(phone) for phone in stuck)


def test_connections_that_say_nothing_keep_nobody_out(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))

        page = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))
        page.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")

        assert page.recv(4096).endswith(b"page")


def test_a_slow_body_goes_on_beside_one_that_has_stopped(port: int) -> None:
    while (told := told_to_a_slow_one(port)) is None:
        pass
    assert told.endswith(b"3000")


def told_to_a_slow_one(port: int) -> bytes | None:
    """The answer to 1,000 bytes a second, sent for longer than the window beside a body that has stopped.

    None when this machine was so busy that the slow one fell silent for most of a window itself.
    """
    silences, told = [], b""
    with begin(port, 1000) as stopped, begin(port, 3000, b"") as slow:
        sent_at = time.monotonic()
        try:
            for _ in range(30):
                slow.sendall(b"b" * 100)
                silences.append(time.monotonic() - sent_at)
                sent_at = time.monotonic()
                time.sleep(0.1)
            told = slow.recv(4096)
        except ConnectionError:
            silences.append(time.monotonic() - sent_at)
        assert is_cut(stopped)
    return told if max(silences) < WINDOW_S / 2 else None


# --- the rule alone


def test_only_waiting_bodies_count_and_only_for_as_long_as_they_wait() -> None:
    reading, go_on = threading.Event(), threading.Event()

    class Slow:
        def read(self, size: int | None) -> bytes:
            reading.set()
            go_on.wait(PATIENCE_S)
            return b""

    bodies = Bodies(lambda environ, _: [environ["wsgi.input"].read(10)])
    environ = {"CONTENT_LENGTH": "10", "REMOTE_ADDR": "192.0.2.1", "wsgi.input": Slow()}
    thread = threading.Thread(target=bodies, args=(environ, None))
    thread.start()
    assert reading.wait(PATIENCE_S)

    until(lambda: bodies.stuck(0.05) == {"192.0.2.1"})
    assert bodies.stuck(60) == set()

    go_on.set()
    thread.join()
    assert bodies.stuck(0) == set()


@pytest.mark.parametrize(
    ("received", "quiet_s", "is_sending", "stuck", "ended"),
    [
        (0, 99.0, False, True, True),
        (63, 99.0, False, True, True),
        (64, 99.0, False, True, False),  # slow, but it moves
        (0, 0.2, False, True, False),  # we answered it just now: a connection kept for the next request
        (0, 99.0, True, True, False),  # it still takes what we say
        (0, 99.0, False, False, False),  # no thread waits for this address
    ],
)
def test_what_is_stalled(
    monkeypatch: pytest.MonkeyPatch, received: int, quiet_s: float, is_sending: bool, stuck: bool, ended: bool
) -> None:
    now, cut = [100.0], []
    monkeypatch.setattr("tipline.stalled.time.monotonic", lambda: now[0])
    monkeypatch.setattr("tipline.stalled._end", cut.append)
    looks = iter([0, received])
    monkeypatch.setattr(
        "tipline.stalled.connections",
        lambda _port: [(7, Connection(1, "192.0.2.1", next(looks), quiet_s, is_sending))],
    )
    stalled = Stalled(lambda _s: {"192.0.2.1"} if stuck else set(), 8000, window_s=1.0)

    stalled.look()
    assert cut == []
    now[0] += 1.0
    stalled.look()

    assert cut == ([7] if ended else [])


def test_the_kernel_tells_what_a_connection_received_and_ours_to_others_are_not_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as phone, listener.accept()[0]:
            phone.sendall(b"x" * 1234)
            until(lambda: [one.received for _, one in connections(port)] == [1234])
            assert [one.address for _, one in connections(port)] == ["127.0.0.1"]
            assert list(connections(phone.getsockname()[1])) != []  # the other end, by its own port
