"""The clock of a file: from what a program sends, and as it is told."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from tipline.domain import clock, clocks, placing
from tipline.domain.burned import Read
from tipline.domain.clocks import Clock
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.walls import Piece
from tipline.errors import TiplineError
from tipline.web import current
from tipline.web.api.clock_models import EvidenceChange


def wanted(sent: EvidenceChange, held: Clock) -> Clock:
    """What stands once the change is made."""
    said = sent.model_fields_set
    if "camera" in said:
        held = replace(held, camera=sent.camera or "")
    if "clock_offset_s" in said:
        source = None if sent.clock_offset_s is None else clocks.TYPED
        held = replace(held, offset_s=sent.clock_offset_s, source=source)
    if "clock_reading" not in said:
        return held
    if sent.clock_reading is None:
        return replace(held, reading=None)
    read = sent.clock_reading
    shown = read.shown.replace(tzinfo=None) if read.shown else None
    try:
        true = current.local(read.true) if read.true else None
    except OverflowError:
        raise TiplineError("clock:time-unclear", fields={"true": "clock:time-unclear"}) from None
    return clocks.read(held, Read(read.t, shown, true))


def told(file: Evidence, tip: Tip) -> dict[str, Any]:
    """Everything that is known of when it was."""
    placement = placing.placed(file, tip, current.zone())
    read = Read.of(file.clock_reading)
    return {
        "version": clocks.version(file, tip),
        "camera": file.camera,
        "offset_s": placement.offset_s,
        "source": placement.offset_source,
        "offset_of": placement.offset_of,
        "reading": asdict(read) if read else None,
        "known_by": placement.known_by,
        "time_source": placement.source,
        "camera_at": _wall(placement.camera_at),
        "starts_at": placement.starts_at,
        "ends_at": placement.ends_at,
        "pieces": [_piece(one) for one in placement.pieces] if len(placement.pieces) > 1 else [],
        "doubts": list(placement.doubts),
    }


def _piece(one: Piece) -> dict[str, Any]:
    true = clock.stamp(one.true) if one.true else None
    return {
        "t": one.start, "camera_at": _wall(one.camera), "true_at": true, "offset_s": one.offset_s,
        "pace": one.pace,
    }  # fmt: skip


def _wall(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
