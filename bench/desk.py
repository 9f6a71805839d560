"""Pages of the desk with 100,000 tips beside the same with 1,000: server time and queries, both databases.

Server time is that of one request in this process, from the open request to the whole answer; the first
few of each page are not counted. Beside other work `--cpu` tells the processor time of this process instead.
Queries must not grow with the number of rows.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import crowd
from bench.crowd import Crowd
from tests.conftest import sign_in
from tests.contracts.postgres import running_postgres
from tipline import db, memory, services, settings
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.services import Services

PASSWORD = "harbour-lantern-42"  # noqa: S105 - of an instance that lives as long as this run
WARM_UP, AIM_MS = 4, 50


@dataclass(frozen=True)
class Page:
    """One address and how it did."""

    name: str
    p50_ms: float
    p95_ms: float
    queries: int
    size: int


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench desk", description=__doc__)
    parser.add_argument("--tips", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=60, help="requests of each page that are counted")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--cpu", action="store_true", help="processor time, for a machine that is not calm")
    parser.add_argument("--flood", action="store_true", help="half of all tips wait for somebody")
    said = parser.parse_args(arguments)
    print(f"| page | database | {said.few:,} tips p50 / p95 | {said.tips:,} tips p50 / p95 | ratio of p95"
          " | queries | KB |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    for kind in ("sqlite", "postgresql"):
        if said.only in (None, kind):
            tick = time.process_time if said.cpu else time.perf_counter
            few = measured(kind, said.few, said.rounds, flood=said.flood, tick=tick)
            many = measured(kind, said.tips, said.rounds, flood=said.flood, tick=tick)
            for small, large in zip(few, many, strict=True):
                print(_line(kind, small, large), flush=True)
    return 0


def measured(
    kind: str, tips: int, rounds: int, *, flood: bool, tick: Callable[[], float] = time.perf_counter
) -> list[Page]:
    """Every page with so many tips."""
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, station(kind, Path(folder)) as made:
        found = crowd.fill(made.database, tips, password_hash=PasswordHasher().hash(PASSWORD), flood=flood)
        app = create_app(made)
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
        assert sign_in(client, found.officer, PASSWORD).status_code == 303
        memory.settle()  # as the web server does
        return [
            _measure(made, client, name, url, rounds, tick) for name, url in addresses(app, client, found)
        ]


def addresses(_app: APIFlask, client: FlaskClient, found: Crowd) -> list[tuple[str, str]]:
    """Name → address of what is measured."""
    queue = client.get("/desk/queue").text
    live = queue.partition('id="live"')[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert live.startswith("/desk/queue/live"), live
    return [
        ("queue", "/desk/queue"),
        ("queue, all", "/desk/queue?state=all"),
        ("queue, beat and kind", f"/desk/queue?state=all&beat={found.beat}&category=theft"),
        ("queue, mine", f"/desk/queue?assignee={found.officer}"),
        ("queue, late first", "/desk/queue?order=late"),
        ("queue, all, late first", "/desk/queue?state=all&order=late"),
        ("queue, linked, late first", "/desk/queue?state=linked&order=late"),
        ("queue, words", "/desk/queue?state=all&q=电瓶"),
        ("queue, words nowhere", "/desk/queue?state=all&q=长颈鹿"),
        ("live question of the queue", live),
        ("tip", f"/desk/tips/{found.tip}"),
        ("case with 200 evidence", f"/desk/cases/{found.heavy_case}"),
        ("list of cases", "/desk/cases"),
        ("search of the API", "/api/v1/search?q=电瓶"),
    ]


@contextmanager
def station(kind: str, folder: Path) -> Iterator[Services]:
    """Database, store and settings of a station without workers."""
    server = running_postgres() if kind == "postgresql" else nullcontext()
    with server as running:
        environment = {"TIPLINE_DATA": str(folder / "var"), "TIPLINE_MIN_FREE_BYTES": "0"}
        if running is not None:
            environment["TIPLINE_DATABASE_URL"] = running.make("bench")
        chosen = settings.with_secret(settings.load(environment))
        db.migrate(chosen.database_url)
        made = services.build(chosen, bell=SilentBell())
        try:
            yield made
        finally:
            made.close()


def _measure(
    made: Services, client: FlaskClient, name: str, url: str, rounds: int, tick: Callable[[], float]
) -> Page:
    spent, size = [], 0
    with counted(made) as asked:
        for _ in range(rounds + WARM_UP):
            before = asked()
            began = tick()
            answer = client.get(url)
            spent.append((tick() - began) * 1000)
            assert answer.status_code in (200, 204), f"{url}: {answer.status_code}"
            size, queries = len(answer.data), asked() - before
    ordered = sorted(spent[WARM_UP:])
    return Page(name, ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], queries, size)


@contextmanager
def counted(made: Services) -> Iterator[Callable[[], int]]:
    """How many statements the database was sent, BEGIN and the like left out."""
    number = 0

    def seen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal number
        number += statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))

    event.listen(made.database.engine, "before_cursor_execute", seen)
    try:
        yield lambda: number
    finally:
        event.remove(made.database.engine, "before_cursor_execute", seen)


def _line(kind: str, small: Page, large: Page) -> str:
    queries = str(large.queries) if small.queries == large.queries else f"{small.queries} → {large.queries}"
    return (
        f"| {large.name} | {kind} | {small.p50_ms:.0f} / {small.p95_ms:.0f} ms | {large.p50_ms:.0f} /"
        f" {large.p95_ms:.0f} ms | {large.p95_ms / small.p95_ms:.1f} | {queries} | {large.size / 1024:.0f} |"
    )
