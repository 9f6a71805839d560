"""Renditions: pictures made from an original, each with where it came from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    delete,
    false,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage import keys
from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, fingerprints
from tipline.errors import TiplineError

KEYFRAME, PREVIEW, THUMBNAIL, SHEET = "keyframe", "preview", "thumbnail", "sheet"
# The browser copy, the times of its frames, small pictures for hovering, the shape of sound, a derived copy
# of a file whose index was lost, and a part of a copy still being made.
COPY, FRAMES, SPRITE, WAVEFORM, REPAIRED, PIECE = "copy", "frames", "sprite", "waveform", "repaired", "piece"
# What people had made; a second look at the file leaves it alone.
STILL, CLIP, REDACTION, SHARED, POSTED, MOMENT = ASKED_FOR = (
    "still", "clip", "redaction", "shared", "posted", "moment",
)  # fmt: skip
REPAIRED_NAME = "repaired.mp4"
IN_A_ROW = 4  # pictures a row of the queue shows
# Names of pictures that were seen while the file was still coming begin so. They go when it is examined.
PROVISIONAL = "live-"


class Rendition(Base):
    """`t` is the position in the original in seconds; `provenance` says with what and why it was made."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("evidence_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    mime: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    t: Mapped[float | None]
    frame: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(12))
    sharpness: Mapped[float | None]
    # The PDQ fingerprint of the picture, 256 bits as hex, and how much there is to recognise it by, 0 to 100.
    pdq: Mapped[str | None] = mapped_column(String(64))
    pdq_quality: Mapped[int | None]
    provenance: Mapped[str] = mapped_column(SafeText, default="{}")
    made_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def is_provisional(self) -> bool:
        """Whether it shows bytes that were not sealed yet."""
        return self.name.startswith(PROVISIONAL)

    @property
    def key(self) -> str:
        """Where the store keeps it."""
        return keys.rendition(self.evidence_id, self.name)


def keep(
    tx: Transaction, evidence_id: str, *, name: str, provenance: dict[str, Any], **values: Any
) -> Rendition:
    """Save a rendition whose bytes are stored already; one made before under this name is replaced."""
    tx.execute(delete(Rendition).where(Rendition.evidence_id == evidence_id, Rendition.name == name))
    row = Rendition(
        evidence_id=evidence_id,
        name=name,
        provenance=json.dumps(provenance, ensure_ascii=False),
        made_at=clock.now(),
        **values,
    )
    tx.add(row)
    tx.flush()
    if row.kind == KEYFRAME and not row.is_provisional:
        fingerprints.keep(tx, row.id, row.pdq, row.pdq_quality)
    return row


def drop(tx: Transaction, row: Rendition) -> str:
    """Forget one; returns its key."""
    tx.delete(row)
    return row.key


def keyframes(tx: Transaction, evidence_id: str) -> list[dict[str, Any]]:
    """The kept keyframes as the media object lists them."""
    return [
        {
            "t": row.t, "frame": row.frame, "file": row.name, "width": row.width, "height": row.height,
            "sharpness": row.sharpness, "reason": row.reason, "pdq": row.pdq, "pdq_quality": row.pdq_quality,
        }
        for row in list_of(tx, evidence_id, KEYFRAME)
    ]  # fmt: skip


def drop_others(tx: Transaction, evidence_id: str, names: Iterable[str]) -> list[str]:
    """Forget renditions of an earlier look that the newest one did not make; returns their keys."""
    kept = set(names)
    gone = [row for row in list_of(tx, evidence_id) if row.name not in kept and row.kind not in ASKED_FOR]
    for row in gone:
        tx.delete(row)
    return [row.key for row in gone]


def read_rendition(tx: Transaction, evidence_id: str, name: str) -> Rendition:
    row = find_named(tx, evidence_id, name)
    if row is None:
        raise TiplineError("rendition:not-found")
    return row


def find_named(tx: Transaction, evidence_id: str, name: str) -> Rendition | None:
    """One of a file by its name."""
    return tx.scalar(select(Rendition).where(Rendition.evidence_id == evidence_id, Rendition.name == name))


