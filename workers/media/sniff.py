"""What the first bytes are, so that each file meets the one reader meant for it. Names are never looked at.

Only decides between decoders and refusals; it opens nothing.
"""

from __future__ import annotations

from workers.media import codes

HEAD_BYTES = 64 * 1024
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
PHOTOS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
)
FILMS = (
    b"\x1aE\xdf\xa3",
    b"\x00\x00\x01",
    b"\x00\x00\x00\x01",
    b"FLV\x01",
    b"0&\xb2u\x8ef\xcf\x11",
    b"DHAV",
    b"DAHUA",
    b"IMKH",
    b"ID3",
    b"OggS",
    b"fLaC",
    b"#!AMR",
    b"caff",
)
DOCUMENTS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"{\\rtf",
)
PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"\x00asm")
PLAYLISTS = (b"#extm3u", b"ffconcat", b"[playlist]", b"<asx", b"<smil", b"<mpd", b"[reference]", b"rtsptext")
SCRIPTS = (b"<?xml", b"<!doctype", b"<svg", b"<html", b"<script", b"<!--", b"%!ps", b"\xc5\xd0\xd3\xc6")


def refusal(head: bytes, size: int) -> str | None:
    """The code for a file that no decoder may be shown, or None."""
    if size == 0:
        return codes.EMPTY
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x00\x0c").lower()
    if text.startswith(PLAYLISTS) or _is_session(text):
        return codes.PLAYLIST
    if text.startswith(SCRIPTS):
        return codes.PLAYLIST if _is_xml_playlist(text) else codes.SCRIPT
    if head.startswith(PROGRAMS) and not head.startswith(b"#!AMR"):
        return codes.PROGRAM
    if head.startswith(DOCUMENTS):
        return codes.DOCUMENT
    return None


def photo_format(head: bytes) -> str | None:
    """Pillow's name of the one format that may open it, when it is a photo."""
    for magic, name in PHOTOS:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        if brands & AVIF_BRANDS:
            return "AVIF"
        if brands & HEIF_BRANDS:
            return "HEIF"
    return None


def is_gif(head: bytes) -> bool:
    """GIFs go through the video reader, which counts their frames."""
    return head.startswith((b"GIF87a", b"GIF89a"))


def is_known(head: bytes) -> bool:
    """Whether the first bytes are those of a film or sound file, so that a failure means damage."""
    return head.startswith(FILMS) or head[:4] == b"RIFF" or is_mp4(head) or is_gif(head)


def is_mp4(head: bytes) -> bool:
    """A file of boxes: ``ftyp`` first, or an old QuickTime file."""
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free")


def _brands(head: bytes) -> set[bytes]:
    length = min(int.from_bytes(head[:4], "big"), 256)
    return {head[8:12], *(head[at : at + 4] for at in range(16, length, 4))}


def _is_session(text: bytes) -> bool:
    return text.startswith(b"v=") and b"\nm=" in text


def _is_xml_playlist(text: bytes) -> bool:
    return any(
        mark in text[:4096] for mark in (b"<mpd", b"<smil", b"<asx", b"<playlist", b"<smoothstreamingmedia")
    )
