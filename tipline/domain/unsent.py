"""What an officer typed and did not send: it stays through a cut line, a closed tab, an ended visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, UtcTime


class Unsent(Base):
    """`field` names the place it was typed in, as `tip:T-1001/reply`; only its owner sees it."""

    __tablename__ = "unsent"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(80), primary_key=True)
    text: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
