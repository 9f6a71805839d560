"""Ends connections on which too little moves while a thread waits for them.

A phone on the worst line still sends some hundred bytes a second; whoever sends less for half a minute keeps
a thread for nothing. Its connection is shut down as if the line had broken: what an upload has sent is kept,
and it goes on later. Reads the kernel's counters of each socket (tcp(7), TCP_INFO); Linux only.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import structlog

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
WINDOW_S = 30.0
LEAST_RATE = 64  # bytes a second, over the window
# struct tcp_info: the fields we read, by their offsets.
_INFO_SIZE = 148
_UNACKED, _LAST_SENT_MS, _RECEIVED, _NOT_SENT = 24, 44, 128, 144


class Connection(NamedTuple):
    """What the kernel knows of one connection. `number` is the socket's inode, its own while it is open."""

    number: int
    address: str
    received: int  # bytes so far
    quiet_s: float  # since we last sent anything
    is_sending: bool  # something we said has not arrived yet


class Stalled:
    """Remembers how much each connection had received, look by look."""

    def __init__(self, stuck: Callable[[float], set[str]], port: int, *, window_s: float = WINDOW_S) -> None:
        """`stuck(seconds)` names the addresses for whose bodies a thread has waited that long."""
        self._stuck = stuck
        self._port = port
        self._window_s = window_s
        self._seen: dict[int, list[tuple[float, int]]] = {}

    def watch(self) -> None:
        """Look for ever, in a thread of its own."""
        threading.Thread(target=self._run, name="stalled", daemon=True).start()

    def look(self) -> int:
        """One look; how many connections were ended."""
        now = time.monotonic()
        stuck = self._stuck(self._window_s)
        ended, seen = 0, {}
        for handle, one in connections(self._port):
            history = [*self._seen.get(one.number, ()), (now, one.received)]
            # One mark older than the window stays, to measure from.
            while len(history) > 1 and history[1][0] <= now - self._window_s:
                history.pop(0)
            seen[one.number] = history
            if one.address in stuck and self._is_stalled(one, history, now):
                _end(handle)
                ended += 1
        self._seen = seen
        if ended:
            log.info("web.stalled", ended=ended)
        return ended

    def _is_stalled(self, one: Connection, history: list[tuple[float, int]], now: float) -> bool:
        since, before = history[0]
        if now - since < self._window_s or one.is_sending or one.quiet_s < self._window_s:
            return False
        return one.received - before < LEAST_RATE * (now - since)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(min(LOOK_EVERY_S, self._window_s / 4)):
            try:
                self.look()
            except OSError as fault:
                log.warning("web.stalled-unknown", fault=type(fault).__name__)


def connections(port: int) -> Iterator[tuple[int, Connection]]:
    """Every connection this process accepted on `port`, with a handle that is good until the next one.

    Its own connections to a database or a store end elsewhere and are never among them.
    """
    for name in os.listdir("/proc/self/fd"):
        try:
            found = os.fstat(int(name))
            if not stat.S_ISSOCK(found.st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as copy:
                described = _described(copy, found.st_ino, port)
                if described:
                    yield copy.fileno(), described
        except OSError:
            # Closed by another thread since the list was made, or no TCP.
            continue


def _described(one: socket.socket, number: int, port: int) -> Connection | None:
    if one.family not in (socket.AF_INET, socket.AF_INET6) or one.type != socket.SOCK_STREAM:
        return None
    if one.getsockname()[1] != port:
        return None
    peer = one.getpeername()[0]
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    if len(info) < _INFO_SIZE:
        return None
    (received,) = struct.unpack_from("=Q", info, _RECEIVED)
    unacked, last_sent_ms, not_sent = (
        struct.unpack_from("=I", info, at)[0] for at in (_UNACKED, _LAST_SENT_MS, _NOT_SENT)
    )
    return Connection(number, str(peer), received, last_sent_ms / 1000, bool(unacked or not_sent))


def _end(handle: int) -> None:
    with socket.socket(fileno=os.dup(handle)) as copy:
        copy.shutdown(socket.SHUT_RDWR)
