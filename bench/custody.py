"""The custody log: how fast it is checked, what a checkpoint costs, what it adds to an act.

Acts are real ones (a tip acknowledged, linked to a case), each a transaction of its own as on a page, with
custody as it is and with its entries left out. SQLite, and PostgreSQL where TIPLINE_BENCH_POSTGRES names a database.
"""

# ruff: noqa: E501 - it prints rows of a table
from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from tipline import db
from tipline.db import Database, Transaction
from tipline.domain import (
    accounts,
    auditing,
    cases,
    chain,
    checkpoints,
    clock,
    custody,
    incidents,
    links,
    progress,
    tips,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.reports import Report

SECRET = "b" * 48
ROUNDS, CROWD = 5, 500


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench custody", description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000, help="length of the log that is checked")
    parser.add_argument("--acts", type=int, default=150, help="acts of each kind in each round")
    options = parser.parse_args(arguments)
    print("| database | measured | figure |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        if os.environ.get("TIPLINE_BENCH_POSTGRES"):
            urls["PostgreSQL"] = os.environ["TIPLINE_BENCH_POSTGRES"]
        for name, url in urls.items():
            db.migrate(url)
            database = Database(url)
            try:
                _acts(name, database, options.acts)
                _note_to_many(name, database)
                _grow(database, options.entries)
                _verify(name, database)
                _checkpoint(name, database)
            finally:
                database.close()
    return 0


def _acts(name: str, database: Database, number: int) -> None:
    with database.transaction() as tx:
        account = accounts.add(
            tx, SYSTEM, f"li{time.time_ns() % 10**8}", role="investigator", password_hash="-"
        )
        case = cases.open_case(tx, account.actor, "便利店系列盗窃", year=2026)
    work: dict[str, Callable[[Transaction, Actor, tips.Tip], Any]] = {
        "acknowledge": tips.acknowledge,
        "link to a case": lambda tx, actor, tip: links.link(tx, actor, tx.merge(case), tip, "同一人"),
    }
    for what, act in work.items():
        on, off = _timed(database, account.actor, act, number * ROUNDS)
        print(
            f"| {name} | {what}: acts a second, custody on / off | {on:.0f} / {off:.0f} ({on / off - 1:+.0%}) |"
        )


def _timed(database: Database, actor: Actor, act: Callable[..., Any], number: int) -> tuple[float, float]:
    """Sides take turns act by act, so that whatever else the machine does meets both; medians."""
    made = []
    with database.transaction() as tx:
        for _ in range(2 * number):
            made.append(_sent(tx).reference)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for place, reference in enumerate(made):
        is_on = place % 2 == 0
        with nullcontext() if is_on else patch.multiple(custody, append=_unwritten, append_each=_unwritten):
            began = time.perf_counter()
            with database.transaction() as tx:
                act(tx, actor, tips.read_tip(tx, reference))
            taken[is_on].append(time.perf_counter() - began)
    return 1 / statistics.median(taken[True]), 1 / statistics.median(taken[False])


def _note_to_many(name: str, database: Database) -> None:
    """The first word on an incident that a whole block reports: each tip of it is acknowledged by that."""
    taken = []
    for _ in range(3):
        with database.transaction() as tx:
            account = accounts.add(
                tx, SYSTEM, f"he{time.time_ns() % 10**8}", role="investigator", password_hash="-"
            )
            crowd = [_sent(tx) for _ in range(CROWD)]
            incident = incidents.open_incident(tx, account.actor, crowd[0], title="停电")
            incidents.attach_all(tx, account.actor, incident, crowd)
        began = time.process_time()
        with database.transaction() as tx:
            progress.post(tx, account.actor, incidents.read_incident(tx, incident.reference), "已联系供电所")
        taken.append(time.process_time() - began)
    print(f"| {name} | first note of an incident with {CROWD} tips: processor time | {min(taken):.2f} s |")


def _sent(tx: Transaction) -> tips.Tip:
    tip = tips.begin(tx, Report("theft", "有人拿走了现金"), language="en", door="web", ack_minutes=2)
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    return tip


def _unwritten(*_: Any, **_more: Any) -> None:
    """What an act does without its entry."""


def _grow(database: Database, entries: int) -> None:
    """Entries as they are, written quickly: the trigger alone is in the way, and each row still fits."""
    with database.transaction() as tx:
        seq, previous = custody.head(tx)
        at, rows = chain.stored_time(clock.now()), []
        while seq < entries:
            seq += 1
            detail = f'{{"number":{seq % 9},"sha256":"{previous}"}}'
            row = (seq, at, "staff:li", "evidence:download", f"evidence:{seq:026}", f"T-{seq % 5000}", "核对画面", detail,
                   previous)  # fmt: skip
            previous = chain.digest(row)
            rows.append((*row, previous))
        columns = "seq, at, actor, action, subject, tip, reason, detail, previous, hash"
        places = ", ".join(f":{one}" if one != "at" or database.is_sqlite else "CAST(:at || '+00' AS timestamptz)"
                           for one in columns.split(", "))  # fmt: skip
        for begin in range(0, len(rows), 10_000):
            tx.execute(
                text(f"INSERT INTO custody ({columns}) VALUES ({places})"),  # noqa: S608 - names of ours
                [dict(zip(columns.split(", "), row, strict=True)) for row in rows[begin : begin + 10_000]],
            )


def _verify(name: str, database: Database) -> None:
    for processes in dict.fromkeys((1, os.cpu_count() or 1)):
        began = time.perf_counter()
        verdict = auditing.audit(database, processes=processes)
        seconds = time.perf_counter() - began
        if not verdict.is_whole:
            raise SystemExit(f"the log of the bench does not hold: {verdict.faults}")
        print(
            f"| {name} | verify, {processes} process(es): entries a second | {verdict.walk.size / seconds:,.0f} |"
        )


def _checkpoint(name: str, database: Database) -> None:
    with database.transaction() as tx:
        checkpoints.make(tx, SECRET)
    taken = []
    for _ in range(40):
        with database.transaction() as tx:
            for _ in range(25):
                custody.append(tx, SYSTEM, "tip:note", "tip:T-1")
            began = time.perf_counter()
            checkpoints.make(tx, SECRET)
            taken.append((time.perf_counter() - began) * 1000)
    worst = sorted(taken)[int(len(taken) * 0.95)]
    print(
        f"| {name} | checkpoint over 25 new entries, median / 95 % | {statistics.median(taken):.1f} / {worst:.1f} ms |"
    )
