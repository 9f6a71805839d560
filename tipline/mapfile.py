"""The station's map file: where it lies, whether it is one, and what the doctor says of the map."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tipline.domain.uploads import readable
from tipline.errors import N_
from tipline.settings import Settings

NAME = "map.pmtiles"
HEADER_BYTES = 127
MAGIC, VERSION = b"PMTiles", 3
DEEPEST = 22


class Header(NamedTuple):
    """Zoom levels of a PMTiles file."""

    low: int
    high: int


def find(settings: Settings) -> Path | None:
    """The map file that was named, or the one in the data folder; None if there is none."""
    path = settings.map_pmtiles or settings.data / NAME
    return path if path.is_file() else None


def read_header(path: Path) -> Header | None:
    """None where the file is something else, an older version, or not whole."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC) or head[7] != VERSION:
        return None
    low, high = head[100], head[101]
    return Header(low, high) if low <= high <= DEEPEST else None


def examine(settings: Settings) -> tuple[str, str, dict[str, object]]:
    """Name of a state of the doctor, a sentence, and its values."""
    system = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}[settings.map_system]
    if settings.map_url:
        host = urlsplit(settings.map_url).netloc.rpartition("@")[2]
        return "OK", N_("Pictures from %(host)s, in %(system)s."), {"host": host, "system": system}
    path = find(settings)
    if path is None and settings.map_pmtiles:
        words = N_("%(path)s is not there. Copy the map file there, or correct TIPLINE_MAP_PMTILES.")
        return "FAIL", words, {"path": settings.map_pmtiles}
    if path is None:
        return "NOTE", N_("None; places stand on a plain grid. docs/maps.md says how to add a map."), {}
    try:
        header = read_header(path)
    except OSError:
        return "FAIL", N_("%(path)s cannot be read. Check who may read it."), {"path": path}
    if header is None:
        words = N_("%(path)s is no PMTiles file of version 3. docs/maps.md says how to make one.")
        return "FAIL", words, {"path": path}
    size = readable(path.stat().st_size)
    values = {"size": size, "low": header.low, "high": header.high, "system": system}
    return "OK", N_("Map file of %(size)s, levels %(low)s to %(high)s, in %(system)s."), values
