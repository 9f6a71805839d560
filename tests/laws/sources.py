"""What the laws read: our own files, as text and as syntax trees. Knows no rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("storage", "tipline", "workers")
_FOREIGN = {"node_modules", "__pycache__", "built", "var"}


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """As people write it: tipline/domain/tips.py."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def python(*folders: str) -> list[Source]:
    """Every Python file below these folders of the repository; all of the product's without any."""
    found = [Source(path) for folder in folders or PACKAGES for path in _below(ROOT / folder, ".py")]
    assert found, folders
    return found


def files(folder: str, *endings: str) -> list[Path]:
    """Every file of ours below a folder with one of these endings."""
    return [path for ending in endings for path in _below(ROOT / folder, ending)]


def _below(folder: Path, ending: str) -> Iterator[Path]:
    for path in sorted(folder.rglob(f"*{ending}")):
        parts = path.relative_to(ROOT).parts
        if not _FOREIGN & set(parts) and not any(part.startswith(".") for part in parts):
            yield path


def imports(source: Source) -> set[str]:
    """Every module or name a file imports, anywhere in it: `import a.b` and `from a import b` give a.b."""
    found = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(source, node)
            found |= {f"{origin}.{one.name}" for one in node.names}
    return found


def _origin(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.module.split(".")
    above = package[: len(package) - node.level + (source.path.name == "__init__.py")]
    return ".".join([*above, *([node.module] if node.module else [])])


def calls(source: Source, name: str) -> Iterator[ast.Call]:
    """Calls of a function by its name, however it was imported."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = node.func
            if getattr(called, "id", getattr(called, "attr", None)) == name:
                yield node


def strings(source: Source) -> Iterator[str]:
    """Every string constant of a file that is not documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
