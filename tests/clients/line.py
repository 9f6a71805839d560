"""A bare HTTP/1.1 connection that does what it is told: half a body, a wrong length, silence, FIN, RST."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple

from tests.clients.station import PATIENCE_S, UPLOADS, Tip

STREAM = "application/offset+octet-stream"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One connection of one sender."""

    def __init__(self, tip: Tip) -> None:
        self.tip = tip
        self.socket = socket.create_connection(("127.0.0.1", tip.station.port), timeout=PATIENCE_S)
        self._unread = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self.socket.close()

    # --- sending

    def head(self, method: str, path: str, **headers: str | int) -> None:
        """The first lines of a request; underscores of names stand for dashes."""
        told = {"Host": "x", "Tus-Resumable": "1.0.0", **self.tip.headers}
        told |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_until_refused(self, data: bytes) -> None:
        """Whoever refuses may close the line before all is sent; as by browsers, the answer is read then."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send(data)

    def send_chunk(self, data: bytes) -> None:
        """A piece of a body of unknown length; an empty one ends it."""
        self.send_until_refused(b"%x\r\n%s\r\n" % (len(data), data))

    def begin(self, path: str, offset: int, length: int, sent: bytes = b"") -> None:
        """A PATCH that promises `length` bytes and sends some."""
        self.head("PATCH", path, Upload_Offset=offset, Content_Type=STREAM, Content_Length=length)
        self.send_until_refused(sent)

    def hang_up(self) -> None:
        """FIN: the program ended, and its kernel says so."""
        self.socket.close()

    def reset(self) -> None:
        """RST: the other side is to forget what it has not read."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # --- receiving

    def answer(self, *, is_head: bool = False) -> Answer:
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        status = int(head[0].split()[1])
        has_body = not is_head and status not in (100, 204)
        body = self._exactly(int(headers.get("content-length", 0))) if has_body else b""
        return Answer(status, headers, body)

    def ask(self, method: str, path: str, data: bytes = b"", **headers: str | int) -> Answer:
        self.head(method, path, Content_Length=len(data), **headers)
        self.send_until_refused(data)
        return self.answer(is_head=method == "HEAD")

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            self._receive()
        found, _, self._unread = self._unread.partition(end)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._receive()
        found, self._unread = self._unread[:count], self._unread[count:]
        return found

    def _receive(self) -> None:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the line")
        self._unread += piece


# --- short ways


def create(tip: Tip, size: int, **headers: str | int) -> str:
    """The path of a new upload."""
    with Line(tip) as line:
        answer = line.ask("POST", UPLOADS, Upload_Length=size, **headers)
    assert answer.status == 201, answer
    return answer.headers["location"]


def offset(tip: Tip, path: str) -> int:
    """Where an upload stands, asked on a connection of its own."""
    with Line(tip) as line:
        answer = line.ask("HEAD", path)
    assert answer.status == 200, answer
    return int(answer.headers["upload-offset"])


def append(tip: Tip, path: str, at: int, data: bytes) -> Answer:
    """A whole piece on a connection of its own."""
    with Line(tip) as line:
        return line.ask("PATCH", path, data, Upload_Offset=at, Content_Type=STREAM)
