"""The client of the intake bench: the same raw sockets towards every server. Nothing is read from a disk."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.servers import Server

MIB = 1024 * 1024
BLOCK = random.Random(5).randbytes(16 * MIB)
STREAM = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def create(server: Server, length: int, line: http.client.HTTPConnection | None = None) -> str:
    """Announce a file; the path to send it to."""
    line = line or http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    # A name, base64 of "cam.dav".
    headers = (
        TUS | server.headers | {"Upload-Length": str(length), "Upload-Metadata": "filename Y2FtLmRhdg=="}
    )
    try:
        line.request("POST", server.uploads, headers=headers)
        answer = line.getresponse()
    except (http.client.RemoteDisconnected, ConnectionError):
        # A server may end a connection that was kept for a while just as it is used again.
        line.close()
        line.request("POST", server.uploads, headers=headers)
        answer = line.getresponse()
    said = answer.read()
    if answer.status != 201:
        raise SystemExit(f"{server.name} does not take an upload: {answer.status} {said[:300]!r}")
    location = answer.headers["Location"]
    return location if location.startswith("/") else "/" + location.split("/", 3)[3]


def push(server: Server, length: int, chunk: int) -> float:
    """Send a file of `length` in PATCHes of `chunk`; seconds from the first byte to the last answer."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    path, offset = create(server, length, line), 0
    began = time.perf_counter()
    while offset < length:
        size = min(chunk, length - offset)
        head = TUS | server.headers | {
            "Content-Type": STREAM, "Upload-Offset": str(offset), "Content-Length": str(size),
        }  # fmt: skip
        line.putrequest("PATCH", path, skip_accept_encoding=True)
        for name, value in head.items():
            line.putheader(name, value)
        line.endheaders()
        _send(line.sock, offset, size)
        answer = line.getresponse()
        answer.read()
        offset += size
        if answer.status != 204 or int(answer.headers["Upload-Offset"]) != offset:
            raise SystemExit(f"{server.name} answered {answer.status} at {offset}")
    took = time.perf_counter() - began
    line.close()
    return took


def push_many(server: Server, count: int, length: int, chunk: int) -> float:
    """The same file `count` times at once; seconds until the last is done."""
    threads = [threading.Thread(target=push, args=(server, length, chunk)) for _ in range(count)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _send(line: socket.socket, offset: int, size: int) -> None:
    view = memoryview(BLOCK)
    while size:
        at = offset % len(BLOCK)
        piece = view[at : at + min(size, len(BLOCK) - at)]
        line.sendall(piece)
        offset, size = offset + len(piece), size - len(piece)


@dataclass
class Crowd:
    """Phones on a bad line: each sends `rate` bytes a second within one long PATCH."""

    server: Server
    count: int
    rate: int
    seconds: float
    lines: list[socket.socket] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    broken: int = 0

    def __enter__(self) -> Crowd:
        length = int(self.rate * self.seconds * 40)
        control = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        for _ in range(self.count):
            path = create(self.server, length, control)
            head = TUS | self.server.headers | {
                "Host": "localhost", "Content-Type": STREAM, "Upload-Offset": "0",
                "Content-Length": str(length),
            }  # fmt: skip
            line = socket.create_connection(("127.0.0.1", self.server.port), 30)
            said = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            line.sendall(f"PATCH {path} HTTP/1.1\r\n{said}\r\n".encode())
            self.lines.append(line)
            self.paths.append(path)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for line in self.lines:
            line.close()

    def _drip(self) -> None:
        piece = BLOCK[: self.rate // 4]
        for line in self.lines:
            line.settimeout(0.2)
        while not self._over.is_set():
            began = time.perf_counter()
            for line in self.lines:
                try:
                    line.send(piece)
                except TimeoutError:
                    continue
                except OSError:
                    self.broken += 1
            self._over.wait(max(0.0, 0.25 - (time.perf_counter() - began)))


def page_times(server: Server, seconds: float, pause: float = 0.05) -> list[float]:
    """Seconds each request for a page took, one after the other on a kept connection."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    took, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        line.request("GET", server.page, headers=TUS)
        line.getresponse().read()
        took.append(time.perf_counter() - began)
        time.sleep(pause)
    line.close()
    return took


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
