"""Topics from the first word to the archive, and one answer for many tips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.domain.conftest import EVENING, sent
from tipline.db import Transaction
from tipline.domain import acts, answering, custody, discarding, messages, topics, undoing, unsent
from tipline.domain.actors import Actor
from tipline.domain.answering import answer
from tipline.domain.questions import Question
from tipline.domain.topics import Described, Topic
from tipline.errors import TiplineError

TODAY = date(2026, 11, 22)
ANSWER = "毕业两年内可在本所落户。\n1. 预约\n2. 带齐材料"
PAPERS = [("毕业证原件", "复印件一份"), ("户口迁移证", "")]


@pytest.fixture
def draft(tx: Transaction, officer: Actor) -> Topic:
    topic = topics.begin(tx, officer, "应届毕业生落户")
    topics.change(tx, officer, topic, Described(topic.title, ANSWER, papers=PAPERS), TODAY)
    return topic


@pytest.fixture
def topic(tx: Transaction, officer: Actor, draft: Topic) -> Topic:
    topics.open_topic(tx, officer, draft, TODAY)
    return draft


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(TiplineError) as fault:
        act()
    return fault.value.code


def test_what_is_not_published_is_not_there_for_others(tx: Transaction, officer: Actor, draft: Topic) -> None:
    assert refused(lambda: topics.read_public(tx, draft.handle)) == "topic:not-found"

    topics.open_topic(tx, officer, draft, TODAY)

    assert topics.read_public(tx, draft.handle.upper()) is draft
    told = [one.action for one in custody.list_of(tx, subject=f"topic:{draft.handle}")]
    assert told == ["topic:begin", "topic:change", "topic:open"]


def test_an_empty_topic_is_not_opened(tx: Transaction, officer: Actor) -> None:
    topic = topics.begin(tx, officer, "居住证")

    assert refused(lambda: topics.open_topic(tx, officer, topic, TODAY)) == "topic:answer-needed"
    assert refused(lambda: topics.begin(tx, officer, "  ")) == "topic:title-needed"


def test_a_number_is_published_only_by_who_says_that_it_is_for_everybody(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    said = Described(topic.title, ANSWER + "\n咨询 13812345678", papers=PAPERS)

    with pytest.raises(TiplineError) as fault:
        topics.change(tx, officer, topic, said, TODAY)
    assert fault.value.code == "topic:personal"
    assert fault.value.values["found"] == "13812345678"

    meant = Described(said.title, said.answer, papers=PAPERS, confirmed=True)
    topics.change(tx, officer, topic, meant, TODAY)
    assert "13812345678" in topic.answer


def test_who_wrote_on_an_older_state_is_told(tx: Transaction, officer: Actor, topic: Topic) -> None:
    read = topic.revision
    topics.change(tx, officer, topic, Described("新题目", ANSWER), TODAY, revision=read)

    assert refused(
        lambda: topics.change(tx, officer, topic, Described("x", ANSWER), TODAY, revision=read)
    ) == "topic:changed"  # fmt: skip


def test_a_paper_that_stays_keeps_its_row(tx: Transaction, officer: Actor, topic: Topic) -> None:
    before = {one.text: one.id for one in topics.papers_of(tx, topic)}

    wanted = [("本人身份证", ""), ("毕业证原件", "两份")]
    topics.change(tx, officer, topic, Described(topic.title, ANSWER, papers=wanted), TODAY)

    now = topics.papers_of(tx, topic)
    assert [(one.text, one.note) for one in now] == wanted
    assert now[1].id == before["毕业证原件"]


def test_it_closes_after_its_last_day_and_opens_again(tx: Transaction, officer: Actor, topic: Topic) -> None:
    said = Described(topic.title, ANSWER, closes_on=TODAY)
    topics.change(tx, officer, topic, said, TODAY)
    tomorrow = TODAY + timedelta(days=1)

    assert topic.is_open(TODAY)
    assert not topic.is_open(tomorrow)  # whether or not anybody has closed it yet
    assert topics.close_due(tx, TODAY) == []
    assert topics.close_due(tx, tomorrow) == [topic]
    assert topics.close_due(tx, tomorrow) == []
    assert refused(lambda: topics.open_topic(tx, officer, topic, tomorrow)) == "topic:day-over"

    topics.change(tx, officer, topic, Described(topic.title, ANSWER), tomorrow)
    topics.open_topic(tx, officer, topic, tomorrow)
    assert topic.is_open(tomorrow)


def test_a_template_is_copied_with_its_papers(tx: Transaction, officer: Actor, topic: Topic) -> None:
    kept = topics.keep_as_template(tx, officer, topic, "落户模板")
    made = topics.begin(tx, officer, "2027届毕业生落户", of=kept)

    assert (kept.state, made.state) == ("template", "draft")
    assert made.answer == ANSWER
    assert [one.text for one in topics.papers_of(tx, made)] == ["毕业证原件", "户口迁移证"]
    assert refused(lambda: topics.open_topic(tx, officer, kept, TODAY)) == "topic:state"


def test_only_what_nobody_saw_is_dropped(tx: Transaction, officer: Actor, draft: Topic) -> None:
    discarding.discard(tx, officer, draft)
    assert refused(lambda: topics.read_topic(tx, draft.handle)) == "topic:not-found"

    shown = topics.begin(tx, officer, "x")
    topics.change(tx, officer, shown, Described("x", "y"), TODAY)
    topics.open_topic(tx, officer, shown, TODAY)
    assert refused(lambda: discarding.discard(tx, officer, shown)) == "topic:state"


# --- answered once for all


@pytest.fixture(autouse=True)
def _evening(at: Callable[[datetime], None]) -> None:
    at(EVENING)


def test_several_tips_are_answered_with_one_topic(tx: Transaction, officer: Actor, topic: Topic) -> None:
    asked = [sent(tx, f"毕业生怎么落户？{at}", category="question") for at in range(3)]
    assert answering.list_waiting(tx) == asked

    answer(tx, officer, topic, asked, "请看这里：", "https://a.b/topics/x", is_done=True)

    assert answering.list_waiting(tx) == []
    for tip in asked:
        [told] = messages.list_public(tx, tip)
        assert told.text == f"请看这里：\n\n{ANSWER}\n\nhttps://a.b/topics/x"
        assert (tip.state, bool(tip.acknowledged_at)) == ("closed", True)
        assert answering.topic_of(tx, tip) is topic
    kept = tx.query(Question).all()
    assert [(one.tip_id, one.text, one.asked) for one in kept] == [(one.id, "", "") for one in asked]


def test_an_answer_to_many_is_taken_back_as_one(tx: Transaction, officer: Actor, topic: Topic) -> None:
    asked = [sent(tx, "怎么落户", category="question") for _ in range(2)]
    answer(tx, officer, topic, asked, "请看：", "https://a.b/topics/x")

    act = acts.recorded(tx)
    assert act is not None
    undoing.undo(tx, officer, act.id)

    assert all(messages.list_public(tx, tip)[0].withdrawn_at for tip in asked)


def test_a_topic_is_begun_out_of_a_tip_which_waits_for_it(tx: Transaction, officer: Actor) -> None:
    tip = sent(tx, "我电话13812345678，毕业生怎么落户", category="question")

    begun = answering.begin_from(tx, officer, tip)

    assert "138" not in begun.title
    assert all("落户" not in one.detail for one in custody.list_of(tx, subject=f"topic:{begun.handle}"))
    assert answering.list_joined(tx, begun) == [tip]
    assert answering.list_waiting(tx) == [tip]
    discarding.discard(tx, officer, begun)
    assert answering.topic_of(tx, tip) is None


def test_an_erased_tip_takes_its_words_along_out_of_a_draft(tx: Transaction, officer: Actor) -> None:
    tip = sent(tx, "我叫王小明，怎么落户", category="question")
    begun = answering.begin_from(tx, officer, tip)
    unsent.keep(tx, officer.user_id or 0, f"/desk/topics/{begun.handle}#title", "王小明落户")
    unsent.keep(tx, officer.user_id or 0, f"/desk/topics/{begun.handle}#answer", "请预约")

    answering.forget(tx, tip)

    assert begun.title == tip.reference
    assert [one.text for one in unsent.list_under(tx, officer.user_id or 0, "/desk/topics/")] == ["请预约"]


def test_nobody_is_sent_to_a_topic_that_is_not_public(tx: Transaction, officer: Actor, draft: Topic) -> None:
    tip = sent(tx, "怎么落户", category="question")

    assert refused(lambda: answer(tx, officer, draft, [tip], "请看", "x")) == "topic:unpublished"
    topics.open_topic(tx, officer, draft, TODAY)
    assert refused(lambda: answer(tx, officer, draft, [], "请看", "x")) == "topic:tips-needed"
