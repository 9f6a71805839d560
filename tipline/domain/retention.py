"""How long tips are kept: a class for each category, counted from the day a tip ended.

A category without a row is kept until somebody acts: nothing is ever erased by a rule that no administrator
has put in force. When a tip falls due is worked out in `tipline.domain.due`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import categories, clock, custody
from tipline.domain.actors import Actor
from tipline.errors import TiplineError

# What the page proposes before anybody decided; it is not in force until it is saved.
PROPOSED: dict[str, int | None] = {
    "theft": 730, "footage": 365, "recognised": 365, "other": 180,
    "noise": 180, "lift": 180, "dispute": 365, "pet": 90, "outage": 90, "question": 90, "request": 180,
}  # fmt: skip
SHORTEST, LONGEST = 7, 36_500


class RetentionClass(Base):
    """`days` after its end a tip of this category falls due; without it, it is kept until somebody acts."""

    __tablename__ = "retention_class"

    category: Mapped[str] = mapped_column(String(20), primary_key=True)
    days: Mapped[int | None]
    changed_by: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


Rules = dict[str, int | None]  # category → days; None: kept until somebody acts


def rules_of(tx: Transaction) -> Rules:
    """What is in force, for every category."""
    kept = {row.category: row.days for row in tx.scalars(select(RetentionClass))}
    return {one.code: kept.get(one.code) for one in categories.CATEGORIES}


def is_decided(tx: Transaction) -> bool:
    """Whether an administrator has ever decided how long anything is kept."""
    return tx.scalar(select(RetentionClass.category).limit(1)) is not None


def list_classes(tx: Transaction) -> dict[str, RetentionClass]:
    return {row.category: row for row in tx.scalars(select(RetentionClass))}


def read_days(typed: str) -> int | None:
    """Days as a person types them; nothing means to keep. Raises retention:days-unclear."""
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7 and SHORTEST <= int(text) <= LONGEST):
        raise TiplineError("retention:days-unclear", shortest=SHORTEST, longest=LONGEST)
    return int(text)


def save(tx: Transaction, actor: Actor, wanted: Rules, *, reason: str) -> bool:
    """Put these rules in force; False if they are already."""
    kept, now = list_classes(tx), clock.now()
    before = rules_of(tx)
    changed = {
        category: days
        for category, days in wanted.items()
        if category not in kept or before[category] != days
    }
    if not changed:
        return False
    for category, days in changed.items():
        categories.read_category(category)
        row = kept.get(category) or RetentionClass(category=category)
        row.days, row.changed_by, row.changed_at = days, actor.name, now
        tx.add(row)
    tx.flush()
    custody.append(
        tx, actor, "retention:change", "retention:rules", reason=reason, after=changed,
        before={category: before[category] for category in changed},
    )  # fmt: skip
    return True
