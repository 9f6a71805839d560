"""What each officer has not seen yet: a tip is unread while its newest news is younger than the last look.

News is what comes from outside: the tip itself, a file, a word of the reporter. What colleagues do is none.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, UtcTime


class Look(Base):
    """When somebody last had the tip open."""

    __tablename__ = "look"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
