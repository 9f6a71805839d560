"""`make hostile`: shows every trick to the examination and prints what became of it.

Ends with 1 on a broken promise. Also the shared set where it lies beside the checkout, and damaged copies
of good files.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import footage
from tests.hostile import flips, tricks
from tests.hostile.looking import NEIGHBOUR, Outcome, canary, look, was_called

PORT = 18_199  # the address in the lists of tricks and of the shared set
SHARED = Path(__file__).resolve().parents[3] / "shared" / "media-bad"
AS_WE_SAY = {"accept-cannot-decode": tricks.CANNOT, "accept-either": tricks.EITHER}
LONGEST_S, MOST_MIB = 20.0, 1536


def main() -> int:
    options = _options()
    with TemporaryDirectory() as folder, canary(PORT) as listener:
        footage.cctv_clip(Path(folder) / NEIGHBOUR, seconds=1, size=(160, 90))
        faults = 0
        print("| row | file | bytes | must | answer | code | s | CPU s | MiB |")
        print("|---|---|---|---|---|---|---|---|---|")
        for row, path, must in _files(Path(folder), options.only):
            outcome = look(path)
            called = was_called(listener)
            well = outcome.is_as_it_must_be(must) and not called and _is_cheap(outcome)
            faults += not well
            print(_line(row, path, must, outcome, called, well), flush=True)
        good = look(Path(folder) / NEIGHBOUR)
        print(f"\nThe next job after all of them: {good.answer}, {good.pictures} pictures.")
        faults += good.answer != tricks.ACCEPT
    if options.flips:
        faults += flips.report(options.flips, options.seed)
    print(f"\n{faults} broken promises.")
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--flips", type=int, default=200, help="how many damaged copies of good files")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="tricks whose name holds this")
    return parser.parse_args()


def _files(folder: Path, only: str) -> Iterator[tuple[str, Path, str]]:
    """One file at a time lies in the folder, beside its neighbour."""
    for trick in tricks.every():
        if only in trick.name:
            path = folder / trick.name
            _drawn(trick, path)
            yield str(trick.row), path, trick.must
            path.unlink()
    manifest = SHARED / "MANIFEST.tsv"
    if not manifest.exists():
        return
    with manifest.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["file"].endswith(".jsonl") or only not in row["file"]:
                continue
            path = folder / row["file"]
            path.write_bytes((SHARED / row["file"]).read_bytes())
            yield "shared", path, AS_WE_SAY.get(row["must"], row["must"])
            path.unlink()


def _drawn(trick: tricks.Trick, path: Path) -> None:
    """In a fork: what drawing costs must not count as what looking costs."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            trick.draw(path)
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError(f"{trick.name} could not be drawn")


def _is_cheap(outcome: Outcome) -> bool:
    """By the clock on the wall; where others want the processor too, they are given their share."""
    others = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return outcome.seconds < LONGEST_S * others and outcome.cpu_s < LONGEST_S and outcome.mib < MOST_MIB


def _line(row: str, path: Path, must: str, outcome: Outcome, called: bool, well: bool) -> str:
    marks = [
        *([] if outcome.unchanged else ["CHANGED"]),
        *(f"OPENED {name}" for name in outcome.opened),
        *(["CONNECTED"] if called else []),
        *([] if well else ["FAULT"]),
    ]
    cells = [row, path.name, f"{path.stat().st_size:,}", must, " ".join([outcome.answer, *marks])]
    cells += [outcome.code or "", f"{outcome.seconds:.1f}", f"{outcome.cpu_s:.1f}", str(outcome.mib)]
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
