"""What reporter and desk write to each other, and what the desk keeps to itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, custody, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

PUBLIC = ("message", "question", "progress")


class Message(Base):
    """`kind`: message, question and progress are shown to the reporter; note is for the desk alone."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    by_reporter: Mapped[bool]
    author: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)


def write(tx: Transaction, actor: Actor, tip: Tip, text: str, *, kind: str = "message") -> Message:
    """Add to the thread. A question waits for the reporter; the reporter's next message answers it."""
    text = text.strip()
    if not text:
        raise TiplineError("message:empty", fields={"text": "message:empty"})
    if len(text) > limits.MESSAGE:
        raise TiplineError("message:too-long", fields={"text": "message:too-long"}, limit=limits.MESSAGE)
    by_reporter = actor.kind == "reporter"
    message = Message(
        tip_id=tip.id, kind=kind, by_reporter=by_reporter, author=actor.name, text=text, at=clock.now()
    )
    tx.add(message)
    tx.flush()
    custody.append(
        tx,
        actor,
        f"message:{kind}",
        f"tip:{tip.reference}",
        tip=tip.reference,
        message=message.id,
        length=len(text),
    )
    tips.touch(tip)
    if kind == "question" and tip.state in ("received", "triage"):
        tips.move(tx, actor, tip, "need_info")
    if by_reporter:
        _answer(tx, actor, tip)
    return message


def _answer(tx: Transaction, actor: Actor, tip: Tip) -> None:
    for question in open_questions(tx, tip):
        question.answered_at = clock.now()
    if tip.state == "need_info":
        tips.move(tx, actor, tip, "triage")


def open_questions(tx: Transaction, tip: Tip) -> list[Message]:
    query = select(Message).where(
        Message.tip_id == tip.id, Message.kind == "question", Message.answered_at.is_(None)
    )
    return list(tx.scalars(query.order_by(Message.id)))


def list_public(tx: Transaction, tip: Tip) -> list[Message]:
    """The thread as the reporter sees it."""
    query = select(Message).where(Message.tip_id == tip.id, Message.kind.in_(PUBLIC))
    return list(tx.scalars(query.order_by(Message.id)))


def list_all(tx: Transaction, tip: Tip) -> list[Message]:
    return list(tx.scalars(select(Message).where(Message.tip_id == tip.id).order_by(Message.id)))