def find_repaired(tx: Transaction, evidence_id: str) -> Rendition | None:
    """The copy in whose place later steps look, when the original cannot be opened."""
    return tx.scalar(
        select(Rendition).where(Rendition.evidence_id == evidence_id, Rendition.kind == REPAIRED)
    )


def list_of(tx: Transaction, evidence_id: str, kind: str | None = None) -> list[Rendition]:
    """In the order of the film."""
    query = (
        select(Rendition).where(Rendition.evidence_id == evidence_id).order_by(Rendition.t, Rendition.name)
    )
    if kind:
        query = query.where(Rendition.kind == kind)
    return list(tx.scalars(query))


def without_outdated(pictures: list[Rendition]) -> list[Rendition]:
    """Provisional pictures give way, in the order of the film, to those of the whole file as these come."""
    sealed = [one.t for one in pictures if not one.is_provisional and one.t is not None]
    newest = max(sealed, default=None)
    return [
        one
        for one in pictures
        if not one.is_provisional or newest is None or (one.t is not None and one.t > newest)
    ]


def list_of_many(tx: Transaction, evidence_ids: list[str]) -> dict[str, list[Rendition]]:
    """Evidence id → all its renditions in the order of the film, in one query."""
    found: dict[str, list[Rendition]] = {one: [] for one in evidence_ids}
    if not found:
        return found
    query = select(Rendition).where(Rendition.evidence_id.in_(evidence_ids))
    for row in tx.scalars(query.order_by(Rendition.t, Rendition.name)):
        found[row.evidence_id].append(row)
    return found


def list_named(tx: Transaction, wanted: Collection[tuple[str, str]]) -> list[Rendition]:
    """Those of these files and names, in one query."""
    if not wanted:
        return []
    files, names = {one for one, _ in wanted}, {one for _, one in wanted}
    query = select(Rendition).where(Rendition.evidence_id.in_(files), Rendition.name.in_(names))
    return [one for one in tx.scalars(query) if (one.evidence_id, one.name) in wanted]


def thumbnails(
    tx: Transaction, evidence_ids: list[str], telling: Mapping[str, float] | None = None
) -> dict[str, list[Rendition]]:
    """A few small pictures of each, spread over the film, in one query. Where the most telling one of a file
    is known it is among them."""
    if not evidence_ids:
        return {}
    rank = func.row_number().over(partition_by=Rendition.evidence_id, order_by=(Rendition.t, Rendition.name))
    many = func.count().over(partition_by=Rendition.evidence_id)
    inner = (
        select(Rendition.id, Rendition.evidence_id, rank.label("rank"), many.label("many"))
        .where(Rendition.evidence_id.in_(evidence_ids), Rendition.kind == THUMBNAIL)
        .subquery()
    )
    # The film is cut into IN_A_ROW slots; the first picture of each is shown.
    slot = (inner.c.rank - 1) * IN_A_ROW // inner.c.many
    before = (inner.c.rank - 2) * IN_A_ROW // inner.c.many
    query = (
        select(Rendition)
        .join(inner, inner.c.id == Rendition.id)
        .where((inner.c.rank == 1) | (slot != before) | _at(telling or {}))
        .order_by(Rendition.evidence_id, Rendition.t, Rendition.name)
    )
    found: dict[str, list[Rendition]] = {one: [] for one in evidence_ids}
    for row in tx.scalars(query):
        found[row.evidence_id].append(row)
    return {one: fewer(rows, IN_A_ROW, (telling or {}).get(one)) for one, rows in found.items()}


def fewer(film: list[Rendition], most: int, telling: float | None) -> list[Rendition]:
    """At most so many pictures of a film, from the middle of equal parts, the most telling one among them: it
    takes the place of the one next to it."""
    if len(film) <= most:
        return film
    places = [(2 * at + 1) * len(film) // (2 * most) for at in range(most)]
    best = next((at for at, one in enumerate(film) if telling is not None and one.t == telling), None)
    if best is not None and best not in places:
        places[min(range(most), key=lambda at: abs(places[at] - best))] = best
    return [film[at] for at in places]


def _at(telling: Mapping[str, float]) -> ColumnElement[bool]:
    """Pictures of these files at these times."""
    pairs = list(telling.items())
    return tuple_(Rendition.evidence_id, Rendition.t).in_(pairs) if pairs else false()
