"""The clock of each file: set for one file, for all of its tip, or for all of its camera.

All that rests on it is placed anew by that alone, for nothing keeps a true time: each page works it out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from tipline.db import Transaction
from tipline.domain import acts, cases, custody, ids, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.burned import Read
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.links import Link
from tipline.domain.reports import is_offset
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# How the offset of a file came to be known at the desk: typed, or worked out from two readings.
TYPED, READINGS = SOURCES = ("desk", "readings")
FILE, TIP, CAMERA = SCOPES = ("file", "tip", "camera")
KIND, OF_TIP = "evidence:clock", "tip:clock"
_HELD = ("clock_offset_s", "clock_source", "clock_reading", "camera")
_OF_TIP = ("clock_offset_s", "clock_source")
MOST_NAMES = 40


@dataclass(frozen=True)
class Clock:
    """What is said of one file's clock; neither number nor source: that of the tip holds."""

    offset_s: float | None = None
    source: str | None = None
    reading: str | None = None
    camera: str = ""


def of(file: Evidence) -> Clock:
    return Clock(file.clock_offset_s, file.clock_source, file.clock_reading, file.camera)


def read(offset_of: Clock, reading: Read) -> Clock:
    """The clock once somebody read it in a picture: an offset from both readings, else what held before."""
    if reading.shown is None and reading.true is None:
        raise TiplineError("clock:nothing-read", fields={"shown": "clock:nothing-read"})
    if reading.offset_s is None:
        return replace(offset_of, reading=reading.text)
    return replace(offset_of, offset_s=reading.offset_s, source=READINGS, reading=reading.text)


def version(file: Evidence, tip: Tip) -> str:
    """Names what stands now, so that nobody changes a clock that he has not seen."""
    held = [*acts.held(file, *_HELD).values(), *acts.held(tip, *_OF_TIP).values()]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def require_version(file: Evidence, tip: Tip, seen: str | None) -> None:
    """Raise clock:changed if somebody else set the clock in the meantime."""
    if seen is not None and seen != version(file, tip):
        raise TiplineError("clock:changed")


def set_clock(
    tx: Transaction, actor: Actor, tip: Tip, file: Evidence, wanted: Clock, *, scope: str = FILE
) -> int:
    """Set it, and with a wider scope the offset of other files, too; returns how many files changed.

    For a tip the offset is kept with the tip, so that files still to come have it as well.
    """
    wanted = _checked(wanted, scope)
    batch = ids.new_id()
    changed = 0
    if scope == TIP and (wanted.offset_s, wanted.source) != (None, None):
        changed += _set_tip(tx, actor, tip, wanted, batch)
        wanted = replace(wanted, offset_s=None, source=None)
    for other in _others(tx, actor, tip, file, wanted, scope):
        there = replace(of(other), offset_s=wanted.offset_s, source=wanted.source)
        changed += _set_file(tx, actor, tx.get_one(Tip, other.tip_id), other, there, batch)
    return changed + _set_file(tx, actor, tip, file, wanted, batch)


def put_back(tx: Transaction, _actor: Actor, act: acts.Act) -> None:
    """The way back of `evidence:clock`; raises act:superseded if the clock was set again since."""
    row = tx.get(Evidence, act.subject.partition(":")[2])
    if row is None:
        raise TiplineError("act:superseded")
    acts.put_back(row, act)


def count_of_camera(tx: Transaction, actor: Actor, tip: Tip, file: Evidence) -> int:
    """Other files of the same camera, here and in tips of the same cases."""
    return len(_of_camera(tx, actor, tip, file, file.camera)) if file.camera else 0


def list_cameras(tx: Transaction, actor: Actor, tip: Tip) -> list[str]:
    """Names given before, the likeliest first: of this tip, of its shop, of its cases."""
    same = select(Evidence.camera, func.count()).where(Evidence.camera != "").group_by(Evidence.camera)
    near = same.where(Evidence.tip_id.in_(_tips_beside(actor, tip)))
    found = [name for name, _ in tx.execute(near.order_by(func.count().desc()).limit(MOST_NAMES))]
    if tip.shop:
        shop = same.where(Evidence.tip_id.in_(select(Tip.id).where(Tip.shop == tip.shop)))
        found += [name for name, _ in tx.execute(shop.order_by(func.count().desc()).limit(MOST_NAMES))]
    return list(dict.fromkeys(found))[:MOST_NAMES]


