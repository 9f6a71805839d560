"""Questions under a topic: nobody else's until they are answered, and never with somebody's numbers."""

from __future__ import annotations

import pytest

from tests.domain.conftest import KEY
from tests.domain.test_topics import TODAY, refused
from tipline.db import Transaction
from tipline.domain import answers, custody, personal, questions, topics
from tipline.domain.actors import Actor
from tipline.domain.topics import Described, Topic
from tipline.errors import TiplineError

ASKED = "我是李雷，电话138 1234 5678，档案没到能先落户吗"


@pytest.fixture
def topic(tx: Transaction, officer: Actor) -> Topic:
    made = topics.begin(tx, officer, "应届毕业生落户办理")
    said = Described(made.title, "毕业两年内可在本所落户。\n请先预约。", papers=[("毕业证原件", "")])
    topics.change(tx, officer, made, said, TODAY)
    topics.open_topic(tx, officer, made, TODAY)
    return made


def test_a_question_is_nobody_elses_until_it_is_answered(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    question, code = questions.ask(tx, KEY, topic, ASKED, TODAY)
    assert questions.list_published(tx, topic) == []
    assert questions.count_waiting(tx) == {topic.id: 1}
    assert "＊" in question.draft
    assert "138" not in question.draft

    with pytest.raises(TiplineError) as fault:
        questions.answer(tx, officer, question, ASKED, "可以。")
    assert fault.value.code == "question:personal"
    questions.answer(tx, officer, question, "档案没到能先落户吗？", "可以，先开具证明。")

    assert questions.list_published(tx, topic) == [question]
    assert questions.find_by_code(tx, KEY, code) is question
    entries = custody.list_of(tx, subject=f"topic:{topic.handle}")
    assert "李雷" not in "".join(one.detail for one in entries)


def test_a_hidden_question_tells_its_asker_why_and_can_come_back(
    tx: Transaction, officer: Actor, topic: Topic
) -> None:
    question, _ = questions.ask(tx, KEY, topic, "骂人的话", TODAY)

    assert refused(lambda: questions.hide(tx, officer, question, " ")) == "question:reason"
    questions.hide(tx, officer, question, "与本话题无关")
    assert (question.state, question.answer) == ("hidden", "与本话题无关")

    questions.restore(tx, officer, question)
    assert (question.state, question.answer) == ("waiting", "")


def test_nobody_asks_under_a_closed_topic(tx: Transaction, officer: Actor, topic: Topic) -> None:
    topics.close(tx, officer, topic)

    assert refused(lambda: questions.ask(tx, KEY, topic, "还能办吗", TODAY)) == "topic:closed"
    assert refused(lambda: questions.read_question(tx, topic, 99)) == "question:not-found"


def test_a_flood_of_questions_ends_and_what_waits_is_still_answered(
    tx: Transaction, officer: Actor, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MOST_WAITING", 5)
    mine: list[int] = []

    def ask(text: str, among: list[int]) -> str:
        try:
            mine.append(questions.ask(tx, KEY, topic, text, TODAY, mine=among)[0].id)
        except TiplineError as fault:
            return fault.code
        return "taken"

    assert [ask(f"第{number}问", mine) for number in range(4)] == ["taken"] * 3 + ["question:many"]
    # The same again is the one that is there; others may still ask, until the topic is full.
    assert (ask("第0问", mine), len(set(mine))) == ("taken", 3)
    assert [ask(f"别人{number}", []) for number in range(3)] == ["taken"] * 2 + ["question:topic-full"]
    questions.hide(tx, officer, questions.list_questions(tx, topic, "waiting")[0], "重复")
    assert ask("又问", []) == "taken"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("电话 138-1234-5678", ["phone"]),
        ("座机 0371-66778899", ["phone"]),
        ("身份证４１０１０１１９９００１０１１２３Ｘ", ["identity"]),
        ("4101 0119 9001 0112 34 和豫A·8H206", ["identity", "plate"]),
        ("卡号 6222 0212 3456 7890", ["number"]),
        ("写信 a.b@example.com", ["mail"]),
        ("11月23日 9:00 到 502 室，费用 2000 元，拨打 110 或 12345，2026-11-23 前", []),
    ],
)
def test_what_tells_of_somebody_is_found(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in personal.found_in(text)] == kinds
    assert personal.found_in(personal.masked(text)) == []


# --- search


def test_an_answer_is_found_as_people_ask(tx: Transaction, officer: Actor, topic: Topic) -> None:
    question, _ = questions.ask(tx, KEY, topic, "x", TODAY)
    questions.answer(tx, officer, question, "宿舍集体户口能迁吗？", "凭学校证明办理。")
    other = topics.begin(tx, officer, "犬只登记")
    topics.change(tx, officer, other, Described(other.title, "带免疫证明。"), TODAY)
    topics.open_topic(tx, officer, other, TODAY)
    topics.begin(tx, officer, "毕业生落户草稿")

    for words in ("毕业生怎么落户", "落户", "毕业证", "畢業生落戶 预约"):
        assert [one.topic.title for one in answers.find(tx, words)][:1] == [topic.title], words
    [hit] = answers.find(tx, "集体户口")
    assert hit.question is question
    assert answers.find(tx, "护照") == []
    assert {one.topic.title for one in answers.find(tx, "")} == {topic.title, other.title}


def test_the_archive_is_found_behind_what_is_open(tx: Transaction, officer: Actor, topic: Topic) -> None:
    again = topics.begin(tx, officer, topic.title, of=topic)
    topics.open_topic(tx, officer, again, TODAY)
    topics.close(tx, officer, topic)

    assert [one.topic.id for one in answers.find(tx, "毕业生落户")] == [again.id, topic.id]
