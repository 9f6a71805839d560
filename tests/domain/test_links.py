"""Links between tips and cases: `tipline.domain.links`."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import cases, clock, custody, limits, links, tips
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

WHY = "同款外套"


def test_linking_marks_the_tip_and_both_acts_stand_in_the_log(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    row = links.link(tx, officer, case, tip, f" {WHY} ")

    assert (row.reason, row.author, tip.state) == (WHY, "li", "linked")
    entries = {one.action: one for one in custody.list_of(tx, tip=tip.reference)}
    assert (entries["link:create"].subject, entries["link:create"].reason) == (f"case:{case.number}", WHY)
    assert "tip:linked" in entries


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_link_needs_a_reason_both_ways(
    tx: Transaction, officer: Actor, case: Case, tip: Tip, reason: str
) -> None:
    with pytest.raises(TiplineError) as caught:
        links.link(tx, officer, case, tip, reason)
    assert caught.value.code == "link:reason-needed"

    links.link(tx, officer, case, tip, WHY)
    with pytest.raises(TiplineError) as caught:
        links.unlink(tx, officer, case, tip, reason)
    assert caught.value.code == "link:reason-needed"
    assert links.find_link(tx, case, tip) is not None


def test_a_reason_has_a_limit(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    with pytest.raises(TiplineError) as caught:
        links.link(tx, officer, case, tip, "长" * (limits.REASON + 1))
    assert caught.value.code == "tip:field-too-long"
    assert str(limits.REASON) in str(caught.value)


def test_linking_twice_is_refused(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    links.link(tx, officer, case, tip, WHY)
    with pytest.raises(TiplineError) as caught:
        links.link(tx, officer, case, tip, WHY)
    assert caught.value.code == "link:exists"


def test_the_database_too_refuses_a_second_standing_link(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    links.link(tx, officer, case, tip, WHY)
    tx.add(Link(case_id=case.id, tip_id=tip.id, reason=WHY, author="li", at=clock.now()))
    with pytest.raises(IntegrityError):
        tx.flush()
    tx.rollback()


def test_nothing_is_linked_to_a_closed_case(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    cases.change(tx, officer, case, state="closed")
    with pytest.raises(TiplineError) as caught:
        links.link(tx, officer, case, tip, WHY)
    assert caught.value.code == "case:closed"
    assert tip.state == "received"


def test_unlinking_brings_the_tip_back_and_keeps_the_old_link(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    links.link(tx, officer, case, tip, WHY)
    links.unlink(tx, officer, case, tip, "认错人了")

    assert tip.state == "triage"
    assert links.find_link(tx, case, tip) is None
    ((ended, of),) = links.list_ended(tx, case)
    assert (of, ended.reason, ended.ended_by, ended.ended_reason) == (tip, WHY, "li", "认错人了")
    entry = next(one for one in custody.list_of(tx, tip=tip.reference) if one.action == "link:end")
    assert entry.reason == "认错人了"


def test_a_link_can_be_made_again_after_it_was_ended(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    links.link(tx, officer, case, tip, WHY)
    links.unlink(tx, officer, case, tip, "认错人了")
    links.link(tx, officer, case, tip, "还是他")

    assert tip.state == "linked"
    assert len(links.list_tips_of(tx, case)) == len(links.list_ended(tx, case)) == 1


def test_ending_a_link_that_does_not_stand_is_refused(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    with pytest.raises(TiplineError) as caught:
        links.unlink(tx, officer, case, tip, WHY)
    assert caught.value.code == "link:not-found"


def test_a_tip_stays_linked_until_its_last_link_is_gone(
    tx: Transaction, officer: Actor, case: Case, tip: Tip
) -> None:
    other = cases.open_case(tx, officer, "另一案", year=2026)
    links.link(tx, officer, case, tip, WHY)
    links.link(tx, officer, other, tip, WHY)

    links.unlink(tx, officer, case, tip, "只属于另一案")
    assert tip.state == "linked"
    links.unlink(tx, officer, other, tip, "也不是")
    assert tip.state == "triage"


def test_unlinking_leaves_a_closed_tip_closed(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    links.link(tx, officer, case, tip, WHY)
    tips.move(tx, officer, tip, "closed")
    links.unlink(tx, officer, case, tip, "认错人了")

    assert tip.state == "closed"


def test_a_case_lists_its_tips_in_the_order_they_were_linked(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    second, first = sent(tx), sent(tx)
    for tip in (first, second):
        links.link(tx, officer, case, tip, WHY)

    assert [tip for _, tip in links.list_tips_of(tx, case)] == [first, second]
    assert [one for _, one in links.list_cases_of(tx, first)] == [case]
    assert links.count_tips(tx, [case.id]) == {case.id: 2}
