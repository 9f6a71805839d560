"""What is known of a file's way here, put together: times, place, device, encoders, credentials.

Pure: it gets what the looks at the file found (already checked) and the file's name, and says what the
media object then holds. Words are careful: a trace is a trace, and "may" is said where a picture was judged
by its looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from tipline.domain import filenames, times

REENCODED, SCREEN_FILMED = "media:reencoded", "media:screen-filmed"
ASKS_FOR_EXPORT = frozenset({REENCODED, SCREEN_FILMED})

# Programs that write a film or photo anew. Whoever only repacks one (Lavf alone) changes no picture.
PROGRAMS = re.compile(
    r"\b(handbrake|mencoder|x26[45]|lavc|libx26[45]|xvid|divx|premiere|after effects|mainconcept|capcut|"
    r"jianying|inshot|kinemaster|vegas|davinci|imovie|final cut|shotcut|kdenlive|openshot|avidemux|"
    r"format ?factory|xilisoft|photoshop|lightroom|gimp|snapseed|picsart|meitu|美图|剪映|vsco|wechat|weixin|"
    r"whatsapp|telegram|douyin|tiktok|kwai|kuaishou)",
    re.IGNORECASE,
)  # fmt: skip
# Douyin keeps only a mark of its own in a comment.
DOUYIN = re.compile(r"^vid:v[0-9a-z]{8,}")
TAGS_OF_PROGRAMS = (
    "encoder", "software", "Software", "ProcessingSoftware", "comment", "description", "xmp xmp:CreatorTool",
    "com.apple.quicktime.software", "handler_name", "tool", "ISFT",
)  # fmt: skip
PHONES = re.compile(
    r"\b(apple|iphone|ipad|samsung|huawei|honor|xiaomi|redmi|oppo|vivo|oneplus|realme|meizu|zte|google|pixel|"
    r"motorola|nokia|sony|htc|lge?)\b",
    re.IGNORECASE,
)
# How much of a screen's signs it takes; drawn and real clips gave these (see the tests).
QUAD_SHARE, HAND_MOVES, RIPPLES, STRONG_RIPPLES, FRAMES = 0.6, 0.0025, 9.0, 11.0, 3


def compose(
    media: Mapping[str, Any], found: Mapping[str, Any], *, filename: str, purpose: str = ""
) -> dict[str, Any]:
    """The parts of the media object that this changes. ``found`` is empty until the look was taken."""
    name = filenames.read(filename)
    every = _without_echoes(times.merge(media.get("times") or (), found.get("times") or (), name.times))
    captured_at, source = times.best(every)
    made_by = _encoded_by(media, found, name.through)
    codes = [
        *(media.get("warnings") or ()),
        *(found.get("warnings") or ()),
        *([REENCODED] if made_by else []),
    ]
    if purpose != "clock" and is_filmed_screen(found.get("screen"), is_phone=_is_phone(media)):
        codes.append(SCREEN_FILMED)
    provenance = {"c2pa": found.get("c2pa"), "reencoded_by": made_by}
    return {
        "times": every,
        "captured_at": captured_at,
        "captured_at_source": source,
        "gps": media.get("gps") or found.get("gps"),
        "device": {**(found.get("device") or {}), **(media.get("device") or {})} or None,
        "tags": {**(media.get("tags") or {}), **(found.get("tags") or {}), **(media.get("tags") or {})},
        "provenance": {key: value for key, value in provenance.items() if value} or None,
        "warnings": list(dict.fromkeys(codes)),
    }


def _without_echoes(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The deep look reads much that others read too: only what it alone knows is kept of it."""
    known = [
        moment for one in told if not one["source"].startswith("exiftool:") if (moment := times.read(one))
    ]
    walls = {moment.replace(tzinfo=None, microsecond=0) for moment in known}
    instants = {moment.astimezone(UTC).replace(microsecond=0) for moment in known if moment.tzinfo}
    kept = []
    for one in told:
        moment = times.read(one) if one["source"].startswith("exiftool:") else None
        if moment is not None:
            moment = moment.replace(microsecond=0)
            if moment.replace(tzinfo=None) in walls or (moment.tzinfo and moment.astimezone(UTC) in instants):
                continue
        kept.append(one)
    return kept


def is_filmed_screen(signs: Mapping[str, Any] | None, *, is_phone: bool) -> bool:
    """Whether a phone may have filmed a screen. Rather silent than wrong: it asks for a second errand."""
    if not signs or not signs.get("frames"):
        return False
    share, ripples = signs["quads"] / signs["frames"], signs["moire"]
    if signs["frames"] >= FRAMES and share >= QUAD_SHARE and signs["moved"] >= HAND_MOVES:
        return True
    if share >= QUAD_SHARE and ripples >= RIPPLES:
        return True
    return is_phone and ripples >= STRONG_RIPPLES


def _encoded_by(media: Mapping[str, Any], found: Mapping[str, Any], through: str | None) -> str | None:
    """The messenger or program that last wrote the picture, in its own words."""
    tags = media.get("tags") or {}
    if any(DOUYIN.match(str(tags.get(name, ""))) for name in ("comment", "description")):
        through = through or "Douyin"
    more = found.get("tags") or {}
    told = [str(tags.get(name) or more.get(name) or "") for name in TAGS_OF_PROGRAMS]
    device = (media.get("device") or {}).get("software")
    claims = [*told, str(device or ""), *(found.get("handlers") or ())]
    traces = list(
        _distinct([*(found.get("encoders") or ()), *(one for one in claims if PROGRAMS.search(one))])
    )
    return " · ".join([*([through] if through else []), *traces[:3]])[:160] or None


def _distinct(words: Iterable[str]) -> Iterable[str]:
    """Each once; of the encoder's name and its wrapper's words about it, the first is enough."""
    kept: list[str] = []
    for word in words:
        if not any(word in one or one in word for one in kept):
            kept.append(word)
    return kept


def _is_phone(media: Mapping[str, Any]) -> bool:
    device = media.get("device") or {}
    tags = media.get("tags") or {}
    return bool(
        PHONES.search(f"{device.get('make', '')} {device.get('model', '')}") or "com.android.version" in tags
    )
