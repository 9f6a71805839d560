"""An HTTP proxy between the store and the real S3 server, which breaks things or lies on purpose.

It understands requests one by one: `trouble` names what happens to a request on its way, `before` and `after`
may change a request or its reply. A changed request is signed anew, so that the server takes it.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.contracts import seaweed

Headers = dict[str, str]

# What can happen to a request. The server does the work in those named `after`, and never hears of the others
# whole.
BEFORE = ("500", "503", "SlowDown", "silence", "cut request", "reset")
AFTER = ("swallow after", "silence after", "500 after", "cut reply after", "reset after")
TROUBLES = (*BEFORE, *AFTER, "delay")
HOLD_S = 30.0
# Longer than a call to the server behind may take, however slow the machine is.
SETTLES_WITHIN_S = 300.0
_BY_QUERY = {
    ("PUT", "partNumber"): "UploadPart",
    ("PUT", "retention"): "PutObjectRetention",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("POST", "delete"): "DeleteObjects",
    ("GET", "list-type"): "ListObjectsV2",
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "uploadId"): "ListParts",
    ("GET", "versions"): "ListObjectVersions",
    ("GET", "versioning"): "GetBucketVersioning",
    ("GET", "object-lock"): "GetObjectLockConfiguration",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
_BY_METHOD = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def key(self) -> str:
        return urlsplit(self.target).path.lstrip("/").partition("/")[2]

    @property
    def call(self) -> str:
        """What S3 calls this."""
        for name in self.query:
            if found := _BY_QUERY.get((self.method, name)):
                return found
        return _BY_METHOD[self.method] if self.key else "HeadBucket"

    def without(self, *names: str) -> Request:
        return replace(self, headers={k: v for k, v in self.headers.items() if k.lower() not in names})


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers
    body: bytes = b""

    @classmethod
    def fault(cls, status: int, code: str) -> Reply:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>on purpose</Message></Error>"
        return cls(status, {"Content-Type": "application/xml"}, text.encode())


class Proxy:
    """Listens on a port of its own; each test says what goes wrong there."""

    def __init__(self, behind: str) -> None:
        self.behind = urlsplit(behind)
        self._under_way = 0
        self._moved = threading.Condition()
        self.heal()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._ended = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def heal(self) -> None:
        """Be a plain proxy again, and count anew."""
        self.trouble: Callable[[Request], str | None] = lambda _: None
        self.before: Callable[[Request], Request | Reply] = lambda request: request
        self.after: Callable[[Request, Reply], Reply] = lambda _, reply: reply
        self.calls: list[str] = []
        self.settle()

    def settle(self) -> None:
        """Wait until the server has done all it was asked, also for those who did not wait for the answer."""
        with self._moved:
            assert self._moved.wait_for(lambda: self._under_way == 0, SETTLES_WITHIN_S), "a request hangs"

    @contextmanager
    def passing(self) -> Iterator[None]:
        """A request is on its way to the server, or its reply on the way back."""
        with self._moved:
            self._under_way += 1
        try:
            yield
        finally:
            with self._moved:
                self._under_way -= 1
                self._moved.notify_all()

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def hold(self) -> None:
        """Silence: nobody answers until the client has lost patience, or all ends."""
        self._ended.wait(HOLD_S)


@contextmanager
def running_proxy(behind: str) -> Iterator[Proxy]:
    proxy = Proxy(behind)
    try:
        yield proxy
    finally:
        proxy.close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64
    proxy: Proxy

    def handle_error(self, *_: object) -> None:
        """A client that hung up is nothing to print."""


class _Over(Exception):
    """This connection ends here."""


class _Handler(StreamRequestHandler):
    server: _Server
    disable_nagle_algorithm = True
    _AT_ONCE: ClassVar = {"500": (500, "InternalError"), "503": (503, "ServiceUnavailable")} | {
        "SlowDown": (503, "SlowDown")
    }

    def handle(self) -> None:
        proxy = self.server.proxy
        far = http.client.HTTPConnection(str(proxy.behind.hostname), proxy.behind.port, timeout=60)
        try:
            while request := self._read():
                proxy.calls.append(request.call)
                self._serve(proxy, request, far)
        except (_Over, OSError, http.client.HTTPException):
            pass
        finally:
            far.close()

    def _serve(self, proxy: Proxy, request: Request, far: http.client.HTTPConnection) -> None:
        trouble = proxy.trouble(request)
        if trouble in BEFORE:
            self._suffer(proxy, trouble, request, far)
            return
        if trouble == "delay":
            time.sleep(0.15)
        changed = proxy.before(request)
        if isinstance(changed, Reply):
            self._answer(request, changed)
            return
        with proxy.passing():
            reply = _forward(far, changed if changed is request else _signed(changed, request))
        reply = proxy.after(request, reply)
        if trouble in AFTER:
            self._suffer_after(proxy, trouble, request, reply)
        self._answer(request, reply)

    def _suffer(self, proxy: Proxy, trouble: str, request: Request, far: http.client.HTTPConnection) -> None:
        if trouble in self._AT_ONCE:
            self._answer(request, Reply.fault(*self._AT_ONCE[trouble]))
            return
        if trouble == "silence":
            proxy.hold()
        elif trouble == "cut request":
            _begin(far, request)
            with suppress(OSError):
                far.send(request.body[: len(request.body) // 2])
        elif trouble == "reset":
            self._reset()
        raise _Over

    def _suffer_after(self, proxy: Proxy, trouble: str, request: Request, reply: Reply) -> None:
        if trouble == "500 after":
            self._answer(request, Reply.fault(500, "InternalError"))
        elif trouble == "silence after":
            proxy.hold()
        elif trouble == "cut reply after":
            # In the middle of the body, or of the headers where there is no body.
            parts = [_head(reply, request), b"" if request.method == "HEAD" else reply.body]
            uncut = len(parts[0]) if parts[1] else 0
            self.wfile.write(b"".join(parts)[: uncut + len(parts[bool(parts[1])]) // 2])
        elif trouble == "reset after":
            self._reset()
        raise _Over

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _answer(self, request: Request, reply: Reply) -> None:
        self.wfile.write(_head(reply, request))
        if request.method != "HEAD":
            self.wfile.write(reply.body)

    def _read(self) -> Request | None:
        line = self.rfile.readline().decode("latin-1").split()
        if not line:
            return None
        headers = dict(http.client.parse_headers(self.rfile).items())
        if headers.pop("Expect", None):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.rfile.read(int(headers.get("Content-Length", "0")))
        return Request(line[0], line[1], headers, body)


def _head(reply: Reply, request: Request) -> bytes:
    headers = {k: v for k, v in reply.headers.items() if k.lower() not in ("transfer-encoding", "connection")}
    if request.method != "HEAD":
        headers = {k: v for k, v in headers.items() if k.lower() != "content-length"}
        headers["Content-Length"] = str(len(reply.body))
    lines = [f"HTTP/1.1 {reply.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _begin(far: http.client.HTTPConnection, request: Request) -> None:
    far.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.items():
        far.putheader(name, value)
    far.endheaders()


def _forward(far: http.client.HTTPConnection, request: Request) -> Reply:
    _begin(far, request)
    if request.body:
        far.send(request.body)
    answer = far.getresponse()
    return Reply(answer.status, dict(answer.getheaders()), answer.read())


def _signed(request: Request, original: Request) -> Request:
    """The changed request, signed as its owner would have."""
    query = {k: v for k, v in request.query.items() if not k.startswith("X-Amz-")}
    path = urlsplit(request.target).path
    target = f"{path}?{urlencode(query)}" if query else path
    kept = request.without("authorization", "x-amz-content-sha256", "x-amz-date", "content-length")
    made = AWSRequest(
        request.method, f"http://{original.headers['Host']}{target}", headers=kept.headers, data=request.body
    )
    made.context["payload_signing_enabled"] = False
    S3SigV4Auth(Credentials(seaweed.ACCESS_KEY, seaweed.SECRET_KEY), "s3", "us-east-1").add_auth(made)
    return replace(
        request, target=target, headers=dict(made.headers) | {"Content-Length": str(len(request.body))}
    )
