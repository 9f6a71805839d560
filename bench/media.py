"""An hour of footage with 28 known events: what each way of looking at it costs, finds and makes up.

CPU seconds count (machines are noisy), of the process and all its children. The hour is drawn once into
bench/.cache, or the folder that TIPLINE_BENCH_CACHE names; `--minutes 20` looks at its beginning only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import hour
from bench.methods import METHODS

TOOLS = ("scenedetect==0.7.2", "dvr-scan==1.8.2.1", "imageio-ffmpeg==0.8.1")
THEIR_PARTS = ("opencv-contrib-python-headless==5.0.0.93", "numpy", "pillow", "platformdirs", "tqdm", "click")
FOREIGN = ("PySceneDetect", "DVR-Scan", "ffmpeg")
OURS = ("pass A", "passes A+B", "passes A+B+C")
EARLY_S, LATE_S = 1.0, 2.1  # around an event; what is said beyond is false


@dataclass(frozen=True)
class Run:
    """One way, once."""

    name: str
    cpu_s: float
    wall_s: float
    rss_mib: int
    found: int
    false_s: int
    minutes: int

    @property
    def cpu_an_hour(self) -> float:
        return self.cpu_s * 60 / self.minutes


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench media", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, help="of the hour, from its beginning")
    parser.add_argument("--recipe", choices=[*hour.RECIPES], default="grain", help="how the shop is drawn")
    parser.add_argument("--only", nargs="*", choices=[*METHODS], help="these ways alone")
    said = parser.parse_args(arguments)
    film = hour.clip(said.minutes, said.recipe)
    names = said.only or list(METHODS)
    tools = _tools() if set(names) & set(FOREIGN) else ""
    runs = []
    size, events = film.stat().st_size / 1e6, len(_true(said.minutes))
    print(f"{film.name}: {size:.0f} MB, {events} events, {said.minutes} min")
    print("\n| way | CPU s an hour | to decoding all | wall, times real | peak RSS MiB | events | false s |")
    print("|---|---|---|---|---|---|---|")
    for name in sorted(names, key=lambda one: one != "decode only"):
        runs.append(_run(name, film, said.minutes, tools))
        print(_line(runs[-1], runs[0]), flush=True)
    return 0


def _line(run: Run, base: Run) -> str:
    ratio = f"{run.cpu_s / base.cpu_s:.2f}" if base.name == "decode only" else "–"
    events = "–" if run.name == "decode only" else f"{run.found} of {len(_true(run.minutes))}"
    false = "–" if run.name == "decode only" else str(run.false_s)
    speed = run.minutes * 60 / run.wall_s
    what = (METHODS[run.name].__doc__ or "").partition("\n")[0]
    cells = (
        f"**{run.name}**: {what}",
        f"{run.cpu_an_hour:.0f}",
        ratio,
        f"{speed:.0f}",
        run.rss_mib,
        events,
        false,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _run(name: str, film: Path, minutes: int, tools: str) -> Run:
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.methods", name, str(film), tools], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    said = child.stdout.read()
    _, code, usage = os.wait4(child.pid, 0)
    child.returncode = code
    if code:
        raise SystemExit(f"{name} ended with {code}")
    moments = [(float(start), float(end)) for start, end in json.loads(said)]
    found, false = judge(moments, minutes)
    return Run(
        name,
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - begun,
        usage.ru_maxrss // 1024,
        found,
        false,
        minutes,
    )


def judge(moments: list[tuple[float, float]], minutes: int = 60) -> tuple[int, int]:
    """How many of the events were found, and how many seconds were named in which nothing happened."""
    true = _true(minutes)
    found = sum(
        any(start <= event.end + 0.5 and end >= event.start for start, end in moments) for event in true
    )
    named = {second for start, end in moments for second in range(int(start), int(end) + 1)}
    around = {
        second for event in true for second in range(int(event.start - EARLY_S), int(event.end + LATE_S) + 1)
    }
    return found, len(named - around)


def _true(minutes: int) -> list[hour.Shown]:
    return [one for one in hour.events() if one.end < minutes * 60]


def _tools() -> str:
    """The tools of others, in an environment of their own, beside the drawn hour."""
    folder = hour.CACHE / "tools"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, *THEIR_PARTS], check=True, stdout=subprocess.DEVNULL)
        # Each asks for another OpenCV; one of them serves all.
        subprocess.run([*install, "--no-deps", *TOOLS], check=True, stdout=subprocess.DEVNULL)
        (folder / "ready").touch()
    return str(python)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
