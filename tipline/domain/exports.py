"""Stills and clips: what may be asked for, and what each says of itself.

An export leaves the house, so it tells where it is from: the original's name and SHA-256, the very frame, its
place in the film, what the camera's clock said and how far that is off, who had it made, when, and with what.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tipline.db import Transaction
from tipline.domain import clock, derivatives, outbox, placing
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.derivatives import CLIP, POSTED, REDACTION, SHARED, STILL, Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

FORMATS = PNG, JPEG = ("png", "jpeg")
MOST_FRAMES = 20_000_000
LONGEST_S = 1e7
LONGEST_CLIP = timedelta(minutes=10)


class How(NamedTuple):
    """How an export is to look. `locale` is the language of its caption, `zone` that of its times."""

    form: str = PNG
    band: bool = True
    locale: str = "en"
    zone: str = "UTC"


def ask_still(
    tx: Transaction, ring: outbox.Ring, actor: Actor, file: Evidence, *, frame: int | None,
    t: float | None = None, how: How,
) -> Derivative:  # fmt: skip
    """The picture of one frame in full size: by its number, or by where it stands in the film."""
    _require_film(file)
    if how.form not in FORMATS or not (_is_frame(frame) if frame is not None else _is_moment(t)):
        raise TiplineError("derivative:frame-unclear", fields={"frame": "derivative:frame-unclear"})
    place = {"frame": frame} if frame is not None else {"t": t}
    return derivatives.ask(tx, ring, actor, file, STILL, {**place, **how._asdict()})


def ask_clip(
    tx: Transaction, ring: outbox.Ring, actor: Actor, file: Evidence, *, first: int | None, last: int | None,
    t: float | None = None, until: float | None = None, how: How,
) -> Derivative:  # fmt: skip
    """All frames from the first to the last, both included: by their numbers, or by where they stand."""
    _require_film(file)
    if first is not None and last is not None and _is_frame(first) and _is_frame(last) and first <= last:
        place: dict[str, Any] = {"first": first, "last": last}
    elif t is not None and until is not None and _is_moment(t) and _is_moment(until) and t <= until:
        place = {"t": t, "until": until}
    else:
        raise TiplineError("derivative:range-unclear", fields={"last": "derivative:range-unclear"})
    if t is not None and until is not None and until - t > LONGEST_CLIP.total_seconds():
        minutes = int(LONGEST_CLIP.total_seconds() // 60)
        raise TiplineError("derivative:range-too-long", minutes=minutes)
    return derivatives.ask(tx, ring, actor, file, CLIP, {**place, **how._asdict(), "form": "mp4"})


def about(tx: Transaction, row: Derivative, file: Evidence) -> dict[str, Any]:
    """What is known before it is made; the maker adds the frame that it found."""
    tip, author = tx.get_one(Tip, file.tip_id), tx.get_one(Account, row.author_id)
    return {
        "kind": row.kind,
        "derivative": row.id,
        "source": f"evidence:{file.id}",
        "source_sha256": file.sha256,
        "filename": file.filename,
        "tip": tip.reference,
        "number": file.number,
        "by": author.actor.label,
        "by_name": author.display_name,
        "asked_at": clock.stamp(row.created_at),
        "zone": row.wanted.get("zone", "UTC"),
    }


def placed(file: Evidence, tip: Tip, t: float, zone: str) -> dict[str, Any]:
    """What the camera's clock said at a place in the film, how far it is off, and the true time; each only
    where it is known."""
    known = placing.placed(file, tip, ZoneInfo(zone))
    moment = placing.at(known, t)
    said: dict[str, Any] = {}
    if moment.offset_s is not None:
        said |= {"clock_offset_s": moment.offset_s, "clock_source": known.offset_source}
    if moment.camera is not None:
        said["camera_at"] = moment.camera.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    # Nothing is called true that rests on a clock nobody compared, or on the reporter's words alone.
    if moment.true is not None and known.known_by not in (placing.CAMERA, placing.TOLD):
        true = moment.true.astimezone(ZoneInfo(zone))
        said |= {"true_at": true.isoformat(sep=" ", timespec="milliseconds"), "known_by": known.known_by}
    return said | ({"doubts": list(known.doubts)} if known.doubts else {})


def name_of(tx: Transaction, row: Derivative, suffix: str) -> str:
    """The name it is saved under: ours, of plain letters, so that it is a name on every machine."""
    file, said = tx.get_one(Evidence, row.evidence_id), row.told
    if row.kind in (SHARED, POSTED):
        return f"share-{row.id}{suffix}"  # it leaves the house: of the tip it says nothing
    begin = f"{tx.get_one(Tip, file.tip_id).reference}-{file.number}"
    if row.kind == CLIP and "first" in said:
        return f"{begin}-frames-{said['first']}-{said['last']}{suffix}"
    if row.kind == STILL and "frame" in said:
        return f"{begin}-frame-{said['frame']}{suffix}"
    return f"{begin}-{'covered' if row.kind == REDACTION else row.kind}-{row.id}{suffix}"


def _require_film(file: Evidence) -> None:
    if file.kind != "video":
        raise TiplineError("derivative:no-film")


def _is_frame(number: int) -> bool:
    return 0 <= number <= MOST_FRAMES


def _is_moment(t: float | None) -> bool:
    return t is not None and math.isfinite(t) and abs(t) <= LONGEST_S
