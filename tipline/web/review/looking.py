"""One tip as the desk looks at it: its files with pictures, player and facts, gathered in a few queries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tipline.db import Transaction
from tipline.domain import clocks, derivatives, evidence, marks, renditions, steps, triage, uploads
from tipline.domain.evidence import Evidence
from tipline.domain.marks import Mark
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.web import media
from tipline.web.review import camera, exporting, facts, folding, made, strip, truth

BUSY = ("uploading", "received", "processing")
SIZES = (renditions.KEYFRAME, renditions.PREVIEW, renditions.THUMBNAIL)


@dataclass
class Frame:
    """One moment of a film (or the photo itself) in the sizes there are."""

    small: Rendition
    medium: Rendition
    full: Rendition

    @property
    def t(self) -> float | None:
        return self.small.t

    @property
    def reason(self) -> str:
        return self.full.reason or self.small.reason or ""


@dataclass
class FileView:
    """One file of a tip."""

    row: Evidence
    pictures: list[Rendition] = field(default_factory=list)
    arrived_bytes: int | None = None
    tip: Tip | None = None
    copying: float | None = None  # how far the copy for browsers is, while it is being made
    exports: list[exporting.Export] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    is_folded: bool = False  # only a line with a few pictures, until somebody opens it
    is_held_up: bool = False  # something of it waits for room on the disk

    @cached_property
    def media(self) -> dict[str, Any]:
        return self.row.facts

    @cached_property
    def frames(self) -> list[Frame]:
        return _frames(renditions.without_outdated(self.pictures))

    @cached_property
    def sheet(self) -> Rendition | None:
        return next((one for one in self.pictures if one.kind == renditions.SHEET), None)

    @property
    def is_busy(self) -> bool:
        return self.row.state in BUSY

    @property
    def is_exporting(self) -> bool:
        """Whether something made at somebody's word is under way."""
        return any(one.row.is_under_way for one in self.exports)

    @property
    def is_covered(self) -> bool:
        """Whether a covered copy of it was made, or is being made."""
        return any(one.row.kind == derivatives.REDACTION for one in self.exports)

    @cached_property
    def copy(self) -> Rendition | None:
        """What was made because browsers cannot play the original."""
        if self.media.get("playable") != "proxy":
            return None
        return self._one(renditions.COPY)

    @property
    def other_copy(self) -> Rendition | None:
        """A copy for browsers that cannot play the original after all."""
        return None if self.copy else self._one(renditions.COPY)

    @property
    def waveform(self) -> Rendition | None:
        """How loud a sound is over its length."""
        return self._one(renditions.WAVEFORM)

    @property
    def is_copy(self) -> bool:
        return self.copy is not None

    @property
    def arriving(self) -> int | None:
        """How much of an unfinished file is here, in percent."""
        if self.arrived_bytes is None:
            return None
        return int(100 * max(self.arrived_bytes / self.row.size, self.row.progress))

    @property
    def player(self) -> str:
        """What shows the file itself, or its copy: `video`, `audio`, `image`, or nothing."""
        if not self.row.arrived:
            return ""
        if self.copy is not None:
            return self.copy.mime.split("/")[0]
        shown = media.SHOWN.get(str(self.media.get("mime", "")), "")
        return shown.split("/")[0] if self.media.get("playable") == "original" else ""

    @property
    def played_url(self) -> str:
        return media.rendition_url(self.copy) if self.copy else media.original_url(self.row)

    @cached_property
    def frame_list(self) -> Rendition | None:
        """When each frame of what plays is shown."""
        return self._one(renditions.FRAMES) if self.player == "video" else None

    @cached_property
    def sprite(self) -> Rendition | None:
        return self._one(renditions.SPRITE, "image/webp") if self.sprite_times else None

    @cached_property
    def sprite_times(self) -> Rendition | None:
        return self._one(renditions.SPRITE, "application/json")

    def _one(self, kind: str, mime: str = "") -> Rendition | None:
        return next((one for one in self.pictures if one.kind == kind and mime in one.mime), None)

    @property
    def stage(self) -> str:
        """What stands in the big frame: a player, the best picture there is, or words."""
        if self.player in ("video", "audio"):
            return self.player
        return "picture" if self.player == "image" or self.frames else ""

    @property
    def stage_url(self) -> str:
        """Address of the picture in the big frame. A photo is shown as we drew it: upright and plain."""
        moves = self.row.kind == "video" and self.player == "image"
        if self.frames and not moves:
            return media.rendition_url(self.frames[0].full)
        return media.original_url(self.row)

    @cached_property
    def strip(self) -> strip.Strip | None:
        return strip.drawn(self.media, [one.t for one in self.frames if one.t is not None])

    @property
    def asks_for_export(self) -> bool:
        """Whether the recorder's own export would show more than this file."""
        return self.row.purpose == "footage" and made.asks_for_export(self.media)

    @cached_property
    def clock(self) -> camera.CameraClock | None:
        """What was read of the clock that stands in the picture."""
        return camera.of(self.row, self.media)

    @cached_property
    def truth(self) -> truth.Truth | None:
        """When it was, by whatever is known; of a photo of the recorder's clock that is of no account."""
        is_footage = self.row.arrived and self.row.purpose == "footage"
        return truth.of(self.row, self.tip, self.media) if self.tip and is_footage else None

    @cached_property
    def groups(self) -> list[facts.Group]:
        return facts.of(self.row, self.media)

    @property
    def odd(self) -> list[made.Line]:
        """What asks for a second look and no warning tells: it must not wait behind a fold."""
        told = [one for group in self.groups for one in group.facts if one.is_odd]
        return [one for one in told if one.source != made.TRACES]


