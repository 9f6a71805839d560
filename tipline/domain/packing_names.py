"""Names of files within a package. Made by us; of a reporter's name only plain letters survive.

Every name begins with a number of the list of evidence, so none can be the name of a device, hidden, or one
that climbs; what a file is really called stands in its metadata alone.
"""

from __future__ import annotations

import re

LONGEST_STEM = 40
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9]+")
# Endings of footage. Any other is left off: a desktop must not run or open as a page what a stranger sent.
ENDINGS = {
    *("264", "265", "3gp", "asf", "avi", "dav", "flv", "h264", "h265", "ifv", "m2ts", "m4v", "mjpeg", "mkv"),
    *("mov", "mp4", "mpeg", "mpg", "mts", "ps", "ts", "webm", "wmv"),
    *("aac", "amr", "caf", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav", "wma"),
    *("avif", "bmp", "dng", "gif", "heic", "heif", "jpeg", "jpg", "png", "tif", "tiff", "webp"),
}


def original(number: str, untrusted_name: str) -> str:
    """`data/originals/2-1_shop.mp4`."""
    return f"data/originals/{_file_name(number, untrusted_name)}"


def rendition(number: str, name: str) -> str:
    """Of what we made the name is ours already."""
    return f"data/renditions/{number}/{_ours(name)}"


def redacted(number: str, name: str) -> str:
    return f"data/redacted/{number}_{_ours(name)}"


def warning(path: str) -> str:
    """What lies beside an original that is not what was received."""
    return f"{path}.ALTERED.txt"


def metadata(number: str) -> str:
    return f"data/metadata/evidence/{number}.json"


def package(case_number: str, package_id: str) -> str:
    """What the whole file is called when it is saved."""
    return f"{case_number}-{package_id[:8]}.zip"


def _file_name(number: str, untrusted_name: str) -> str:
    stem, _, ending = untrusted_name.rpartition(".")
    stem = _NOT_PLAIN.sub("-", (stem or untrusted_name)[:200]).strip("-")[:LONGEST_STEM].strip("-")
    ending = ending.lower() if ending.lower() in ENDINGS else "bin"
    return f"{number}_{stem}.{ending}" if stem else f"{number}.{ending}"


def _ours(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]+", "-", name).strip(".-") or "file"
