"""`python -m bench` makes every table; `python -m bench NAME …` one of them; `--list` names them.

A table is a module of this folder with `main(arguments) -> exit code`. It sets up what it compares with by
itself, measures both sides in one run, and prints Markdown.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def tables() -> dict[str, str]:
    """Name → what it measures, without loading any of them."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        has_main = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
        if has_main and not path.stem.startswith("__"):
            said = ast.get_docstring(tree) or ""
            found[path.stem.replace("_", "-")] = said.partition("\n")[0]
    return found


def main(arguments: Sequence[str]) -> int:
    known = tables()
    if arguments[:1] == ["--list"]:
        print("\n".join(f"{name:20}{what}" for name, what in known.items()))
        return 0
    if not arguments:
        return max((_make(name, ()) for name in known), default=0)
    if arguments[0] not in known:
        print(f"There is no table {arguments[0]}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    return _make(arguments[0], arguments[1:])


def _make(name: str, arguments: Sequence[str]) -> int:
    module = importlib.import_module(f"bench.{name.replace('-', '_')}")
    code: int = module.main(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
