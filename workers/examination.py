"""A whole look at a local file, step by step and without a server: what `tipline media inspect` does.

Also says what each step is given of what earlier ones learnt, for the worker and for the command alike.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from tipline.domain import composing
from tipline.domain.composing import Done, Planned
from workers import copies, exiftool, limiting, local, sandbox
from workers.sandbox import Answer, Hooks, Limits

HASH_PIECE = 4 * 1024 * 1024
# Long, and known by other ways or needed by nobody further on.
NOT_GIVEN = frozenset(
    [
        "tags",
        "tools",
        "activity",
        "keyframes",
        "warnings",
        "timings_s",
        "times",
        "waveform",
        "derived",
        "setup",
    ]
)
MOST_KEYFRAMES = 96
Result = dict[str, Any]


def examine(
    path: Path,
    *,
    limits: Limits | None = None,
    hooks: Hooks | None = None,
    on_step: Callable[[str], None] | None = None,
    output: BinaryIO | None = None,
    folder: Path | None = None,
    allow_unsandboxed: bool = False,
) -> Result:
    """The whole media object of one file, all steps done. What the first makes is written to ``output``; what
    a browser plays, and the list of its frames, into ``folder``."""
    heard = hooks or Hooks()
    size = path.stat().st_size if path.exists() else 0
    with (
        ThreadPoolExecutor(1) as reader,
        nullcontext(output) if output else local.output() as made,
        local.output() as held,
    ):
        copy = copies.Folder(folder, held) if folder else None
        digest = reader.submit(_sha256, path)
        begun = sandbox.ask(
            path,
            output=_binary(made),
            hooks=heard,
            limits=limiting.for_step(composing.FIRST, size, limits),
            allow_unsandboxed=allow_unsandboxed,
        )
        done = [first(begun)]
        keyframes = list(begun.keyframes)
        for planned in composing.following(begun.media, begun.plan):
            if on_step:
                on_step(planned.kind)
            if planned.kind == "copy" and copy is None:
                # Nobody asked for it: it is only said what would play.
                done.append(Done("copy", 0, {"playable": _playable(begun.plan["copy"])}))
                continue
            looked_at = _place(path, planned, begun.media, _binary(made))
            done.append(
                _follow(looked_at, planned, done[0].found, keyframes, heard, limits, allow_unsandboxed, copy)
            )
        if copy and begun.media["derived"] and not begun.failure:
            copy.write("repaired" if begun.media["derived"]["kind"] == "repaired" else "sound", made)
        media = composing.compose(done, keyframes, filename=path.name)
        return {**media, "size": size, "sha256": digest.result()}


def _place(path: Path, planned: Planned, media: Result, made: BinaryIO | None) -> Path:
    """Where a later step looks: a film that could not be opened is looked at in its repaired copy."""
    is_repaired = (media.get("derived") or {}).get("kind") == "repaired" and planned.kind != "provenance"
    return Path(f"/proc/self/fd/{made.fileno()}") if is_repaired and made else path


def _playable(how: str) -> str:
    return how if how in ("original", "none") else "proxy"


def first(answer: Answer) -> Done:
    """The first step as a result that others build on."""
    return Done(composing.FIRST, 0, {"media": answer.media, "plan": answer.plan}, answer.failure)


def given(planned: Planned, begun: Result, keyframes: list[Result]) -> Result:
    """What a step is told: the facts so far, its time range, and which pictures there are already."""
    media = {name: value for name, value in begun["media"].items() if name not in NOT_GIVEN}
    spans = len(begun["plan"].get("spans") or [])
    room = max(0, MOST_KEYFRAMES - len(keyframes))
    shared = room if planned.kind != "span" else max(4, room // max(1, spans))
    return {
        "media": media,
        "plan": begun["plan"],
        "number": planned.number,
        "range": [planned.start_s, planned.end_s],
        "kept": [[one["t"], one.get("pdq")] for one in keyframes],
        "room": min(room, shared),
    }


def _follow(
    path: Path,
    planned: Planned,
    begun: Result,
    keyframes: list[Result],
    hooks: Hooks,
    limits: Limits | None,
    allow_unsandboxed: bool,
    copy: copies.Folder | None = None,
) -> Done:
    """One later step. A failure costs nothing but what this step would have found."""
    size = path.stat().st_size
    told = given(planned, begun, keyframes)
    if copy and planned.kind == "copy":
        told["pieces"], hooks = copy.gathered.parts, replace(hooks, on_table=copy.heard.take)
    with local.output() if writes(planned.kind, begun) else nullcontext() as output:
        answer = sandbox.ask(
            path,
            planned.kind,
            given=told,
            output=_binary(output),
            pieces=copy.held if copy and planned.kind == "copy" else None,
            limits=limiting.for_step(planned.kind, size, limits),
            hooks=replace(hooks, on_progress=None) if planned.kind == "clock" else hooks,
            allow_unsandboxed=allow_unsandboxed,
        )
        if copy and planned.kind == "span" and output:
            copy.add(answer, output)
        elif copy and planned.kind == "copy":
            copy.gathered.warn(answer)
            copy.keep(answer, output)
    if planned.kind == exiftool.STEP:
        exiftool.deepen(answer.result, lambda: path.open("rb"), os.environ.get("TIPLINE_EXIFTOOL", ""))
    keyframes += answer.keyframes
    return Done(planned.kind, planned.number, answer.result, answer.failure)


def writes(kind: str, begun: Result) -> bool:
    """Whether this step makes a file."""
    how = begun["plan"].get("copy")
    return (kind == "span" and how == "encode") or (kind == "copy" and how not in ("", "original", None))


def _binary(output: Any) -> BinaryIO | None:
    found: BinaryIO | None = output
    return found


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(HASH_PIECE):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()
