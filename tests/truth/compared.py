"""Holds what an examination says against what is true, property by property."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.truth.known import Truth

SECONDS, DEGREES = 0.26, 1e-4


@dataclass(frozen=True)
class Line:
    """One property: what it should be, what was said, and whether that agrees."""

    name: str
    true: str
    said: str
    agrees: bool


def compared(truth: Truth, media: dict[str, Any]) -> list[Line]:
    """Every property that is known of the file."""
    if not truth.readable:
        said = str(media["failure"])
        return [Line("failure", "some", said, media["failure"] is not None and not media["keyframes"])]
    return [*_plain(truth, media), *_measured(truth, media), *_told(truth, media)]


def _plain(truth: Truth, media: dict[str, Any]) -> Iterator[Line]:
    yield _same("sha256", truth.sha256, media["sha256"])
    yield _same("failure", None, media["failure"])
    yield _same("kind", truth.kind, media["kind"])
    yield _same("container", truth.container, media["container"])
    yield _same("size", truth.size, (media["width"], media["height"]))
    if truth.kind == "video":
        codec = {"gif": "gif", "msmpeg4": "msmpeg4v2"}.get(truth.codec or "", truth.codec)
        said = media["video_codec"]
        yield Line(
            "codec", str(codec), str(said), said in (codec, "msmpeg4v3", "msmpeg4v1") or said == truth.codec
        )
        yield _same("sound", truth.sound, media["audio_codec"])
    if truth.turn is not None:
        yield _same("turn", truth.turn, media["rotation"])
    yield Line("pictures", "some", str(len(media["keyframes"])), bool(media["keyframes"]))


def _measured(truth: Truth, media: dict[str, Any]) -> Iterator[Line]:
    if truth.frames is not None:
        yield _same("frames", truth.frames, media["frame_count"])
    if truth.seconds is not None:
        said = media["duration_s"]
        yield Line("seconds", f"{truth.seconds:.2f}", str(said), abs((said or 0) - truth.seconds) <= SECONDS)


def _told(truth: Truth, media: dict[str, Any]) -> Iterator[Line]:
    gps = media["gps"]
    if truth.place is None:
        yield _same("place", None, gps)
    else:
        near = bool(gps) and all(
            abs(one - gps[name]) < DEGREES for one, name in zip(truth.place, ("lat", "lon"), strict=True)
        )
        yield Line("place", str(truth.place), str(gps), near)
    if truth.taken is not None:
        said = _moments(media)
        agrees = any(_is_moment(truth.taken, one) for one in said)
        yield Line("taken", truth.taken.isoformat(), str(media["captured_at"]), agrees)
    if truth.model is not None:
        yield _same("model", truth.model, (media["device"] or {}).get("model"))


def _same(name: str, true: Any, said: Any) -> Line:
    return Line(name, str(true), str(said), true == said)


def _moments(media: dict[str, Any]) -> list[datetime]:
    """Every time that is told of the file, the one taken for the capture first."""
    found = []
    for text in (media["captured_at"], *(one.get("value") for one in media.get("times") or [])):
        with contextlib.suppress(TypeError, ValueError):
            found.append(datetime.fromisoformat(text))
    return found


def _is_moment(true: datetime, said: datetime) -> bool:
    """The same moment, to the second; a time without a zone is compared as it stands on the clock."""
    if true.tzinfo is None or said.tzinfo is None:
        return true.replace(tzinfo=None) == said.replace(tzinfo=None, microsecond=0)
    return true.astimezone(UTC) == said.astimezone(UTC).replace(microsecond=0)
