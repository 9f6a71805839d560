"""What first bytes mean; and that the door and the child refuse the same."""

from __future__ import annotations

import numpy as np
import pytest

from tipline.domain import kinds
from workers.media import codes, sniff

REFUSED = {
    b"": codes.EMPTY,
    b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1/a.ts\n": codes.PLAYLIST,
    b"\xef\xbb\xbf  \r\n#extm3u\n": codes.PLAYLIST,
    b"ffconcat version 1.0\nfile 'x'\n": codes.PLAYLIST,
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 1 RTP/AVP 96\r\n": codes.PLAYLIST,
    b"<ASX version='3.0'>": codes.PLAYLIST,
    b"[playlist]\nFile1=x": codes.PLAYLIST,
    b"<?xml version='1.0'?><MPD xmlns='x'>": codes.PLAYLIST,
    b"<?xml version='1.0'?><svg>": codes.SCRIPT,
    b"<svg xmlns='x'>": codes.SCRIPT,
    b"\n <!DOCTYPE html>": codes.SCRIPT,
    b"%!PS-Adobe-3.0": codes.SCRIPT,
    b"\xc5\xd0\xd3\xc6rest": codes.SCRIPT,
    b"\x7fELF\x02": codes.PROGRAM,
    b"MZ\x90\x00": codes.PROGRAM,
    b"#!/bin/sh\n": codes.PROGRAM,
}
KEPT = {
    b"\xff\xd8\xff\xe0": "photo",
    b"\x89PNG\r\n\x1a\n": "photo",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": "photo",
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic": "photo",
    b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1": "video",
    b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ": "video",
    b"RIFF\x00\x00\x00\x00AVI LIST": "video",
    b"\x1aE\xdf\xa3\x01": "video",
    b"DHAV\xfd\x00": "video",
    b"IMKH\x01\x01": "video",
    b"ID3\x04\x00": "audio",
    b"#!AMR\n": "audio",
    b"%PDF-1.7": "other",
    b"PK\x03\x04": "other",
    b"\x93\x41\x07 a recorder's own format": "other",
}


@pytest.mark.parametrize(("head", "code"), REFUSED.items())
def test_what_is_no_footage_is_refused_at_the_door_and_by_the_child(head: bytes, code: str) -> None:
    assert kinds.classify(head, len(head)) == kinds.Verdict("other", code)
    assert sniff.refusal(head, len(head)) == code


@pytest.mark.parametrize(("head", "kind"), KEPT.items())
def test_everything_else_is_kept(head: bytes, kind: str) -> None:
    assert kinds.classify(head, len(head)) == kinds.Verdict(kind, None)
    assert sniff.refusal(head, len(head)) in (None, codes.DOCUMENT)


def test_documents_are_kept_but_not_opened() -> None:
    for head in (b"%PDF-1.7", b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00"):
        assert sniff.refusal(head, 100) == codes.DOCUMENT


def test_a_list_of_words_is_a_document_and_noise_is_none() -> None:
    words = "被盗物品清单：\r\n1. 香烟两条\t2. 现金 300 元\n" * 50
    for writing in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        whole = words.encode(writing)
        assert sniff.refusal(whole, len(whole)) == codes.DOCUMENT
        # Cut in the middle of a character.
        assert sniff.refusal(whole[:1001], len(whole)) == codes.DOCUMENT
    noise = np.random.default_rng(5).bytes(4000)
    for other in (
        noise,
        b"\xff\xfe" + noise,
        b"DHAV" + b"words " * 9,
        b"GIF89a" + b"words " * 9,
        b"   \n" * 9,
        b"ab",
    ):
        assert sniff.refusal(other, len(other)) is None


def test_photos_of_phones_go_to_the_reader_of_their_brand() -> None:
    assert sniff.photo_format(b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic") == "HEIF"
    assert sniff.photo_format(b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1") == "AVIF"
    assert sniff.photo_format(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1") is None
