"""100 desks that stand open beside 20 uploads: what their questions cost, and what they take from uploads.

A desk is the queue with 5,000 tips behind it: it asks every ten seconds for what changed, every three while
files are examined, as the page does. Three measurements in one run: desks alone, uploads alone, both.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from bench import crowd
from bench.pushing import push
from bench.servers import Server
from tests.journeys.station import JSON, Station, running
from tipline import services, settings
from tipline.bell import SilentBell
from tipline.domain import accounts
from tipline.domain import tokens as api_tokens

MIB = 1024 * 1024
REPORT = json.dumps({"category": "theft", "text": "测量", "anonymous": True}).encode()
PIECE_MIB, RATE = 4, 1.0  # MiB, MiB a second: a good mobile line
LIVE = re.compile(r'hx-get="(/desk/queue/live[^"]*)" hx-trigger="every (\d+)s"')
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Told:
    """What all desks together were told."""

    spent_ms: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    refused: int = 0

    def hundredth(self, share: float) -> float:
        ordered = sorted(self.spent_ms) or [0.0]
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench desk-live", description=__doc__)
    parser.add_argument("--desks", type=int, default=100)
    parser.add_argument("--uploads", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=45)
    said = parser.parse_args(arguments)
    # What is sent is noise, so that the one worker is done with a file as soon as it has seen it.
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, running(Path(folder)) as station:
        tokens = _fill(station)
        print("| | questions | p50 / p95 | bytes a question | processor of the web host | uploads |")
        print("|---|---|---|---|---|---|")
        for desks, uploads in ((said.desks, 0), (0, said.uploads), (said.desks, said.uploads)):
            print(_measure(station, tokens, desks, uploads, said.seconds), flush=True)
    return 0


def _fill(station: Station) -> list[str]:
    made = services.build(settings.load(station.environment), bell=SilentBell())
    try:
        crowd.fill(made.database, 5_000, password_hash="!")  # noqa: S106 - nobody signs in with it
        with made.database.transaction() as tx:
            officers = [one for one in accounts.list_accounts(tx) if one.username.startswith("officer")]
            return [api_tokens.create(tx, made.key, one.actor, one) for one in officers]
    finally:
        made.close()


def _measure(station: Station, tokens: list[str], desks: int, uploads: int, seconds: float) -> str:
    told, sent = Told(), [0.0]
    ends = time.monotonic() + seconds
    people = [
        threading.Thread(target=_desk, args=(station, tokens[at % len(tokens)], ends, told))
        for at in range(desks)
    ]
    senders = [threading.Thread(target=_sender, args=(station, ends, sent)) for _ in range(uploads)]
    spent, began = _processor(station), time.monotonic()
    for one in (*people, *senders):
        one.start()
    for one in (*people, *senders):
        one.join()
    took = time.monotonic() - began
    share = (_processor(station) - spent) / took
    name = " beside ".join(
        part for part in (f"{desks} desks" * bool(desks), f"{uploads} uploads" * bool(uploads)) if part
    )
    asked = len(told.spent_ms)
    questions = f"{asked} ({asked / took:.0f}/s), {told.refused} refused" if desks else "–"
    latency = f"{told.hundredth(0.5):.0f} / {told.hundredth(0.95):.0f} ms" if desks else "–"
    size = f"{sum(told.sizes) / max(1, asked):.0f}" if desks else "–"
    speed = f"{sent[0] / took:.0f} MiB/s" if uploads else "–"
    return f"| {name} | {questions} | {latency} | {size} | {share:.0%} of one core | {speed} |"


def _desk(station: Station, token: str, ends: float, told: Told) -> None:
    """Open the queue, then ask as the page would; desks do not begin all at once."""
    line = http.client.HTTPConnection(station.url.partition("//")[2], timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh-CN"}
    asking = {**headers, "HX-Request": "true"}
    time.sleep(random.uniform(0, 8))  # noqa: S311 - no secret
    page = _get(line, "/desk/queue", headers)[1]
    while time.monotonic() < ends:
        url, every = LIVE.findall(page)[-1]
        time.sleep(max(0.0, min(float(every), ends - time.monotonic())))
        began = time.perf_counter()
        status, body = _get(line, unescape(url), asking)
        told.spent_ms.append((time.perf_counter() - began) * 1000)
        told.sizes.append(len(body.encode()))
        told.refused += status not in (200, 204)
        page = body if status == 200 else page


def _get(line: http.client.HTTPConnection, url: str, headers: dict[str, str]) -> tuple[int, str]:
    try:
        line.request("GET", url, headers=headers)
        answer = line.getresponse()
    except (http.client.RemoteDisconnected, ConnectionError):
        # A server may end a connection that was kept for a while just as it is used again.
        line.close()
        line.request("GET", url, headers=headers)
        answer = line.getresponse()
    return answer.status, answer.read().decode()


def _sender(station: Station, ends: float, sent: list[float]) -> None:
    """One reporter after the other, each with a piece of 4 MiB, on a line of RATE on the whole."""
    while time.monotonic() < ends:
        began = time.monotonic()
        push(_reporter(station), PIECE_MIB * MIB, PIECE_MIB * MIB)
        sent[0] += PIECE_MIB
        time.sleep(max(0.0, PIECE_MIB / RATE - (time.monotonic() - began)))


def _reporter(station: Station) -> Server:
    """The station as somebody sees it who has just begun a report."""
    request = urllib.request.Request(f"{station.url}/api/v1/public/tips", REPORT, JSON, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        token = json.loads(answer.read())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    port = int(station.url.rpartition(":")[2])
    return Server("tipline", port, "/api/v1/public/uploads", "/", headers, station.process, station.data)


def _processor(station: Station) -> float:
    """Seconds of processor time that the web process has used."""
    spent = 0
    for pid in station.children("tipline web"):
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += int(parts[11]) + int(parts[12])
    return spent / TICKS
