"""A tip that tells what another told before: `tipline.domain.duplicates`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import draft, sent
from tipline.db import Transaction
from tipline.domain import acts, custody, duplicates, timeline, tips, undoing, withdrawing
from tipline.domain.actors import Actor
from tipline.errors import TiplineError


def test_a_duplicate_points_at_the_end_of_the_chain_and_pages_follow_it(
    tx: Transaction, officer: Actor
) -> None:
    first, second, third = (sent(tx) for _ in range(3))
    duplicates.mark(tx, officer, third, second)
    duplicates.mark(tx, officer, second, first)

    assert third.duplicate_of_id == second.id
    assert duplicates.root_of(tx, third).id == first.id
    assert duplicates.list_of(tx, first) == [second]
    assert duplicates.mark(tx, officer, sent(tx), third).id == first.id
    entry = custody.list_of(tx, tip=second.reference, actions={"tip:duplicate"})[0]
    assert entry.facts()["of"] == first.reference
    assert timeline.status_code(second, []) == "duplicate"


def test_a_duplicate_is_taken_back_with_its_target(tx: Transaction, officer: Actor) -> None:
    first, second = sent(tx), sent(tx)
    duplicates.mark(tx, officer, second, first)
    act = acts.recorded(tx)
    assert act
    undoing.undo(tx, officer, act.id)

    assert (second.state, second.duplicate_of_id) == ("received", None)
    assert duplicates.list_of(tx, first) == []


def test_what_cannot_be_repeated_is_refused_with_a_sentence(tx: Transaction, officer: Actor) -> None:
    first, second, withdrawn = (sent(tx) for _ in range(3))
    withdrawing.withdraw(tx, officer, withdrawn)
    duplicates.mark(tx, officer, second, first)
    for tip, target, code in (
        (first, first, "itself"), (first, second, "circle"), (second, first, "marked"),
        (first, withdrawn, "withdrawn"),
    ):  # fmt: skip
        with pytest.raises(TiplineError) as caught:
            duplicates.mark(tx, officer, tip, target)
        assert caught.value.code == f"duplicate:{code}"
    for typed in ("", "T-1", "drop table", draft(tx).reference):
        with pytest.raises(TiplineError):
            duplicates.read_target(tx, typed)
    assert duplicates.read_target(tx, f" {first.reference.lower()} ") is first
    assert duplicates.read_target(tx, first.reference.removeprefix("T-")) is first


def test_another_state_lets_go_of_the_target(tx: Transaction, officer: Actor) -> None:
    first, second = sent(tx), sent(tx)
    duplicates.mark(tx, officer, second, first)
    tips.move(tx, officer, second, "triage")

    assert second.duplicate_of_id is None
