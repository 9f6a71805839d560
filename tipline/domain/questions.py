"""Questions residents ask under a topic: seen by nobody else until an officer answers them.

What was written stays with the desk. Everybody reads an officer's wording of it, and no number in it that may
be somebody's. Whoever asked reads the answer by a code, as with a tip.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, events, ids, limits, personal, topics
from tipline.domain.actors import Actor, reporter
from tipline.domain.topics import Topic
from tipline.errors import TiplineError

WAITING, ANSWERED, HIDDEN = STATES = ("waiting", "answered", "hidden")
CODE = "question"  # what its code is hashed as
LONGEST, LONGEST_ANSWER = 1_000, limits.MESSAGE
# So many may wait under one topic, and of those asked by one browser: a flood hides what others ask.
MOST_WAITING, MOST_OF_ONE = 200, 3


class Question(Base):
    """`asked` is what was written; `text` what an officer made of it for all to read, without names. Of a
    hidden one `answer` is the reason, for its asker alone."""

    __tablename__ = "topic_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)  # the tip it was asked in
    code_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # shows its asker the answer
    asked: Mapped[str] = mapped_column(SafeText, default="")
    text: Mapped[str] = mapped_column(SafeText, default="")
    answer: Mapped[str] = mapped_column(SafeText, default="")
    state: Mapped[str] = mapped_column(String(12), default=WAITING)  # waiting answered hidden
    at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    author: Mapped[str | None] = mapped_column(SafeText)  # who answered or hid it

    @property
    def draft(self) -> str:
        """What an officer begins with: the words as they stand, or as they were asked, numbers left out."""
        return self.text or personal.masked(self.asked)


def ask(
    tx: Transaction, key: str, topic: Topic, text: str, today: date, *, mine: Collection[int] = ()
) -> tuple[Question, str]:
    """Answers the code, which only this moment knows. `mine`: those that whoever asks asked before; the same
    sent twice is one, without a second code. Raises question:many, question:topic-full."""
    if not topic.is_open(today):
        raise TiplineError("topic:closed")
    text = _checked(text, "question", "question:empty", LONGEST)
    own = list_questions(tx, topic, WAITING, among=mine)
    if same := next((one for one in own if one.asked == text), None):
        return same, ""
    _require_room(tx, topic, len(own))
    code = ids.new_receipt_code()
    question = Question(
        topic_id=topic.id, code_hash=_hash(key, code.replace("-", "")), asked=text, at=clock.now(),
        state=WAITING,
    )  # fmt: skip
    tx.add(question)
    tx.flush()
    custody.append(
        tx, reporter(number_of(question)), "question:ask", f"topic:{topic.handle}",
        question=number_of(question), length=len(text),
    )  # fmt: skip
    events.tell(tx, "topic:question", topic=topic.handle, question=number_of(question))
    return question, code


def _require_room(tx: Transaction, topic: Topic, own: int) -> None:
    if own >= MOST_OF_ONE:
        raise TiplineError("question:many", fields={"question": "question:many"}, number=own)
    if is_full(tx, topic):
        raise TiplineError("question:topic-full", fields={"question": "question:topic-full"})


def is_full(tx: Transaction, topic: Topic) -> bool:
    """Whether so many wait that no more are taken until some are answered."""
    return count_waiting(tx).get(topic.id, 0) >= MOST_WAITING


def answer(
    tx: Transaction, actor: Actor, question: Question, text: str, words: str, *, confirmed: bool = False
) -> None:
    """Publish it in the officer's wording; the same again corrects it. Raises question:personal for a number
    in the question; one in the answer has to be meant for everybody."""
    text = _checked(text, "text", "question:empty", LONGEST)
    words = _checked(words, "answer", "question:answer-empty", LONGEST_ANSWER)
    if found := personal.found_in(text):
        raise TiplineError(
            "question:personal",
            fields={"text": "question:personal"},
            found=", ".join(one.text for one in found),
        )
    topics.require_confirmed(confirmed, words)
    topic = topic_of(tx, question)
    question.text, question.answer, question.state = text, words, ANSWERED
    question.answered_at, question.author = clock.now(), actor.name
    tx.flush()
    custody.append(
        tx, actor, "question:answer", f"topic:{topic.handle}", question=number_of(question),
        length=len(words), confirmed=confirmed,
    )  # fmt: skip


def hide(tx: Transaction, actor: Actor, question: Question, reason: str) -> None:
    """It is not published, or no more; whoever asked reads why."""
    reason = reason.strip()
    if not reason or len(reason) > limits.REASON:
        raise TiplineError("question:reason", fields={"reason": "question:reason"}, limit=limits.REASON)
    question.state, question.answer, question.author = HIDDEN, reason, actor.name
    question.answered_at = clock.now()
    tx.flush()
    custody.append(
        tx, actor, "question:hide", f"topic:{topic_of(tx, question).handle}", reason=reason,
        question=number_of(question),
    )  # fmt: skip


def restore(tx: Transaction, actor: Actor, question: Question) -> None:
    """A hidden one waits for its answer again."""
    if question.state != HIDDEN:
        return
    question.state, question.answer, question.answered_at, question.author = WAITING, "", None, None
    tx.flush()
    custody.append(
        tx, actor, "question:restore", f"topic:{topic_of(tx, question).handle}", question=number_of(question)
    )


def find_by_code(tx: Transaction, key: str, typed: str) -> Question | None:
    code = ids.normal_receipt_code(typed)
    return tx.scalar(select(Question).where(Question.code_hash == _hash(key, code or "")))


def read_question(tx: Transaction, topic: Topic, question_id: int) -> Question:
    """One that was asked under this topic; those that were asked in a tip are answered there."""
    question = tx.get(Question, question_id)
    if question is None or question.topic_id != topic.id or question.tip_id is not None:
        raise TiplineError("question:not-found")
    return question


def list_questions(
    tx: Transaction, topic: Topic, *states: str, among: Collection[int] | None = None
) -> list[Question]:
    """As they were asked under it; what waits longest first. `among`: only these."""
    wanted = (
        (Question.topic_id == topic.id) & Question.tip_id.is_(None) & Question.state.in_(states or STATES)
    )
    if among is not None:
        wanted &= Question.id.in_(among)
    return list(tx.scalars(select(Question).where(wanted).order_by(Question.at, Question.id)))


def list_published(tx: Transaction, topic: Topic) -> list[Question]:
    """What everybody reads."""
    return list_questions(tx, topic, ANSWERED)


def count_waiting(tx: Transaction) -> dict[int, int]:
    """Topic → questions that wait for an officer."""
    mine = (Question.state == WAITING) & Question.tip_id.is_(None)
    rows = tx.execute(select(Question.topic_id, func.count()).where(mine).group_by(Question.topic_id))
    return {topic_id: number for topic_id, number in rows}


def topic_of(tx: Transaction, question: Question) -> Topic:
    return tx.get_one(Topic, question.topic_id)


def number_of(question: Question) -> str:
    """What officer and resident call it; opens nothing."""
    return f"Q-{1000 + question.id}"


def _checked(text: str, name: str, empty: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise TiplineError(empty, fields={name: empty})
    if len(text) > longest:
        raise TiplineError("question:long", fields={name: "question:long"}, limit=longest)
    return text


def _hash(key: str, code: str) -> str:
    return ids.keyed_hash(key, CODE, code)
