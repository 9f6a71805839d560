"""Reads MANIFEST.tsv of the shared footage: what full decodes, exiftool and Pillow told of each file."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "media"
FILM = re.compile(
    r"(?P<container>\w+)/(?P<codec>\w+) (?P<width>\d+)x(?P<height>\d+) avg_fps (?P<rate>\S+) .*?"
    r"decoded_frames (?P<frames>\d+) .*?first_pts (?P<first>\S+) last_pts (?P<last>\S+) "
    r"rotation (?P<turn>\S+?)(?: audio (?P<sound>\w+))?;"
)
PHOTO = re.compile(r"opens Pillow (?P<form>\w+) (?P<width>\d+)x(?P<height>\d+)")
TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?")
# Best first: when it was taken, then when the file was begun; what a container calls CreateDate is UTC.
TIMES = ("DateTimeOriginal", "CreationDate", "CreateDate")
LIKE_A_PHOTO = {"HEIF": "heif", "JPEG": "jpeg", "AVIF": "avif", "WEBP": "webp"}


@dataclass(frozen=True)
class Truth:
    """One file. What is None is not known or not there."""

    file: str
    sha256: str
    kind: str
    container: str | None = None
    codec: str | None = None
    sound: str | None = None
    size: tuple[int, int] | None = None  # upright
    turn: int | None = None
    frames: int | None = None
    seconds: float | None = None
    taken: datetime | None = None
    place: tuple[float, float] | None = None
    model: str | None = None
    readable: bool = True


def rows() -> list[Truth]:
    """All files of the manifest; none where the shared footage does not lie beside the checkout."""
    table = FOLDER / "MANIFEST.tsv"
    if not table.exists():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return [_truth(row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _truth(row: dict[str, str]) -> Truth:
    said = row["known_truth"]
    told = {"taken": _time(said), "place": _place(said), "model": _word(said, "Model")}
    film, photo = FILM.search(said), PHOTO.search(said)
    if film:
        return _film(row, film, told)
    if photo:
        turn = {"6": 90, "5": 90, "1": 0, "3": 180, "8": 270}.get(_word(said, "Orientation") or "1")
        size = (int(photo["width"]), int(photo["height"]))
        form = LIKE_A_PHOTO[photo["form"]]
        # An upright size, but for formats whose turn Pillow leaves to its caller.
        size = size[::-1] if turn in (90, 270) and form != "heif" else size
        return Truth(row["file"], row["sha256"], "photo", form, None, None, size, turn, **told)  # type: ignore[arg-type]
    return Truth(row["file"], row["sha256"], "photo", readable=False)


def _film(row: dict[str, str], film: re.Match[str], told: dict[str, object]) -> Truth:
    frames = int(film["frames"])
    if not frames:
        return Truth(row["file"], row["sha256"], "video", readable=False)
    turn = -int(float(film["turn"])) % 360
    size = (int(film["width"]), int(film["height"]))
    seconds = float(film["last"]) - float(film["first"]) + 1 / float(film["rate"])
    return Truth(
        row["file"],
        row["sha256"],
        "video",
        film["container"],
        film["codec"],
        film["sound"],
        size[::-1] if turn in (90, 270) else size,
        turn,
        frames,
        seconds,
        **told,  # type: ignore[arg-type]
    )


def _word(said: str, name: str) -> str | None:
    found = re.search(rf"\b{name}=([^;]+)", said)
    return found[1].strip() if found else None


def _time(said: str) -> datetime | None:
    for name in TIMES:
        found = TIME.match(_word(said, name) or "")
        if found:
            zone = {"Z": "+00:00", None: ""}.get(found[5], found[5])
            return datetime.fromisoformat(f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{zone}")
    return None


def _place(said: str) -> tuple[float, float] | None:
    lat, lon = _word(said, "GPSLatitude"), _word(said, "GPSLongitude")
    if lat is None or lon is None or (float(lat), float(lon)) == (0, 0):
        return None
    return float(lat), float(lon)
