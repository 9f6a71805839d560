"""The one door out: whoever sends a notice goes through it, and nothing of ours is reached from inside.

Within `door` of this thread names resolve to addresses of the public network alone, and to the private ones
that the operator opened; a redirect is an answer and is not followed; answers are read up to a bound. What
is connected to is what was looked up here, so a name that changes its mind in between gains nothing: where
somebody chose the name, a proxy of the environment, which would look it up once more, is not used. What the
host keeps for itself in a .netrc goes to nobody. Other threads, and whatever else this process does, notice
nothing of it.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from tipline.domain import addresses

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# An answer of a robot is a line; whoever sends more is not read to the end.
MOST_READ = 16_384
PATIENCE_S = 5.0  # for one step of a connection
WITHIN_S = 12.0  # for all of it


class Closed(OSError):
    """The address lies inside, and nobody opened it."""


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes


@dataclass
class Door:
    """`by_proxy`: nobody of the desk chose the host, so a proxy may look it up. `answers` in the order they
    came; `closed`: an address inside was refused; `said` by a mail server."""

    networks: Collection[Network] = ()
    by_proxy: bool = False
    answers: list[Answer] = field(default_factory=list)
    closed: bool = False
    said: list[str] = field(default_factory=list)
    is_slow: bool = False
    until: float = field(default_factory=lambda: time.monotonic() + WITHIN_S)

    def lets(self, address: str) -> bool:
        """Whether this address may be connected to."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = addresses.carried(ip) or ip
        return any(ip in one for one in self.networks) or addresses.is_public(ip)


_door: ContextVar[Door | None] = ContextVar("door", default=None)
_lookup = socket.getaddrinfo
_send = requests.Session.send


@contextmanager
def door(networks: Collection[Network], *, by_proxy: bool = False) -> Iterator[Door]:
    """Within it this thread may go out, and what it hears is kept."""
    _mute_apprise()  # each time: whoever sets logging up anew may have undone it
    opened = Door(networks, by_proxy)
    before = _door.set(opened)
    try:
        yield opened
    finally:
        _door.reset(before)


def within(seconds: float, work: Callable[[], None]) -> bool:
    """Do it in a thread of its own; whether it ended in time. One that hangs ends with this process, which
    lives for one job."""
    thread = threading.Thread(target=work, name="notice", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
    found = _lookup(host, *args, **kwargs)
    here = _door.get()
    if here is None:
        return found
    let = [one for one in found if here.lets(str(one[4][0]))]
    if not let:
        here.closed = True
        raise Closed("an address inside the house")
    return let


def _guarded_send(self: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> Any:
    here = _door.get()
    if here is None:
        return _send(self, request, **kwargs)
    _require_open(here, str(request.url))
    kwargs.update(allow_redirects=False, stream=True, timeout=(PATIENCE_S, PATIENCE_S), verify=True)
    if not here.by_proxy:
        kwargs["proxies"] = {}
    try:
        response = _send(self, request, **kwargs)
    except requests.Timeout:
        here.is_slow = True  # whoever called us may not tell
        raise
    body = b""
    while len(body) < MOST_READ and time.monotonic() < here.until:
        piece = response.raw.read1(MOST_READ - len(body), decode_content=True)
        if not piece:
            break
        body += piece
    response.close()
    response._content = body[:MOST_READ]
    response._content_consumed = True
    here.answers.append(Answer(response.status_code, response._content))
    return response


def _require_open(here: Door, url: str) -> None:
    """An address in figures, which a proxy would not look up by us."""
    try:
        is_open = here.lets(urlsplit(url).hostname or "")
    except ValueError:
        return  # a name: looked up later, here
    if not is_open:
        here.closed = True
        raise requests.ConnectionError("an address inside the house")


class _Overheard(logging.Handler):
    """What apprise notes of a fault in a conversation with a mail server; the rest it notes goes nowhere, for
    addresses and tokens stand in it."""

    def emit(self, record: logging.LogRecord) -> None:
        here = _door.get()
        text = record.getMessage()
        if here is not None and text.startswith("Socket Exception: "):
            here.said.append(text.removeprefix("Socket Exception: ")[:300])


_OVERHEARD = _Overheard()


def _mute_apprise() -> None:
    noted = logging.getLogger("apprise")
    noted.handlers[:] = [_OVERHEARD]
    noted.propagate = False
    noted.setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # whose lines for us hold addresses whole


socket.getaddrinfo = _guarded_lookup
requests.Session.send = _guarded_send  # type: ignore[method-assign]
requests.sessions.get_netrc_auth = lambda *_, **_k: None  # type: ignore[attr-defined]
_mute_apprise()
