"""Looks at each file of the shared footage and prints what is true. Exit 1 if anything else was said."""

from __future__ import annotations

import resource
import sys

from tests.truth import known
from tests.truth.compared import compared
from workers import examination


def main() -> int:
    """Print the table."""
    rows = known.rows()
    if not rows:
        print(f"There is no shared footage at {known.FOLDER}.", file=sys.stderr)
        return 2
    wrong = 0
    print(f"{'file':44} {'CPU s':>6}  properties that are true")
    for truth in rows:
        before = _cpu()
        lines = compared(truth, examination.examine(known.FOLDER / truth.file))
        good = [line for line in lines if line.agrees]
        wrong += len(lines) - len(good)
        names = ", ".join(line.name for line in good)
        print(f"{truth.file:44} {_cpu() - before:6.2f}  {len(good)} of {len(lines)}: {names}")
        for line in lines:
            if not line.agrees:
                print(f"{'':52} WRONG {line.name}: {line.true} is true, {line.said} was said")
    print(f"{len(rows)} files, {wrong} properties wrong.")
    return 1 if wrong else 0


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    sys.exit(main())
