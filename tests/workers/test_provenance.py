"""The step `provenance` through the real wall: what it finds, and that nothing leaves."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from tests import credentials, footage
from tipline.domain import composing
from tipline.domain.composing import Done
from workers import examination, sandbox

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    b'xmlns:e="http://ns.adobe.com/exif/1.0/" xmp:CreateDate="2024-03-09T21:14:00+08:00" '
    b'e:GPSLatitude="31,13.824N" e:GPSLongitude="121,28.422E"/></rdf:RDF></x:xmpmeta>'
)


def _composed(path: Path) -> dict[str, Any]:
    """What the first look and this step make of a file, without the steps between."""
    found = sandbox.ask(path, "provenance")
    assert found.failure is None
    done = [examination.first(sandbox.ask(path)), Done("provenance", 0, found.result)]
    return composing.compose(done, [], filename=path.name)


def test_credentials_are_read_behind_the_wall_and_no_manifest_is_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.0)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/manifest.c2pa"
        path = credentials.signed_photo(tmp_path / "elsewhere", elsewhere=address)
        answer = sandbox.ask(path, "provenance")
        assert (answer.failure, answer.result["c2pa"]) == (None, {"state": "remote_only"})
        with pytest.raises(BlockingIOError):
            canary.accept()
    altered = sandbox.ask(credentials.altered_photo(tmp_path / "altered"), "provenance")
    assert altered.result["c2pa"]["state"] == "altered"


def test_times_and_place_that_stand_in_xmp_alone_are_found(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (320, 240)).save(path, "JPEG", xmp=XMP)
    media = _composed(path)
    assert (media["captured_at"], media["captured_at_source"]) == (
        "2024-03-09T21:14:00+08:00",
        "xmp:CreateDate",
    )
    assert media["gps"] == {"lat": 31.2304, "lon": 121.4737}
    assert media["warnings"] == []


def test_hostile_xmp_costs_the_xmp_and_nothing_else(tmp_path: Path) -> None:
    laughs = b'<x:xmpmeta xmlns:x="a"><!DOCTYPE x [<!ENTITY a "ha">]>&a;</x:xmpmeta>'
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[36867] = "2024:03:09 21:14:00"
    Image.new("RGB", (320, 240)).save(path, "JPEG", xmp=laughs, exif=exif)
    media = _composed(path)
    assert (media["failure"], media["captured_at"]) == (None, "2024-03-09T21:14:00")
    assert media["warnings"] == ["media:metadata-damaged"]


def test_a_film_that_an_encoder_signed_is_called_second_hand(tmp_path: Path) -> None:
    small = {"seconds": 1.0, "size": (320, 180)}
    signed = _composed(footage.cctv_clip(tmp_path / "a.mp4", signed=True, **small).path)  # type: ignore[arg-type]
    assert signed["provenance"]["reencoded_by"].startswith("x264 - core ")
    assert "media:reencoded" in signed["warnings"]
    native = _composed(footage.cctv_clip(tmp_path / "20240309_211400_tp00001.mp4", **small).path)  # type: ignore[arg-type]
    assert (native["provenance"], native["warnings"]) == (None, [])
    assert {"source": "name:recorder", "value": "2024-03-09T21:14:00", "zone": "none"} in native["times"]
