"""Other people's servers on loopback: robots of WeCom, DingTalk and Feishu, doors for webhooks, mail.

Each answers as the real one does, or as one that is ill: the path's last word says how.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import ports

# Token → (status, body) as the services answer.
WECOM: dict[str, tuple[int, Any]] = {
    "good-robot": (200, {"errcode": 0, "errmsg": "ok"}),
    "gone-robot": (200, {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1732], key gone-robot"}),
    "busy-robot": (200, {"errcode": 45009, "errmsg": "api freq out of limit"}),
    "sick-robot": (500, "<h1>Internal Server Error</h1>"),
    "odd-robot": (200, "<html>welcome to the hotel network</html>"),
    "away-robot": (302, ""),
}
DINGTALK: dict[str, tuple[int, Any]] = {
    "goodrobot": (200, {"errcode": 0, "errmsg": "ok"}),
    "wordrobot": (200, {"errcode": 310000, "errmsg": "keywords not in content"}),
    "gonerobot": (200, {"errcode": 300001, "errmsg": "token is not exist"}),
}
FEISHU: dict[str, tuple[int, Any]] = {
    "good-robot": (200, {"code": 0, "msg": "success", "data": {}}),
    "gone-robot": (200, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}),
    "busy-robot": (429, {"code": 11232, "msg": "frequency limited"}),
}


@dataclass
class Receiver:
    """`got` holds path, headers and body of every request in order."""

    port: int
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)  # path → answer, over the tables

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def wecom(self, token: str = "good-robot") -> str:
        return self.at(f"/cgi-bin/webhook/send?key={token}")

    def dingtalk(self, token: str = "goodrobot") -> str:
        return self.at(f"/robot/send?access_token={token}")

    def feishu(self, token: str = "good-robot") -> str:
        return self.at(f"/open-apis/bot/v2/hook/{token}")

    @property
    def texts(self) -> list[str]:
        """What the robots were told."""
        told = [json.loads(body) for _, _, body in self.got]
        return [
            (one.get("text") or one.get("content") or {}).get("content") or one["content"]["text"]
            for one in told
        ]

    def answer(self, path: str) -> tuple[int, Any]:
        place, _, query = path.partition("?")
        if place in self.answers:
            return self.answers[place]
        if place.startswith("/cgi-bin/"):
            return WECOM[query.partition("=")[2].partition("&")[0]]
        if place.startswith("/robot/"):
            return DINGTALK[query.partition("=")[2].partition("&")[0]]
        if place.startswith("/open-apis/"):
            return FEISHU[place.rstrip("/").rpartition("/")[2]]
        return 204, ""


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            made.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, said = made.answer(self.path) if "hanging" not in self.path else (0, "")
            if not status:
                time.sleep(1.5)
                return
            data = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            if status == 302:
                self.send_header("location", made.at("/elsewhere"))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Mailbox:
    """A mail server that keeps what it is given; who is called `nobody` is not known there."""

    port: int = 0
    got: list[tuple[list[str], Message]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(
            (list(envelope.rcpt_tos), message_from_bytes(envelope.content or b"", policy=default))
        )  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # its own, in which all that it hears stands
    box.port = ports.lease()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, ready_timeout=60)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Dead:
    """A server that takes connections and says nothing until it is let go; `tried` counts them."""

    port: int = 0
    tried: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def dead() -> Iterator[Dead]:
    made = Dead()
    counting = threading.Lock()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with counting:
                made.tried += 1
            made.let_go.wait()

    class Server(ThreadingTCPServer):
        daemon_threads, block_on_close, request_queue_size = True, False, 128

    server = Server(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield made
    finally:
        made.let_go.set()
        server.shutdown()
        server.server_close()
