"""Lists that name other files or addresses, under the names of films (rows 1 and 2)."""

from __future__ import annotations

import struct
from functools import partial
from pathlib import Path

from tests import footage
from tests.hostile.tricks import CANNOT, EITHER, REJECT, Trick
from tests.hostile.tricks.boxes import box

ADDRESS = "http://127.0.0.1:18199/segment.ts"
NEIGHBOUR = "neighbour.mp4"

HLS = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{ADDRESS}\n#EXTINF:5,\n{NEIGHBOUR}\n#EXT-X-ENDLIST\n"
CONCAT = f"ffconcat version 1.0\nfile '{NEIGHBOUR}'\nfile '{ADDRESS}'\n"
SDP = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 18198 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
)
DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    f'<Representation id="1"><BaseURL>{ADDRESS}</BaseURL></Representation></AdaptationSet></Period></MPD>'
)
ASX = f'<ASX version="3.0"><Entry><Ref href="{ADDRESS}"/></Entry></ASX>'
SMIL = f'<smil><body><video src="{ADDRESS}"/></body></smil>'
XSPF = (
    f'<?xml version="1.0"?><playlist version="1"><trackList><track><location>{ADDRESS}</location>'
    "</track></trackList></playlist>"
)
PLS = f"[playlist]\nFile1={ADDRESS}\nNumberOfEntries=1\nVersion=2\n"
ASF_REFERENCE = f"[Reference]\nRef1={ADDRESS}\nRef2={ADDRESS}\n"


def written(text: str | bytes, path: Path) -> None:
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def behind_id3(text: str, path: Path) -> None:
    """FFmpeg leaps over a tag at the start before it guesses the format."""
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 0]) + bytes(128)
    path.write_bytes(tag + text.encode())


def external_reference(path: Path) -> None:
    """A film whose samples lie in another file, as QuickTime allows."""
    clip = footage.cctv_clip(path.with_suffix(".mp4"), seconds=1, size=(160, 90))
    data = clip.path.read_bytes()
    clip.path.unlink()
    at = data.index(b"url \x00\x00\x00\x01")  # "the samples are in this file"
    name = NEIGHBOUR.encode().ljust(63, b"\0")
    alias = bytes(6) + struct.pack(">HH", 150, 2) + bytes(2) + bytes(28) + bytes(4)
    alias += bytes([len(NEIGHBOUR)]) + name + bytes(12 + 4 + 4 + 10 + 4)
    # The reference keeps its length, so that every other position stays true.
    path.write_bytes(data[:at] + b"alis\x00\x00\x00\x00" + data[at + 8 :] + box(b"free", alias))


def subtitled_avi(path: Path) -> None:
    """An AVI whose subtitle stream is itself a playlist (the GAB2 trick)."""
    listed = HLS.encode()
    packet = b"GAB2\x00" + struct.pack("<HI", 2, 2) + b"a\x00" + struct.pack("<HI", 4, len(listed)) + listed

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    def many(name: bytes, *parts: bytes) -> bytes:
        return chunk(b"LIST", name + b"".join(parts))

    main = chunk(b"avih", struct.pack("<14I", 40000, 0, 0, 16, 1, 0, 1, 0, 16, 16, 0, 0, 0, 0))
    stream = chunk(
        b"strh", b"txts" + bytes(4) + struct.pack("<10I", 0, 0, 0, 1, 25, 0, 1, 0, 0, 0) + bytes(8)
    )
    header = many(b"hdrl", main, many(b"strl", stream, chunk(b"strf", bytes(40))))
    path.write_bytes(chunk(b"RIFF", b"AVI " + header + many(b"movi", chunk(b"00tx", packet)) + bytes(4096)))


def numbered(path: Path) -> None:
    """The text of a list of pictures; the name of the file is what would matter, and is never used."""
    path.write_text("%03d.jpg\n")


TRICKS = [
    Trick("playlist-hls.mp4", 1, REJECT, partial(written, HLS)),
    Trick("playlist-hls.m3u8", 1, REJECT, partial(written, HLS)),
    Trick("playlist-bom.avi", 1, REJECT, partial(written, b"\xef\xbb\xbf\r\n" + HLS.encode())),
    Trick("playlist-utf16.mp4", 1, EITHER, partial(written, HLS.encode("utf-16"))),
    Trick("playlist-behind-id3.mp4", 1, CANNOT, partial(behind_id3, HLS)),
    Trick("playlist-behind-noise.ts", 1, CANNOT, partial(written, b"\x47" * 3 + HLS.encode())),
    Trick("concat.mp4", 1, REJECT, partial(written, CONCAT)),
    Trick("concat.avi", 1, REJECT, partial(written, b"\0\0\n" + CONCAT.encode())),
    Trick("concat-behind-id3.mp4", 1, CANNOT, partial(behind_id3, CONCAT)),
    Trick("session.sdp.mov", 1, REJECT, partial(written, SDP)),
    Trick("session-crlf.mp4", 1, REJECT, partial(written, SDP.replace("\n", "\r\n"))),
    Trick("dash.mp4", 1, REJECT, partial(written, DASH)),
    Trick("asx.avi", 1, REJECT, partial(written, ASX)),
    Trick("smil.mp4", 1, REJECT, partial(written, SMIL)),
    Trick("xspf.mkv", 1, REJECT, partial(written, XSPF)),
    Trick("pls.mp3", 1, REJECT, partial(written, PLS)),
    Trick("asf-reference.wmv", 1, REJECT, partial(written, ASF_REFERENCE)),
    Trick("rtsp-redirect.mov", 1, REJECT, partial(written, f"RTSPtext\n{ADDRESS}\n")),
    Trick("numbered.jpg", 1, CANNOT, numbered),
    Trick("external-data.mov", 2, EITHER, external_reference),
    Trick("subtitle-gab2.avi", 2, EITHER, subtitled_avi),
]
