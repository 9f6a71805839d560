"""`python -m tests.faults --uploads N --faults M --seed S`: breaks a station and counts the lost.

Exit 0 when nothing is lost, altered or half visible, 1 otherwise.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.ground import DATABASES, STORES
from tests.faults.run import Wish, run


def main() -> int:
    wish, keep = _wish()
    print(
        f"seed {wish.seed}: {wish.uploads} uploads, {wish.faults} faults, store {wish.store},"
        f" database {wish.database} …",
        flush=True,
    )
    place = Path(tempfile.mkdtemp(prefix="tipline-faults-")) if keep else None
    try:
        outcome = run(wish, place)
    except AssertionError as fault:
        print(f"seed {wish.seed}: {fault}", file=sys.stderr)
        return 1
    print("\n".join(["  " + line for line in outcome.details]))
    print(outcome.sentence)
    for line in outcome.verdict.all:
        print(f"  ✗ {line}")
    if place:
        print(f"journal and logs: {place}")
    return 1 if outcome.verdict.all else 0


def _wish() -> tuple[Wish, bool]:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--uploads", type=int, default=200, help="files that are sent")
    parser.add_argument("--faults", type=int, default=20, help="faults, one after the other")
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed unless given")
    parser.add_argument("--senders", type=int, default=6, help="clients at the same time")
    parser.add_argument("--largest", type=int, default=None, help="bytes of the largest file")
    parser.add_argument("--store", choices=STORES, default="local", help="where files are kept")
    parser.add_argument("--database", choices=DATABASES, default="sqlite", help="postgres can be killed too")
    parser.add_argument("--hurried", action="store_true", help="workers with short leases")
    parser.add_argument("--kind", action="append", help="only this kind of fault; may be repeated")
    parser.add_argument("--keep", action="store_true", help="keep journal and logs")
    said = parser.parse_args()
    seed = said.seed if said.seed is not None else random.SystemRandom().randrange(10**6)
    wish = Wish(
        said.uploads, said.faults, seed, senders=said.senders, store=said.store, database=said.database,
        hurried=said.hurried, kinds=said.kind,
    )  # fmt: skip
    if said.largest:
        wish.largest = said.largest
    return wish, said.keep


if __name__ == "__main__":
    sys.exit(main())
