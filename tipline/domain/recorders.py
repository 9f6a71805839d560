"""The recorder that footage comes from: how far its clock is off, and when it writes over what it holds.

Both are told by the reporter, in the report or later; the desk may correct the clock (`tips.change`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from tipline.db import Transaction
from tipline.domain import clock, custody, evidence, provenance, tips, unread
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.evidence import Evidence
from tipline.domain.reports import is_days, is_offset
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# The reminder comes this long before the recorder writes over, or after half of the time that is left.
AHEAD = timedelta(days=2)
# A screen that shows no seconds is on the average in the middle of its minute: second 0 to 59.
_HALF_MINUTE = timedelta(seconds=29.5)
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Reading:
    """What a recorder's screen showed, and the true time at which that was told."""

    shown: datetime
    at: datetime
    has_seconds: bool = True

    @property
    def offset_s(self) -> float:
        """Recorder minus true time; whole minutes without seconds, for the screen may have shown any."""
        if self.has_seconds:
            return float(round((self.shown - self.at).total_seconds()))
        return 60.0 * round((self.shown + _HALF_MINUTE - self.at).total_seconds() / 60)

    @property
    def text(self) -> str:
        """As it is kept: `2026-11-26T10:03:20/2026-11-26T10:00:00+08:00`, what was shown and when."""
        shown = self.shown.replace(tzinfo=None)
        told = shown.isoformat(timespec="seconds" if self.has_seconds else "minutes")
        return f"{told}/{self.at.isoformat(timespec='seconds')}"


def read_reading(text: str | None) -> tuple[datetime, datetime] | None:
    """What was shown (in the zone of the station) and when, of a reading as it was kept."""
    shown, slash, at = (text or "").partition("/")
    if not slash:
        return None
    try:
        moment = datetime.fromisoformat(at)
        return datetime.fromisoformat(shown).replace(tzinfo=moment.tzinfo), moment
    except ValueError:
        return None


def tell_clock(
    tx: Transaction,
    actor: Actor,
    tip: Tip,
    offset_s: float | None,
    source: str | None,
    *,
    reading: str | None = None,
) -> None:
    """How far the recorder's clock is off; None takes it back."""
    _refuse_ended(tip)
    if not is_offset(offset_s):
        raise TiplineError("tip:offset-unclear", fields={"clock": "tip:offset-unclear"})
    before = tip.clock_offset_s
    if (before, tip.clock_source, tip.clock_reading) == (offset_s, source, reading):
        return
    tip.clock_offset_s, tip.clock_source, tip.clock_reading = offset_s, source, reading
    tips.decide(tip)
    unread.bring_news(tip)
    custody.append(
        tx, actor, "tip:clock", f"tip:{tip.reference}", tip=tip.reference, clock_offset_s=offset_s,
        before=before, source=source, reading=reading,
    )  # fmt: skip


def tell_overwriting(tx: Transaction, actor: Actor, tip: Tip, days: int | None) -> None:
    """In how many days the recorder writes over the footage; None: that is not known, or matters no more."""
    _refuse_ended(tip)
    if not is_days(days):
        raise TiplineError("tip:days-unclear", fields={"overwrite_days": "tip:days-unclear"})
    if days is None and tip.overwrites_at is None:
        return
    tip.expect_overwriting(days)
    unread.bring_news(tip)
    until = clock.stamp(tip.overwrites_at) if tip.overwrites_at else None
    custody.append(
        tx, actor, "tip:overwrite", f"tip:{tip.reference}", tip=tip.reference, days=days, overwrites_at=until
    )


def is_footage(file: Evidence) -> bool:
    """Whether this may be what the recorder holds; a photo is not."""
    return file.purpose == "footage" and file.kind != "photo"


def is_second_hand(file: Evidence) -> bool:
    """Whether it was encoded again or filmed off a screen: the recorder's own export would show more."""
    return file.purpose == "footage" and bool(
        provenance.ASKS_FOR_EXPORT & set(file.facts.get("warnings") or ())
    )


def is_native(file: Evidence) -> bool:
    """Whether this may be the recorder's own export: a film without such a trace, and of no phone."""
    is_film = file.kind == "video" and file.state == "ready" and is_footage(file)
    device = file.facts.get("device") or {}
    return is_film and not is_second_hand(file) and not (device.get("make") or device.get("model"))


def is_awaited(tip: Tip, files: Iterable[Evidence]) -> bool:
    """Whether the recorder writes over footage of which nothing has come since that was told."""
    if tip.overwrites_at is None:
        return False
    footage = [one for one in files if is_footage(one)]
    if any(one.state == "uploading" for one in footage):
        return True
    return not any(_came_since(one, tip.overwrites_said_at or tip.created_at) for one in footage)


def remind_at(tip: Tip) -> datetime | None:
    """When the reporter should be reminded."""
    if tip.overwrites_at is None:
        return None
    return tip.overwrites_at - min(
        AHEAD, (tip.overwrites_at - (tip.overwrites_said_at or tip.created_at)) / 2
    )


def remind(tx: Transaction) -> list[Tip]:
    """Remind once of footage that is soon written over and still awaited; returns whose it is."""
    now = clock.now()
    query = (
        select(Tip)
        .where(
            Tip.overwrites_at > now,
            Tip.overwrites_at < now + AHEAD,
            Tip.overwrite_told_at.is_(None),
            Tip.state.not_in(tips.ENDED),
            or_(~_came(), _is_coming()),
        )
        .order_by(Tip.overwrites_at)
        .limit(MOST_AT_ONCE)
    )
    due = [tip for tip in tx.scalars(query) if (at := remind_at(tip)) and at <= now]
    for tip in due:
        tip.overwrite_told_at = now
        tips.touch(tip)
        custody.append(
            tx, SYSTEM, "tip:overwrite-reminder", f"tip:{tip.reference}", tip=tip.reference,
            overwrites_at=clock.stamp(tip.overwrites_at or now),
        )  # fmt: skip
    return due


def _came_since(file: Evidence, since: datetime) -> bool:
    return file.arrived and file.received_at is not None and file.received_at >= since


def _of_recorder() -> ColumnElement[bool]:
    return and_(Evidence.tip_id == Tip.id, Evidence.purpose == "footage", Evidence.kind != "photo")


def _came() -> ColumnElement[bool]:
    """The same as `is_awaited` asks of rows, asked of the database."""
    query = select(Evidence.id).where(
        _of_recorder(),
        Evidence.state.not_in(evidence.NOT_HERE),
        Evidence.received_at >= Tip.overwrites_said_at,
    )
    return query.exists()


def _is_coming() -> ColumnElement[bool]:
    return select(Evidence.id).where(_of_recorder(), Evidence.state == "uploading").exists()


def _refuse_ended(tip: Tip) -> None:
    if tip.state in tips.ENDED:
        raise TiplineError("tip:closed")
