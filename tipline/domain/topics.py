"""Topics: one question many people have, answered once, with its papers, appointments and questions.

A topic is written by an officer, opened for everybody, and closes on a day; what was told stays to be found.
A template is a topic that is only ever copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Date, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import beats, clock, custody, ids, limits, personal
from tipline.domain.actors import SYSTEM, Actor
from tipline.errors import TiplineError

DRAFT, OPEN, CLOSED, TEMPLATE = STATES = ("draft", "open", "closed", "template")
PUBLIC = (OPEN, CLOSED)
HANDLE = 6  # characters of its name in an address: opens nothing, so it need not be hard to guess
MOST_PAPERS, ANSWER, LONGEST_OPEN = 40, 10_000, timedelta(days=366)
A_PAGE = 200


class Topic(Base):
    """`state`: draft, open, closed; a template is one that is only ever copied."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(16), unique=True)  # in its address
    title: Mapped[str] = mapped_column(SafeText)
    answer: Mapped[str] = mapped_column(SafeText, default="")  # pinned on top
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=DRAFT, index=True)
    closes_on: Mapped[date | None] = mapped_column(Date)  # its last day
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)

    def is_open(self, today: date) -> bool:
        """Whether people may ask and book; after its last day it is shut, whoever notices when."""
        return self.state == OPEN and (self.closes_on is None or today <= self.closes_on)


class Paper(Base):
    """One line of the checklist of what to bring."""

    __tablename__ = "topic_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(SafeText)
    note: Mapped[str] = mapped_column(SafeText, default="")


@dataclass(frozen=True)
class Described:
    """What an officer writes. `papers` are pairs of what to bring and a word on it; `confirmed` says that
    numbers in it are meant for everybody, such as the station's phone."""

    title: str
    answer: str = ""
    beat: str = ""
    closes_on: date | None = None
    papers: list[tuple[str, str]] = field(default_factory=list)
    confirmed: bool = False


def begin(
    tx: Transaction, actor: Actor, title: str, *, of: Topic | None = None, is_theirs: bool = False
) -> Topic:
    """A draft, empty or copied from a template or an older topic; nobody outside sees it yet.

    `is_theirs`: the title is a resident's words, which the log never keeps.
    """
    topic = Topic(
        handle=ids.new_code(HANDLE).lower(), title=_title(title), author_id=_author(actor),
        created_at=clock.now(), changed_at=clock.now(), answer=of.answer if of else "",
        beat=of.beat if of else None,
    )  # fmt: skip
    tx.add(topic)
    tx.flush()
    for one in papers_of(tx, of) if of else ():
        tx.add(Paper(topic_id=topic.id, number=one.number, text=one.text, note=one.note))
    custody.append(
        tx, actor, "topic:begin", f"topic:{topic.handle}", title=None if is_theirs else topic.title,
        of=of.handle if of else None,
    )  # fmt: skip
    return topic


def change(
    tx: Transaction, actor: Actor, topic: Topic, said: Described, today: date, *, revision: int | None = None
) -> None:
    """Write it anew. What stands before everybody already is looked through for what tells of somebody."""
    if revision is not None and revision != topic.revision:
        raise TiplineError("topic:changed")
    papers = _papers(said.papers)
    answer = said.answer.strip()
    if len(answer) > ANSWER:
        raise TiplineError("topic:answer-long", fields={"answer": "topic:answer-long"}, limit=ANSWER)
    if said.beat:
        beats.read_beat(tx, said.beat)
    title = _title(said.title)
    if topic.state == OPEN:
        _require_ready(answer, said.closes_on, today)
        require_confirmed(said.confirmed, title, answer, *(part for one in papers for part in one))
    topic.title, topic.answer, topic.beat = title, answer, said.beat or None
    topic.closes_on = said.closes_on
    _put_papers(tx, topic, papers)
    _touch(topic)
    custody.append(
        tx, actor, "topic:change", f"topic:{topic.handle}", title=title, length=len(answer),
        papers=len(papers), beat=topic.beat, closes_on=_day(topic.closes_on), confirmed=said.confirmed,
    )  # fmt: skip


def open_topic(tx: Transaction, actor: Actor, topic: Topic, today: date, *, confirmed: bool = False) -> None:
    """Everybody sees it from now on. A closed one opens again; its last day must lie ahead."""
    if topic.state not in (DRAFT, CLOSED):
        raise TiplineError("topic:state")
    _require_ready(topic.answer, topic.closes_on, today)
    papers = papers_of(tx, topic)
    require_confirmed(
        confirmed, topic.title, topic.answer, *(part for one in papers for part in (one.text, one.note))
    )
    action = "topic:reopen" if topic.state == CLOSED else "topic:open"
    topic.state, topic.closed_at = OPEN, None
    topic.opened_at = topic.opened_at or clock.now()
    _touch(topic)
    custody.append(
        tx, actor, action, f"topic:{topic.handle}", title=topic.title, closes_on=_day(topic.closes_on),
        confirmed=confirmed,
    )  # fmt: skip


