"""Files that go with a message: what a partner sent with a reply, and what of it the reporter may look at.

A partner's file is evidence of the tip like any other: received, sealed and examined by the same hands.
Whoever reported reads nothing of it, not even that it is there, until an officer passes it on; then what is
shown is a picture that we drew ourselves, never the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction
from tipline.domain import derivatives, messages, redacting, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Message
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# What is shown of a film or a photo, the first of these there is.
_SHOWN = (renditions.PREVIEW, renditions.KEYFRAME)


class Attached(Base):
    """One file that stands under one message."""

    __tablename__ = "message_file"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), primary_key=True, index=True)


class Picture(NamedTuple):
    """A file under a message, and what may be shown of it; None while there is nothing."""

    file: Evidence
    made: Rendition | None


def attach(tx: Transaction, message: Message, files: Iterable[Evidence]) -> None:
    tx.add_all(Attached(message_id=message.id, evidence_id=one.id) for one in files)
    tx.flush()


def loose_of(tx: Transaction, referral_id: int) -> list[Evidence]:
    """What came by the link of a referral and stands under no message yet."""
    taken = select(Attached.evidence_id)
    query = select(Evidence).where(Evidence.referral_id == referral_id, Evidence.id.not_in(taken))
    return [one for one in tx.scalars(query.order_by(Evidence.number)) if one.arrived]


def of_messages(tx: Transaction, message_ids: Collection[int]) -> dict[int, list[Picture]]:
    """Message → its files in their order, in a fixed number of queries."""
    if not message_ids:
        return {}
    query = select(Attached.message_id, Evidence).join(Evidence, Evidence.id == Attached.evidence_id)
    query = query.where(Attached.message_id.in_(message_ids)).order_by(Evidence.number)
    rows = [(number, file) for number, file in tx.execute(query) if file.arrived]
    files = [file.id for _, file in rows]
    made, covered = renditions.list_of_many(tx, files), redacting.fit_names(tx, files)
    to_cover = derivatives.asked_of(tx, files, derivatives.REDACTION)
    found: dict[int, list[Picture]] = {}
    for number, file in rows:
        found.setdefault(number, []).append(
            Picture(file, _drawn(made[file.id], covered[file.id], to_cover=file.id in to_cover))
        )
    return found


def shown_under(tx: Transaction, message_ids: Collection[int]) -> dict[int, list[Rendition]]:
    """The same as pictures alone, for whoever may see no file."""
    found = of_messages(tx, message_ids)
    return {number: [one.made for one in many if one.made] for number, many in found.items()}


def read_shown(tx: Transaction, tip: Tip, message_id: int, number: int) -> Rendition:
    """The picture in this place under a message that the reporter may read; raises rendition:not-found."""
    message = tx.get(Message, message_id)
    if message is None or message.tip_id != tip.id or not messages.is_public(message):
        raise TiplineError("rendition:not-found")
    shown = shown_under(tx, [message.id]).get(message.id, [])
    if not 1 <= number <= len(shown):
        raise TiplineError("rendition:not-found")
    return shown[number - 1]


def _drawn(pictures: list[Rendition], covered: set[str], *, to_cover: bool) -> Rendition | None:
    """Where somebody ever set about covering it, a covered picture that a person looked at, or nothing: also
    while that is being made, of a film that was covered as a film, and once it was withdrawn or removed."""
    seen = [one for one in pictures if one.mime.startswith("image/") and not one.is_provisional]
    if to_cover:
        return next((one for one in reversed(seen) if one.name in covered), None)
    return next((one for kind in _SHOWN for one in seen if one.kind == kind), None)
