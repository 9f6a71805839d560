"""The commander's page and its lists with 100,000 tips of two years beside 1,000, and beside counting alone.

Server time is that of one request in this process. The floor is the same span counted by the database in one
query; an export is read to its end, with the most memory it took from Python at once.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bench import crowd
from bench.desk import PASSWORD, counted, station
from tests.conftest import sign_in
from tipline import memory
from tipline.app import create_app
from tipline.domain import accounts, clock
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.services import Services

YEARS = timedelta(days=730)
SPANS = {"today": 1, "30 days": 30, "a year": 365, "two years": 730}
MIB = 1024 * 1024


class Asked(NamedTuple):
    """One address and how it did."""

    name: str
    p50_ms: float
    p95_ms: float
    queries: int
    floor_ms: float


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench figures", description=__doc__)
    parser.add_argument("--tips", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20, help="requests of each page that are counted")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    said = parser.parse_args(arguments)
    print(f"| page | database | {said.few:,} tips p50 / p95 | {said.tips:,} tips p50 / p95 | counting alone"
          " | queries |")  # fmt: skip
    print("|---|---|---|---|---|---|")
    exports = []
    for kind in ("sqlite", "postgresql"):
        if said.only in (None, kind):
            few, _small = measured(kind, said.few, said.rounds)
            many, export = measured(kind, said.tips, said.rounds)
            for small, large in zip(few, many, strict=True):
                print(_line(kind, small, large), flush=True)
            exports.append(f"| {kind} | {export} |")
    print(f"\n| {said.tips:,} tips as CSV | first byte | all | MB | peak above idle |\n|---|---|---|---|---|")
    print("\n".join(exports))
    return 0


def measured(kind: str, tips: int, rounds: int) -> tuple[list[Asked], str]:
    """Every page with so many tips, and what an export of all of them took."""
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, station(kind, Path(folder)) as made:
        came = crowd.Came(clock.now() - timedelta(minutes=5), YEARS / tips)
        hashed = PasswordHasher().hash(PASSWORD)
        found = crowd.fill(made.database, tips, password_hash=hashed, came=came, is_counted_only=True)
        with made.database.transaction() as tx:
            accounts.add(tx, SYSTEM, "commander", role="auditor", password_hash=hashed)
        client = create_app(made).test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        assert sign_in(client, "commander", PASSWORD).status_code == 303
        memory.settle()  # as the web server does
        pages = [_measure(made, client, name, url, days, rounds) for name, url, days in addresses(found.beat)]
        return pages, _export(client)


def addresses(beat: str) -> list[tuple[str, str, int]]:
    """Name, address and days of what is measured."""
    found = [(f"the page, {name}", f"/desk/overview?{_days(days)}", days) for name, days in SPANS.items()]
    month, year = SPANS["30 days"], SPANS["a year"]
    return [
        *found,
        ("the page, a year of one beat", f"/desk/overview?{_days(year)}&beat={beat}", year),
        ("one table, a year", f"/desk/overview/kinds.csv?{_days(year)}", year),
        ("figures of the API, 30 days", f"/api/v1/figures?{_days(month)}", month),
    ]


def _days(number: int) -> str:
    last = date.today()  # noqa: DTZ011 - a day of the station's calendar, give or take
    return f"first={last - timedelta(days=number - 1)}&last={last}"


def _measure(made: Services, client: FlaskClient, name: str, url: str, days: int, rounds: int) -> Asked:
    spent = []
    with counted(made) as asked:
        for _ in range(rounds + 2):
            before, began = asked(), time.perf_counter()
            answer = client.get(url)
            spent.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, f"{url}: {answer.status_code}"
            queries = asked() - before
    ordered = sorted(spent[2:])
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Asked(name, ordered[len(ordered) // 2], p95, queries, _counting(made, days))


def _counting(made: Services, days: int) -> float:
    """The least that the same span can cost: its rows counted."""
    since, took = clock.now() - timedelta(days=days), []
    query = select(func.count(), func.max(Tip.acknowledged_at)).where(Tip.received_at >= since)
    with made.database.reading() as tx:
        for _ in range(5):
            began = time.perf_counter()
            tx.execute(query).one()
            took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[2]


def _export(client: FlaskClient) -> str:
    url = f"/api/v1/exports/tips?{_days(SPANS['two years'] + 1)}&format=csv"
    client.get(url, buffered=True).close()
    began = time.perf_counter()
    answer = client.get(url)
    size, first = 0, 0.0
    for piece in answer.iter_encoded():
        first = first or time.perf_counter() - began
        size += len(piece)
    took = time.perf_counter() - began
    answer.close()
    # Once more and watched, which slows it.
    tracemalloc.start()
    answer = client.get(url)
    for _piece in answer.iter_encoded():
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    return f"{first:.2f} s | {took:.2f} s | {size / 1e6:.1f} | {peak / MIB:.0f} MiB"


def _line(kind: str, small: Asked, large: Asked) -> str:
    queries = str(large.queries) if small.queries == large.queries else f"{small.queries} → {large.queries}"
    return (
        f"| {large.name} | {kind} | {small.p50_ms:.0f} / {small.p95_ms:.0f} ms | {large.p50_ms:.0f} /"
        f" {large.p95_ms:.0f} ms | {large.floor_ms:.1f} ms | {queries} |"
    )
