"""Which fresh tips may tell of the same thing: of one kind, near each other in place, within some hours.

The machine only points. Nothing is gathered until an officer says so. Pure but for the two questions at the
end; a tip is compared with the latest of its kind in its own house, street or beat, so that a flood of equal
reports costs no more than as many different ones. Who does not say where goes with what is reported on that
beat, as long as that is in one place; it never makes one thing of two places.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import apart, categories, clock, incidents, positions
from tipline.domain.apart import NOBODY, Fences, Foes
from tipline.domain.filters import WAITING
from tipline.domain.incidents import Incident
from tipline.domain.positions import Position
from tipline.domain.tips import Tip
from tipline.errors import N_

HOURS = timedelta(hours=6)  # between two reports of one thing
BEAT_HOURS = timedelta(hours=2)  # where nothing but the beat is known
NEAR_M = 150.0
FAR_M = 600.0
LOOKED_AT = 500  # fresh tips that are compared
LOOKED_BACK = 12  # in one bucket: the latest of their kind
ENOUGH = 2
# Why two tips may tell of one thing, the strongest first.
REASONS = {
    "shop": N_("the same poster"),
    "near": N_("%(metres)s m apart"),
    "place": N_("the same place in words"),
    "words": N_("nearly the same words"),
    "beat": N_("the same kind on the same beat"),
}
_SIGNS = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"\d+")
_CELL_DEGREES = 0.002  # more than NEAR_M either way, as far north as people live


@dataclass(frozen=True)
class Seen:
    """What of a tip, or of an incident, is compared."""

    id: int
    at: datetime
    category: str
    group: str
    beat: str | None = None
    shop: str | None = None
    place: str = ""
    text: str = ""
    position: Position | None = None
    incident_id: int | None = None

    @property
    def is_placed(self) -> bool:
        return bool(self.shop or self.position or self.place)


@dataclass
class Group:
    """Tips that may tell of one thing; `incident_id` is one that some of them belong to already."""

    members: list[Seen] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    incident_id: int | None = None

    @property
    def loose(self) -> list[Seen]:
        return [one for one in self.members if one.incident_id is None]


def why(one: Seen, other: Seen) -> tuple[str, float] | None:
    """The strongest reason why both may be one thing, and a number that belongs to it."""
    apart = abs(one.at - other.at)
    if one.category != other.category or apart > HOURS:
        return None
    metres = positions.metres(one.position, other.position) if one.position and other.position else None
    if metres is not None and metres > FAR_M:
        return None
    if one.shop and one.shop == other.shop:
        return "shop", 0.0
    if metres is not None and metres <= NEAR_M:
        return "near", metres
    if (one.beat or "") == (other.beat or "") or metres is not None:
        if is_one_place(one.place, other.place):
            return "place", 0.0
        if is_one_text(one.text, other.text):
            return "words", 0.0
    return ("beat", 0.0) if _only_beat(one, other, apart) else None


def _only_beat(one: Seen, other: Seen, apart: timedelta) -> bool:
    """What goes on now is likely one thing on one beat, while nothing says that it is in two places."""
    is_now = one.group == "now" and one.beat is not None and one.beat == other.beat
    return is_now and apart <= BEAT_HOURS and not (one.is_placed and other.is_placed)


def is_one_place(one: str, other: str) -> bool:
    """`幸福里3号楼` and `幸福里小区 3 号楼 2 单元`, but not `幸福里5号楼`."""
    mine, theirs = _plain(one), _plain(other)
    if len(mine) < 3 or len(theirs) < 3:
        return False
    numbers, others = _NUMBERS.findall(mine), _NUMBERS.findall(theirs)
    if numbers[:1] != others[:1]:
        return False
    return _shared(mine, theirs) >= 0.6


def is_one_text(one: str, other: str) -> bool:
    mine, theirs = _plain(one), _plain(other)
    return min(len(mine), len(theirs)) >= 6 and _shared(mine, theirs) >= 0.8


def _plain(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).casefold())[:200]


def _shared(one: str, other: str) -> float:
    """How many pairs of signs of the shorter text stand in the other, 0 to 1."""
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(pairs & others) / max(1, min(len(pairs), len(others)))


def gather(seen: Iterable[Seen], foes: Foes = NOBODY) -> list[Group]:
    """Tips that hang together, the largest group first; each is compared with few before it."""
    seen = sorted(seen, key=lambda one: (one.at, one.id))
    tied = _Tied(seen, foes)
    buckets: dict[tuple[object, ...], list[Seen]] = defaultdict(list)
    weak: list[tuple[Seen, Seen]] = []
    for one in seen:
        for other in _candidates(buckets, one):
            if tied.head(other.id) != tied.head(one.id) and (reason := why(one, other)):
                if reason[0] == "beat":
                    weak.append((other, one))
                else:
                    tied.tie(other.id, one.id, reason[0])
        for key in _keys(one):
            buckets[key].append(one)
    tied.tie_what_says_no_place(weak)
    return tied.groups()


class _Tied:
    """Tips and what has been tied together of them: all of a group have one head."""

    def __init__(self, seen: list[Seen], foes: Foes) -> None:
        self._seen = seen
        self._leader = {one.id: one.id for one in seen}
        self._reasons: dict[int, set[str]] = defaultdict(set)
        self._fences = Fences({one.id: one.incident_id for one in seen}, foes)

    def head(self, number: int) -> int:
        leader = self._leader
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    def tie(self, one: int, other: int, reason: str) -> None:
        kept, joined = self.head(one), self.head(other)
        if kept != joined and not self._fences.part(kept, joined):
            self._leader[joined] = kept
            self._fences.join(kept, joined)
            self._reasons[kept] |= self._reasons.pop(joined, set()) | {reason}

    def tie_what_says_no_place(self, weak: list[tuple[Seen, Seen]]) -> None:
        """Of pairs that share no more than a beat: tips without a place with each other, then all of these
        with what is in one place. Where it may be either of two places, nothing says which."""
        for one, other in weak:
            if not (one.is_placed or other.is_placed):
                self.tie(one.id, other.id, "beat")
        placed = {self.head(one.id) for one in self._seen if one.is_placed}
        beside: dict[int, set[int]] = defaultdict(set)
        for pair in weak:
            mine, theirs = (self.head(seen.id) for seen in pair)
            if (mine in placed) != (theirs in placed) and not self._fences.part(mine, theirs):
                there, alone = (mine, theirs) if mine in placed else (theirs, mine)
                beside[alone].add(there)
        for silent, (first, *others) in beside.items():
            if not others:
                self.tie(first, silent, "beat")

    def groups(self) -> list[Group]:
        found: dict[int, Group] = defaultdict(Group)
        for one in self._seen:
            found[self.head(one.id)].members.append(one)
        for number, group in found.items():
            group.reasons = self._reasons[number]
            group.incident_id = next((one.incident_id for one in group.members if one.incident_id), None)
        return sorted(found.values(), key=lambda one: (-len(one.loose), -one.members[-1].id))


def _candidates(buckets: dict[tuple[object, ...], list[Seen]], one: Seen) -> Iterator[Seen]:
    for key in _keys(one, around=True):
        yield from reversed(buckets[key][-LOOKED_BACK:] if key in buckets else [])


def _keys(one: Seen, *, around: bool = False) -> Iterator[tuple[object, ...]]:
    """Where a tip is filed; `around` also the eight cells of the map beside its own."""
    kind = one.category
    if one.shop:
        yield kind, "shop", one.shop
    if one.position:
        row, column = (int(value // _CELL_DEGREES) for value in one.position)
        steps = (-1, 0, 1) if around else (0,)
        yield from ((kind, "cell", row + up, column + along) for up in steps for along in steps)
    yield kind, "beat", one.beat


# --- what the database holds of it


def suggest(tx: Transaction, tip: Tip) -> tuple[list[tuple[Tip, str, float]], Incident | None]:
    """Fresh tips that may tell of the same, each with its reason; and an open incident that may."""
    if tip.received_at is None or tip.incident_id is not None or tip.state not in WAITING:
        return [], None
    mine = seen_of(tip)
    since, until = tip.received_at - HOURS, tip.received_at + HOURS
    query = select(Tip).where(
        Tip.state.in_(WAITING), Tip.category == tip.category, Tip.id != tip.id,
        Tip.received_at.between(since, until),
    )  # fmt: skip
    foes = apart.foes_of(tx, [tip.id])
    beside = select(Tip.incident_id).where(Tip.id.in_(foes.tips[tip.id]), Tip.incident_id.is_not(None))
    foes.incidents[tip.id].update(one for one in tx.scalars(beside) if one is not None)
    query = query.where(Tip.id.not_in(foes.tips[tip.id])).order_by(Tip.received_at.desc()).limit(LOOKED_AT)
    rows = list(tx.scalars(query))
    found = [
        (one, *reason) for one in rows
        if one.incident_id not in foes.incidents[tip.id] and (reason := why(mine, seen_of(one)))
    ]  # fmt: skip
    unsure = _unsure(mine, found, rows)
    found = [one for one in found if one[0].id not in unsure]
    belongs = next((one.incident_id for one, *_why in found if one.incident_id), None)
    incident = tx.get(Incident, belongs) if belongs else None
    if incident is None:
        incident = _open_incident(tx, mine, foes.incidents[tip.id], may_guess=not unsure)
    if incident is not None and incident.state != incidents.OPEN:
        incident = None
    return [one for one in found if one[0].incident_id is None], incident


def _unsure(mine: Seen, found: list[tuple[Tip, str, float]], rows: list[Tip]) -> set[int]:
    """Those that share no more than a beat, where one of both may as well be of another place."""
    guessed = {one.id for one, why, _metres in found if why == "beat"}
    if not guessed:
        return set()
    groups = gather([mine, *map(seen_of, rows)])
    beside = next(one.members for one in groups if mine in one.members)
    return guessed - {one.id for one in beside}


def _open_incident(tx: Transaction, mine: Seen, but: Collection[int], *, may_guess: bool) -> Incident | None:
    """One that is open though its tips are settled: who reports now still tells of it. By its beat alone only
    where there is no other."""
    query = select(Incident).where(
        Incident.state == incidents.OPEN, Incident.category == mine.category,
        Incident.changed_at >= mine.at - HOURS, Incident.id.not_in(but),
    )  # fmt: skip
    rows = tx.scalars(query.order_by(Incident.changed_at.desc()).limit(LOOKED_BACK))
    told = [(one, reason) for one in rows if (reason := why(mine, _seen_of_incident(one, mine.at)))]
    sure = [one for one, reason in told if reason[0] != "beat"]
    return next(iter(sure), told[0][0] if len(told) == 1 and may_guess else None)


def waiting_groups(tx: Transaction) -> list[Group]:
    """Groups of fresh tips that are not gathered yet, of two or more, or beside an open incident."""
    since = clock.now() - 2 * HOURS
    fresh = select(Tip).where(Tip.state.in_(WAITING), Tip.received_at >= since)
    rows = tx.scalars(fresh.order_by(Tip.received_at.desc()).limit(LOOKED_AT))
    found = [seen_of(one) for one in rows]
    groups = gather(found, apart.foes_of(tx, [one.id for one in found]))
    return [one for one in groups if len(one.loose) >= (1 if one.incident_id else ENOUGH)]


def tips_of(tx: Transaction, group: Group) -> list[Tip]:
    """The tips of a group that are in no incident yet, the first first."""
    query = select(Tip).where(Tip.id.in_([one.id for one in group.loose]), Tip.incident_id.is_(None))
    return list(tx.scalars(query.order_by(Tip.received_at, Tip.id)))


def seen_of(tip: Tip) -> Seen:
    position = Position(tip.lat, tip.lon) if tip.lat is not None and tip.lon is not None else None
    return Seen(
        tip.id, tip.received_at or tip.created_at, tip.category, group_of(tip.category), tip.beat, tip.shop,
        tip.place, tip.text, position, tip.incident_id,
    )  # fmt: skip


def _seen_of_incident(one: Incident, at: datetime) -> Seen:
    """Compared as if it were reported at that moment, for it still goes on."""
    position = Position(one.lat, one.lon) if one.lat is not None and one.lon is not None else None
    return Seen(0, at, one.category, group_of(one.category), one.beat, None, one.place, "", position, one.id)


def group_of(category: str) -> str:
    return categories.read_category(category).group
