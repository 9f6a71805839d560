"""What is known about a file, each fact with where it was read. Values are text: shown, never trusted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tipline.domain.evidence import Evidence
from tipline.domain.uploads import readable
from tipline.errors import N_
from tipline.time_sources import SOURCES, place_of
from tipline.web import current, filters
from tipline.web.review import made
from tipline.web.review.made import CONTENT
from tipline.web.review.made import Line as Fact
from tipline.web.review.saying import gettext

TAGS = N_("tags in the file")
COUNTED = N_("counted in the film")
SENDER = N_("told by the sender's device")
SERVER = N_("by this server")


class Group(NamedTuple):
    title: str
    facts: list[Fact]


def of(row: Evidence, media: dict[str, Any]) -> list[Group]:
    """Groups that hold anything, in the order people ask for them."""
    groups = [
        Group(N_("Capture"), _capture(media)),
        Group(N_("Times"), made.told_times(row, media, moment)),
        Group(N_("How it came to be"), made.history(media)),
        Group(N_("Picture and sound"), _picture(media)),
        Group(N_("File"), _file(row, media)),
    ]
    return [
        Group(group.title, found) for group in groups if (found := [one for one in group.facts if one.value])
    ]


def _capture(media: dict[str, Any]) -> list[Fact]:
    gps = media.get("gps") or {}
    device = media.get("device") or {}
    told = media.get("captured_at_source")
    source = SOURCES.get(told) or place_of(told) if told else TAGS
    return [
        Fact(N_("Captured"), moment(media.get("captured_at")), source),
        Fact(N_("Position"), _position(gps), TAGS),
        Fact(N_("Device"), " ".join(str(device[key]) for key in ("make", "model") if device.get(key)), TAGS),
        Fact(N_("Software"), str(device.get("software") or ""), TAGS),
    ]


def _picture(media: dict[str, Any]) -> list[Fact]:
    return [
        Fact(N_("Length"), _length(media), COUNTED),
        Fact(N_("Size of the picture"), _size(media), CONTENT),
        Fact(N_("Frames a second"), _rate(media), COUNTED),
        Fact(N_("Picture codec"), str(media.get("video_codec") or ""), CONTENT),
        Fact(N_("Sound codec"), str(media.get("audio_codec") or ""), CONTENT),
        Fact(N_("Bit rate"), _bits(media.get("bitrate")), CONTENT),
    ]


def _file(row: Evidence, media: dict[str, Any]) -> list[Fact]:
    tools = media.get("tools") or {}
    return [
        Fact(N_("Name as sent"), row.filename, SENDER),
        Fact(N_("Size"), f"{readable(row.size)} ({row.size:,} B)", SERVER),
        Fact(N_("Format"), _format(media), CONTENT),
        Fact(N_("Type as sent"), row.declared_type, SENDER),
        Fact(N_("Received at"), moment(row.received_at.isoformat()) if row.received_at else "", SERVER),
        Fact(N_("Examined with"), " · ".join(f"{name} {version}" for name, version in tools.items()), SERVER),
    ]


def _format(media: dict[str, Any]) -> str:
    return " · ".join(str(media[key]) for key in ("container", "mime") if media.get(key))


def moment(text: str | None) -> str:
    """A time in the station's zone; one that names no zone stays as it is, and says so."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    if found.tzinfo is None:
        return gettext("%(time)s (no time zone given)", time=found.isoformat(sep=" ", timespec="seconds"))
    local = current.local(found).isoformat(sep=" ", timespec="seconds")
    return f"{local[:-6]} UTC{local[-6:]}"


def _position(gps: dict[str, Any]) -> str:
    if gps.get("lat") is None or gps.get("lon") is None:
        return ""
    height = f" · {gps['alt']:.0f} m" if gps.get("alt") is not None else ""
    return f"{gps['lat']:.6f}, {gps['lon']:.6f}{height} (WGS-84)"


def _length(media: dict[str, Any]) -> str:
    if media.get("duration_s") is None:
        return ""
    shown = f"{filters.duration(media['duration_s'])} ({media['duration_s']:.3f} s)"
    count = media.get("frame_count")
    return f"{shown} · " + gettext("%(number)s frames", number=f"{count:,}") if count else shown


def _size(media: dict[str, Any]) -> str:
    if not media.get("width") or not media.get("height"):
        return ""
    shown = f"{media['width']} × {media['height']}"
    turn = media.get("rotation")
    return f"{shown} · " + gettext("turned by %(degrees)s°", degrees=turn) if turn else shown


def _rate(media: dict[str, Any]) -> str:
    if not media.get("fps"):
        return ""
    shown = f"{media['fps']:g}"
    return f"{shown} · " + gettext("uneven") if media.get("vfr") else shown


def _bits(rate: int | None) -> str:
    return f"{rate / 1_000_000:.2f} Mbit/s" if rate else ""
