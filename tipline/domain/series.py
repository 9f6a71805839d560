"""Whether two tips look like one series: weights of evidence, each a line that a person can check.

An opinion, and kept apart from facts. Against the best single earlier tip, never against a whole case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tipline.domain import grams, sketches, weights
from tipline.domain.sketches import Sketch

Reason = dict[str, Any]
PLACE, SHOP, NAMED, BEAT = "series:place", "series:shop", "series:named", "series:beat"
DAYS, HOUR, WORDS, METHOD = "series:days", "series:hour", "series:words", "series:method"
MOST_WORDS, MOST_TAGS = 4, 4
# So many tips with usual words are taken for granted, so that in a young station not every word is rare.
GRANTED, USUAL = 100, 1.0


class Rarity(NamedTuple):
    """In how many of `tips` tips a pair of characters or a tag occurs."""

    tips: int
    grams: Mapping[str, int]
    tags: Mapping[str, int]

    def bits(self, gram: str) -> float:
        return self._bits(self.grams.get(gram, 0))

    def tag_bits(self, tag: str) -> float:
        return self._bits(self.tags.get(tag, 0))

    def _bits(self, many: int) -> float:
        return max(0.0, math.log2((self.tips + GRANTED) / (many + USUAL)))


def weigh(new: Sketch, old: Sketch, rarity: Rarity) -> tuple[float, list[Reason]]:
    """Bits, and the reasons they are the sum of: the strongest first, what speaks against behind."""
    reasons = [
        one
        for one in (_where(new, old), _days(new, old), _hour(new, old), _words(new, old, rarity),
                    _method(new, old, rarity))
        if one is not None
    ]  # fmt: skip
    score = sum(one["bits"] for one in reasons)
    return score, sorted(reasons, key=lambda one: -one["bits"])


def _reason(code: str, bits: float, **values: Any) -> Reason:
    return {"code": code, "bits": round(bits, 2), "values": values}


def _where(new: Sketch, old: Sketch) -> Reason | None:
    """The nearest thing known of both: shop, position, name of the place, beat."""
    found = []
    if new.shop and new.shop == old.shop:
        found.append(_reason(SHOP, weights.SAME_SHOP, shop=new.shop))
    if new.spot and old.spot:
        away = sketches.kilometres(new.spot, old.spot)
        found.append(_reason(PLACE, weights.between(weights.KILOMETRES, away), km=round(away, 2)))
    if new.place and new.place == old.place:
        found.append(_reason(NAMED, weights.SAME_PLACE))
    if not found and new.beat and new.beat == old.beat:
        found.append(_reason(BEAT, weights.SAME_BEAT, beat=new.beat))
    return max(found, key=lambda one: one["bits"], default=None)


def _days(new: Sketch, old: Sketch) -> Reason:
    apart = abs((new.middle - old.middle).total_seconds()) / 86_400
    bits = weights.between(weights.DAYS, apart)
    if not (new.is_told and old.is_told):
        bits /= 2  # it was before it was told, nobody knows how long
    return _reason(DAYS, bits, days=round(apart, 1))


def _hour(new: Sketch, old: Sketch) -> Reason | None:
    """Expected over the times told: of an interval nobody knows the moment."""
    if not (new.is_told and old.is_told):
        return None
    gaps = [_clock_gap(a, b) for a in new.times for b in old.times]
    bits = sum(weights.between(weights.HOURS, one) for one in gaps) / len(gaps)
    return _reason(HOUR, bits, hours=round(sum(gaps) / len(gaps), 1))


def _clock_gap(one: datetime, other: datetime) -> float:
    apart = abs((one - other).total_seconds()) / 3600 % 24
    return min(apart, 24 - apart)


def _words(new: Sketch, old: Sketch, rarity: Rarity) -> Reason | None:
    mine, theirs = set(new.grams), set(old.grams)
    if not mine or not theirs:
        return None
    shared = sorted(mine & theirs, key=lambda gram: (-rarity.bits(gram), gram))
    cosine = _squares(shared, rarity) / math.sqrt(_squares(mine, rarity) * _squares(theirs, rarity) or 1.0)
    words = grams.shared_words(new.text, old.text, shared)[:MOST_WORDS] if shared else []
    bits = weights.between(weights.WORDS, cosine)
    # Across languages nothing can be shared; that speaks neither for nor against.
    return _reason(WORDS, bits, words=words) if shared or _same_script(mine, theirs) else None


def _squares(many: Any, rarity: Rarity) -> float:
    return sum(rarity.bits(one) ** 2 for one in many)


def _same_script(mine: set[str], theirs: set[str]) -> bool:
    latin = [sum(one[0].isascii() for one in side) / len(side) for side in (mine, theirs)]
    return abs(latin[0] - latin[1]) < 0.5


def _method(new: Sketch, old: Sketch, rarity: Rarity) -> Reason | None:
    if not new.methods or not old.methods:
        return None
    shared = sorted(new.methods & old.methods, key=lambda tag: (-rarity.tag_bits(tag), tag))
    if not shared:
        return _reason(METHOD, weights.OTHER_METHOD, tags=[])
    rare = sum(rarity.tag_bits(one) for one in shared)
    return _reason(METHOD, weights.between(weights.METHODS, rare), tags=shared[:MOST_TAGS])
