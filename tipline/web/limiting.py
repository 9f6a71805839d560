"""Request limits shared by all web hosts. Addresses are counted under a hash that nobody can turn back."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter

from tipline.services import Services, redis_url
from tipline.web import current


def asker() -> str:
    """The asker's address as a keyed hash; the key changes every day, so days cannot be joined."""
    day = datetime.now(UTC).date().isoformat()
    key = hashlib.sha256(f"limits\0{day}\0{current.services().key}".encode()).digest()
    return hmac.new(key, _line(request.remote_addr or "").encode(), hashlib.sha256).hexdigest()[:32]


def _line(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 in which an IPv6 address changes at will."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ip_network(f"{address.partition('%')[0]}/64", strict=False))


limiter = Limiter(asker, headers_enabled=False)


def init(app: Flask) -> None:
    services: Services = app.extensions["tipline"]
    url = redis_url(services.settings)
    app.config.update(
        RATELIMIT_STORAGE_URI=url.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},
        # A broker that is down must not close the door: this process then counts by itself.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_KEY_PREFIX="tipline",
    )
    limiter.init_app(app)
