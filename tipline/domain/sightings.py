"""Sightings: where and when officers saw somebody or something of a case in a piece of evidence.

In the order of their true time they are the trail from shop to shop. The true time follows the clock of the
evidence, so that a correction of a clock moves the sighting; only a typed time stays.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, cases, clock, custody, derivatives, limits, outbox, renditions
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.derivatives import MOMENT
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.positions import Position
from tipline.domain.renditions import Rendition
from tipline.errors import TiplineError

ADD, CHANGE, REMOVE = KINDS = ("sighting:add", "sighting:change", "sighting:remove")
SLACK_S = 1.0  # a film's last picture may be shown a little after the length it tells


class Sighting(Base):
    """`t` in seconds of the film, `rendition` the picture that shows it; positions are WGS-84."""

    __tablename__ = "sighting"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    evidence_id: Mapped[str | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    t: Mapped[float | None]
    frame: Mapped[int | None]
    rendition: Mapped[str | None] = mapped_column(String(80))
    typed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    place: Mapped[str] = mapped_column(SafeText, default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    text: Mapped[str] = mapped_column(SafeText, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


@dataclass
class Said:
    """What an officer says of it; `t` is the position in the film, `typed_at` goes before its clock."""

    evidence: Evidence | None = None
    t: float | None = None
    frame: int | None = None
    typed_at: datetime | None = None
    place: str = ""
    position: Position | None = None
    text: str = ""
    subject_id: int | None = None  # of the same case; whoever names it has read it there

    def checked(self) -> Said:
        """Trimmed and within bounds; raises sighting:… with the field it is about."""
        self.place, self.text = self.place.strip(), self.text.strip()
        for name, words, most in (("place", self.place, limits.SHORT), ("text", self.text, limits.REASON)):
            if len(words) > most:
                raise TiplineError("tip:field-too-long", fields={name: "tip:field-too-long"}, limit=most)
        if self.evidence is None:
            self.t = self.frame = None
        elif self.evidence.kind != "video":
            self.t = None
        elif self.t is None or not 0 <= self.t <= _length(self.evidence) + SLACK_S:
            raise TiplineError("sighting:moment-unclear", fields={"t": "sighting:moment-unclear"})
        if not (self.evidence or self.typed_at or self.position or self.place):
            raise TiplineError("sighting:empty", fields={"place": "sighting:empty"})
        return self


def add(
    tx: Transaction, actor: Actor, case: Case, said: Said, ring: outbox.Ring | None = None
) -> tuple[Sighting, Act | None]:
    """Mark a sighting; raises case:closed or what is wrong with it. With a ``ring`` its very frame is cut."""
    _require_open(case)
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    now = clock.now()
    row = Sighting(case_id=case.id, author_id=actor.user_id, at=now, version=1)
    _fill(tx, row, said.checked())
    tx.add(row)
    tx.flush()
    _log(tx, actor, case, row, ADD)
    _cut(tx, ring, actor, row)
    return row, acts.record(tx, actor, ADD, case=case, subject=f"sighting:{row.id}", after=_values(row))


def change(
    tx: Transaction, actor: Actor, case: Case, row: Sighting, said: Said, *, version: int | None,
    ring: outbox.Ring | None = None,
) -> Act | None:  # fmt: skip
    """Correct it as it was seen; raises sighting:changed if somebody else did meanwhile."""
    _require_open(case)
    if version is not None and version != row.version:
        raise TiplineError("sighting:changed")
    before = _values(row)
    _fill(tx, row, said.checked())
    after = _values(row)
    if before == after:
        return None
    row.version += 1
    tx.flush()
    _log(tx, actor, case, row, CHANGE)
    _cut(tx, ring, actor, row)
    subject = f"sighting:{row.id}"
    return acts.record(tx, actor, CHANGE, case=case, subject=subject, before=before, after=after)


def remove(tx: Transaction, actor: Actor, case: Case, row: Sighting) -> Act | None:
    """Off the trail; the row stays, and can be brought back."""
    _require_open(case)
    row.removed_at = clock.now()
    row.version += 1
    tx.flush()
    _log(tx, actor, case, row, REMOVE)
    return acts.record(tx, actor, REMOVE, case=case, subject=f"sighting:{row.id}", before=_values(row))


def take_back(tx: Transaction, act: Act) -> None:
    """The way back of each of the three; raises act:superseded when the sighting is another by now."""
    row = tx.get(Sighting, int(act.subject.partition(":")[2]))
    stands = row is not None and (row.removed_at is not None) == (act.kind == REMOVE)
    if row is None or not stands or (act.kind != REMOVE and _values(row) != act.became):
        raise TiplineError("act:superseded")
    if act.kind == ADD:
        row.removed_at = clock.now()
    elif act.kind == REMOVE:
        row.removed_at = None
    else:
        _put(row, act.was)
    row.version += 1
    tx.flush()


def read_sighting(tx: Transaction, case: Case, sighting_id: int) -> Sighting:
    row = tx.get(Sighting, sighting_id)
    if row is None or row.case_id != case.id or row.removed_at is not None:
        raise TiplineError("sighting:not-found")
    return row


def is_of(tx: Transaction, case: Case, file: Evidence) -> bool:
    """Whether the file came with a tip of the case."""
    query = select(Link.id).where(
        Link.case_id == case.id, Link.tip_id == file.tip_id, Link.ended_at.is_(None)
    )
    return tx.scalar(query.limit(1)) is not None


def list_of_files(tx: Transaction, evidence_ids: list[str], case_ids: list[int]) -> list[Sighting]:
    """What was marked in these files for these cases, in the order of each film."""
    query = (
        select(Sighting)
        .where(
            Sighting.evidence_id.in_(evidence_ids), Sighting.case_id.in_(case_ids),
            Sighting.removed_at.is_(None),
        )
        .order_by(Sighting.evidence_id, Sighting.t, Sighting.id)
    )  # fmt: skip
    return list(tx.scalars(query))


def count(tx: Transaction, case: Case) -> int:
    query = select(func.count()).where(Sighting.case_id == case.id, Sighting.removed_at.is_(None))
    return tx.scalar(query) or 0


def _length(film: Evidence) -> float:
    """Of a film that nobody has looked at yet any moment may be one."""
    return math.inf if film.duration_s is None else film.duration_s


def _require_open(case: Case) -> None:
    if case.state == "closed":
        raise TiplineError("case:closed")


def _fill(tx: Transaction, row: Sighting, said: Said) -> None:
    lat, lon = said.position or (None, None)
    _put(
        row,
        {
            "evidence_id": said.evidence.id if said.evidence else None,
            "subject_id": said.subject_id,
            "t": said.t, "frame": said.frame, "rendition": _picture(tx, said),
            "typed_at": clock.stamp(said.typed_at) if said.typed_at else None,
            "place": said.place, "lat": lat, "lon": lon, "text": said.text,
        },
    )  # fmt: skip


def _put(row: Sighting, values: dict[str, Any]) -> None:
    typed = values["typed_at"]
    for name, value in values.items():
        setattr(row, name, value)
    row.typed_at = datetime.fromisoformat(typed) if typed else None


def _values(row: Sighting) -> dict[str, Any]:
    names = ("evidence_id", "subject_id", "t", "frame", "rendition", "place", "lat", "lon", "text")
    typed = clock.stamp(row.typed_at) if row.typed_at else None
    return {**{name: getattr(row, name) for name in names}, "typed_at": typed}


def _picture(tx: Transaction, said: Said) -> str | None:
    """The keyframe nearest to the moment."""
    if said.evidence is None:
        return None
    frames = renditions.list_of(tx, said.evidence.id, renditions.KEYFRAME)
    return min(frames, key=lambda one: _far(one, said.t)).name if frames else None


def cuts_of(tx: Transaction, rows: Iterable[Sighting]) -> dict[int, str]:
    """Sighting → the name of the picture that was cut for it, where there is one by now."""
    found = list(rows)
    made = derivatives.list_of_many(tx, {one.evidence_id for one in found if one.evidence_id}, [MOMENT])
    named = {(file, one.given): one.rendition for file, many in made.items() for one in many if one.rendition}
    cut = ((one.id, named.get((one.evidence_id or "", _given(one)))) for one in found)
    return {number: name for number, name in cut if name}


def _cut(tx: Transaction, ring: outbox.Ring | None, actor: Actor, row: Sighting) -> None:
    """Have the very frame cut. Until it is there, or if it cannot be, the nearest keyframe stands for it."""
    file = tx.get(Evidence, row.evidence_id) if row.evidence_id else None
    if ring is None or file is None or file.kind != "video" or row.t is None:
        return
    known = derivatives.list_of(tx, file.id, [MOMENT])
    if not any(one.given == _given(row) and not one.failure for one in known):
        with suppress(TiplineError):  # too many wait already: the keyframe stands
            derivatives.ask(tx, ring, actor, file, MOMENT, _wanted(row))


def _wanted(row: Sighting) -> dict[str, Any]:
    return {"t": row.t} if row.frame is None else {"t": row.t, "frame": row.frame}


def _given(row: Sighting) -> str:
    """As `derivatives` keeps it."""
    return json.dumps(_wanted(row), sort_keys=True)


def _far(picture: Rendition, t: float | None) -> float:
    return abs((picture.t or 0.0) - (t or 0.0))


def _log(tx: Transaction, actor: Actor, case: Case, row: Sighting, action: str) -> None:
    """The log says which sighting and of which file; what was seen stands in the sighting."""
    cases.touch(case)
    custody.append(
        tx, actor, action, f"case:{case.number}", sighting=row.id, evidence=row.evidence_id, t=row.t,
        version=row.version,
    )  # fmt: skip
