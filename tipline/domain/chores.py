"""Chores: what is done again and again by itself, when each was last done, and how it ended."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock


class Chore(Base):
    """`result` is what the last run that ended well found, as JSON; `fault` the code of why one did not."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    asked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # somebody does not want to wait
    began_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    fault: Mapped[str | None] = mapped_column(String(60))
    result: Mapped[str] = mapped_column(SafeText, default="{}")

    @property
    def found(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.result)
        return found

    @property
    def is_under_way(self) -> bool:
        return self.began_at is not None and (self.ended_at is None or self.ended_at < self.began_at)

    @property
    def is_asked(self) -> bool:
        """Somebody asked since it last began."""
        return self.asked_at is not None and (self.began_at is None or self.began_at < self.asked_at)


def find(tx: Transaction, name: str) -> Chore | None:
    return tx.get(Chore, name)


def list_all(tx: Transaction) -> list[Chore]:
    return list(tx.scalars(select(Chore).order_by(Chore.name)))


def is_due(chore: Chore | None, every: timedelta) -> bool:
    """Whether it is time. A last time that lies ahead of us says that the clock was set back: then it is."""
    if chore is None or chore.began_at is None or chore.is_asked:
        return True
    since = clock.now() - chore.began_at
    return since >= every or since < -every


def ask(tx: Transaction, name: str) -> None:
    """Have it done at the next opportunity."""
    _row(tx, name).asked_at = clock.now()


def begin(tx: Transaction, name: str) -> None:
    _row(tx, name).began_at = clock.now()


def end(
    tx: Transaction, name: str, *, result: dict[str, Any] | None = None, fault: str | None = None
) -> None:
    """What was found stays until another run finds something."""
    row = _row(tx, name)
    row.ended_at, row.fault = clock.now(), fault
    if result is not None:
        row.result = json.dumps(result, ensure_ascii=False, allow_nan=False)


def _row(tx: Transaction, name: str) -> Chore:
    row = tx.get(Chore, name)
    if row is None:
        row = Chore(name=name, result="{}")
        tx.add(row)
    return row
