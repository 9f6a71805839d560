"""Answered once for all: tips in which somebody asks are answered together, with words and a topic's address.

Each tip gets the answer as a message in its own thread; who asked it is shown to nobody, and a word of it is
published only by an officer who writes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from tipline.db import Transaction
from tipline.domain import acts, categories, clock, custody, limits, messages, personal, tips, topics, unsent
from tipline.domain import questions as asked_under
from tipline.domain.actors import Actor
from tipline.domain.questions import ANSWERED, Question
from tipline.domain.tips import Tip
from tipline.domain.topics import PUBLIC, Topic
from tipline.errors import TiplineError

WAITING = ("received", "triage", "need_info")
MOST = 50
LONGEST_TITLE = 60


def is_question(tip: Tip) -> bool:
    return tip.category in _codes()


def list_waiting(tx: Transaction, *, limit: int = MOST) -> list[Tip]:
    """Tips that ask something and were not answered by a topic yet, those that wait longest first."""
    answered = select(Question.tip_id).where(Question.tip_id.is_not(None), Question.state == ANSWERED)
    query = select(Tip).where(
        Tip.category.in_(_codes()), Tip.state.in_(WAITING), Tip.id.not_in(answered), Tip.erased_at.is_(None)
    )
    return list(tx.scalars(query.order_by(Tip.received_at, Tip.id).limit(limit)))


def topic_of(tx: Transaction, tip: Tip) -> Topic | None:
    """The newest topic a tip was answered by, or that was begun out of it."""
    mine = select(Topic).join(Question, Question.topic_id == Topic.id).where(Question.tip_id == tip.id)
    return tx.scalar(mine.order_by(Question.id.desc()).limit(1))


def begin_from(tx: Transaction, actor: Actor, tip: Tip, *, of: Topic | None = None) -> Topic:
    """A draft out of what somebody asked in a tip; the tip waits for it to be opened."""
    topic = topics.begin(tx, actor, of.title if of else _first_words(tip), of=of, is_theirs=of is None)
    _join(tx, topic, tip)
    custody.append(tx, actor, "topic:from-tip", f"topic:{topic.handle}", tip=tip.reference)
    return topic


def forget(tx: Transaction, tip: Tip) -> None:
    """Of an erased tip: that it asked, and its words where a draft is still called by them."""
    mine = select(Question.topic_id).where(Question.tip_id == tip.id)
    for topic in tx.scalars(select(Topic).where(Topic.id.in_(mine), Topic.state.not_in(PUBLIC))):
        unsent.forget_under(tx, f"/desk/topics/{topic.handle}#title")
        if topic.title == _first_words(tip):
            topic.title = tip.reference
    tx.execute(delete(Question).where(Question.tip_id == tip.id))


def _first_words(tip: Tip) -> str:
    """A title to begin with, numbers left out."""
    first = next((one.strip() for one in tip.text.splitlines() if one.strip()), tip.reference)
    return " ".join(personal.masked(first)[:LONGEST_TITLE].split())


def list_joined(tx: Transaction, topic: Topic) -> list[Tip]:
    """Tips a topic was begun out of, and that wait for its answer."""
    mine = (Question.topic_id == topic.id) & (Question.state == asked_under.WAITING)
    query = select(Tip).join(Question, Question.tip_id == Tip.id).where(mine, Tip.erased_at.is_(None))
    return list(tx.scalars(query.order_by(Tip.id)))


def answer(
    tx: Transaction, actor: Actor, topic: Topic, asked: Sequence[Tip], words: str, address: str, *,
    is_done: bool = False,
) -> None:  # fmt: skip
    """The officer's words, the pinned answer and its address into each thread; `is_done` closes them, too.
    All of it is one command, taken back as one."""
    if topic.state not in PUBLIC:
        raise TiplineError("topic:unpublished")
    if not 1 <= len(asked) <= MOST:
        raise TiplineError("topic:tips-needed", fields={"tips": "topic:tips-needed"}, limit=MOST)
    text = _message(words, topic.answer, address)
    with acts.together(tx):
        for tip in asked:
            _answer(tx, actor, topic, tip, text, is_done=is_done)


def _message(words: str, pinned: str, address: str) -> str:
    """What does not fit into a message is read at the address."""
    room = limits.MESSAGE - len(words.strip()) - len(address) - 10
    short = pinned if len(pinned) <= room else pinned[: max(0, room)] + "…"
    return "\n\n".join(part for part in (words.strip(), short, address) if part)


def _answer(tx: Transaction, actor: Actor, topic: Topic, tip: Tip, text: str, *, is_done: bool) -> None:
    if tip.state in tips.ENDED:
        raise TiplineError("tip:closed")
    if tip.acknowledged_at is None:
        tips.acknowledge(tx, actor, tip)
    messages.write(tx, actor, tip, text)
    row = _join(tx, topic, tip)
    row.state, row.answered_at, row.author = ANSWERED, clock.now(), actor.name
    tx.flush()
    custody.append(tx, actor, "topic:answer", f"topic:{topic.handle}", tip=tip.reference, title=topic.title)
    if is_done:
        tips.move(tx, actor, tip, "closed")


def _join(tx: Transaction, topic: Topic, tip: Tip) -> Question:
    """The row that ties them, which holds no word of the tip."""
    known = (Question.topic_id == topic.id) & (Question.tip_id == tip.id)
    row = tx.scalar(select(Question).where(known))
    if row is None:
        row = Question(topic_id=topic.id, tip_id=tip.id, at=tip.received_at or clock.now())
        row.state = asked_under.WAITING
        tx.add(row)
        tx.flush()
    return row


def _codes() -> list[str]:
    return [one.code for one in categories.list_group(categories.QUESTION)]
