"""A TCP proxy with troubles, in a thread of its own: cut, RST, black hole, delay, swallowed reply, 5xx.

It knows bytes and directions; of HTTP only how a request begins and how to answer one with 500.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

PIECE = 64 * 1024
KINDS = ("cut", "reset", "hole", "delay", "swallow")
_REQUEST = re.compile(rb"(PUT|POST|GET|HEAD|DELETE|PATCH) ")
_FAILED = b"HTTP/1.1 %d Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Trouble:
    """What happens to the next `hits` pieces that pass, for as long as it lasts."""

    kind: str
    hits: int
    until: float
    hold_s: float


class _Broken(Exception):
    """This connection has ended by our doing."""


class Wire:
    """Listens on a port of its own in front of another."""

    def __init__(self, host: str, port: int, seed: int, awaited: re.Pattern[bytes] | None = None) -> None:
        self.host, self.behind = host, port
        # Set whenever a request passes whose beginning is the awaited one.
        self.awaited, self.passed = awaited, threading.Event()
        self.port = 0
        self._rng = random.Random(seed)
        self._trouble: Trouble | None = None
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        # asyncio itself holds running tasks only weakly.
        self._held: set[asyncio.Task[None] | None] = set()
        self._thread = threading.Thread(target=self._run, name=f"wire-{port}", daemon=True)

    def start(self) -> Wire:
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def strike(self, kind: str, *, hits: int, lasts_s: float, hold_s: float) -> Trouble:
        self._trouble = Trouble(kind, hits, time.monotonic() + lasts_s, hold_s)
        return self._trouble

    def heal(self) -> None:
        self._trouble = None

    # --- inside the loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=PIECE))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._held.add(task)
        try:
            # Cancelled only when all ends.
            with suppress(asyncio.CancelledError):
                await self._join(near, near_out)
        finally:
            self._held.discard(task)

    async def _join(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far, far_out = await asyncio.open_connection(self.host, self.behind, limit=PIECE)
        except OSError:
            near_out.transport.abort()
            return
        ways = [
            asyncio.ensure_future(self._carry(near, far_out, near_out, up=True)),
            asyncio.ensure_future(self._carry(far, near_out, far_out, up=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
                with suppress(_Broken, OSError, asyncio.CancelledError):
                    await way
            for out in (near_out, far_out):
                with suppress(OSError):
                    out.close()

    async def _carry(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, back: asyncio.StreamWriter, *, up: bool
    ) -> None:
        while piece := await source.read(PIECE):
            if up and self.awaited and self.awaited.match(piece):
                self.passed.set()
            trouble = self._take(piece, up)
            if trouble:
                piece = await self._suffer(trouble, piece, to, back)
            to.write(piece)
            await to.drain()
        with suppress(OSError):
            to.write_eof()

    def _take(self, piece: bytes, up: bool) -> Trouble | None:
        with self._lock:
            trouble = self._trouble
            if trouble is None or time.monotonic() > trouble.until:
                return None
            if (trouble.kind == "swallow") == up:
                return None
            if trouble.kind.isdigit() and not _REQUEST.match(piece):
                return None
            if trouble.kind != "delay":
                trouble.hits -= 1
            if trouble.hits <= 0:
                self._trouble = None
            return trouble

    async def _suffer(
        self, trouble: Trouble, piece: bytes, to: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> bytes:
        if trouble.kind == "delay":
            await asyncio.sleep(self._rng.uniform(0, 0.2))
            return piece
        if trouble.kind in ("cut", "reset"):
            to.write(piece[: self._rng.randrange(len(piece))])
            await to.drain()
        if trouble.kind == "reset":
            for one in (to, back):
                _reset_on_close(one)
        if trouble.kind == "hole":
            await asyncio.sleep(trouble.hold_s)
        if trouble.kind.isdigit():
            back.write(_FAILED % int(trouble.kind))
            await back.drain()
        raise _Broken


def _reset_on_close(out: asyncio.StreamWriter) -> None:
    found = out.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        out.transport.abort()
