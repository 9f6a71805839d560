"""What is made from an original at somebody's word: a still, a clip, a search for faces, a covered copy.

The look at a file makes its own renditions; these are asked for by a person, one job each, and their result
is a rendition whose provenance says from what, by whom and how. Who asks for a kind checks first what is
wanted (`tipline.domain.exports`); `workers/deriving.py` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, outbox, tips
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

STILL, CLIP, FACES, TRACK, REDACTION = KINDS = ("still", "clip", "faces", "track", "redaction")
SHARED = "shared"  # a copy for one recipient outside; it belongs to a share and stands in no list of exports
POSTED = "posted"  # a covered still as a bulletin shows it; it belongs to that bulletin
MOMENT = "moment"  # the frame of a sighting, as a trail shows it; it belongs to that sighting
MAKE = "derivative.make"
ASKED, REMOVED = "derivative:ask", "derivative:remove"  # acts; both can be taken back
UNDER_WAY = ("queued", "running")
MOST_WAITING = 60  # of one person, so that nobody fills the disk or the queue for everybody


class Derivative(Base):
    """`given` says what is wanted, `found` what came of it where that is no rendition (boxes)."""

    __tablename__ = "derivative"

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    given: Mapped[str] = mapped_column(SafeText, default="{}")
    state: Mapped[str] = mapped_column(String(8), default="queued")  # queued running done failed
    progress: Mapped[float] = mapped_column(default=0.0)
    found: Mapped[str | None] = mapped_column(SafeText)
    failure: Mapped[str | None] = mapped_column(String(60))
    rendition: Mapped[str | None] = mapped_column(String(80))  # its name among those of the evidence
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def wanted(self) -> dict[str, Any]:
        """What was asked for, checked when it was."""
        wanted: dict[str, Any] = json.loads(self.given)
        return wanted

    @property
    def told(self) -> dict[str, Any]:
        """What came of it, beside or instead of a rendition."""
        told: dict[str, Any] = json.loads(self.found) if self.found else {}
        return told

    @property
    def is_under_way(self) -> bool:
        """Whether it still waits or is being made."""
        return self.state in UNDER_WAY


def ask(
    tx: Transaction, ring: outbox.Ring, actor: Actor, file: Evidence, kind: str, wanted: dict[str, Any]
) -> Derivative:
    """Have something made. The same, asked for again while it is under way, is not made twice."""
    if not file.arrived or file.sha256 is None:
        raise TiplineError("evidence:incomplete")
    if kind not in (*KINDS, SHARED, POSTED, MOMENT) or actor.user_id is None:
        raise TiplineError("request:invalid")
    given = json.dumps(wanted, ensure_ascii=False, sort_keys=True, allow_nan=False)
    same = select(Derivative).where(
        Derivative.evidence_id == file.id,
        Derivative.kind == kind,
        Derivative.given == given,
        Derivative.state.in_(UNDER_WAY),
        Derivative.removed_at.is_(None),
    )
    waiting = tx.scalar(same.limit(1))
    if waiting is not None:
        return waiting
    _require_patience(tx, actor.user_id)
    row = Derivative(
        evidence_id=file.id, kind=kind, given=given, author_id=actor.user_id, created_at=clock.now()
    )
    tx.add(row)
    tx.flush()
    tip = _record(tx, actor, "ask", row, file)
    if kind in KINDS:  # the others are taken back with their share, bulletin or sighting
        acts.record(tx, actor, ASKED, tip=tip, subject=f"derivative:{row.id}", after={"kind": kind})
    outbox.add(tx, ring, MAKE, str(row.id), tip_id=file.tip_id)
    return row


def begin(tx: Transaction, derivative_id: int) -> Derivative | None:
    """Its turn has come; None when nobody wants it any more, or it is there already."""
    row = tx.get(Derivative, derivative_id)
    if row is None or row.removed_at is not None or not row.is_under_way:
        return None
    row.state = "running"
    return row


def tell(tx: Transaction, row: Derivative, part: float, found: dict[str, Any] | None = None) -> bool:
    """It is so far, from 0 to 1, and has found this; False when it was taken back meanwhile."""
    mine = tx.get(Derivative, row.id)
    if mine is None or mine.removed_at is not None:
        return False
    mine.progress = min(max(part, 0.0), 1.0)
    if found is not None:
        mine.found = json.dumps(found, ensure_ascii=False, allow_nan=False)
    tips.touch(_tip_of(tx, mine))
    return True


def finish(
    tx: Transaction, derivative_id: int, *, rendition: str | None, found: dict[str, Any], sha256: str | None
) -> None:
    """It is made: the name of its rendition, or what was found."""
    row = tx.get_one(Derivative, derivative_id)
    row.state, row.progress, row.finished_at, row.failure = "done", 1.0, clock.now(), None
    row.rendition = rendition
    row.found = json.dumps(found, ensure_ascii=False, allow_nan=False) if found else None
    _record(tx, SYSTEM, "make", row, sha256=sha256, rendition=rendition)


def fail(tx: Transaction, derivative_id: int, code: str) -> None:
    """It could not be made; a person may ask again."""
    row = tx.get_one(Derivative, derivative_id)
    if not row.is_under_way:
        return
    row.state, row.failure, row.finished_at = "failed", code, clock.now()
    _record(tx, SYSTEM, "fail", row, failure=code)


def retry(tx: Transaction, ring: outbox.Ring, actor: Actor, row: Derivative) -> None:
    """Have it made once more, after a failure or when its bytes are lost."""
    if row.is_under_way:
        raise TiplineError("derivative:under-way")
    if row.removed_at is not None:
        raise TiplineError("derivative:not-found")
    row.state, row.failure, row.progress, row.finished_at = "queued", None, 0.0, None
    file = tx.get_one(Evidence, row.evidence_id)
    _record(tx, actor, "retry", row, file)
    outbox.add(tx, ring, MAKE, str(row.id), tip_id=file.tip_id)


def remove(tx: Transaction, actor: Actor, row: Derivative) -> None:
    """Take it off the page. Its bytes and what the log says stay: somebody may have handed it on already."""
    if row.removed_at is not None:
        return
    tip = _record(tx, actor, "remove", row)
    acts.record(tx, actor, REMOVED, tip=tip, subject=f"derivative:{row.id}")
    row.removed_at = clock.now()


def take_off(tx: Transaction, row: Derivative) -> None:
    """The way back from asking for one."""
    if row.removed_at is not None:
        raise TiplineError("act:superseded")
    row.removed_at = clock.now()


def put_back(tx: Transaction, row: Derivative) -> None:
    """The way back from removing one. What was removed before it was made is made once the sweep rings."""
    if row.removed_at is None:
        raise TiplineError("act:superseded")
    row.removed_at = None
    if row.is_under_way:
        file = tx.get_one(Evidence, row.evidence_id)
        outbox.add(tx, lambda _kind, _number: None, MAKE, str(row.id), tip_id=file.tip_id)


def note_download(tx: Transaction, actor: Actor, row: Derivative) -> None:
    """It left the house."""
    _record(tx, actor, "download", row)


def read_derivative(tx: Transaction, evidence_id: str, number: int) -> Derivative:
    """One of this file that was not removed."""
    row = tx.get(Derivative, number) if 0 < number < 2**31 else None
    if row is None or row.evidence_id != evidence_id or row.removed_at is not None:
        raise TiplineError("derivative:not-found")
    return row


def list_of_many(
    tx: Transaction, evidence_ids: Iterable[str], kinds: Iterable[str] = KINDS
) -> dict[str, list[Derivative]]:
    """Evidence id → what was made of it and not removed, newest first, in one query."""
    found: dict[str, list[Derivative]] = {one: [] for one in evidence_ids}
    if not found:
        return found
    query = select(Derivative).where(
        Derivative.evidence_id.in_(list(found)),
        Derivative.kind.in_(list(kinds)),
        Derivative.removed_at.is_(None),
    )
    for row in tx.scalars(query.order_by(Derivative.id.desc())):
        found[row.evidence_id].append(row)
    return found


def asked_of(tx: Transaction, evidence_ids: Collection[str], kind: str) -> set[str]:
    """Of which files this was ever asked for, whatever became of it since."""
    if not evidence_ids:
        return set()
    query = select(Derivative.evidence_id).where(
        Derivative.evidence_id.in_(evidence_ids), Derivative.kind == kind
    )
    return set(tx.scalars(query))


def list_of(tx: Transaction, evidence_id: str, kinds: Iterable[str] = KINDS) -> list[Derivative]:
    """The same of one file."""
    return list_of_many(tx, [evidence_id], kinds)[evidence_id]


def _require_patience(tx: Transaction, account_id: int) -> None:
    waiting = select(func.count()).where(
        Derivative.author_id == account_id,
        Derivative.state.in_(UNDER_WAY),
        Derivative.removed_at.is_(None),
    )
    if (tx.scalar(waiting) or 0) >= MOST_WAITING:
        raise TiplineError("derivative:too-many", limit=MOST_WAITING)


def _tip_of(tx: Transaction, row: Derivative) -> Tip:
    return tx.get_one(Tip, tx.get_one(Evidence, row.evidence_id).tip_id)


def _record(
    tx: Transaction, actor: Actor, verb: str, row: Derivative, file: Evidence | None = None, **more: Any
) -> Tip:
    """One entry of custody; open pages look again."""
    file = file or tx.get_one(Evidence, row.evidence_id)
    tip = tx.get_one(Tip, file.tip_id)
    wanted = {
        name: row.wanted[name]
        for name in ("frame", "first", "last", "t", "until", "range", "still", "digest")
        if name in row.wanted
    }
    custody.append(
        tx, actor, f"derivative:{verb}", f"evidence:{file.id}", tip=tip.reference, number=file.number,
        kind=row.kind, derivative=row.id, **wanted, **{name: said for name, said in more.items() if said},
    )  # fmt: skip
    tips.touch(tip)
    return tip
