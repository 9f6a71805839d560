"""A package against plain `zip -0` of the same files, in one run: seconds, ratio, peak memory of the worker.

.venv/bin/python -m bench package [--gib 5]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from tipline import db, services, settings
from tipline.bell import SilentBell
from tipline.domain import accounts, cases, links, packages, packing_options, tips
from tipline.domain.actors import SYSTEM
from tipline.domain.outbox import Outbox
from tipline.domain.reports import Report
from tipline.domain.uploads import Announced
from tipline.services import Services

MIB = 1024 * 1024
FILES = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Prints one table; 1 if an aim is missed."""
    options = _options(argv)
    with tempfile.TemporaryDirectory(prefix="bench-package-", dir=options.folder) as name:
        folder = Path(name)
        made = _station(folder)
        outbox_id, paths = _filled(made, options.gib * 1024 * MIB)
        made.close()
        packed_s, peak_mib = _in_a_child(folder, outbox_id)
        size, check_s = _checked(folder)
        zipped_s = _zipped(folder, paths)
    ratio = zipped_s / packed_s
    print(f"| {size / 2**30:.2f} GiB in {FILES} originals | seconds | MiB/s |")
    print("|---|---|---|")
    print(f"| zip -0, synced | {zipped_s:.1f} | {size / MIB / zipped_s:.0f} |")
    work = "package: read, SHA-256 of each and of all, proofs, report"
    print(f"| {work} | {packed_s:.1f} | {size / MIB / packed_s:.0f} |")
    print(f"| its check, in plain Python | {check_s:.1f} | {size / MIB / check_s:.0f} |")
    print(f"\nratio {ratio:.2f} (aim 0.50 or more), peak of the worker {peak_mib:.0f} MiB (aim under 200)")
    return 0 if ratio >= 0.5 and peak_mib < 200 else 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench package")
    parser.add_argument("--gib", type=float, default=5.0)
    parser.add_argument("--folder", default=None, help="on the disk to be measured")
    return parser.parse_args(argv)


def _station(folder: Path) -> Services:
    chosen = settings.with_secret(
        settings.load(
            {"TIPLINE_ENCRYPT": "0", "TIPLINE_DATA": str(folder / "var"), "TIPLINE_MIN_FREE_BYTES": "1000000"}
        )
    )
    db.migrate(chosen.database_url)
    return services.build(chosen, bell=SilentBell())


def _filled(made: Services, size: float) -> tuple[int, list[Path]]:
    """A case with files of this size together, and its package asked for."""
    with made.database.transaction() as tx:
        officer = accounts.add(tx, SYSTEM, "li", role="investigator", password_hash="x").actor
        case = cases.open_case(tx, officer, "bench", year=2026)
        tip = tips.begin(tx, Report("theft", "x", "x"), language="en", door="web", ack_minutes=2)
        tips.submit(tx, tip, SYSTEM, ack_minutes=2)
        links.link(tx, officer, case, tip, "x")
    noise = os.urandom(MIB)
    each = int(size / FILES / MIB)
    for number in range(FILES):
        upload = made.receiver.begin(tip.id, Announced(each * MIB, f"cam{number}.mp4"))
        head = number.to_bytes(4, "big") + noise[4:]
        made.receiver.append(upload.id, tip.id, 0, (head if not at else noise for at in range(each)))
    wanted = packing_options.of_parts(packing_options.USUAL, language="en", recipient="x")
    with made.database.transaction() as tx:
        row = packages.ask(tx, made.bell, officer, tx.merge(case), wanted, "bench")
        waiting = tx.scalars(select(Outbox).where(Outbox.subject == row.id)).one()
    originals = [made.store.path_of(one.key) for one in made.store.list("original/")]  # type: ignore[attr-defined]
    return waiting.id, originals


def _in_a_child(folder: Path, outbox_id: int) -> tuple[float, float]:
    """As a worker does it: a process of its own, whose memory is measured by the kernel."""
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        from workers.packing import job

        made = _station(folder)
        job.work(made, outbox_id)
        os._exit(0)
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit("the worker failed")
    return time.monotonic() - begun, used.ru_maxrss / 1024


def _checked(folder: Path) -> tuple[int, float]:
    path = next((folder / "var" / "store" / "objects").rglob("package/*"))
    copy = folder / "package.zip"
    os.link(path, copy)
    command = [sys.executable, "-m", "tipline", "package", "verify", str(copy)]
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return copy.stat().st_size, time.monotonic() - begun


def _zipped(folder: Path, paths: list[Path]) -> float:
    """Durable as a package is: the same bytes, synced at the end."""
    out = folder / "plain.zip"
    zipper = shutil.which("zip")
    if zipper is None:
        sys.exit("zip is not installed here")
    begun = time.monotonic()
    subprocess.run([zipper, "-0", "-q", "-j", str(out), *map(str, paths)], check=True)
    with out.open("rb") as file:
        os.fsync(file.fileno())
    return time.monotonic() - begun
