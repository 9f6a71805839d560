"""Files that somebody has looked at, without a worker: facts and small drawn pictures, kept as workers do."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from PIL import Image, ImageDraw

from storage import keys
from tipline.domain import evidence, renditions
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.services import Services

FILM: dict[str, Any] = {
    "kind": "video", "mime": "video/mp4", "container": "mov", "duration_s": 12.0, "frame_count": 120,
    "fps": 10.0, "vfr": False, "width": 640, "height": 360, "rotation": 0,
    "video_codec": "h264", "audio_codec": None,
    "bitrate": 900_000, "captured_at": "2026-11-22T21:30:00+08:00",
    "captured_at_source": "quicktime:creationdate",
    "gps": {"lat": 34.74612, "lon": 113.62538, "alt": None}, "device": {"make": "Maker", "model": "M1"},
    "tags": {"encoder": "drawn"}, "keyframes": [],
    "activity": {"step_s": 1.0, "score": [0, 0, 0.4, 0.8, 0.2, 0, 0, 0, 0, 0, 0, 0],
                 "events": [{"start": 2.0, "end": 5.0, "peak": 3.2}]},
    "playable": "original", "warnings": [], "failure": None, "tools": {"av": "18.1.0"},
}  # fmt: skip
PHOTO: dict[str, Any] = {
    "kind": "photo", "mime": "image/jpeg", "container": "jpeg", "duration_s": None, "width": 640,
    "height": 480, "rotation": 0, "captured_at": None, "captured_at_source": None, "gps": None,
    "device": None, "tags": {},
    "keyframes": [], "activity": None, "playable": "original", "warnings": [], "failure": None,
    "tools": {"pillow": "13.0.0"},
}  # fmt: skip
REASONS = ("first", "scene", "activity", "coverage")


def examine(
    services: Services,
    file: Evidence,
    media: dict[str, Any] | None = None,
    *,
    pictures: int = 6,
    **changed: Any,
) -> Evidence:
    """As if a worker had looked at the file: `pictures` moments in three sizes, then the facts."""
    facts = {**(media or FILM), **changed}
    for at in range(pictures):
        keep_moment(services, file, float(at * 2), REASONS[at % 4])
    with services.database.transaction() as tx:
        row = evidence.read_evidence(tx, file.id)
        evidence.settle(tx, SYSTEM, row, facts)
    return row


def keep_moment(services: Services, file: Evidence, t: float, reason: str = "first") -> None:
    """One keyframe in the sizes that pages show."""
    name = f"keyframe-{int(t * 1000):010}"
    for kind, ending, size in (
        (renditions.KEYFRAME, ".jpg", (640, 360)),
        (renditions.PREVIEW, "-640.webp", (320, 180)),
        (renditions.THUMBNAIL, "-320.webp", (160, 90)),
    ):
        data = draw(size, t, "JPEG" if ending == ".jpg" else "WEBP")
        services.store.put(keys.rendition(file.id, name + ending), data)
        with services.database.transaction() as tx:
            renditions.keep(
                tx, file.id, name=name + ending, provenance={}, kind=kind,
                mime="image/jpeg" if ending == ".jpg" else "image/webp", size=len(data),
                sha256=hashlib.sha256(data).hexdigest(), width=size[0], height=size[1], t=t,
                frame=int(t * 10), reason=reason, sharpness=1.0,
            )  # fmt: skip


def draw(size: tuple[int, int], t: float, form: str) -> bytes:
    """A wall, a door, and somebody who walks along with `t`."""
    image = Image.new("RGB", size, (196, 190, 178))
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((width * 0.7, height * 0.2, width * 0.85, height), fill=(120, 92, 66))
    x = width * (0.1 + (t % 12) / 16)
    pen.ellipse((x, height * 0.3, x + width * 0.08, height * 0.45), fill=(60, 50, 46))
    pen.rectangle((x, height * 0.45, x + width * 0.08, height * 0.95), fill=(34, 46, 70))
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