def files_of(tx: Transaction, tip: Tip, *, whole: bool = False) -> list[FileView]:
    """All files of a tip in a fixed number of queries; ``whole`` folds none of them."""
    rows = evidence.list_of_tip(tx, tip)
    held_up = steps.held_up(tx, tip.id)
    folded = set() if whole else folding.folded(rows)
    pictures = renditions.list_of_many(tx, [row.id for row in rows if row.id not in folded])
    if folded:
        pictures |= renditions.thumbnails(tx, list(folded))
    under_way = uploads.unfinished(tx, tip)
    copying = steps.copying(tx, [row.id for row in rows])
    marked = marks.list_of_many(tx, [row.id for row in rows])
    asked = derivatives.list_of_many(tx, [row.id for row in rows], exporting.SHOWN)
    exports = exporting.of_files((one for many in asked.values() for one in many), pictures)
    return [
        FileView(
            row,
            pictures[row.id],
            under_way[row.id].offset if row.id in under_way else None,
            tip,
            copying.get(row.id),
            exports.get(row.id, []),
            marked[row.id],
            row.id in folded,
            row.id in held_up,
        )
        for row in rows
    ]


def clocks_of(files: list[FileView]) -> str:
    """Names how all clocks of the files stand, so that a page notices when one was set."""
    held = "".join(clocks.version(one.row, one.tip) for one in files if one.tip)
    return hashlib.sha256(held.encode()).hexdigest()[:12]


def progress_of(files: list[FileView]) -> float | None:
    """0 to 1 over all files that are being examined, or None."""
    return triage.Row(tip=Tip(), files=[one.row for one in files]).progress


def _frames(pictures: list[Rendition]) -> list[Frame]:
    """The three sizes of one moment belong together by their position."""
    found: dict[tuple[float | None, int | None], dict[str, Rendition]] = {}
    for one in pictures:
        if one.kind in SIZES:
            found.setdefault((one.t, one.frame), {})[one.kind] = one
    frames = []
    for sizes in found.values():
        full = sizes.get(renditions.KEYFRAME) or sizes.get(renditions.PREVIEW)
        small = sizes.get(renditions.THUMBNAIL) or full
        if full and small:
            frames.append(Frame(small, sizes.get(renditions.PREVIEW, full), full))
    return frames
