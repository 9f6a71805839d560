"""Stills and clips as the page of a tip lists them, and whose lists may look different by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request

from tipline.domain import derivatives
from tipline.domain.derivatives import CLIP, STILL, Derivative
from tipline.domain.renditions import Rendition
from tipline.web import filters
from tipline.web.review.saying import gettext

SHOWN = (STILL, CLIP, derivatives.REDACTION)


@dataclass
class Export:
    """One of a file: what was asked for, and what came of it."""

    row: Derivative
    file: Rendition | None
    beside: Rendition | None

    @property
    def url(self) -> str:
        return f"/api/v1/evidence/{self.row.evidence_id}/derivatives/{self.row.id}/file"

    @property
    def place(self) -> str:
        """Which frames, as far as that is known."""
        said = {**self.row.wanted, **self.row.told}
        if "first" in said:
            return gettext("frames %(first)s–%(last)s", first=said["first"], last=said["last"])
        return gettext("frame %(number)s", number=said["frame"]) if "frame" in said else ""

    @property
    def position(self) -> str:
        """Where that is in the film."""
        said = {**self.row.wanted, **self.row.told}
        return "–".join(filters.position(said[name]) for name in ("t", "until") if name in said)

    @property
    def true_at(self) -> str:
        return str(self.row.told.get("true_at", ""))[:23]


def of_files(rows: Iterable[Derivative], pictures: dict[str, list[Rendition]]) -> dict[str, list[Export]]:
    """Evidence id → its exports, newest first."""
    named = {(one.evidence_id, one.name): one for many in pictures.values() for one in many}
    found: dict[str, list[Export]] = {}
    for row in rows:
        beside = f"{row.kind}-{row.id}.json"
        found.setdefault(row.evidence_id, []).append(
            Export(
                row, named.get((row.evidence_id, row.rendition or "")), named.get((row.evidence_id, beside))
            )
        )
    return found


def concerned(files: Iterable[Any], numbers: Iterable[int] = ()) -> list[Any]:
    """Files whose list of exports may look different now: something is under way, was when the page was
    drawn, or was just asked for."""
    about, told = (request.view_args or {}).get("evidence_id"), set(numbers)
    undone = request.path.startswith("/desk/acts/")  # what was taken back may be any of them
    here = [one for one in files if not one.is_folded]
    return [
        one
        for one in here
        if one.row.id == about
        or one.row.number in told
        or one.is_exporting
        or (undone and one.row.kind == "video")
    ]
