"""The ladder of the response clock: who is told while nobody acknowledges, and after how much of the time.

The steps and their order are the product's; when each is due is the station's, in percent of what was
promised. A tip keeps the ladder it came under, as it keeps its promise: a change is for those that come
later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.errors import TiplineError

OFFICER, REMINDER, DEPUTY, ON_CALL, SUPERVISOR = STEPS = (
    "officer", "reminder", "deputy", "on_call", "supervisor",
)  # fmt: skip
# Less than a tenth of the time is no time to answer; twenty times of it is longer than anybody waits.
LEAST, MOST = 10, 2000
CHANGED = "ladder:set"
SUBJECT = "ladder:station"
_THE_ONE = 1


class Ladder(NamedTuple):
    """Percent of the promised time after which each is told; the officer on duty always is at once."""

    reminder: int = 50
    deputy: int = 100
    on_call: int = 200
    supervisor: int = 300


class Rung(NamedTuple):
    """A step of the ladder: who is told, and after how many percent of the promised time."""

    step: str
    percent: int


USUAL = Ladder()


class StationLadder(Base):
    """The one row there is once a station has set another ladder than the usual one."""

    __tablename__ = "ladder"

    id: Mapped[int] = mapped_column(primary_key=True)
    reminder: Mapped[int]
    deputy: Mapped[int]
    on_call: Mapped[int]
    supervisor: Mapped[int]
    changed_by: Mapped[str] = mapped_column(SafeText)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def value(self) -> Ladder:
        return Ladder(*(getattr(self, name) for name in Ladder._fields))


def rungs(ladder: Ladder) -> tuple[Rung, ...]:
    """All steps in order, the officer first."""
    return (Rung(OFFICER, 0), *map(Rung, STEPS[1:], ladder))


def written(ladder: Ladder) -> str:
    """As a tip keeps it: `50 100 200 300`."""
    return " ".join(map(str, ladder))


def read_written(kept: str | None) -> Ladder:
    """Back again; what came before ladders could be set had the usual one."""
    return Ladder(*map(int, kept.split())) if kept else USUAL


def find_row(tx: Transaction) -> StationLadder | None:
    """What the station has set, by whom and when; None while it goes by the usual one."""
    return tx.get(StationLadder, _THE_ONE)


def now(tx: Transaction) -> Ladder:
    """The ladder of a tip that comes now."""
    row = find_row(tx)
    return row.value if row else USUAL


def require_order(ladder: Ladder) -> None:
    """Raise ladder:unclear for what is no percentage, ladder:order for a step no later than the one below."""
    wrong = [name for name, percent in ladder._asdict().items() if not LEAST <= percent <= MOST]
    if wrong:
        raise unclear(wrong)
    steps = list(ladder._asdict().items())
    early = [name for (_, below), (name, percent) in zip(steps, steps[1:], strict=False) if percent <= below]
    if early:
        raise TiplineError("ladder:order", fields=dict.fromkeys(early, "ladder:order"))


def unclear(wrong: Iterable[str]) -> TiplineError:
    """What is wrong with these steps, beside their fields."""
    return TiplineError(
        "ladder:unclear", fields=dict.fromkeys(wrong, "ladder:unclear"), least=LEAST, most=MOST
    )


def set_ladder(tx: Transaction, actor: Actor, ladder: Ladder) -> bool:
    """For tips that come from now on. Whether anything changed. Raises ladder:unclear, ladder:order."""
    require_order(ladder)
    before = now(tx)
    if before == ladder:
        return False
    _put(tx, actor, ladder)
    was, became = before._asdict(), ladder._asdict()
    custody.append(tx, actor, CHANGED, SUBJECT, ladder=became, was=was)
    acts.record(tx, actor, CHANGED, subject=SUBJECT, before=was, after=became)
    return True


def take_back(tx: Transaction, actor: Actor, act: Act) -> None:
    """The ladder that stood before, unless somebody has set another one since."""
    if now(tx)._asdict() != act.became:
        raise TiplineError("act:superseded")
    _put(tx, actor, Ladder(**act.was))


def _put(tx: Transaction, actor: Actor, ladder: Ladder) -> None:
    row = find_row(tx)
    if row and ladder == USUAL:
        tx.delete(row)
    elif ladder != USUAL:
        row = row or StationLadder(id=_THE_ONE)
        values: dict[str, Any] = {**ladder._asdict(), "changed_by": actor.name, "changed_at": clock.now()}
        for name, value in values.items():
            setattr(row, name, value)
        tx.add(row)
    tx.flush()
