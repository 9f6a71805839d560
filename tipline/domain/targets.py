"""Within how many minutes a tip of each kind should be acknowledged.

A running clock keeps what its reporter was promised; a changed target is that of the tips that come after.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, categories, clock, custody
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

# A week: more is no answer to anybody who waits.
LEAST, MOST = 1, 10_080
CHANGED = "target:set"


class Target(Base):
    """For one category; one that has none goes by TIPLINE_ACK_MINUTES."""

    __tablename__ = "target"

    category: Mapped[str] = mapped_column(String(20), primary_key=True)
    minutes: Mapped[int]
    changed_by: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


def minutes_for(tx: Transaction, category: str, default: int) -> int:
    """What a tip of this kind that comes now is promised."""
    return tx.scalar(select(Target.minutes).where(Target.category == category)) or default


def list_targets(tx: Transaction) -> dict[str, Target]:
    """Category → what was set for it."""
    return {one.category: one for one in tx.scalars(select(Target))}


def set_target(tx: Transaction, actor: Actor, category: str, minutes: int | None, default: int) -> bool:
    """From now on; None: by the setting again. Whether anything changed. Raises target:minutes-unclear."""
    categories.read_category(category)
    if minutes is not None:
        require_minutes(minutes)
    row = tx.get(Target, category)
    before = row.minutes if row else None
    if before == minutes:
        return False
    _put(tx, actor, category, minutes)
    custody.append(
        tx, actor, "target:set", f"target:{category}", minutes=minutes or default,
        was=before or default, by_setting=minutes is None,
    )  # fmt: skip
    acts.record(
        tx, actor, CHANGED, subject=f"target:{category}", before={"minutes": before},
        after={"minutes": minutes},
    )  # fmt: skip
    return True


def require_minutes(minutes: int) -> None:
    """Raise target:minutes-unclear for what is no target."""
    if not LEAST <= minutes <= MOST:
        raise TiplineError("target:minutes-unclear", fields={"minutes": "target:minutes-unclear"}, most=MOST)


def take_back(tx: Transaction, actor: Actor, act: acts.Act) -> None:
    """The target that stood before, unless somebody has set another one since."""
    category = act.subject.partition(":")[2]
    row = tx.get(Target, category)
    if (row.minutes if row else None) != act.became["minutes"]:
        raise TiplineError("act:superseded")
    _put(tx, actor, category, act.was["minutes"])


def _put(tx: Transaction, actor: Actor, category: str, minutes: int | None) -> None:
    row = tx.get(Target, category)
    if minutes is None:
        if row:
            tx.delete(row)
    elif row:
        row.minutes, row.changed_by, row.changed_at = minutes, actor.name, clock.now()
    else:
        tx.add(Target(category=category, minutes=minutes, changed_by=actor.name, changed_at=clock.now()))
    tx.flush()
