"""The index of words never hides a tip that holds the word, and grows with what a tip holds."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.domain.conftest import draft, file_of, sent
from tipline.db import Transaction
from tipline.domain import evidence, filters, messages, search, tips, triage
from tipline.domain.actors import Actor, reporter
from tipline.domain.filters import Filter
from tipline.domain.tips import Tip

SIGNS = st.text(alphabet="电瓶车辆店ABcd019_-，。 青ü電", max_size=24)


@given(before=SIGNS, word=SIGNS, after=SIGNS)
def test_a_text_has_every_piece_of_a_word_of_its_own(before: str, word: str, after: str) -> None:
    """Of words as people separate them; within a run of letters one looks for three signs or more."""
    for one in word.split():
        assert search.wanted(one) <= search.pieces(f"{before} {one} {after}")


@given(run=st.text(alphabet="ABcd019", min_size=3, max_size=20), at=st.integers(0, 17))
def test_three_signs_are_found_in_the_middle_of_a_run(run: str, at: int) -> None:
    part = run[at : at + 3]
    assert len(part) < 3 or search.wanted(part) <= search.pieces(f"车牌{run}号")


@given(words=st.text(alphabet="电瓶车辆店里收银台", min_size=1, max_size=30), data=st.data())
@settings(max_examples=50)
def test_any_part_of_a_chinese_sentence_is_found(words: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    assert search.wanted(words[start:end]) <= search.pieces(f"昨晚{words}")


def test_wide_and_narrow_signs_are_the_same_to_the_index() -> None:
    assert search.wanted("ＣＡＭ１") == search.wanted("cam1") <= search.pieces("看cam1_2130.mp4")


def test_signs_alone_are_no_word_for_the_index(tx: Transaction) -> None:
    tip = sent(tx, "他说——快走")
    assert search.may_hold(Tip.id, "——") is None  # type: ignore[arg-type]
    assert _found(tx, "——") == [tip.reference]


def test_what_comes_later_is_found_as_well(tx: Transaction, officer: Actor) -> None:
    tip = sent(tx, "有人偷东西")
    sent(tx, "别的事")
    for words in ("南墙", "车牌", "cam7", "鄂A8K"):
        assert _found(tx, words) == []

    messages.write(tx, reporter(tip.reference), tip, "他翻南墙跑了")
    messages.write(tx, officer, tip, "查车牌", kind="note")
    film = file_of(tx, tip, filename="cam7_2130.mp4")
    facts = {"kind": "video", "texts": ["鄂A8K301", "Camera 03"], "duration_s": 3.0}
    evidence.show(tx, film, facts, 0.5)

    for words in ("南墙", "车牌", "cam7", "鄂A8K", "camera 03"):
        assert _found(tx, words) == [tip.reference], words


def test_what_is_not_sent_yet_is_not_found(tx: Transaction) -> None:
    tip = draft(tx, "还没发出")
    assert tx.execute(text("SELECT count(*) FROM tip_words")).scalar() == 0

    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    assert _found(tx, "还没发出") == [tip.reference]


def test_an_index_that_was_lost_is_made_anew(tx: Transaction) -> None:
    tip = sent(tx, "电瓶被盗")
    tx.execute(text("DELETE FROM tip_words"))
    assert _found(tx, "电瓶") == []

    search.index_everything(tx.connection())
    assert _found(tx, "电瓶") == [tip.reference]


def test_facts_that_are_no_words_are_not_looked_through(tx: Transaction) -> None:
    tip = sent(tx, "有录像")
    film = file_of(tx, tip)
    film.media = json.dumps({"kind": "video", "mime": "video/matroska"})
    search.index(tx, tip.id)
    assert tx.scalar(select(Tip.id).where(filters.holds("matroska"))) is None


def _found(tx: Transaction, words: str) -> list[str]:
    return [row.tip.reference for row in triage.list_queue(tx, Filter(state="all", q=words)).rows]
