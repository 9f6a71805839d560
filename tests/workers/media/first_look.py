"""The first look at a file and nothing after it: what most tests of kinds need, at the cost of one child."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from workers import sandbox
from workers.media.job import Limits
from workers.sandbox import Hooks, Keyframe


def first_look(path: Path, output: BinaryIO | None = None) -> tuple[dict[str, Any], list[Keyframe]]:
    """The facts, and the pictures; what the look makes beside them is written to ``output``."""
    pictures: list[Keyframe] = []
    limits = Limits(output_bytes=50_000_000)
    answer = sandbox.ask(path, output=output, limits=limits, hooks=Hooks(on_keyframe=pictures.append))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {**answer.media, "keyframes": answer.keyframes, "sha256": digest}, pictures