def close(tx: Transaction, actor: Actor, topic: Topic) -> None:
    """Nobody asks or books any more; what was told stays in the archive. Appointments that were made hold."""
    if topic.state != OPEN:
        raise TiplineError("topic:state")
    topic.state, topic.closed_at = CLOSED, clock.now()
    _touch(topic)
    custody.append(tx, actor, "topic:close", f"topic:{topic.handle}", title=topic.title)


def close_due(tx: Transaction, today: date) -> list[Topic]:
    """Close those whose last day is over; they were shut since midnight."""
    due = select(Topic).where(Topic.state == OPEN, Topic.closes_on < today).order_by(Topic.id)
    found = list(tx.scalars(due))
    for one in found:
        close(tx, SYSTEM, one)
    return found


def keep_as_template(tx: Transaction, actor: Actor, topic: Topic, title: str) -> Topic:
    """A copy for the next time, under a name of its own; appointments and questions stay behind."""
    kept = begin(tx, actor, title or topic.title, of=topic)
    kept.state = TEMPLATE
    custody.append(tx, actor, "topic:template", f"topic:{kept.handle}", title=kept.title, of=topic.handle)
    return kept


def read_topic(tx: Transaction, handle: str) -> Topic:
    topic = tx.scalar(select(Topic).where(Topic.handle == handle.lower()))
    if topic is None:
        raise TiplineError("topic:not-found")
    return topic


def read_public(tx: Transaction, handle: str) -> Topic:
    """The same for everybody: what is not published is not there."""
    topic = read_topic(tx, handle)
    if topic.state not in PUBLIC:
        raise TiplineError("topic:not-found")
    return topic


def list_topics(tx: Transaction, *states: str, beat: str = "", limit: int = A_PAGE) -> list[Topic]:
    """Newest first; `beat` leaves out what is for another beat alone."""
    query = select(Topic).where(Topic.state.in_(states or STATES))
    if beat:
        query = query.where(Topic.beat.is_(None) | (Topic.beat == beat))
    return list(
        tx.scalars(
            query.order_by(func.coalesce(Topic.opened_at, Topic.created_at).desc(), Topic.id.desc()).limit(
                limit
            )
        )
    )


def count_by_state(tx: Transaction) -> dict[str, int]:
    rows = tx.execute(select(Topic.state, func.count()).group_by(Topic.state))
    return {state: number for state, number in rows}


def papers_of(tx: Transaction, topic: Topic) -> list[Paper]:
    return list(tx.scalars(select(Paper).where(Paper.topic_id == topic.id).order_by(Paper.number)))


def require_confirmed(confirmed: bool, *texts: str) -> None:
    """Numbers that may be somebody's are published only by a person who says that they are for everybody."""
    found = [one.text for text in texts for one in personal.found_in(text)]
    if found and not confirmed:
        raise TiplineError(
            "topic:personal", fields={"confirmed": "topic:personal"}, found=", ".join(dict.fromkeys(found))
        )


def _require_ready(answer: str, closes_on: date | None, today: date) -> None:
    if not answer:
        raise TiplineError("topic:answer-needed", fields={"answer": "topic:answer-needed"})
    if closes_on and not today <= closes_on <= today + LONGEST_OPEN:
        raise TiplineError("topic:day-over", fields={"closes_on": "topic:day-over"})


def _put_papers(tx: Transaction, topic: Topic, wanted: list[tuple[str, str]]) -> None:
    """A line that stays keeps its row: what somebody ticked on a phone is remembered by it."""
    known = {one.text: one for one in papers_of(tx, topic)}
    for number, (text, note) in enumerate(wanted, 1):
        row = known.pop(text, None)
        if row is None:
            row = Paper(topic_id=topic.id, text=text)
            tx.add(row)
        row.number, row.note = number, note
    for left in known.values():
        tx.delete(left)
    tx.flush()


def _papers(said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = {text.strip(): note.strip() for text, note in said if text.strip()}
    if len(kept) > MOST_PAPERS:
        raise TiplineError("topic:papers-many", fields={"papers": "topic:papers-many"}, limit=MOST_PAPERS)
    if any(len(part) > limits.SHORT for one in kept.items() for part in one):
        raise TiplineError("tip:field-too-long", fields={"papers": "tip:field-too-long"}, limit=limits.SHORT)
    return list(kept.items())


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > limits.SHORT:
        raise TiplineError("topic:title-needed", fields={"title": "topic:title-needed"}, limit=limits.SHORT)
    return title


def _author(actor: Actor) -> int:
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    return actor.user_id


def _touch(topic: Topic) -> None:
    topic.changed_at = clock.now()
    topic.revision += 1


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
