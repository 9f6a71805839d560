"""Sentences the station keeps ready for answers to reporters; each act on them can be taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, limits
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

# What stands in braces and is filled in for one tip.
PLACES = ("reference", "place", "station", "export_help", "beat")
# What stands where nothing is known to fill in; a text with it is not sent.
GAP = "____"
# A sentence for acknowledging becomes a message; it is offered with that act alone.
ACKNOWLEDGE = "acknowledge"
KINDS = ("message", "question", "progress", ACKNOWLEDGE)
LANGUAGES = ("zh_Hans_CN", "en")
_PLACE = re.compile(r"\{(\w*)\}")
_HELD = ("title", "text", "language", "kind", "position", "removed_at")
CHANGE, MOVE = "reply:change", "reply:move"


class Reply(Base):
    """`language` is that of the text; `kind` the kind of message it becomes."""

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText)
    language: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(12), default="message")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


def add(tx: Transaction, actor: Actor, *, title: str, text: str, language: str, kind: str) -> Reply:
    """At the end of its language's; raises reply:… for what is unclear."""
    row = Reply(created_at=clock.now(), position=_end(tx, language), removed_at=clock.now())
    _write(row, title, text, language, kind)
    tx.add(row)
    tx.flush()
    # To take an addition back is to remove it.
    before = acts.held(row, "removed_at")
    row.removed_at = None
    _keep(tx, actor, row, "reply:add", before)
    return row


def change(tx: Transaction, actor: Actor, row: Reply, *, title: str, text: str, kind: str) -> None:
    before = acts.held(row, "title", "text", "kind")
    _write(row, title, text, row.language, kind)
    if acts.held(row, "title", "text", "kind") != before:
        _keep(tx, actor, row, CHANGE, before)


def move(tx: Transaction, actor: Actor, row: Reply, by: int) -> None:
    """One place up (-1) or down (1) among those of its language; at an end nothing happens."""
    those = list_of(tx, row.language)
    at = those.index(row)
    other = those[at + by] if 0 <= at + by < len(those) and by in (-1, 1) else None
    if other is None:
        return
    before = [one.id for one in those]
    for place, one in enumerate(those):
        one.position = place  # whatever gaps there were
    row.position, other.position = other.position, row.position
    tx.flush()
    custody.append(tx, actor, MOVE, f"reply:{row.id}", title=row.title, position=row.position)
    after = [one.id for one in list_of(tx, row.language)]
    acts.record(tx, actor, MOVE, subject=f"reply:{row.id}", before={"order": before}, after={"order": after})


def move_back(tx: Transaction, _actor: Actor, act: acts.Act) -> None:
    """All in the order in which they were, unless something was added, removed or moved since."""
    those = list_of(tx, tx.get_one(Reply, int(act.subject.partition(":")[2])).language)
    if [one.id for one in those] != act.became["order"]:
        raise TiplineError("act:superseded")
    for one in those:
        one.position = act.was["order"].index(one.id)


def remove(tx: Transaction, actor: Actor, row: Reply) -> None:
    before = acts.held(row, "removed_at")
    row.removed_at = clock.now()
    _keep(tx, actor, row, "reply:remove", before)


def put_back(tx: Transaction, _actor: Actor, act: acts.Act) -> None:
    """The way back of every act on a template."""
    acts.put_back(tx.get_one(Reply, int(act.subject.partition(":")[2])), act)


def read_reply(tx: Transaction, reply_id: int) -> Reply:
    row = tx.get(Reply, reply_id)
    if row is None or row.removed_at:
        raise TiplineError("reply:not-found")
    return row


def list_of(tx: Transaction, language: str | None = None) -> list[Reply]:
    """Those in use, in their order; of one language or of all."""
    query = (
        select(Reply)
        .where(Reply.removed_at.is_(None))
        .order_by(Reply.language.desc(), Reply.position, Reply.id)
    )
    return list(tx.scalars(query.where(Reply.language == language) if language else query))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text for one tip; a gap stays where nothing is known."""
    return _PLACE.sub(lambda found: values.get(found[1]) or GAP if found[1] in PLACES else found[0], text)


def has_gap(text: str) -> bool:
    """Whether something is still to be filled in."""
    return GAP in text or any(name in PLACES for name in _PLACE.findall(text))


def _write(row: Reply, title: str, text: str, language: str, kind: str) -> None:
    title, text = title.strip(), text.strip()
    if not title or len(title) > limits.SHORT:
        raise TiplineError("reply:title-needed", fields={"title": "reply:title-needed"}, limit=limits.SHORT)
    if not text:
        raise TiplineError("message:empty", fields={"text": "message:empty"})
    if len(text) > limits.MESSAGE:
        raise TiplineError("message:too-long", fields={"text": "message:too-long"}, limit=limits.MESSAGE)
    unknown = [name for name in _PLACE.findall(text) if name not in PLACES]
    if unknown:
        raise TiplineError("reply:place-unknown", fields={"text": "reply:place-unknown"}, place=unknown[0])
    if kind not in KINDS or language not in LANGUAGES:
        raise TiplineError("request:invalid")
    row.title, row.text, row.language, row.kind = title, text, language, kind


def _keep(tx: Transaction, actor: Actor, row: Reply, action: str, before: dict[str, object]) -> None:
    tx.flush()
    after = acts.held(row, *before)
    custody.append(tx, actor, action, f"reply:{row.id}", title=row.title, text=row.text)
    acts.record(tx, actor, action, subject=f"reply:{row.id}", before=before, after=after)


def _end(tx: Transaction, language: str) -> int:
    return (tx.scalar(select(func.max(Reply.position)).where(Reply.language == language)) or 0) + 1
