"""A station made of tiny processes, run by the tests as a program of its own: `station.py DATA PLAN`.

PLAN is JSON: {"orders": [[name, python source, grace], …], "broker": bool, "errand": source or null,
"quick_deaths": n}. Each source finds `note(word)` and `stay(name)` to leave traces in DATA/events, and
`wait_for(word)` of another.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tipline import children, settings  # noqa: E402
from tipline.children import Order  # noqa: E402
from tipline.watching import Watch  # noqa: E402

PRELUDE = """
import os, signal, subprocess, sys, time
from pathlib import Path
DATA = Path({data!r})
def note(word):
    with open(DATA / "events", "a") as file:
        file.write(word + chr(10))
def wait_for(word):
    while not (DATA / "events").exists() or word not in (DATA / "events").read_text():
        time.sleep(0.02)
def stay(name, on_term="leave"):
    def ended(*_):
        note(name + " asked")
        if on_term == "leave":
            sys.exit(0)
    signal.signal(signal.SIGTERM, ended)
    note(name + " up " + str(os.getpid()))
    while True:
        time.sleep(0.05)
"""


def main() -> int:
    data, plan = Path(sys.argv[1]), json.loads(sys.argv[2])
    children.QUICK_DEATHS = plan.get("quick_deaths", children.QUICK_DEATHS)
    prelude = PRELUDE.format(data=str(data))

    def order(name: str, source: str, grace: float) -> Order:
        return Order(name, [sys.executable, "-c", prelude + source], grace)

    errand = plan.get("errand")
    names = [name for name, _, _ in plan["orders"]]

    def why_not_ready() -> str | None:
        events = (data / "events").read_text() if (data / "events").exists() else ""
        return None if all(f"{name} up" in events for name in names) else "not yet"

    watch = Watch(
        settings.load({"TIPLINE_DATA": str(data), "TIPLINE_LOCALE": "en"}),
        [order(*one) for one in plan["orders"]],
        why_not_ready=why_not_ready,
        when_ready=lambda: print("READY", flush=True),
        own_broker=plan.get("broker", False),
        errand=order("errand", errand, 1) if errand else None,
    )
    return watch.run()


if __name__ == "__main__":
    sys.exit(main())
