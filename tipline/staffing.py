"""Who works on which queue. Where several hosts share the queues out one is easily left out, and what waits
in it, packages or notices, waits for ever without a fault.
"""

from __future__ import annotations

import redis

from tipline import bell, services
from tipline.errors import N_
from tipline.jobs import DESK, LATE, MEDIA, SOON
from tipline.settings import Settings

Told = tuple[str, str, dict[str, object]]
# What waits in each.
WORK = {
    MEDIA: N_("first pictures of files"),
    SOON: N_("what completes a look, stills, clips and covered copies"),
    LATE: N_("browser copies and packages"),
    DESK: N_("notices and reminders"),
}
EVERY = N_("Every queue has a worker, on: %(hosts)s.")
LEFT_OUT = N_(
    "Nobody works on %(queues)s: what waits there waits for ever. Start `tipline worker` with these queues on"
    " a worker host."
)
NONE_YET = N_("None yet; they start with `tipline run` or `tipline worker`.")
AWAY = N_("Nobody can say while the broker cannot be reached.")


def left_out(listening: dict[str, list[str]]) -> list[str]:
    """Queues that no host works on."""
    return [queue for queue, hosts in listening.items() if not hosts]


def hosts(listening: dict[str, list[str]]) -> dict[str, list[str]]:
    """Host → its queues."""
    names = sorted({host for those in listening.values() for host in those})
    return {host: [queue for queue, those in listening.items() if host in those] for host in names}


def examine(settings: Settings) -> Told:
    """What the doctor says: name of a state, sentence, its values."""
    try:
        found = bell.QueueBell(services.redis_url(settings)).listening()
    except (redis.RedisError, OSError):
        return ("FAIL", AWAY, {}) if settings.redis_url else ("OK", NONE_YET, {})
    away = left_out(found)
    if len(away) == len(found):
        return "NOTE", NONE_YET, {}
    if away:
        return "FAIL", LEFT_OUT, {"queues": ", ".join(away)}
    return "OK", EVERY, {"hosts": ", ".join(hosts(found))}
