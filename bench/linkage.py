"""How well hints of a series find it: invented tips of known series among others, in two languages.

Reads tips.jsonl and background_near.jsonl of the folder named, or of `shared/linkage` above the checkout.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tipline.domain import series, sketches, weights
from tipline.domain.series import Rarity
from tipline.domain.sketches import Sketch
from tipline.domain.tips import Tip

ROOT = Path(__file__).resolve().parents[1]
UNTOLD = datetime(2026, 5, 20, tzinfo=UTC)  # when a tip came that tells no time


@dataclass(frozen=True)
class Known:
    """A tip of which it is known where it belongs; `series` is empty for one that belongs nowhere."""

    name: str
    series: str
    language: str
    sketch: Sketch


@dataclass(frozen=True)
class Figures:
    """`shown` is the share of tips of a series that get a hint of it, `strangers` that of the others."""

    queries: int
    first: float
    five: float
    reciprocal: float
    crossing: float
    in_order: float
    shown: float
    strangers: float


def folder() -> Path | None:
    """Where the tips lie, if they do."""
    return next(
        (one / "shared" / "linkage" for one in ROOT.parents if (one / "shared" / "linkage").is_dir()), None
    )


def read(lines: Iterable[str], begin: int = 1) -> list[Known]:
    """Tips as the files tell them, one a line."""
    found = []
    for number, line in enumerate(lines, begin):
        told: dict[str, Any] = json.loads(line)
        at = datetime.fromisoformat(told["occurred_at"]) if told["occurred_at"] else None
        tip = Tip(
            id=number, text=told["text"], place=told["place"] or "", lat=told["lat"], lon=told["lon"],
            occurred_at=at, received_at=at or UNTOLD,
        )  # fmt: skip
        found.append(Known(told["id"], told["series"] or "", told["lang"], sketches.of(tip)))
    return found


def rarity_of(many: Sequence[Known]) -> Rarity:
    grams = Counter(gram for one in many for gram in one.sketch.grams)
    return Rarity(len(many), grams, Counter(tag for one in many for tag in one.sketch.methods))


def judge(told: Sequence[Known], background: Sequence[Known]) -> Figures:
    """Each tip of a series against all others; then in the order of time, with the threshold."""
    pool = [*told, *background]
    rarity = rarity_of(pool)
    linked = [one for one in told if one.series]
    strangers = [one for one in pool if not one.series]
    ranks, crossing, in_order, shown = [], [], [], []
    for query in linked:
        ranked = _ranked(query, pool, rarity)
        ranks.append(_rank(query, [one for _, one in ranked]))
        if any(one.series == query.series and one.language != query.language for one in linked):
            others = [one for _, one in ranked if one.language != query.language]
            crossing.append(_rank(query, others) == 1)
        earlier = [pair for pair in ranked if pair[1].sketch.middle < query.sketch.middle]
        if any(one.series == query.series for _, one in earlier):
            in_order.append(earlier[0][1].series == query.series)
            least = weights.threshold(len(linked))
            shown.append(any(bits >= least and one.series == query.series for bits, one in earlier[:5]))
    least = weights.threshold(len(linked))
    wrong = [
        max(series.weigh(one.sketch, other.sketch, rarity)[0] for other in linked) >= least
        for one in strangers
    ]
    return Figures(
        len(ranks), _share(rank == 1 for rank in ranks), _share(rank <= 5 for rank in ranks),
        sum(1 / rank for rank in ranks) / len(ranks), _share(crossing), _share(in_order), _share(shown),
        _share(wrong),
    )  # fmt: skip


def _ranked(query: Known, pool: Sequence[Known], rarity: Rarity) -> list[tuple[float, Known]]:
    weighed = [
        (series.weigh(query.sketch, one.sketch, rarity)[0], one) for one in pool if one.name != query.name
    ]
    return sorted(weighed, key=lambda pair: -pair[0])


def _rank(query: Known, ranked: Sequence[Known]) -> int:
    return next((at for at, one in enumerate(ranked, 1) if one.series == query.series), len(ranked) + 1)


def _share(many: Iterable[bool]) -> float:
    kept = list(many)
    return sum(kept) / len(kept) if kept else 0.0


def main(arguments: Sequence[str]) -> int:
    place = Path(arguments[0]) if arguments else folder()
    if place is None or not (place / "tips.jsonl").exists():
        print(
            "No tips to try: name the folder that holds tips.jsonl and background_near.jsonl.",
            file=sys.stderr,
        )
        return 2
    told = read((place / "tips.jsonl").read_text(encoding="utf-8").splitlines())
    near = read((place / "background_near.jsonl").read_text(encoding="utf-8").splitlines(), len(told) + 1)
    print("| tips | among | first | in five | MRR | other language | in order | shown | strangers shown |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, among in (("series alone", []), ("near decoys", near)):
        made = judge(told, among)
        print(
            f"| {made.queries} | {name}, {len(told) + len(among)} | {made.first:.2f} | {made.five:.2f} |"
            f" {made.reciprocal:.2f} | {made.crossing:.2f} | {made.in_order:.2f} | {made.shown:.2f} |"
            f" {made.strangers:.3f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
