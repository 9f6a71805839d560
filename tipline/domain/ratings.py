"""What a reporter says, once it is over, of how they were served: well or not, and a word on why.

Once a tip, and for a day it may be changed. The log holds the verdict and a digest of the words.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from tipline.db import Transaction, safe_text
from tipline.domain import clock, custody, limits, tips
from tipline.domain.actors import Actor
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError

WELL, POORLY = VERDICTS = (1, -1)
CHANGEABLE = timedelta(hours=24)
# A tip can be rated when nothing more is to come of it.
RATED = ("closed", "not_used")
# The second tap; kept as it stands here, read in each language. Anything else is the reporter's words.
REASONS: dict[int, tuple[str, ...]] = {
    WELL: (N_("Fast"), N_("Friendly"), N_("Solved")),
    POORLY: (N_("Too slow"), N_("Unfriendly"), N_("Not solved")),
}


def may_rate(tip: Tip) -> bool:
    """Whether there is something to rate, or a rating that may still be changed."""
    if tip.state not in RATED or tip.erased_at is not None:
        return False
    return tip.rated_at is None or clock.now() - tip.rated_at < CHANGEABLE


def rate(tx: Transaction, actor: Actor, tip: Tip, verdict: int, words: str = "") -> None:
    """Keep the verdict; raises rating:early, rating:late, rating:unclear or tip:field-too-long."""
    if not may_rate(tip):
        raise TiplineError("rating:late" if tip.rated_at else "rating:early")
    if verdict not in VERDICTS:
        raise TiplineError("rating:unclear", fields={"verdict": "rating:unclear"})
    words = safe_text(words).strip()
    if len(words) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"words": "tip:field-too-long"}, limit=limits.REASON)
    if (verdict, words) == (tip.rating, tip.rating_words):
        return
    before = tip.rating
    tip.rating, tip.rating_words, tip.rated_at = verdict, words, tip.rated_at or clock.now()
    tips.touch(tip)
    said = hashlib.sha256(words.encode()).hexdigest() if words else None
    custody.append(
        tx, actor, "tip:rate", f"tip:{tip.reference}", tip=tip.reference, verdict=verdict, before=before,
        words=said,
    )  # fmt: skip
