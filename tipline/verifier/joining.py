"""The modules of the check joined into the one file that every package carries (`data/verify.py`)."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
# In the order in which each finds what it needs above itself.
PARTS = (
    "faults", "ed25519", "envelope", "names", "reading", "bag", "strict", "proving", "signing", "custody",
    "checking",
)  # fmt: skip
HEAD = '''#!/usr/bin/env python3
"""核验证据包 / Check an evidence package.   python verify.py PACKAGE.zip   (Python 3.8+)

不需要安装任何软件，不联网，不写任何文件。 Needs nothing installed, no network; writes nothing.
"""

from __future__ import annotations
'''


@cache
def one_file() -> str:
    """The text of `verify.py`."""
    parts = [_without_neighbours(HERE / f"{name}.py") for name in PARTS]
    return HEAD + "".join(f"\n# --- {name}\n\n{part}" for name, part in zip(PARTS, parts, strict=True))


def _without_neighbours(path: Path) -> str:
    """The source less its docstring and what it imports of its neighbours, which stands above it."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    gone: set[int] = set()
    for at, node in enumerate(ast.parse(text).body):
        is_said = at == 0 and isinstance(node, ast.Expr)
        of_ours = isinstance(node, ast.ImportFrom) and str(node.module).startswith(
            ("tipline.verifier", "__future__")
        )
        if is_said or of_ours:
            gone.update(range(node.lineno - 1, node.end_lineno or node.lineno))
    return "".join(line for at, line in enumerate(lines) if at not in gone).strip() + "\n"
