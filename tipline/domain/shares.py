"""Shares: a clip or still, made anew, for one recipient outside, until a day or until it is taken back.

Here is what a share is and how it is found; `tipline.domain.sharing` makes, opens and ends one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

LASTS_DAYS, MOST_DAYS, MOST_VIEWS = 7, 90, 1000
VISIT_LASTS = timedelta(hours=1)
MAKING, OPEN, FAILED, ENDED, USED_UP, REVOKED = STATES = (
    "making", "open", "failed", "ended", "used-up", "revoked"
)  # fmt: skip
OVER = {ENDED: "share:ended", USED_UP: "share:used-up", REVOKED: "share:revoked"}
A_PAGE = 50


class Share(Base):
    """Only the keyed hash of its link is kept. `derivative_id` names the copy that was made for it."""

    __tablename__ = "share"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    derivative_id: Mapped[int | None] = mapped_column(ForeignKey("derivative.id"))
    recipient: Mapped[str] = mapped_column(SafeText)
    reason: Mapped[str] = mapped_column(SafeText)
    message: Mapped[str] = mapped_column(SafeText, default="")
    told: Mapped[str] = mapped_column(SafeText, default="[]")  # the facts that may stand beside it
    most_views: Mapped[int | None]
    views: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_by: Mapped[str | None] = mapped_column(SafeText)

    @property
    def number(self) -> str:
        """How people name it: on the mark, in lists, in the log. Opens nothing."""
        return number_of(self.id)

    @property
    def facts(self) -> dict[str, str]:
        """What the officer let stand beside it: place, time, category."""
        facts: dict[str, str] = self._said().get("facts", {})
        return facts

    @property
    def has_second_code(self) -> bool:
        return self._said().get("second") is True

    @property
    def is_covered(self) -> bool:
        """Whether it was made of a copy that somebody looked at, with its faces covered."""
        return self._said().get("covered") is True

    @property
    def has_sound(self) -> bool:
        return self._said().get("sound") is True

    def _said(self) -> dict[str, Any]:
        said = json.loads(self.told)
        return said if isinstance(said, dict) else {}


class ShareView(Base):
    """Somebody with the link looked."""

    __tablename__ = "share_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    share_id: Mapped[str] = mapped_column(ForeignKey("share.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


def number_of(share_id: str) -> str:
    """`S-7K2Q9MXW`."""
    return f"S-{share_id[:8].upper()}"


def state_of(share: Share, copy: Derivative | None) -> str:
    """Where it stands. Whoever took it back is heard first, then the calendar."""
    if share.revoked_at is not None or copy is None or copy.removed_at is not None:
        return REVOKED
    if share.expires_at <= clock.now():
        return ENDED
    if share.most_views is not None and share.views >= share.most_views:
        return USED_UP
    return FAILED if copy.failure else OPEN if copy.state == "done" else MAKING


def read_share(tx: Transaction, share_id: str) -> Share:
    share = tx.get(Share, share_id)
    if share is None:
        raise TiplineError("share:not-found")
    return share


def read_numbered(tx: Transaction, number: str) -> Share:
    """The share that people call by this number; raises share:not-found."""
    begin = number.strip().upper().removeprefix("S-").lower()
    is_one = len(begin) == 8 and begin.isalnum() and begin.isascii()
    found = list(tx.scalars(select(Share).where(Share.id.startswith(begin)).limit(2))) if is_one else []
    if len(found) != 1:
        raise TiplineError("share:not-found")
    return found[0]


def copy_of(tx: Transaction, share: Share) -> Derivative | None:
    """What was made for it."""
    return tx.get(Derivative, share.derivative_id) if share.derivative_id else None


def copies_of(tx: Transaction, many: Iterable[Share]) -> dict[str, Derivative]:
    """Share id → its copy, in one query."""
    wanted = {one.derivative_id: one.id for one in many if one.derivative_id}
    rows = tx.scalars(select(Derivative).where(Derivative.id.in_(wanted)))
    return {wanted[one.id]: one for one in rows}


def list_shares(
    tx: Transaction, *, evidence_id: str | None = None, case_id: int | None = None,
    before: datetime | None = None, limit: int = A_PAGE,
) -> list[Share]:  # fmt: skip
    """Newest first: of a file, of a case, or of the station."""
    query = select(Share).order_by(Share.created_at.desc(), Share.id).limit(limit)
    if evidence_id is not None:
        query = query.where(Share.evidence_id == evidence_id)
    if case_id is not None:
        query = query.where(Share.case_id == case_id)
    if before is not None:
        query = query.where(Share.created_at < before)
    return list(tx.scalars(query))


def list_views(tx: Transaction, share: Share, *, limit: int = 200) -> list[ShareView]:
    """Newest first."""
    query = select(ShareView).where(ShareView.share_id == share.id).order_by(ShareView.id.desc())
    return list(tx.scalars(query.limit(limit)))


def read_visit(tx: Transaction, share: Share, view_id: int) -> ShareView:
    """A visit that still goes on; raises share:visit-over. Its share may have been taken back meanwhile."""
    require_open(share, copy_of(tx, share), is_visiting=True)
    view = tx.get(ShareView, view_id)
    if view is None or view.share_id != share.id or view.at + VISIT_LASTS <= clock.now():
        raise TiplineError("share:visit-over")
    return view


def require_open(share: Share, copy: Derivative | None, *, is_visiting: bool = False) -> None:
    """Raise the code of why it cannot be looked at; whoever is at it already may use the last view up."""
    state = state_of(share, copy)
    if state == USED_UP and is_visiting:
        return
    if state in OVER:
        raise TiplineError(OVER[state])
    if state == FAILED:
        raise TiplineError("share:failed")
    if state == MAKING:
        raise TiplineError("share:making")


def find_by_copy(tx: Transaction, derivative_id: int) -> Share | None:
    """The share that this copy was made for."""
    return tx.scalar(select(Share).where(Share.derivative_id == derivative_id))


def list_of_tip(tx: Transaction, tip: Tip) -> list[Share]:
    """All of the files of a tip."""
    query = select(Share).join(Evidence, Evidence.id == Share.evidence_id)
    return list(tx.scalars(query.where(Evidence.tip_id == tip.id)))
