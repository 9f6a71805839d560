"""1,000 reporters watch one incident, beside 10: what a poll costs, and how soon all of them have the news.

Each watcher is a progress page of its own on a real station: it asks at the page's interval, spread as the
page spreads it, with the ETag it has. Meanwhile an officer posts progress. Lines are kept open, shared by a
few threads, so that the client takes little of the two cores that both sides run on.
"""

from __future__ import annotations

import argparse
import heapq
import http.client
import os
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.station import Station, running
from tipline import services, settings
from tipline.bell import SilentBell
from tipline.domain import incidents, receipts, tips
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.reports import Report

EVERY_S, SPREAD = 10.0, 0.25  # as report_live.js has them
LINES = 24
NEWS = "维保已到，第 {} 次告知"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Watcher:
    token: str
    etag: str = ""
    seen: set[int] = field(default_factory=set)


@dataclass
class Told:
    """What all watchers together met."""

    spent_ms: list[float] = field(default_factory=list)
    full_ms: list[float] = field(default_factory=list)  # of answers that had something to say
    late_s: list[float] = field(default_factory=list)  # how far behind its time a question was asked
    errors: list[str] = field(default_factory=list)
    arrived: dict[int, list[float]] = field(default_factory=dict)  # news → seconds after it was posted
    posted: dict[int, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench watching", description=__doc__)
    parser.add_argument("--watchers", type=int, nargs="*", default=[10, 1000])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--notes", type=int, default=2)
    said = parser.parse_args(arguments)
    print("| | polls | poll p50 / p95 | with news p50 / p95 | 50 / 99 / 100 % have it | errors | web host |")
    print("|---|---|---|---|---|---|---|")
    for number in said.watchers:
        with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, running(Path(folder)) as station:
            reference, watchers = _gather(station, number)
            print(_measure(station, reference, watchers, said.seconds, said.notes), flush=True)
    return 0


def _gather(station: Station, number: int) -> tuple[str, list[Watcher]]:
    """So many reporters of one incident, written through the domain."""
    made = services.build(settings.load(station.environment), bell=SilentBell())
    try:
        watchers, rows = [], []
        for first in range(0, number, 50):
            with made.database.transaction() as tx:
                for at in range(first, min(number, first + 50)):
                    report = Report("lift", f"电梯停了 {at}", "锦绣苑3号楼")
                    tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=2)
                    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
                    watchers.append(Watcher(receipts.open_access(tx, made.key, tip)))
                    rows.append(tip.reference)
        with made.database.transaction() as tx:
            first_tip, *rest = [tips.read_tip(tx, one) for one in rows]
            row = incidents.open_incident(tx, SYSTEM, first_tip, title="电梯困人 · 锦绣苑3号楼")
            incidents.attach_all(tx, SYSTEM, row, rest)
            return row.reference, watchers
    finally:
        made.close()


def _measure(station: Station, reference: str, watchers: list[Watcher], seconds: float, notes: int) -> str:
    station.bearer()  # made before anything is measured
    told = Told()
    chance = random.Random(7)  # noqa: S311 - no secret
    began = time.monotonic()
    ends = began + EVERY_S + seconds
    # Pages were not opened in one moment.
    due = [(began + chance.uniform(0, EVERY_S), at) for at in range(len(watchers))]
    heapq.heapify(due)
    lines = [
        threading.Thread(target=_ask, args=(station, watchers, due, ends, told, chance)) for _ in range(LINES)
    ]
    spent = _processor(station)
    for one in lines:
        one.start()
    # The first round fetches the whole page; what follows is what a watcher costs.
    time.sleep(EVERY_S * (1 + SPREAD))
    with told.lock:
        told.spent_ms.clear(), told.full_ms.clear(), told.late_s.clear()
    for number in range(1, notes + 1):
        time.sleep(max(0.0, (seconds / (notes + 1)) - 2))
        # From the press of the button: some read it before the officer's page has its answer.
        told.posted[number] = time.monotonic()
        station.tell(f"/api/v1/incidents/{reference}/progress", {"text": NEWS.format(number)})
    for one in lines:
        one.join()
    share = (_processor(station) - spent) / (time.monotonic() - began)
    return _row(told, len(watchers), share)


def _ask(
    station: Station, watchers: list[Watcher], due: list[tuple[float, int]], ends: float, told: Told,
    chance: random.Random,
) -> None:  # fmt: skip
    """Whoever's turn it is asks; then its page waits for about ten seconds."""
    line = http.client.HTTPConnection(station.url.partition("//")[2], timeout=60)
    while True:
        with told.lock:
            at, which = due[0] if due else (ends, -1)
            is_due = which >= 0 and at <= time.monotonic()
            if is_due:
                heapq.heappop(due)
        if time.monotonic() >= ends:
            return
        if not is_due:
            time.sleep(0.01)
            continue
        _poll(line, watchers[which], at, told)
        with told.lock:
            heapq.heappush(due, (time.monotonic() + EVERY_S * (1 + SPREAD * chance.uniform(-1, 1)), which))


def _poll(line: http.client.HTTPConnection, one: Watcher, at: float, told: Told) -> None:
    headers = {"Authorization": f"Bearer {one.token}", "Accept-Language": "zh-CN"}
    if one.etag:
        headers["If-None-Match"] = one.etag
    began = time.perf_counter()
    late = time.monotonic() - at
    try:
        try:
            line.request("GET", "/status/live", headers=headers)
            answer = line.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # A line that was kept may end just as it is used again; a browser asks on a new one.
            line.close()
            line.request("GET", "/status/live", headers=headers)
            answer = line.getresponse()
        body = answer.read().decode()
    except (http.client.HTTPException, OSError) as fault:
        line.close()
        with told.lock:
            told.errors.append(repr(fault))
        return
    took = (time.perf_counter() - began) * 1000
    now = time.monotonic()
    with told.lock:
        told.late_s.append(late)
        (told.full_ms if answer.status == 200 else told.spent_ms).append(took)
        if answer.status not in (200, 304):
            told.errors.append(str(answer.status))
            return
        if answer.status == 200:
            one.etag = answer.headers.get("ETag", "")
        for number, posted in told.posted.items():
            if number not in one.seen and NEWS.format(number) in body:
                one.seen.add(number)
                told.arrived.setdefault(number, []).append(now - posted)


def _row(told: Told, watchers: int, share: float) -> str:
    polls = len(told.spent_ms) + len(told.full_ms)
    arrived = [sorted(one) for one in told.arrived.values()]
    missing = sum(watchers - len(one) for one in arrived)
    spread = (
        [f"{max(_part(one, part) for one in arrived):.1f}" for part in (0.5, 0.99, 1.0)] if arrived else ["–"]
    )
    wrong = f"{len(told.errors)}" + (f" ({told.errors[0]})" if told.errors else "")
    wrong += f", {missing} without the news" if missing else ""
    return (
        f"| {watchers} watchers | {polls} | {_of(told.spent_ms)} | {_of(told.full_ms)} |"
        f" {' / '.join(spread)} s | {wrong} | {share:.0%} of one core |"
    )


def _of(spent: list[float]) -> str:
    ordered = sorted(spent) or [0.0]
    return f"{_part(ordered, 0.5):.0f} / {_part(ordered, 0.95):.0f} ms"


def _part(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _processor(station: Station) -> float:
    """Seconds that the web host has worked."""
    total = 0.0
    for pid in station.children("tipline web"):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
