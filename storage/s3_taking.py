"""Taking the turn of an upload session in S3 (what a turn is: `storage.s3_turn`).

Of hosts that put their turns at the same moment each sees one that it had not seen, and all begin anew. Were
they to do so at once, eight of them could go on for ever, each look longer than the one before. So each waits
for a while of its own first, drawn from a span that doubles with every round: full jitter, after Brooker,
"Exponential Backoff and Jitter" (AWS Architecture Blog, 2015). The first span is as long as a round took,
since that is how long two of them can be in each other's way.
"""

from __future__ import annotations

import random
import time

from storage.base import OnTurn, SessionGone, Unavailable
from storage.s3_bucket import Bucket
from storage.s3_session import MOST_PARTS, Held, Ticket
from storage.s3_turn import NO_END, Turn, first_free

ROUNDS = 12
LONGEST_SPAN_S = 20.0


def take_turn(
    bucket: Bucket, ticket: Ticket, end: int = NO_END, on_turn: OnTurn | None = None
) -> tuple[Turn, Held]:
    """Become the only writer of a session, keeping what it holds up to `end`, and see what that is.

    `on_turn` raises if somebody else has the right to write by now; then nothing is void. Unavailable if
    others come in between again and again.
    """
    for taken in range(ROUNDS):
        began = time.monotonic()
        before = Held.read(bucket, ticket)
        turn = Turn.after_all(before.turns, before.numbers, end)
        if turn.first > MOST_PARTS:
            raise Unavailable("this upload was interrupted more often than S3 can number its parts")
        if on_turn:
            on_turn()
        bucket.put(f"{ticket.folder}{turn.name}", b"")
        try:
            held = Held.read(bucket, ticket)
        except SessionGone:
            bucket.delete(f"{ticket.folder}{turn.name}")
            raise
        others = [other for other in held.turns if other != turn]
        if {turn, *before.turns} >= set(held.turns) and turn.first >= first_free(others, held.numbers):
            return turn, held
        time.sleep(_pause_s(taken, time.monotonic() - began))
    raise Unavailable("too many want to write into this upload at once")


def _pause_s(taken: int, round_s: float) -> float:
    return random.uniform(0, min(round_s * 2**taken, LONGEST_SPAN_S))  # noqa: S311 - nobody gains by guessing it
