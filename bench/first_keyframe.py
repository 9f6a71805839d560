"""Last byte to first keyframe on the desk, and to all: a whole instance with its broker and workers.

The clock starts when the receiver has acknowledged the last byte and stops when the desk could read the rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tipline import db, services, settings
from tipline.broker import Broker
from tipline.domain import renditions, tips
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.reports import Report
from tipline.domain.uploads import Announced
from tipline.services import Services
from workers import heartbeat

ROOT = Path(__file__).resolve().parent.parent
FOOTAGE = ROOT.parent / "shared" / "media" / "dev_cctv_720p_120s.mp4"
PATIENCE_S = 600.0
LOOK_EVERY_S = 0.005
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Round:
    """One file, once."""

    first_s: float
    all_s: float
    keyframes: int
    inside: dict[str, float]


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench first-keyframe", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="films or photos; the 720p clip unless given")
    parser.add_argument("--rounds", type=int, default=3, help="all are shown, the median counts")
    said = parser.parse_args(arguments)
    files = said.files or [FOOTAGE]
    missing = [path for path in files if not path.is_file()]
    if missing:
        print(f"There is no file {missing[0]}. Name films or photos to measure.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tipline-bench-") as folder, instance(Path(folder)) as running:
        print("| file | MB | last byte → first keyframe | → all | keyframes | of it behind the wall |")
        print("|---|---|---|---|---|---|")
        for path in files:
            print(_line(path, [measure(running, path) for _ in range(said.rounds)]), flush=True)
    return 0


@contextmanager
def instance(folder: Path, **more: str) -> Iterator[Services]:
    """A station of its own: database, store, broker and worker processes, all gone afterwards."""
    environment = {"TIPLINE_DATA": str(folder), "TIPLINE_MIN_FREE_BYTES": "0", **more}
    chosen = settings.with_secret(settings.load(environment))
    db.migrate(chosen.database_url)
    made = services.build(chosen)
    with Broker(folder), (folder / "workers.log").open("wb") as log:
        host = subprocess.Popen(
            [sys.executable, "-m", "workers.main"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(lambda: heartbeat.path_of(folder).exists() and host.poll() is None)
            yield made
        finally:
            host.terminate()
            host.wait()
            made.close()


def measure(running: Services, path: Path) -> Round:
    size = path.stat().st_size
    with running.database.transaction() as tx:
        tip = tips.begin(tx, Report("theft", "bench"), language="en", door="api", ack_minutes=2)
        tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    upload = running.receiver.begin(tip.id, Announced(size, path.name))
    with path.open("rb") as file:
        running.receiver.append(upload.id, tip.id, 0, iter(lambda: file.read(PIECE), b""))
    began = time.monotonic()
    _wait(lambda: _has_pictures(running, upload.evidence_id) or _is_settled(running, upload.evidence_id))
    first = time.monotonic() - began
    _wait(lambda: _is_settled(running, upload.evidence_id))
    whole = time.monotonic() - began
    with running.database.reading() as tx:
        facts = tx.get_one(Evidence, upload.evidence_id).facts
    return Round(first, whole, len(facts["keyframes"]), facts["timings_s"])


def _has_pictures(running: Services, evidence_id: str) -> bool:
    with running.database.reading() as tx:
        return bool(renditions.thumbnails(tx, [evidence_id])[evidence_id])


def _is_settled(running: Services, evidence_id: str) -> bool:
    with running.database.reading() as tx:
        return tx.get_one(Evidence, evidence_id).state in ("ready", "undecodable")


def _wait(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the workers did not finish")
        time.sleep(LOOK_EVERY_S)


def _line(path: Path, rounds: list[Round]) -> str:
    inside = rounds[-1].inside
    steps = ", ".join(f"{name} {spent:.2f} s" for name, spent in inside.items())
    cells = (
        path.name,
        f"{path.stat().st_size / 1e6:.1f}",
        _spread([one.first_s for one in rounds]),
        _spread([one.all_s for one in rounds]),
        str(rounds[-1].keyframes),
        steps,
    )
    return f"| {' | '.join(cells)} |"


def _spread(values: list[float]) -> str:
    """The median, and the least and the most."""
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2]
    return f"{middle:.2f} s ({ordered[0]:.2f}-{ordered[-1]:.2f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
