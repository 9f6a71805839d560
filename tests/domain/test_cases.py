"""Cases: `tipline.domain.cases`."""

from __future__ import annotations

import pytest

from tipline.db import Transaction
from tipline.domain import cases, custody, limits
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.errors import TiplineError


def test_numbers_count_within_a_year(tx: Transaction, officer: Actor) -> None:
    numbers = [cases.open_case(tx, officer, "案", year=year).number for year in (2026, 2026, 2027, 2026)]

    assert numbers == ["A-2026-1", "A-2026-2", "A-2027-1", "A-2026-3"]


def test_who_opens_a_case_leads_it_and_the_log_says_so(tx: Transaction, officer: Actor) -> None:
    case = cases.open_case(tx, officer, "  便利店系列盗窃 ", summary=" 三起 ")

    assert (case.title, case.summary, case.state) == ("便利店系列盗窃", "三起", "open")
    assert case.lead_id == officer.user_id
    assert custody.list_of(tx, subject=f"case:{case.number}")[0].action == "case:open"


@pytest.mark.parametrize("title", ["", "   ", "长" * (limits.SHORT + 1)])
def test_a_case_needs_a_title_of_its_length(tx: Transaction, officer: Actor, title: str) -> None:
    with pytest.raises(TiplineError) as caught:
        cases.open_case(tx, officer, title)
    assert caught.value.code == "case:title-needed"
    assert str(limits.SHORT) in str(caught.value)


def test_closing_and_reopening_are_acts_of_their_own(tx: Transaction, officer: Actor, case: Case) -> None:
    cases.change(tx, officer, case, state="closed", reason="已破案")
    assert case.closed_at is not None
    cases.change(tx, officer, case, state="open")
    assert case.closed_at is None

    entries = custody.list_of(tx, subject=f"case:{case.number}")
    assert [(one.action, one.reason) for one in entries] == [
        ("case:open", None), ("case:close", "已破案"), ("case:reopen", None),
    ]  # fmt: skip


def test_a_correction_keeps_the_old_values(tx: Transaction, officer: Actor, case: Case) -> None:
    cases.change(tx, officer, case, title="饭店包间系列盗窃", summary="五起")

    facts = custody.list_of(tx, subject=f"case:{case.number}")[-1].facts()
    assert facts["before"] == {"title": "便利店系列盗窃", "summary": ""}
    assert facts["after"] == {"title": "饭店包间系列盗窃", "summary": "五起"}


def test_a_correction_that_changes_nothing_writes_nothing(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    version = case.version
    cases.change(tx, officer, case, title="便利店系列盗窃", state="open")

    assert case.version == version
    assert len(custody.list_of(tx, subject=f"case:{case.number}")) == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"state": "gone"}, "case:state-unknown"),
        ({"title": " "}, "case:title-needed"),
        ({"summary": "长" * (limits.TEXT + 1)}, "tip:field-too-long"),
        ({"title": "新", "reason": "长" * (limits.REASON + 1)}, "tip:field-too-long"),
    ],
)
def test_a_wrong_correction_is_refused(
    tx: Transaction, officer: Actor, case: Case, values: dict[str, str], code: str
) -> None:
    with pytest.raises(TiplineError) as caught:
        cases.change(tx, officer, case, **values)
    assert caught.value.code == code


def test_a_change_decided_on_an_older_state_is_refused(tx: Transaction, officer: Actor, case: Case) -> None:
    seen = case.version
    cases.change(tx, officer, case, summary="新")

    with pytest.raises(TiplineError) as caught:
        cases.require_version(case, seen)
    assert caught.value.code == "case:changed"


def test_cases_are_found_by_state_words_and_number_newest_first(tx: Transaction, officer: Actor) -> None:
    first, second, third = (
        cases.open_case(tx, officer, title, year=2026) for title in ("便利店", "饭店100%", "饭店_包间")
    )
    cases.change(tx, officer, first, state="closed")

    assert cases.list_cases(tx) == [third, second, first]
    assert cases.list_cases(tx, state="open") == [third, second]
    assert cases.list_cases(tx, q="饭店") == [third, second]
    assert cases.list_cases(tx, q="a-2026-1") == [first]
    # Signs that mean something to LIKE are just signs.
    assert cases.list_cases(tx, q="100%") == [second]
    assert cases.list_cases(tx, q="_") == [third]
    assert cases.list_cases(tx, before=third.id, limit=1) == [second]
    assert cases.count_open(tx) == 2


def test_a_case_is_read_by_its_number_in_any_case(tx: Transaction, case: Case) -> None:
    assert cases.read_case(tx, case.number.lower()) is case
    with pytest.raises(TiplineError) as caught:
        cases.read_case(tx, "A-2026-999")
    assert caught.value.code == "case:not-found"
