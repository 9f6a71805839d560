"""Dropping a topic or a template that nobody outside ever saw; what people were shown is closed and kept."""

from __future__ import annotations

from sqlalchemy import delete, select

from tipline.db import Transaction
from tipline.domain import custody
from tipline.domain.actors import Actor
from tipline.domain.appointments import Slot
from tipline.domain.questions import ANSWERED, Question
from tipline.domain.topics import DRAFT, TEMPLATE, Paper, Topic
from tipline.errors import TiplineError


def discard(tx: Transaction, actor: Actor, topic: Topic) -> None:
    """With its papers and times. Not once a tip was answered by it: its link would lead nowhere."""
    if topic.state not in (DRAFT, TEMPLATE) or topic.opened_at is not None:
        raise TiplineError("topic:state")
    answered = (Question.topic_id == topic.id) & (Question.state == ANSWERED)
    if tx.scalar(select(Question.id).where(answered).limit(1)) is not None:
        raise TiplineError("topic:asked")
    for table in (Question, Paper, Slot):
        tx.execute(delete(table).where(table.topic_id == topic.id))
    custody.append(tx, actor, "topic:discard", f"topic:{topic.handle}", title=topic.title)
    tx.delete(topic)
    tx.flush()
