"""Wrong passwords and wrong codes cost time, and more each time; nobody is ever locked out.

Counted for a name from one address, so that nobody can keep its owner out from elsewhere, and for an address
over all names. A device that its owner signed in with before is counted by itself alone, so that not even
somebody on the same network makes them wait. A broker that is down does not open the door: this process then
counts by itself.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from tipline.domain import ids
from tipline.errors import TiplineError
from tipline.web import counting, current
from tipline.web.accounts import devices
from tipline.web.limiting import asker

REMEMBERED_S = 3600
LONGEST_S = 60
FREE, FREE_OF_ADDRESS = 4, 50
# A code has a million values and three of them count: whoever has the password tries from everywhere.
FREE_OF_CODES = 20
# What is guessed.
PASSWORD, CODE, KEY = "password", "code", "key"


class Count(NamedTuple):
    """What is counted under which name, and how many tries cost nothing."""

    name: str
    free: int


def require_none(username: str, what: str = PASSWORD) -> None:
    """Raise account:wait while a delay runs."""
    for count in _counts(username, what):
        until = (
            counting.ask("get_expiry", f"{count.name}/wait")
            if counting.ask("get", f"{count.name}/wait")
            else 0
        )
        seconds = int(until - time.time()) + 1
        if until and seconds > 0:
            raise TiplineError("account:wait", seconds=seconds)


def add(username: str, what: str = PASSWORD) -> None:
    """Another try. It is counted before it is looked at, so tries side by side gain nothing."""
    for count in _counts(username, what):
        over = counting.ask("incr", f"{count.name}/tries", REMEMBERED_S) - count.free
        if over > 0:
            counting.ask("incr", f"{count.name}/wait", min(2**over, LONGEST_S))


def forget(username: str, what: str = PASSWORD) -> None:
    """It was right: this name starts afresh from here; for the address the try does not count."""
    for count in _counts(username, what):
        if count.free == FREE_OF_ADDRESS:
            counting.ask("incr", f"{count.name}/tries", REMEMBERED_S, -1)
        else:
            counting.ask("clear", f"{count.name}/tries")
            counting.ask("clear", f"{count.name}/wait")


def _counts(username: str, what: str) -> list[Count]:
    if device := devices.known(username):
        return [Count(f"{what}/device-{device}", FREE)]
    where, name = asker(), username.strip().casefold()
    counts = [
        Count(f"{what}/{_hash(where + chr(0) + name)}", FREE),
        Count(f"{what}/{where}", FREE_OF_ADDRESS),
    ]
    if what == CODE:
        counts.append(Count(f"{what}/{_hash(name)}", FREE_OF_CODES))
    return counts


def _hash(name: str) -> str:
    return ids.keyed_hash(current.services().key, "sign-in", name)[:32]
