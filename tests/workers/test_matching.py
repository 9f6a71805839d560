"""A tip is compared with the others when it came in and when more is known of it: `workers.matching`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from tipline.bell import SilentBell
from tipline.db import Transaction
from tipline.domain import clock, hints, rematches
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.rematches import Rematch
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import matching, sweep

LONG_AGO = timedelta(hours=1)


def compared(services: Services, bell: SilentBell) -> int:
    """Have everything compared that is due in a while; how many tips that were."""
    with services.database.transaction() as tx:
        tx.execute(update(Rematch).values(at=clock.now() - LONG_AGO))
    bell.rung.clear()
    sweep.compare_tips(services)
    asked = [number for kind, number in bell.rung if kind == rematches.MATCH]
    for number in asked:
        matching.match(services, number)
    return len(asked)


def waiting(tx: Transaction) -> int:
    return tx.scalar(select(func.count()).select_from(Rematch)) or 0


def test_tips_with_the_same_file_are_pointed_at_each_other(
    services: Services, bell: SilentBell, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    first, second = make_tip(), make_tip()
    for tip in (first, second):
        add_file(tip)
    assert compared(services, bell) == 2

    with services.database.reading() as tx:
        found = hints.open_of(tx, [first.id, second.id])
        assert [one.reference for one in found[first.id]] == [second.reference]
        assert tx.get_one(Tip, first.id).revision > first.revision, "pages that show it look again"
    assert compared(services, bell) == 0


def test_many_causes_are_one_comparison_and_a_draft_is_none(
    services: Services, bell: SilentBell, make_tip: Callable[..., Tip]
) -> None:
    tip, draft = make_tip(), make_tip(submit=False)
    with services.database.transaction() as tx:
        for _ in range(3):
            rematches.want(tx, tip.id)
        rematches.want(tx, draft.id)
    assert compared(services, bell) == 2
    with services.database.reading() as tx:
        assert set(tx.scalars(select(Outbox.state))) == {"done"}


def test_no_more_wait_for_a_worker_than_it_takes_to_keep_it_busy(
    services: Services, bell: SilentBell, make_tip: Callable[..., Tip]
) -> None:
    for _ in range(sweep.MOST_WAITING + 3):
        make_tip()
    with services.database.transaction() as tx:
        tx.execute(update(Rematch).values(at=clock.now() - LONG_AGO))
    sweep.compare_tips(services)
    sweep.compare_tips(services)
    with services.database.reading() as tx:
        assert waiting(tx) == 3


def test_a_comparison_that_dies_again_and_again_troubles_nobody(
    services: Services, bell: SilentBell, make_tip: Callable[..., Tip]
) -> None:
    make_tip()
    with services.database.transaction() as tx:
        tx.execute(update(Rematch).values(at=clock.now() - LONG_AGO))
    sweep.compare_tips(services)
    with services.database.transaction() as tx:
        dead = {"state": "running", "attempt": 3, "lease_until": clock.now() - LONG_AGO}
        tx.execute(update(Outbox).values(**dead, rung_at=clock.now() - LONG_AGO))
    sweep.ring_stuck(services)
    with services.database.reading() as tx:
        assert list(tx.scalars(select(Outbox.state))) == ["done"]
