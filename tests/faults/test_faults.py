"""A short run of the fault harness; `make faults` makes long ones. The seed is fixed, the moments are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.plan import Stock, draw_jobs
from tests.faults.run import Wish, run

MIB = 1024 * 1024


@pytest.mark.slow
def test_nothing_is_lost_altered_or_half_visible_whatever_is_killed_cut_or_full(tmp_path: Path) -> None:
    outcome = run(Wish(uploads=24, faults=9, seed=11, largest=6 * MIB, hurried=True), tmp_path)

    print("\n".join([*outcome.details, outcome.sentence]))
    assert outcome.verdict.all == []
    assert outcome.faults == 9
    assert outcome.verdict.outcomes["acknowledged"] >= 18
    assert outcome.verdict.reread == outcome.verdict.outcomes["acknowledged"]


def test_a_seed_draws_the_same_files_again(tmp_path: Path) -> None:
    stock = Stock.draw(5, tmp_path)

    first, second = (draw_jobs(5, 30, stock) for _ in range(2))

    assert [job.sha256 for job in first] == [job.sha256 for job in second]
    assert len({job.size for job in first}) > 20