def _checked(wanted: Clock, scope: str) -> Clock:
    if scope not in SCOPES:
        raise TiplineError("request:invalid", fields={"scope": "request:invalid"})
    if not is_offset(wanted.offset_s):
        raise TiplineError("tip:offset-unclear", fields={"offset": "tip:offset-unclear"})
    camera = " ".join(wanted.camera.split())
    if len(camera) > limits.SHORT:
        fault = {"camera": "tip:field-too-long"}
        raise TiplineError("tip:field-too-long", fields=fault, limit=limits.SHORT)
    if scope == CAMERA and not camera:
        raise TiplineError("clock:camera-needed", fields={"camera": "clock:camera-needed"})
    return replace(wanted, camera=camera)


def _others(
    tx: Transaction, actor: Actor, tip: Tip, file: Evidence, wanted: Clock, scope: str
) -> list[Evidence]:
    if scope == FILE:
        return []
    if scope == CAMERA:
        return _of_camera(tx, actor, tip, file, wanted.camera)
    return list(
        tx.scalars(
            select(Evidence)
            .where(Evidence.tip_id == tip.id, Evidence.id != file.id, Evidence.purpose != "clock")
            .order_by(Evidence.number)
        )
    )


def _of_camera(tx: Transaction, actor: Actor, tip: Tip, file: Evidence, camera: str) -> list[Evidence]:
    beside = Evidence.tip_id.in_(_tips_beside(actor, tip))
    query = select(Evidence).where(beside, Evidence.id != file.id, Evidence.camera == camera)
    return list(tx.scalars(query.order_by(Evidence.tip_id, Evidence.number)))


def _tips_beside(actor: Actor, tip: Tip) -> Any:
    """Ids of this tip and of those that a case joins with it, if the case exists for who asks."""
    joined = (
        select(Link.case_id)
        .join(Case, Case.id == Link.case_id)
        .where(Link.tip_id == tip.id, Link.ended_at.is_(None), cases.visible(actor))
    )
    beside = select(Link.tip_id).where(Link.case_id.in_(joined), Link.ended_at.is_(None))
    return beside.union(select(Tip.id).where(Tip.id == tip.id))


def _set_file(tx: Transaction, actor: Actor, tip: Tip, file: Evidence, wanted: Clock, batch: str) -> int:
    if of(file) == wanted:
        return 0
    before = acts.held(file, *_HELD)
    file.clock_offset_s, file.clock_source = wanted.offset_s, wanted.source
    file.clock_reading, file.camera = wanted.reading, wanted.camera
    after = acts.held(file, *_HELD)
    changed = [name for name in _HELD if before[name] != after[name]]
    before, after = ({name: one[name] for name in changed} for one in (before, after))
    tips.decide(tip)
    subject = f"evidence:{file.id}"
    acts.record(tx, actor, KIND, tip=tip, subject=subject, before=before, after=after, batch=batch)
    custody.append(
        tx, actor, KIND, subject, tip=tip.reference, number=file.number, before=before, after=after
    )
    return 1


def _set_tip(tx: Transaction, actor: Actor, tip: Tip, wanted: Clock, batch: str) -> int:
    before = acts.held(tip, *_OF_TIP)
    # The reporter's own reading stays beside it.
    tip.clock_offset_s, tip.clock_source = wanted.offset_s, wanted.source
    after = acts.held(tip, *_OF_TIP)
    if before == after:
        return 0
    tips.decide(tip)
    acts.record(tx, actor, OF_TIP, tip=tip, before=before, after=after, batch=batch)
    custody.append(
        tx, actor, OF_TIP, f"tip:{tip.reference}", tip=tip.reference, clock_offset_s=tip.clock_offset_s,
        before=before["clock_offset_s"], source=tip.clock_source, reading=tip.clock_reading,
    )  # fmt: skip
    return 1
