"""A short run of the fault harness; `make faults` makes long ones. The seed is fixed, the moments are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.plan import CLIENTS, Stock, draw_jobs
from tests.faults.run import Wish, run

MIB = 1024 * 1024
# What can go wrong with a bucket and a database server: each once.
OF_SERVERS = [
    "database killed", "web killed between object and row", "web killed", "worker killed", "line: swallow",
    "store: cut", "store: swallow", "store: hole", "store: down",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("store", "database", "seed"), [("local", "sqlite", 38), ("s3", "postgres", 58)])
def test_nothing_is_lost_altered_or_half_visible_whatever_is_killed_cut_or_full(
    tmp_path: Path, store: str, database: str, seed: int
) -> None:
    wish = Wish(
        uploads=14, faults=9, seed=seed, largest=6 * MIB, hurried=True, store=store, database=database,
        kinds=OF_SERVERS if store == "s3" else None,
    )  # fmt: skip
    outcome = run(wish, tmp_path)

    print("\n".join([*outcome.details, outcome.sentence]))
    assert outcome.verdict.all == []
    assert outcome.faults == 9
    assert outcome.verdict.outcomes["acknowledged"] >= 11
    assert outcome.verdict.reread == outcome.verdict.outcomes["acknowledged"]
    assert len(outcome.verdict.clients) == len(CLIENTS)
    assert outcome.sentence.endswith(f"kinds, seed {seed}: 0 lost, 0 altered, 0 half-visible")


def test_a_seed_draws_the_same_files_again(tmp_path: Path) -> None:
    stock = Stock.draw(5, tmp_path)

    first, second = (draw_jobs(5, 30, stock) for _ in range(2))

    assert [job.sha256 for job in first] == [job.sha256 for job in second]
    assert len({job.size for job in first}) > 20
