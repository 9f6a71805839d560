"""What a reporter may write into a report, checked once for every door it comes through."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tipline.db import safe_text
from tipline.domain import categories, clock, limits
from tipline.errors import TiplineError

CLOCKS_DIFFER = timedelta(hours=26)  # a reporter's zone may be ahead of ours; a camera's clock may be worse
LONGEST_OFFSET_S = 10 * 366 * 86_400
MOST_DAYS = 366


@dataclass
class Report:
    """The reporter's words. Times are aware, positions WGS-84; `clock_offset_s` is camera minus true time.

    `contact` is None in a correction that leaves alone what was given before and sealed.
    """

    category: str
    text: str = ""
    language: str | None = None
    occurred_at: datetime | None = None
    occurred_until: datetime | None = None
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    beat: str | None = None
    contact: str | None = ""
    anonymous: bool = False
    clock_offset_s: float | None = None
    shop: str | None = None  # code of the poster it was begun from
    overwrites_in_days: int | None = None
    bulletin: str | None = None  # handle of the bulletin that it answers
    bulletin_id: int | None = field(default=None, init=False)  # which one that is, once it was looked up

    def checked(self) -> Report:
        """Trimmed and within bounds; raises request:invalid with all faulty fields, or the only fault."""
        # As they will be kept: the log holds a digest of these words.
        for name in ("text", "place", "contact"):
            said = getattr(self, name)
            setattr(self, name, None if said is None else safe_text(said).strip())
        self.beat, self.shop = self.beat or None, self.shop or None
        faults = {**self._words(), **self._times(), **self._numbers()}
        if faults:
            raise _refusal(faults)
        if self.anonymous:
            self.contact = ""
        return self

    def _words(self) -> dict[str, str]:
        faults = {}
        try:
            categories.read_category(self.category)
        except TiplineError as fault:
            faults["category"] = fault.code
        if len(self.text) > limits.TEXT:
            faults["text"] = "tip:text-too-long"
        for name in ("place", "contact"):
            if len(getattr(self, name) or "") > limits.SHORT:
                faults[name] = "tip:field-too-long"
        return faults

    def _times(self) -> dict[str, str]:
        ahead = clock.now() + CLOCKS_DIFFER
        if self.occurred_at and self.occurred_at > ahead:
            return {"occurred_at": "tip:time-ahead"}
        if self.occurred_until and self.occurred_at and self.occurred_until < self.occurred_at:
            return {"occurred_until": "tip:time-reversed"}
        if self.occurred_until and self.occurred_until > ahead:
            return {"occurred_until": "tip:time-ahead"}
        return {}

    def _numbers(self) -> dict[str, str]:
        faults = {}
        for name, most in (("lat", 90.0), ("lon", 180.0)):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and abs(value) <= most):
                faults[name] = "tip:place-unclear"
        if (self.lat is None) != (self.lon is None):
            faults["lat"] = "tip:place-unclear"
        if not is_offset(self.clock_offset_s):
            faults["clock_offset_s"] = "tip:offset-unclear"
        if not is_days(self.overwrites_in_days):
            faults["overwrites_in_days"] = "tip:days-unclear"
        return faults


def is_offset(seconds: float | None) -> bool:
    """Whether a camera's clock can be this far off; None means that nobody knows."""
    return seconds is None or (math.isfinite(seconds) and abs(seconds) <= LONGEST_OFFSET_S)


def is_days(days: int | None) -> bool:
    """Whether a recorder can hold footage for so many days more; None means that nobody knows."""
    return days is None or 1 <= days <= MOST_DAYS


_LIMIT_OF = {"text": limits.TEXT, "place": limits.SHORT, "contact": limits.SHORT}


def _refusal(faults: dict[str, str]) -> TiplineError:
    if len(faults) > 1:
        return TiplineError("request:invalid", fields=faults)
    ((name, code),) = faults.items()
    values = {"limit": _LIMIT_OF[name]} if name in _LIMIT_OF else {}
    return TiplineError(code, fields=faults, **values)
