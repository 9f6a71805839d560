"""One row: who works on which case. `cases` asks it who may see, `members` changes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime

LEAD, ASSISTING = PARTS = ("lead", "assisting")
_STANDS = text("ended_at IS NULL")


class Member(Base):
    """A membership is ended, never deleted."""

    __tablename__ = "member"
    __table_args__ = (
        Index(
            "ux_member_standing", "case_id", "account_id", unique=True, sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    part: Mapped[str] = mapped_column(String(10), default=ASSISTING)
    author: Mapped[str] = mapped_column(SafeText)
    at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_by: Mapped[str | None] = mapped_column(SafeText)


def cases_of(account_id: int) -> Select[int]:
    """Ids of the cases an account works on."""
    return select(Member.case_id).where(Member.account_id == account_id, Member.ended_at.is_(None))
