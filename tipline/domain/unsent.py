"""What an officer typed and did not send: it stays through a cut line, a closed tab, an ended visit."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock, limits
from tipline.errors import TiplineError

KEPT = timedelta(days=30)
MOST = 200  # of one officer; whoever leaves more lying about loses the oldest
_FIELD = re.compile(r"(tip|case):[A-Za-z0-9-]{1,30}/[a-z_]{1,20}(:[a-z_]{1,12})?")
# A field of any other form of these pages, by the address it is sent to: what goes elsewhere would be offered
# nowhere, and erased with nothing. Incidents are opened from the page of a tip, whose own the words are then.
_BELOW = "(/[A-Za-z0-9/_-]{1,60})"
_SENT_TO = re.compile(
    rf"/desk/((cases|tips|queue|topics|bulletins){_BELOW}?|incidents{_BELOW})#[a-z_]{{1,24}}"
)
LONGEST = 80
CHOICES = "#choices"  # in place of a field's name: what was chosen in the whole form


class Unsent(Base):
    """`field` names the place it was typed in, as `tip:T-1001/messages:note` or `/desk/cases/C-1/tasks#text`;
    only its owner sees it."""

    __tablename__ = "unsent"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    text: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def said(self) -> str:
        """Choices of a form in words: the line before the one they are put back from."""
        return self.text.partition("\n")[0] if self.field.endswith(CHOICES) else ""

    @property
    def place(self) -> str:
        """The part after the subject: `messages:note`."""
        return self.field.partition("/")[2]


def keep(tx: Transaction, account_id: int, field: str, text: str) -> None:
    """Remember what stands in a field; an empty one is forgotten. No custody: nothing was done yet."""
    if not is_place(field) or len(text) > limits.TEXT:
        raise TiplineError("request:invalid")
    if not text.strip():
        drop(tx, account_id, field)
        return
    row = tx.get(Unsent, (account_id, field))
    if row is None:
        _make_room(tx, account_id)
        row = Unsent(account_id=account_id, field=field)
        tx.add(row)
    row.text, row.changed_at = text, clock.now()


def is_place(field: str) -> bool:
    """Whether this may name where something was typed."""
    return len(field) <= LONGEST and bool(_FIELD.fullmatch(field) or _SENT_TO.fullmatch(field))


def drop(tx: Transaction, account_id: int, field: str) -> None:
    """It was sent, or is not wanted any more."""
    tx.execute(delete(Unsent).where(Unsent.account_id == account_id, Unsent.field == field))


def list_under(tx: Transaction, account_id: int, *places: str) -> list[Unsent]:
    """What one officer left in fields whose names begin with one of these, in order."""
    query = select(Unsent).where(
        Unsent.account_id == account_id,
        or_(*(Unsent.field.startswith(one, autoescape=True) for one in places)),
        Unsent.changed_at > clock.now() - KEPT,
    )  # fmt: skip
    return list(tx.scalars(query.order_by(Unsent.field)))


def forget_under(tx: Transaction, *places: str) -> None:
    """What anybody left in fields whose names begin with one of these: what it was about is gone."""
    tx.execute(delete(Unsent).where(or_(*(Unsent.field.startswith(one, autoescape=True) for one in places))))


def _make_room(tx: Transaction, account_id: int) -> None:
    mine = Unsent.account_id == account_id
    tx.execute(delete(Unsent).where(mine, Unsent.changed_at <= clock.now() - KEPT))
    over = (tx.scalar(select(func.count()).select_from(Unsent).where(mine)) or 0) - MOST + 1
    if over > 0:
        oldest = select(Unsent.field).where(mine).order_by(Unsent.changed_at).limit(over)
        tx.execute(delete(Unsent).where(mine, Unsent.field.in_(list(tx.scalars(oldest)))))
