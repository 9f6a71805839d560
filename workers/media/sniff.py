"""What the first bytes are, so that each file meets the one reader meant for it. Names are never looked at.

Only decides between decoders and refusals; it opens nothing.
"""

from __future__ import annotations

import codecs
import re

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
TEXT_LEAST = 8  # of fewer bytes nobody can tell
# Control characters, halves of characters, places that no character has; what GB18030 makes of noise.
NO_WORDS = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd-\uffff\U000f0000-\U0010ffff]"
)
JPEG_SEAM = re.compile(rb"\xff\xd9\xff\xd8\xff")
DOCUMENTS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"MSCF",
    b"\x28\xb5\x2f\xfd",
    b"SQLite format 3\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"{\\rtf",
)
DOCUMENTS_INSIDE = ((257, b"ustar"), (32769, b"CD001"))
SILK = b"#!SILK"  # a voice message of WeChat; some stand behind one byte of two
VOICES = (b"#!AMR", SILK)
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
    if head.startswith(PROGRAMS) and not head.startswith(VOICES):
        return codes.PROGRAM
    if is_document(head):
        return codes.DOCUMENT
    if is_silk(head):
        return codes.SILK
    return codes.DOCUMENT if is_text(head) else None


def is_document(head: bytes) -> bool:
    """Office files, archives, images of discs: kept, never opened here."""
    return head.startswith(DOCUMENTS) or any(
        head[at : at + 8].startswith(mark) for at, mark in DOCUMENTS_INSIDE
    )


def is_text(head: bytes) -> bool:
    """A list or a letter: words and nothing else, in one of the writings that people here use."""
    if is_known(head) or photo_format(head) or len(head) < TEXT_LEAST:
        return False
    writings = ("utf-16",) if head.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for writing in writings:
        try:
            # What was cut off at the end of the piece is half a character at most.
            text = codecs.getincrementaldecoder(writing)().decode(head)
        except UnicodeError:
            continue
        return bool(text.strip()) and not NO_WORDS.search(text)
    return False


def is_silk(head: bytes) -> bool:
    """A voice message in the one form that no free reader knows."""
    return head[:1] in (b"#", b"\x02") and SILK in head[:8]


def photo_format(head: bytes) -> str | None:
    """Pillow's name of the one format that may open it, when it is a photo."""
    for magic, name in PHOTOS:
        if head.startswith(magic):
            return None if name == "JPEG" and is_row_of_jpegs(head) else name
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


def is_gif_whole(tail: bytes) -> bool:
    """Whether the mark of the end stands there; some cameras fill up with zeros behind it."""
    return tail.rstrip(b"\0").endswith(b";")


def is_known(head: bytes) -> bool:
    """Whether the first bytes are those of a film or sound file, so that a failure means damage."""
    begins = head.startswith(FILMS) or head[:4] == b"RIFF" or is_mp4(head) or is_gif(head)
    return begins or is_transport_stream(head)


def is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes, or of 192 as camcorders write them."""
    return any(
        len(head) > first + 2 * step and head[first] == head[first + step] == head[first + 2 * step] == 0x47
        for first, step in ((0, 188), (4, 192))
    )


def is_row_of_jpegs(head: bytes) -> bool:
    """JPEG after JPEG without anything around them: a film, not one photo with its smaller self."""
    if b"MPF\x00" in head:
        return False
    return len(JPEG_SEAM.findall(head)) >= 2


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
