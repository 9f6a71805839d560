"""What is there for good is not looked through at each round of the garbage collector.

The application, its templates and its tables are some hundred thousand objects that live as long as the
process. A page of the queue makes enough new ones to set off a full round, which took 150 ms on a page of 50.
"""

from __future__ import annotations

import gc

# New objects before a young round, young rounds before a middle one, middle ones before a full one.
ROUNDS = (20_000, 20, 20)


def settle() -> None:
    """Once, after everything is loaded: what lives now is taken to stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*ROUNDS)
