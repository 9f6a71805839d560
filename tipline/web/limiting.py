"""What one address may do in a while. Addresses are counted under a hash that nobody can turn back.

A whole mall, or the thousand phones of a provider's gateway, may stand behind one address: so much is let in
that only a machine asks for more. What comes from this machine itself has no address: a proxy that was not
declared (TIPLINE_BEHIND_PROXY), an onion service or a measurement would else be one sender for all the
world.
"""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

from flask import Flask, request
from flask_limiter import Limiter

from tipline.domain import clock
from tipline.errors import TiplineError
from tipline.services import Services, redis_url
from tipline.web import current

WINDOW_S = 600


class Budget(NamedTuple):
    """So many of something in ten minutes from one address, and the «no» to whoever asks for more."""

    name: str
    most: int
    code: str
    window_s: int = WINDOW_S


TIPS = Budget("tips", 60, "tip:crowded")
MESSAGES = Budget("messages", 60, "message:crowded")
UPLOADS = Budget("uploads", 600, "upload:too-often")
FORMS = Budget("forms", 120, "upload:too-often")
# What is told or corrected of a tip that is there: each stands in the log for ever.
WORDS = Budget("words", 120, "request:too-many", window_s=60)
# The same of one tip, file or appointment: whoever holds its code might else fill the log from many
# addresses, or from one that is not counted.
WORDS_OF_ONE = Budget("words-of-one", 240, "request:enough-today", window_s=86_400)
# A member of staff or a partner is known, and may speak for many.
KNOWN = 10


def spend(budget: Budget, account_id: int | None = None) -> None:
    """Count one of these for who asks, or for the account that acts; raises the budget's «no»."""
    from tipline.web import counting  # which counts by way of the limiter below

    account_id = account_id or current.sent_by_id()
    who = f"account-{account_id}" if account_id else sender()
    if who is None:
        return
    most = budget.most * KNOWN if account_id else budget.most
    if seconds := counting.hit(f"budget/{budget.name}/{who}", most, budget.window_s):
        raise TiplineError(budget.code, seconds=seconds)


def spend_on(budget: Budget, what: str) -> None:
    """Count one of these for a thing, whoever asks: a link, say, that many may hold."""
    from tipline.web import counting

    if seconds := counting.hit(f"budget/{budget.name}/{what}", budget.most, budget.window_s):
        raise TiplineError(budget.code, seconds=seconds)


def spend_words(about: str) -> None:
    """Count something that is told or corrected of the asker's own tip: for who asks, and for the tip."""
    spend(WORDS)
    spend_on(WORDS_OF_ONE, about)


def sender() -> str | None:
    """The address whose share of room and of lines is counted; None for this machine and known accounts."""
    if current.sent_by_id() or counted(request.remote_addr or "") is None:
        return None
    return asker()


def counted(address: str) -> str | None:
    """What counts as one sender of this address; None for this machine, and where nothing is known."""
    parsed = _parsed(address)
    return None if parsed is None or parsed.is_loopback else _line(address)


def asker() -> str:
    """The asker's address as a keyed hash; the key changes every day, so days cannot be joined."""
    day = clock.now().date().isoformat()
    key = hashlib.sha256(f"limits\0{day}\0{current.services().key}".encode()).digest()
    return hmac.new(key, _line(request.remote_addr or "").encode(), hashlib.sha256).hexdigest()[:32]


def _line(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 in which an IPv6 address changes at will."""
    parsed = _parsed(address)
    if parsed is None or isinstance(parsed, IPv4Address):
        return address if parsed is None else str(parsed)
    return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


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
