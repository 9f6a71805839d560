"""Runs the scanners: bandit for weaknesses everybody knows, semgrep for the bans of this house (bans.yml).

Semgrep asks for older parts than we run on, so it lives in an environment of its own, installed from a lock
with digests. It runs without metrics and without the network; its rules come from this folder alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".venv" / "semgrep"
LOCK, STAMP = ROOT / "requirements-semgrep.lock", OWN / ".tipline-stamp"
BANS, EXAMPLES = ROOT / "checks" / "bans.yml", ROOT / "checks" / "bans.py"
CODE = ("tipline", "workers", "storage")
Place = tuple[str, str, int]


def main() -> int:
    """0 if nothing was found, and every ban still finds its example."""
    install()
    wrong = [*_bandit(), *_found(*CODE, "templates"), *_examples()]
    print("\n".join(wrong) or "Nothing that is banned stands in the code.")
    return 1 if wrong else 0


def install() -> None:
    """Semgrep, if it is not there as the lock says."""
    lock = LOCK.read_text()
    if STAMP.is_file() and STAMP.read_text() == lock:
        return
    _run(sys.executable, "-m", "venv", "--clear", OWN)
    _run(
        OWN / "bin" / "python", "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "--no-deps", "-r", LOCK,
    )  # fmt: skip
    STAMP.write_text(lock)


def _bandit() -> list[str]:
    """Of high severity alone; ruff has looked at the rest, each exception with its reason in the line."""
    said = subprocess.run(
        [sys.executable, "-m", "bandit", "-qlll", "-f", "json", "-c", ROOT / "pyproject.toml", "-r", *CODE],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    results = json.loads(said.stdout)["results"]
    return [
        f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}" for one in results
    ]


def _found(*targets: str) -> list[str]:
    return [f"{path}:{line}: {ban}: {words}" for (ban, path, line), words in scan(*targets).items()]


def _examples() -> list[str]:
    """Bans that no longer find what they are for, or find what they should leave alone."""
    name, wanted = EXAMPLES.relative_to(ROOT).as_posix(), set()
    for number, line in enumerate(EXAMPLES.read_text().splitlines(), 1):
        if "# ruleid: " in line:
            wanted.add((line.split("# ruleid: ")[1], name, number + 1))
    found = set(scan(name))
    missed = [f"{name}:{line}: {ban} does not find its example" for ban, _, line in sorted(wanted - found)]
    return missed + [f"{name}:{line}: {ban} finds too much" for ban, _, line in sorted(found - wanted)]


def scan(*targets: str) -> dict[Place, str]:
    """What semgrep finds: ban, file, line → its sentence."""
    said = _run(
        OWN / "bin" / "semgrep", "scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore",
        "--quiet", "--json", "--config", BANS, *targets,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(said)
    faults = [one.get("message", "") for one in told["errors"] if one.get("level") == "error"]
    if faults:
        raise SystemExit("\n".join(faults))
    return {
        (one["check_id"].rpartition(".")[2], one["path"], one["start"]["line"]): one["extra"]["message"]
        for one in told["results"]
    }


def _run(*command: object) -> str:
    done = subprocess.run(
        [str(one) for one in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{done.stderr}".strip())
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
