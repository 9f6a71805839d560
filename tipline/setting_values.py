"""How the value of a setting is read: each reader gives what is meant, or raises ValueError with the rest of
a sentence that begins with the setting's name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from storage import read_address

# Values seen in examples and tutorials; a service that signs with one of them is open to anybody.
KNOWN_KEYS = frozenset({"changeme", "change-me", "secret", "dev", "development", "test", "password"})
SHORTEST_KEY = 32
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")


def text(value: str) -> str:
    return value.strip()


def path(value: str) -> Path:
    return Path(value).expanduser().resolve()


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must lie between {low} and {high}")
        return number

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError("must be one of " + ", ".join(choices))
        return value

    return parse


def switch(value: str) -> bool:
    return one_of("0", "1")(value) == "1"


def url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        try:
            scheme = urlsplit(value).scheme
        except ValueError as fault:
            raise ValueError("cannot be read as an address") from fault
        if scheme not in schemes:
            raise ValueError("must begin with " + " or ".join(f"{s}:" for s in schemes))
        return value.rstrip("/") if scheme in ("http", "https") else value

    return parse


def page(value: str) -> str:
    """An address that people open; its host may be written in any script."""
    checked = url("http", "https")(value)
    try:
        parts = urlsplit(checked)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or re.search(r"\s", checked):
        raise ValueError("must name a host, such as https://tips.example.org")
    return checked


def broker(value: str) -> str:
    checked = url("redis", "rediss", "unix")(value)
    # Whoever reaches an open one gives orders to our workers.
    if not checked.startswith("unix:") and not urlsplit(checked).password:
        raise ValueError("needs a password, as in redis://:PASSWORD@HOST:6379/0, or a socket: unix:///PATH")
    return checked


def origin(value: str) -> str:
    checked = url("http", "https")(value)
    parts = urlsplit(checked)
    # It becomes a part of the policy of our pages.
    if not _HOST.fullmatch(parts.netloc) or parts.path or parts.query or parts.fragment:
        raise ValueError("must be a scheme, a host and perhaps a port, such as https://media.example.org")
    return checked


def store(value: str) -> str:
    checked = url("file", "s3")(value)
    try:
        read_address(checked)
    except ValueError as fault:
        raise ValueError(f"cannot be used: {str(fault).rstrip('.')}") from fault
    return checked


def tiles(value: str) -> str:
    checked = url("http", "https")(value)
    if not all(place in checked for place in ("{z}", "{x}", "{y}")):
        raise ValueError("must be an address with {z}, {x} and {y} in it")
    # Its host becomes a part of the policy of our pages.
    if not _HOST.fullmatch(urlsplit(checked).netloc):
        raise ValueError("must name a host by letters, digits, dots and dashes, and a port if it has one")
    return checked


def networks(value: str) -> tuple[str, ...]:
    """Written as people do: separated by commas."""
    found = [one.strip() for one in value.split(",") if one.strip()]
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in found)
    except ValueError as fault:
        raise ValueError("must be networks such as 10.20.0.0/16, separated by commas") from fault


def mail(value: str) -> str:
    parts = urlsplit(url("mailto", "mailtos")(value))
    if not parts.hostname or "from=" not in parts.query:
        raise ValueError("must name a server and a sender: mailtos://NAME:PASSWORD@HOST:465?from=SENDER")
    return value


def sms(value: str) -> str:
    checked = url("http", "https")(value)
    if not all(place in checked for place in ("{phone}", "{text}")):
        raise ValueError("must be an address with {phone} and {text} in it")
    return checked


def zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as fault:
        raise ValueError("is not a known time zone, such as Asia/Shanghai") from fault
    return value


def key(value: str) -> str:
    if value.lower() in KNOWN_KEYS or len(value) < SHORTEST_KEY:
        raise ValueError(
            f"must be a secret of your own, at least {SHORTEST_KEY} characters; leave it out and one is made"
        )
    return value
