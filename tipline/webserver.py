"""Runs the web application on granian: one process, many patient threads.

A thread is held by each body, so there are more of them than files (`web/lanes`) and forms (`web/crowd`) are
let in: pages always find one. No line of access log is written: it would hold reporters' addresses.
"""

from __future__ import annotations

import os
import resource
import socket
import stat
import threading
import time
from functools import partial

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from tipline.bodies import Application, Bodies
from tipline.settings import Settings
from tipline.stalled import WINDOW_S, Stalled

TARGET = "tipline.wsgi:app"
THREADS = 256
# Connections, of which an idle one costs next to nothing: were they as few as the threads, a few hundred that
# say nothing would keep everybody out.
CONNECTIONS = 4096
FILES_BESIDE = 1024  # what a process has open beside its connections
HEADERS_WITHIN_MS = 10_000
# Requests under way when we are asked to stop get this long; an upload goes on where it was cut.
FINISH_WITHIN_S = 5
# A phone that left the network without a word is noticed after idle + count * interval seconds. Without this
# its thread would wait for the rest of the upload for ever.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 4}
LISTENS_WITHIN_S = 30


def serve(settings: Settings, target: str = TARGET, *, stalled_after_s: float = WINDOW_S) -> None:
    """Listen until a signal says stop."""
    _allow_files(CONNECTIONS + FILES_BESIDE)
    server = Granian(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=FINISH_WITHIN_S,
    )
    server.serve(target_loader=partial(_load, port=settings.port, stalled_after_s=stalled_after_s))


def _allow_files(wanted: int) -> None:
    """Each connection is an open file; many hosts allow a process fewer unless it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _load(target: str, *, port: int, stalled_after_s: float) -> Bodies:
    """Load the application in the worker process, and see to its sockets from there."""
    threading.Thread(target=_notice_dead_peers, name="keepalive", daemon=True).start()
    module, _, name = target.partition(":")
    application: Application = getattr(__import__(module, fromlist=[name]), name)
    # granian copies the environment into every request's; secrets that have been read have no business there.
    for variable in [one for one in os.environ if one.startswith("TIPLINE_")]:
        del os.environ[variable]
    bodies = Bodies(application)
    Stalled(bodies.stuck, port, window_s=stalled_after_s).watch()
    return bodies


def _notice_dead_peers() -> None:
    """granian opens its socket itself and after the application is loaded, so wait for it."""
    end = time.monotonic() + LISTENS_WITHIN_S
    while time.monotonic() < end:
        if keep_alive_on_listeners():
            return
        time.sleep(0.1)


def keep_alive_on_listeners() -> int:
    """Switch on TCP keepalive on every socket this process listens on; connections inherit it. How many."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as copy:
                if copy.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    _keep_alive(copy)
                    found += 1
        except OSError:
            # Closed by another thread since the list was made.
            continue
    return found


def _keep_alive(listener: socket.socket) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
