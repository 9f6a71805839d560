"""The clock of Reconyx wildlife cameras: it stands in their maker note alone, as six numbers."""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

from workers.media import times

MARK, AT = 0xF101, 22
SOURCE = "reconyx:DateTimeOriginal"


def clock(note: Any) -> list[times.Time]:
    """Second, minute, hour, month, day, year; the camera knows no zone."""
    if not isinstance(note, bytes) or len(note) < AT + 12 or struct.unpack_from("<H", note)[0] != MARK:
        return []
    second, minute, hour, month, day, year = struct.unpack_from("<6H", note, AT)
    try:
        return times.at(SOURCE, datetime(year, month, day, hour, minute, second))  # noqa: DTZ001
    except ValueError:
        return [{"source": SOURCE, "value": None, "zone": "none", "note": times.NO_DATE}]
