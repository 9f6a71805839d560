"""Telling tip providers that their footage was used: `tipline.domain.thanks`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import acts, custody, links, messages, thanks, tips, undoing
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

TEXTS = {"zh_Hans_CN": "谢谢您。", "en": "Thank you."}


@pytest.fixture
def three(tx: Transaction, officer: Actor, case: Case) -> list[Tip]:
    """Two in Chinese, one in English."""
    made = [sent(tx) for _at in range(3)]
    made[2].language = "en"
    for tip in made:
        links.link(tx, officer, case, tip, "同款外套")
    return made


def read_by_reporter(tx: Transaction, tip: Tip) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in messages.list_public(tx, tip)]


def test_each_reads_the_language_of_the_report_and_nobody_else_is_told(
    tx: Transaction, officer: Actor, case: Case, three: list[Tip]
) -> None:
    thanks.tell(tx, officer, case, [three[0].reference, three[2].reference], TEXTS)
    assert read_by_reporter(tx, three[0]) == [("progress", "谢谢您。")]
    assert read_by_reporter(tx, three[1]) == []
    assert read_by_reporter(tx, three[2]) == [("progress", "Thank you.")]
    assert thanks.list_told(tx, case) == {three[0].reference, three[2].reference}
    last = custody.list_of(tx, subject=f"case:{case.number}")[-1]
    assert (last.action, last.facts()["tips"]) == (
        "case:notice",
        [three[0].reference, three[2].reference],
    )


@pytest.mark.parametrize("text", ["案号 {number}", "see {lower}", "案件 A－2026—1 已破", "A - 2031 - 12"])  # noqa: RUF001
def test_a_text_that_gives_away_a_number_is_not_sent(
    tx: Transaction, officer: Actor, case: Case, three: list[Tip], text: str
) -> None:
    words = text.format(number=case.number, lower=case.number.lower())
    with pytest.raises(TiplineError) as caught:
        thanks.tell(tx, officer, case, [three[0].reference], {"zh_Hans_CN": words})
    assert caught.value.code == "thanks:number"
    assert read_by_reporter(tx, three[0]) == []


def test_nobody_is_told_twice_unless_the_word_was_withdrawn(
    tx: Transaction, officer: Actor, case: Case, three: list[Tip]
) -> None:
    thanks.tell(tx, officer, case, [three[0].reference], TEXTS)
    told = acts.recorded(tx)
    with pytest.raises(TiplineError) as caught:
        thanks.tell(tx, officer, case, [three[0].reference], TEXTS)
    assert caught.value.code == "thanks:told"
    assert told is not None
    undoing.undo(tx, officer, told.id)
    assert thanks.list_told(tx, case) == set()
    thanks.tell(tx, officer, case, [three[0].reference], TEXTS)


def test_who_withdrew_or_is_not_of_the_case_is_not_told(
    tx: Transaction, officer: Actor, case: Case, three: list[Tip]
) -> None:
    tips._set_state(tx, officer, three[0], "withdrawn")
    stranger = sent(tx)
    assert [one.reference for one in thanks.list_reachable(tx, case)] == [one.reference for one in three[1:]]
    with pytest.raises(TiplineError) as caught:
        thanks.tell(tx, officer, case, [three[0].reference, stranger.reference], TEXTS)
    assert caught.value.code == "thanks:tips-needed"


def test_an_empty_text_tells_nobody(tx: Transaction, officer: Actor, case: Case, three: list[Tip]) -> None:
    with pytest.raises(TiplineError) as caught:
        thanks.tell(tx, officer, case, [one.reference for one in three], {"zh_Hans_CN": "谢谢", "en": " "})
    assert caught.value.code == "message:empty"
