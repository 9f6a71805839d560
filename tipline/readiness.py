"""Whether a started Tipline works: asked of the web server and of the broker, as anybody outside would."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from datetime import UTC, datetime

import redis

from tipline import broker
from tipline.jobs import MEDIA
from tipline.settings import Settings

PATIENCE_S = 2.0
# Where to knock when the server listens on all addresses.
OWN_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


def why_not_ready(settings: Settings, started: datetime) -> str | None:
    """None once the web answers well and a worker of ours takes jobs; else what is missing."""
    return _web_fault(settings) or _worker_fault(settings, started)


def _web_fault(settings: Settings) -> str | None:
    host = OWN_ADDRESS.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    # A proxy of the environment is for the world outside.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{host}:{settings.port}/readyz", timeout=PATIENCE_S) as answer:
            return None if answer.status == 200 else f"web {answer.status}"
    except urllib.error.HTTPError as fault:
        try:
            return f"web {fault.code}: {json.dumps(json.load(fault), ensure_ascii=False)}"
        except ValueError:
            return f"web {fault.code}"
    except OSError as fault:
        return f"web: {getattr(fault, 'reason', fault)}"


def _worker_fault(settings: Settings, started: datetime) -> str | None:
    """RQ's own register: a worker of this machine, born after we started, that takes media."""
    from rq import Worker

    url = settings.redis_url or broker.socket_url(settings.data)
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S
        ) as connection:
            workers = Worker.all(connection=connection)
    except redis.RedisError as fault:
        return f"broker: {type(fault).__name__}"
    here = os.uname().nodename
    for worker in workers:
        ours = worker.hostname == here and worker.birth_date and _is_after(worker.birth_date, started)
        if ours and MEDIA in worker.queue_names():
            return None
    # Without a wall that holds no worker takes media, ever; the rest works.
    return None if holes(settings, started) else "worker"


def holes(settings: Settings, started: datetime) -> list[str]:
    """Attacks that this machine's sandbox did not withstand, as the workers wrote down at their start."""
    try:
        state = json.loads((settings.data / "run" / "worker.json").read_text())
        written = datetime.fromisoformat(state["at"])
    except (OSError, ValueError, KeyError):
        return []
    is_open = state.get("sandbox") == "open" and _is_after(written, started)
    return [str(hole) for hole in state.get("holes", [])] if is_open else []


def _is_after(birth: datetime, started: datetime) -> bool:
    """RQ keeps whole seconds, some versions without a zone."""
    return birth.replace(tzinfo=birth.tzinfo or UTC) >= started.replace(microsecond=0)
