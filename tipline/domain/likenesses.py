"""Which files show the same: pictures alike, and whether that means one recording or only one camera.

A fixed camera is the trap. Two incidents before it share hundreds of equal pictures, so equal pictures alone
say "same camera view". "Same recording" is said only when several pictures, different among themselves, come
in the same order with the same spacing in both files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tipline.db import Transaction
from tipline.domain import fingerprints
from tipline.domain.evidence import Evidence
from tipline.domain.fingerprints import ALIKE, LEAST_QUALITY, Band
from tipline.domain.renditions import KEYFRAME, PROVISIONAL, Rendition

RECORDING, PICTURE, VIEW = "recording", "picture", "view"
# Pictures asked for of one file and of one tip; of a long film those are spread over all of it.
MOST_OF_FILE, MOST_OF_TIP = 48, 240
# A camera that films for years fills the index with its own wall: of so many alike the newest are enough.
MOST_ALIKE = 2000
# Spacing that counts as the same, how long it must hold, and how many different pictures it must hold for.
SPACING_S, LASTS_S, LEAST_VIEWS = 0.35, 3.0, 3


class Picture(NamedTuple):
    """A keyframe that can be known again. `t` is None for a photo."""

    id: int
    evidence_id: str
    tip_id: int
    name: str
    t: float | None
    pdq: str


class Pair(NamedTuple):
    """Two pictures alike: one of the tip asked about, one of another."""

    mine: Picture
    other: Picture
    distance: int


# What makes a Picture, in its order.
_COLUMNS: tuple[Any, ...] = (
    Rendition.id, Rendition.evidence_id, Evidence.tip_id, Rendition.name, Rendition.t, Rendition.pdq,
)  # fmt: skip


class Likeness(NamedTuple):
    """What two files have in common; `pairs` in the order of the film, at least one."""

    kind: str
    mine: str
    other: str
    other_tip: int
    pairs: list[Pair]

    @property
    def lasts_s(self) -> float:
        """How long the common stretch is; 0 for photos."""
        times = [one.mine.t for one in self.pairs if one.mine.t is not None]
        return max(times) - min(times) if times else 0.0


def find(tx: Transaction, tip_id: int) -> list[Likeness]:
    """Files of other tips that show what files of this one show, the most telling first."""
    own = pictures_of(tx, tip_id)
    step = max(1, -(-len(own) // MOST_OF_TIP))
    pairs = [pair for one in own[::step] for pair in alike(tx, one)]
    found = defaultdict(list)
    for pair in pairs:
        found[pair.mine.evidence_id, pair.other.evidence_id].append(pair)
    judged = [judge(mine, other, of_two) for (mine, other), of_two in found.items()]
    order = (RECORDING, PICTURE, VIEW)
    return sorted(judged, key=lambda one: (order.index(one.kind), -len(one.pairs), one.other))


def pictures_of(tx: Transaction, tip_id: int) -> list[Picture]:
    """Keyframes of the tip's footage that can be known again; of a long film a part, spread over it."""
    rank = func.row_number().over(partition_by=Rendition.evidence_id, order_by=(Rendition.t, Rendition.id))
    many = func.count().over(partition_by=Rendition.evidence_id)
    query = (
        select(*_COLUMNS, rank.label("rank"), many.label("many"))
        .join(Evidence, Evidence.id == Rendition.evidence_id)
        .where(Evidence.tip_id == tip_id, Evidence.purpose == "footage", Rendition.kind == KEYFRAME)
        .where(Rendition.pdq.is_not(None), Rendition.pdq_quality >= LEAST_QUALITY)
        .where(~Rendition.name.startswith(PROVISIONAL))
        .order_by(Rendition.evidence_id, Rendition.t, Rendition.id)
    )
    return [Picture(*row[:6]) for row in tx.execute(query) if _is_kept(row.rank, row.many)]


