"""What a file is by its first bytes, so that what is no footage is refused at the door.

Only matches bytes; never opens, decodes or asks the name. Everything unknown is kept: a recorder's own format
may still be evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

HEAD_BYTES = 64 * 1024
EMPTY, PLAYLIST, SCRIPT, PROGRAM = "media:empty", "media:playlist", "media:script", "media:program"

_PLAYLISTS = (b"#extm3u", b"ffconcat", b"[playlist]", b"[reference]", b"rtsptext", b"<asx", b"<smil", b"<mpd")
_XML_PLAYLISTS = (b"<mpd", b"<smil", b"<asx", b"<playlist", b"<smoothstreaming")
_SCRIPTS = (b"<?xml", b"<!doctype", b"<svg", b"<html", b"<script", b"<!--", b"%!ps", b"\xc5\xd0\xd3\xc6")
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"\x00asm")
_SOUND_LIKE_PROGRAM = (b"#!AMR", b"#!SILK")
_PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"GIF87a", b"GIF89a")
_PHOTO_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_SOUNDS = (
    b"ID3",
    b"OggS",
    b"fLaC",
    b"#!AMR",
    b"#!SILK",
    b"\x02#!SILK",
    b"caff",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf1",
    b"\xff\xf9",
)
_FILMS = (
    b"\x1aE\xdf\xa3",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"\x00\x00\x00\x01",
    b"FLV\x01",
    b"0&\xb2u\x8ef\xcf\x11",
    b"DHAV",
    b"DAHUA",
    b"IMKH",
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free")
_BEFORE_PICTURES = (b"ftyp", b"wide", b"skip", b"free", b"uuid", b"pnot", b"prfl")
SOUND_NAMES = frozenset(
    {".mp3", ".m4a", ".m4b", ".aac", ".wav", ".ogg", ".oga", ".opus", ".amr", ".awb", ".flac", ".caf"}
    | {".wma", ".weba", ".aif", ".aiff", ".silk", ".slk", ".au"}
)
VOICE_NOTE = re.compile(r"voice-\d{8}-\d{6}\.\w+")  # as the page of a report names what it records


@dataclass(frozen=True)
class Verdict:
    """A guess at the kind, and the code of the refusal if there is one."""

    kind: str  # video, photo, audio or other
    refuse_code: str | None = None


def classify(head: bytes, size: int) -> Verdict:
    """Judge a file by its first bytes (up to 64 KiB) and its size."""
    if size == 0:
        return Verdict("other", EMPTY)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00\x0c").lower()
    if text.startswith(_PLAYLISTS) or (text.startswith(b"v=") and b"\nm=" in text):
        return Verdict("other", PLAYLIST)
    if text.startswith(_SCRIPTS):
        listed = any(mark in text[:4096] for mark in _XML_PLAYLISTS)
        return Verdict("other", PLAYLIST if listed else SCRIPT)
    if head.startswith(_PROGRAMS) and not head.startswith(_SOUND_LIKE_PROGRAM):
        return Verdict("other", PROGRAM)
    return Verdict(_kind(head))


def is_sound_by_name(name: str) -> bool:
    """Whether a file is called what sound is called: a voice note of ours, of a messenger, of a phone."""
    return PurePath(name).suffix.lower() in SOUND_NAMES or VOICE_NOTE.fullmatch(name) is not None


def has_index_last(head: bytes) -> bool:
    """Whether an MP4 or MOV begins with its pictures, so that its index, without which nobody can read them,
    stands at the end.
    """
    at = 0
    while at + 16 <= len(head):
        size, name = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if name == b"mdat":
            return True
        if name not in _BEFORE_PICTURES:
            return False
        size = int.from_bytes(head[at + 8 : at + 16], "big") if size == 1 else size
        if size < 8:
            return False
        at += size
    return False


def _kind(head: bytes) -> str:
    riff = head[8:12] if head[:4] == b"RIFF" else b""
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if head.startswith(_PHOTOS) or riff == b"WEBP" or brand in _PHOTO_BRANDS:
        return "photo"
    if head.startswith(_SOUNDS) or riff == b"WAVE" or brand == b"M4A ":
        return "audio"
    is_film = head.startswith(_FILMS) or riff == b"AVI " or head[4:8] in _BOXES
    return "video" if is_film or _is_transport_stream(head) else "other"


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes, or of 192 as camcorders write them."""
    return any(
        len(head) > first + 2 * step and head[first] == head[first + step] == head[first + 2 * step] == 0x47
        for first, step in ((0, 188), (4, 192))
    )
