"""Sends one message through the door, by apprise or by a plain request, and says how it went."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

import apprise
import requests

from tipline.domain.addresses import FIXED_HOST, Address
from workers import answers, egress
from workers.egress import Door, Network

# What the operator set himself may lie anywhere.
ANYWHERE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
SLACK_S = 3.0
SENDER = "Tipline"
# Threads make addresses side by side, and the first one loads what apprise knows.
_MAKING = threading.Lock()
_ASSET = apprise.AppriseAsset(
    app_id="Tipline", app_desc="Tipline", app_url="", http_redirects=False, async_mode=False, plugin_paths=[],
    storage_mode=apprise.PersistentStoreMode.MEMORY,
)  # fmt: skip


def warm_up() -> None:
    """Load what apprise loads with its first address, before somebody waits for it."""
    apprise.Apprise.instantiate("wecombot://warm", asset=_ASSET)


class Outcome(NamedTuple):
    """`fault` is None if the other side took it; `said` is for whoever tries a channel out."""

    fault: str | None
    said: str = ""


def networks(opened: Collection[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in opened)


def by_apprise(address: Address, body: str, allowed: Collection[Network], *, title: str = "") -> Outcome:
    """To a robot, by mail, or to whatever else an address for apprise names."""
    try:
        with _MAKING:
            service = apprise.Apprise.instantiate(address.url, asset=_ASSET, suppress_exceptions=True)
    except (
        Exception
    ):  # a hundred parsers of foreign hands: whatever one stumbles over is an address to refuse
        service = None
    if not isinstance(service, apprise.NotifyBase):
        return Outcome("notice:address-unclear")
    if address.at:
        place = address.at.replace("{", "%7B").replace("}", "%7D")
        for name in ("api_url", "notify_url"):  # the station's own server of the same service
            setattr(service, name, place)
    secrets = [part for part in (address.url, address.at, *_tokens(address)) if len(part) > 3]
    plain = apprise.NotifyFormat.TEXT

    def ask() -> bool:
        return bool(service.notify(body=body, title=title, body_format=plain))

    is_fixed = address.scheme in FIXED_HOST and not address.at
    return _through(allowed, address.scheme, secrets, ask, by_proxy=is_fixed or allowed is ANYWHERE)


def by_request(
    method: str, url: str, allowed: Collection[Network], *, data: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Outcome:  # fmt: skip
    """A webhook, or a gateway's address."""

    def ask() -> bool:
        told = {"User-Agent": SENDER, **(headers or {})}
        answer = requests.request(method, url, data=data, headers=told, timeout=egress.PATIENCE_S)
        return answer.ok

    return _through(allowed, "web", [url], ask, by_proxy=allowed is ANYWHERE)


def _through(
    allowed: Collection[Network], scheme: str, secrets: list[str], ask: Callable[[], bool], *, by_proxy: bool
) -> Outcome:
    """In a thread of its own: one that hangs is left behind, and its process ends with the job."""
    made: list[Outcome] = []

    def work() -> None:
        with egress.door(allowed, by_proxy=by_proxy) as door:
            made.append(_asked(ask, door, scheme, secrets))

    ended = egress.within(egress.WITHIN_S + SLACK_S, work)
    return made[0] if ended and made else Outcome("notice:hung")


def _asked(ask: Callable[[], bool], door: Door, scheme: str, secrets: list[str]) -> Outcome:
    try:
        took_it = ask()
    except requests.Timeout:
        return Outcome("notice:hung")
    except Exception:  # foreign code at a foreign server: nothing of it may end our job
        took_it = False
    fault = answers.fault_of(scheme, door, took_it=took_it)
    if fault == "notice:unreachable" and door.is_slow:
        fault = "notice:hung"
    return Outcome(fault, answers.words_of(door, secrets))


def _tokens(address: Address) -> list[str]:
    """What of an address must not come back in an answer that is shown."""
    parts = urlsplit(address.url)
    own = [parts.netloc.rpartition("@")[2], parts.username or "", parts.password or "", parts.path.strip("/")]
    own += [value for _, value in parse_qsl(parts.query) if len(value) > 5]
    return [one for one in own if one] + [quote(one) for one in own if one]