def _is_kept(rank: int, many: int) -> bool:
    """Every picture of a short film; of a long one so many, evenly."""
    return many <= MOST_OF_FILE or (rank - 1) * MOST_OF_FILE // many != (rank - 2) * MOST_OF_FILE // many


def alike(tx: Transaction, picture: Picture, apart: int = ALIKE) -> list[Pair]:
    """Every picture of other tips within this distance (31 at most), however it was sent on since."""
    near = select(Band.rendition_id).where(fingerprints.near(picture.pdq))
    query = (
        select(*_COLUMNS)
        .join(Evidence, Evidence.id == Rendition.evidence_id)
        .where(Rendition.id.in_(near), Evidence.tip_id != picture.tip_id, Evidence.purpose == "footage")
        .order_by(Rendition.id.desc())
    )
    found = []
    for row in tx.execute(query):
        other = Picture(*row)
        away = fingerprints.distance(picture.pdq, other.pdq)
        if away <= apart:
            found.append(Pair(picture, other, away))
        if len(found) == MOST_ALIKE:
            break
    return found


def judge(mine: str, other: str, pairs: Sequence[Pair]) -> Likeness:
    """One recording, one picture, or no more than the same camera."""
    tip_id = pairs[0].other.tip_id
    times = [(one.mine.t, one.other.t) for one in pairs]
    if all(a is None and b is None for a, b in times):
        return Likeness(PICTURE, mine, other, tip_id, _best_first(pairs)[:1])
    chain = longest_chain(pairs)
    if chain:
        return Likeness(RECORDING, mine, other, tip_id, chain)
    return Likeness(VIEW, mine, other, tip_id, _best_first(pairs)[:1])


def longest_chain(pairs: Iterable[Pair]) -> list[Pair]:
    """The longest run of different pictures that come with the same spacing in both films, or nothing."""
    timed = [one for one in pairs if one.mine.t is not None and one.other.t is not None]
    timed.sort(key=_shift)
    best: list[Pair] = []
    low = 0
    for high, last in enumerate(timed):
        while _shift(last) - _shift(timed[low]) > SPACING_S:
            low += 1
        if high - low + 1 >= LEAST_VIEWS:
            chain = _different(timed[low : high + 1])
            best = max(best, chain, key=len)
    lasts = (best[-1].mine.t or 0.0) - (best[0].mine.t or 0.0) if best else 0.0
    return best if len(best) >= LEAST_VIEWS and lasts >= LASTS_S else []


def _different(pairs: Sequence[Pair]) -> list[Pair]:
    """In the order of the film, without pictures that look like one already taken: a wall proves nothing."""
    taken: list[Pair] = []
    for one in sorted(pairs, key=lambda pair: (pair.mine.t or 0.0, pair.distance)):
        if all(_is_new(one.mine, old.mine) and _is_new(one.other, old.other) for old in taken):
            taken.append(one)
    return taken


def _is_new(one: Picture, old: Picture) -> bool:
    return one.id != old.id and fingerprints.distance(one.pdq, old.pdq) > ALIKE


def _shift(pair: Pair) -> float:
    return (pair.other.t or 0.0) - (pair.mine.t or 0.0)


def _best_first(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda one: (one.distance, one.mine.t or 0.0, one.other.id))


def keep_missing(tx: Transaction, tip_id: int) -> int:
    """Bands of pictures that were made before there were any; how many pictures."""
    known = aliased(Band)
    query = (
        select(Rendition)
        .join(Evidence, Evidence.id == Rendition.evidence_id)
        .where(Evidence.tip_id == tip_id, Rendition.kind == KEYFRAME)
        .where(Rendition.pdq.is_not(None), Rendition.pdq_quality >= LEAST_QUALITY)
        .where(~select(known.place).where(known.rendition_id == Rendition.id, known.place == 0).exists())
    )
    missing = [one for one in tx.scalars(query) if not one.is_provisional]
    for one in missing:
        fingerprints.keep(tx, one.id, one.pdq, one.pdq_quality)
    tx.flush()
    return len(missing)
