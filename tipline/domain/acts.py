"""What staff did at the desk, kept so that it can be taken back for a while. Custody tells of both.

`before` and `after` hold only what the act changed: an act is taken back only while `after` still stands, so
that nobody undoes a later decision of somebody else. `tipline.domain.undoing` knows how, a kind at a time.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.tips import Tip

LASTS = timedelta(hours=12)  # a shift: what was done yesterday is corrected by a new act


class Act(Base):
    """`batch` joins the acts of one command on many tips; `subject` names the row beside tip and case."""

    __tablename__ = "act"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(20))
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    subject: Mapped[str] = mapped_column(String(40), default="")
    before: Mapped[str] = mapped_column(SafeText, default="{}")
    after: Mapped[str] = mapped_column(SafeText, default="{}")
    batch: Mapped[str | None] = mapped_column(String(26), index=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def was(self) -> dict[str, Any]:
        """What stood before."""
        was: dict[str, Any] = json.loads(self.before)
        return was

    @property
    def became(self) -> dict[str, Any]:
        """What the act put in its place."""
        became: dict[str, Any] = json.loads(self.after)
        return became


def record(
    tx: Transaction, actor: Actor, kind: str, *, tip: Tip | None = None, case: Case | None = None,
    subject: str = "", before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
    batch: str | None = None,
) -> Act | None:  # fmt: skip
    """Keep what was done, in the act's own transaction. None for an actor without an account."""
    if actor.user_id is None:
        return None
    act = Act(
        account_id=actor.user_id, at=clock.now(), kind=kind, tip_id=tip.id if tip else None,
        case_id=case.id if case else None, subject=subject, before=_json(before), after=_json(after),
        batch=batch,
    )  # fmt: skip
    tx.add(act)
    tx.flush()
    return act


def _json(values: dict[str, Any] | None) -> str:
    return json.dumps(values or {}, ensure_ascii=False, sort_keys=True)
