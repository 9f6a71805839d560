"""«Not the same thing»: what officers have said of a tip and an incident, or of two tips, that looked alike.

It holds for the pair and for everybody: nothing points from one to the other again, until somebody says that
it may. Of an incident that went into another one it holds for that one. Nobody who reports learns of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ForeignKey, Select, UniqueConstraint, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, Transaction, UtcTime
from tipline.domain import acts, clock, custody, incidents, tips
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.incidents import Incident
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

SAID, UNSAID = "same:apart", "same:again"


class Apart(Base):
    """Of a tip and either another tip, which has the higher number, or an incident."""

    __tablename__ = "apart"
    __table_args__ = (
        UniqueConstraint("tip_id", "other_id", name="uq_apart_other"),
        UniqueConstraint("tip_id", "incident_id", name="uq_apart_incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("tip.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Kept(NamedTuple):
    """One line of what was said of a tip: what it is not the same as, by whom and when."""

    what: Tip | Incident
    by_id: int | None
    at: datetime


Pair = tuple[int, int | None, int | None]  # tip, other tip, incident


def say(tx: Transaction, actor: Actor, tip: Tip, than: Iterable[Tip | Incident]) -> int:
    """The tip tells of something else than these; of how many that was news."""
    wanted = {_pair(tip, one): one for one in than if one is not tip}
    fresh = {pair: one for pair, one in wanted.items() if _find(tx, pair) is None}
    _tell(tx, actor, SAID, tip, fresh)
    return len(fresh)


def unsay(tx: Transaction, actor: Actor, tip: Tip, than: Iterable[Tip | Incident]) -> int:
    """They may be the same after all, and are pointed at again as far as they look alike; how many."""
    wanted = {_pair(tip, one): one for one in than}
    kept = {pair: one for pair, one in wanted.items() if _find(tx, pair) is not None}
    _tell(tx, actor, UNSAID, tip, kept)
    return len(kept)


def detach(tx: Transaction, actor: Actor, incident: Incident, tip: Tip) -> None:
    """Take a tip out of its incident for good: it tells of something else, so it is not offered again."""
    with acts.together(tx):
        incidents.detach(tx, actor, incident, tip)
        say(tx, actor, tip, [incident])


def take_back(tx: Transaction, actor: Actor, act: Act) -> None:
    """The other way round of what was said; raises act:superseded if all of it was changed since."""
    is_said = act.kind == SAID
    pairs: list[Pair] = [(one[0], one[1], one[2]) for one in act.became["pairs"]]
    standing = [pair for pair in pairs if (_find(tx, pair) is not None) == is_said]
    if not standing:
        raise TiplineError("act:superseded")
    _put(tx, actor, standing, is_said=not is_said)


def list_of(tx: Transaction, tip: Tip) -> list[Kept]:
    """What was said of a tip, as far as it exists for whoever asks; the newest first."""
    rows = list(tx.scalars(_of([tip.id]).order_by(Apart.id.desc())))
    others = {one.other_id if one.tip_id == tip.id else one.tip_id for one in rows}
    met = select(Tip).where(Tip.id.in_(others - {None}))
    found = {one.id: one for one in tx.scalars(met)} if others - {None} else {}
    gathered = {one.incident_id: tx.get(Incident, one.incident_id) for one in rows if one.incident_id}
    kept = []
    for row in rows:
        other = row.other_id if row.tip_id == tip.id else row.tip_id
        what = gathered.get(row.incident_id) if row.incident_id else found.get(other or 0)
        if what is not None:
            kept.append(Kept(what, row.by_id, row.at))
    return kept


class Foes(NamedTuple):
    """What tips are not the same as: other tips, and incidents."""

    tips: dict[int, set[int]]
    incidents: dict[int, set[int]]


NOBODY = Foes({}, {})
Groups = dict[int, set[int]]  # by their heads


class Fences:
    """Keeps groups apart in which two are that officers said to be no one thing, whatever a third is like."""

    def __init__(self, incident_of: Mapping[int, int | None], foes: Foes) -> None:
        """`incident_of` are all tips that are to be grouped, each a group by itself yet."""
        self._foes = foes
        self._tips: Groups = {tip: {tip} for tip in incident_of}
        self._incidents: Groups = {tip: {one} if one else set() for tip, one in incident_of.items()}
        marked = foes.tips.keys() | foes.incidents.keys()
        self._marked: Groups = {tip: {tip} & marked for tip in incident_of}

    def part(self, one: int, other: int) -> bool:
        """Whether two groups may not become one."""
        return self._shuns(one, other) or self._shuns(other, one)

    def join(self, kept: int, joined: int) -> None:
        for held in (self._tips, self._incidents, self._marked):
            held[kept] |= held.pop(joined)

    def _shuns(self, one: int, other: int) -> bool:
        return any(
            self._foes.tips.get(tip, set()) & self._tips[other]
            or self._foes.incidents.get(tip, set()) & self._incidents[other]
            for tip in self._marked[one]
        )


def foes_of(tx: Transaction, tip_ids: Collection[int]) -> Foes:
    """Tip → what it was said to be no part of."""
    found = Foes(defaultdict(set), defaultdict(set))
    if not tip_ids:
        return found
    into = func.coalesce(Incident.merged_into_id, Incident.id)
    rows = _of(tip_ids).outerjoin(Incident, Incident.id == Apart.incident_id)
    for tip_id, other_id, incident_id in tx.execute(
        rows.with_only_columns(Apart.tip_id, Apart.other_id, into)
    ):
        if other_id:
            found.tips[tip_id].add(other_id)
            found.tips[other_id].add(tip_id)
        elif incident_id:
            found.incidents[tip_id].add(incident_id)
    return found


def forget(tx: Transaction, tip: Tip) -> None:
    """Of an erased tip nothing was said."""
    tx.execute(delete(Apart).where(or_(Apart.tip_id == tip.id, Apart.other_id == tip.id)))


def _tell(tx: Transaction, actor: Actor, kind: str, tip: Tip, what: dict[Pair, Tip | Incident]) -> None:
    if not what:
        return
    _put(tx, actor, list(what), is_said=kind == SAID)
    acts.record(
        tx, actor, kind, tip=tip, before={"pairs": list(what)}, after={"pairs": list(what)}
    )  # fmt: skip
    custody.append(
        tx, actor, kind, f"tip:{tip.reference}", tip=tip.reference,
        others=[one.reference for one in what.values()],
    )  # fmt: skip
    tips.touch(tip)


def _put(tx: Transaction, actor: Actor, pairs: Iterable[Pair], *, is_said: bool) -> None:
    for pair in pairs:
        row = _find(tx, pair)
        if is_said and row is None and not _is_erased(tx, pair):
            tip_id, other_id, incident_id = pair
            tx.add(
                Apart(
                    tip_id=tip_id, other_id=other_id, incident_id=incident_id, by_id=actor.user_id,
                    at=clock.now(),
                )
            )  # fmt: skip
        elif row is not None and not is_said:
            tx.delete(row)
    tx.flush()


def _is_erased(tx: Transaction, pair: Pair) -> bool:
    """What went with an erasure does not come back by undoing an act on the other tip."""
    both = [one for one in pair[:2] if one is not None]
    gone = select(Tip.id).where(Tip.id.in_(both), Tip.erased_at.is_not(None))
    return tx.scalar(gone.limit(1)) is not None


def _pair(tip: Tip, than: Tip | Incident) -> Pair:
    if isinstance(than, Incident):
        return tip.id, None, than.id
    low, high = sorted((tip.id, than.id))
    return low, high, None


def _find(tx: Transaction, pair: Pair) -> Apart | None:
    tip_id, other_id, incident_id = pair
    return tx.scalar(
        select(Apart).where(
            Apart.tip_id == tip_id,
            Apart.other_id == other_id if other_id else Apart.incident_id == incident_id,
        )
    )


def _of(tip_ids: Collection[int]) -> Select[Apart]:
    return select(Apart).where(or_(Apart.tip_id.in_(tip_ids), Apart.other_id.in_(tip_ids)))
