"""What reporter and desk write to each other, and what the desk keeps to itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, events, limits, replies, search, tips, unread
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

PUBLIC = ("message", "question", "progress")
ANSWERS = ("message", "progress")  # a question stops the clock in its own way
# What the desk writes to the reporter, as an event; a note is none.
TOLD_AS = {"message": "tip:answer", "question": "tip:question", "progress": "tip:progress"}
PARTNER = "partner"
# For this long an officer may withdraw what was sent. Afterwards it counts as said; a note is nobody else's.
WITHDRAWN_WITHIN = timedelta(minutes=30)


class Message(Base):
    """`kind`: message, question and progress are shown to the reporter; note and partner only at the desk."""

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
    read_at: Mapped[datetime | None] = mapped_column(UtcTime)  # by the reporter, on the progress page
    referral_id: Mapped[int | None] = mapped_column(
        ForeignKey("referral.id", name="fk_message_referral"), index=True
    )  # a partner wrote it


def write(
    tx: Transaction, actor: Actor, tip: Tip, text: str, *, kind: str = "message", with_files: bool = False
) -> Message:
    """Add to the thread. A question waits for the reporter; the reporter's next message answers it.

    An officer who answers has taken note. What comes with files may do without words.
    """
    text = text.strip()
    if not text and not with_files:
        raise TiplineError("message:empty", fields={"text": "message:empty"})
    if len(text) > limits.MESSAGE:
        raise TiplineError("message:too-long", fields={"text": "message:too-long"}, limit=limits.MESSAGE)
    by_reporter = actor.kind == "reporter"
    if kind in PUBLIC and not by_reporter and replies.has_gap(text):
        raise TiplineError("message:gap", fields={"text": "message:gap"})
    if kind in ANSWERS:
        tips.take_note(tx, actor, tip)
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
    search.index(tx, tip.id)
    before = acts.held(tip, "state")
    if kind == "question" and tip.state in ("received", "triage"):
        tips.follow(tx, actor, tip, "need_info")
    acts.record(
        tx, actor, "message:write", tip=tip, subject=f"message:{message.id}", before=before,
        after=acts.held(tip, "state"),
    )  # fmt: skip
    if by_reporter:
        unread.bring_news(tip)
        _answer(tx, actor, tip)
    if by_reporter or kind in TOLD_AS:
        events.tell(tx, "tip:message" if by_reporter else TOLD_AS[kind], tip=tip, by=actor)
    return message


def is_public(message: Message) -> bool:
    """Whether the reporter may read it now."""
    return message.kind in PUBLIC and message.withdrawn_at is None


def _answer(tx: Transaction, actor: Actor, tip: Tip) -> None:
    for question in open_questions(tx, tip):
        question.answered_at = clock.now()
    if tip.state == "need_info":
        tips.follow(tx, actor, tip, "triage")


class Told(NamedTuple):
    """A message as the reporter may read it: of one that was withdrawn nothing but that."""

    id: int
    kind: str
    by_reporter: bool
    text: str
    at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    read_at: datetime | None


def withdraw(tx: Transaction, actor: Actor, tip: Tip, message: Message) -> None:
    """The reporter no longer sees the text, only that there was one. The desk and the log keep it."""
    if message.withdrawn_at or message.answered_at:
        raise TiplineError("act:superseded")
    if message.kind in PUBLIC and clock.now() - message.at > WITHDRAWN_WITHIN:
        raise TiplineError("message:said")
    message.withdrawn_at = clock.now()
    tx.flush()
    custody.append(
        tx, actor, "message:withdraw", f"tip:{tip.reference}", tip=tip.reference, message=message.id,
        kind=message.kind, read=message.read_at is not None,
    )  # fmt: skip
    tips.touch(tip)


def see(tx: Transaction, tip: Tip, *, seen: list[Told]) -> None:
    """The reporter has the thread before him: nobody can later say that a text was not read."""
    fresh = [one.id for one in seen if not (one.by_reporter or one.read_at or one.withdrawn_at)]
    if fresh:
        tx.execute(
            update(Message).where(Message.id.in_(fresh), Message.tip_id == tip.id).values(read_at=clock.now())
        )
        tips.touch(tip)


def open_questions(tx: Transaction, tip: Tip) -> list[Message]:
    query = select(Message).where(
        Message.tip_id == tip.id, Message.kind == "question", Message.answered_at.is_(None),
        Message.withdrawn_at.is_(None),
    )  # fmt: skip
    return list(tx.scalars(query.order_by(Message.id)))


def list_public(tx: Transaction, tip: Tip) -> list[Told]:
    """The thread as the reporter sees it."""
    query = select(Message).where(Message.tip_id == tip.id, Message.kind.in_(PUBLIC))
    return [_told(one) for one in tx.scalars(query.order_by(Message.id))]


def _told(one: Message) -> Told:
    text = "" if one.withdrawn_at else one.text
    return Told(
        one.id, one.kind, one.by_reporter, text, one.at, one.answered_at, one.withdrawn_at, one.read_at
    )


def list_all(tx: Transaction, tip: Tip) -> list[Message]:
    return list(tx.scalars(select(Message).where(Message.tip_id == tip.id).order_by(Message.id)))


def list_of_referrals(tx: Transaction, referral_ids: list[int]) -> list[Message]:
    """What partners wrote, in order."""
    query = select(Message).where(Message.referral_id.in_(referral_ids))
    return list(tx.scalars(query.order_by(Message.id)))
