"""Remembers which steps are done, so that a second start does nothing twice.

A stamp is a file holding a digest of everything the step depends on. It is removed before a step begins and
written after it ends, so a step that was cut off is simply done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def digest(texts: Iterable[str], files: Iterable[Path] = ()) -> str:
    """One value that changes when any text, file name or file content does."""
    total = hashlib.sha256()
    for text in texts:
        total.update(b"text\0" + text.encode() + b"\0")
    for path in files:
        total.update(b"file\0" + path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    """Whether the step was finished with exactly these inputs."""
    try:
        return stamp.read_text() == value
    except (OSError, UnicodeDecodeError):
        return False


@contextmanager
def stamped(stamp: Path, value: str) -> Iterator[None]:
    """Around a step: no stamp while it runs, a stamp only if it ended well."""
    stamp.unlink(missing_ok=True)
    yield
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)
