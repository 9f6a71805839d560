"""Which queue a worker looks at first: those that somebody waits for, and yet none waits for ever.

However many first pictures are asked for, every third job comes from the queue of what follows them, and
every eighth from the last one, where something waits there.
"""

from __future__ import annotations

from collections.abc import Sequence

from tipline.jobs import LATE, SOON

SOON_EVERY, LATE_EVERY = 3, 8


def order(queues: Sequence[str], done: int) -> list[str]:
    """The queues for the job after so many others."""
    turn = done + 1
    first = LATE if turn % LATE_EVERY == 0 else SOON if turn % SOON_EVERY == 0 else None
    return sorted(queues, key=lambda name: name != first)
