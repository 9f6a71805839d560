"""How long a tip takes from «send» to an officer's screen and to a group's robot, workers and all.

A station on loopback. A reporter's program sends tips one after the other; a thread asks the queue as its
page does, a receiver that speaks like WeCom notes when it was told. Markdown on stdout.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests import receivers
from tests.journeys.station import Station, running
from tipline import services, settings
from tipline.domain import addresses, listening
from tipline.domain.actors import SYSTEM
from workers.delivering import MANY

TIPS = MANY  # what a channel is told beyond these within ten minutes is put together once a minute
GIVE_UP_S = 30.0


def main(arguments: Sequence[str] = ()) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder,
        receivers.receiver() as robot,
        running(Path(folder), TIPLINE_NOTICE_NETWORKS="127.0.0.0/8") as made,
    ):
        _listen(made.environment, robot.wecom())
        token = made.bearer()["Authorization"].split()[1]
        rows = [_one(made, token, robot, number) for number in range(TIPS)]
    _tell(rows)
    return 0


def _listen(environment: dict[str, str], address: str) -> None:
    built = services.build(settings.load(environment))
    try:
        with built.database.transaction() as tx:
            pasted = addresses.read(address, inside=True)
            listening.add(tx, built.key, SYSTEM, None, pasted, label="bench", events=["tip:new"])
    finally:
        built.close()


def _one(made: Station, token: str, robot: receivers.Receiver, number: int) -> tuple[float, float]:
    """Seconds from the request to the row in the queue's answer, and to the robot."""
    before, seen = len(robot.got), threading.Event()
    at: dict[str, float] = {}
    began = time.monotonic()
    body = {"category": "other", "text": f"bench {number}"}
    reference = _ask(made.url, "/api/v1/public/tips", None, body)["reference"]

    def look() -> None:
        while time.monotonic() - began < GIVE_UP_S:
            items = _ask(made.url, "/api/v1/queue?limit=5", token)["items"]
            if reference in [one["reference"] for one in items]:
                at["screen"] = time.monotonic() - began
                break
            time.sleep(0.02)
        seen.set()

    threading.Thread(target=look, daemon=True).start()
    while len(robot.got) == before and time.monotonic() - began < GIVE_UP_S:
        time.sleep(0.005)
    at["robot"] = time.monotonic() - began
    seen.wait(GIVE_UP_S)
    time.sleep(0.5)
    return at.get("screen", GIVE_UP_S), at["robot"]


def _ask(base: str, path: str, token: str | None, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body else None
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(base + path, data, headers)  # noqa: S310 - our own station
    with urllib.request.urlopen(request, timeout=GIVE_UP_S) as answer:  # noqa: S310
        return json.load(answer)


def _tell(rows: list[tuple[float, float]]) -> None:
    print("| from «send» to | p50 | p95 | worst |\n|---|---|---|---|")
    names = ("the queue's answer", "the WeCom receiver")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        cuts = statistics.quantiles(values, n=20)
        print(f"| {name} | {statistics.median(values):.2f} s | {cuts[18]:.2f} s | {max(values):.2f} s |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
