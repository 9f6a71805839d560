"""Request limits shared by all web hosts. Addresses are counted under a hash that nobody can turn back."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from flask import Flask, request
from flask_limiter import Limiter

from tipline.services import redis_url
from tipline.web import current


def asker() -> str:
    """The asker's address as a keyed hash; the key changes every day, so days cannot be joined."""
    day = datetime.now(UTC).date().isoformat()
    key = hashlib.sha256(f"limits\0{day}\0{current.services().key}".encode()).digest()
    return hmac.new(key, (request.remote_addr or "").encode(), hashlib.sha256).hexdigest()[:32]


limiter = Limiter(asker, headers_enabled=False)


def init(app: Flask) -> None:
    url = redis_url(current_settings(app))
    app.config.update(
        RATELIMIT_STORAGE_URI=url.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1},
        # A broker that is down must not close the door: this process then counts by itself.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_KEY_PREFIX="tipline",
    )
    limiter.init_app(app)


def current_settings(app: Flask):  # type: ignore[no-untyped-def]
    return app.extensions["tipline"].settings
