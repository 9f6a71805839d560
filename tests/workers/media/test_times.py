"""Times as files write them: each under the name of its source, impossible ones as no date."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from workers.media import reconyx, times, traces

UTC, NO_DATE = times.UTC_BY_STANDARD, times.NO_DATE


def _short(told: list[times.Time]) -> list[tuple[str, str | None]]:
    return [(one["source"], one["value"]) for one in told]


@pytest.mark.parametrize(
    ("value", "more", "meant"),
    [
        ("2024:03:09 21:14:00", {}, "2024-03-09T21:14:00"),
        ("2024:03:09 21:14:00", {"offset": "+08:00", "fraction": "31"}, "2024-03-09T21:14:00.310000+08:00"),
        ("2024:03:09 21:14:00", {"offset": "+99:99"}, "2024-03-09T21:14:00"),
        ("2024:03:09 21:14:00", {"fraction": "\x00½"}, "2024-03-09T21:14:00"),
        ("2018-04-19T15:46-07:00", {}, "2018-04-19T15:46:00-07:00"),
        ("2024-03-09T21:14:00.250Z", {}, "2024-03-09T21:14:00.250000+00:00"),
    ],
)
def test_a_time_keeps_its_fraction_and_zone(value: str, more: dict[str, str], meant: str) -> None:
    told = times.told("exif:DateTimeOriginal", value, **more)
    assert _short(told) == [("exif:DateTimeOriginal", meant)]
    assert told[0]["zone"] == (
        "known" if meant[-6] in "+-" and meant[-3] == ":" and "T" in meant[:-6] else "none"
    )


@pytest.mark.parametrize(
    "value",
    ["0000:00:00 00:00:00", "1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2024:13:40 21:14:00"],
)  # fmt: skip
def test_what_cannot_be_a_date_is_told_as_no_date(value: str) -> None:
    assert times.told("a:b", value) == [{"source": "a:b", "value": None, "zone": "none", "note": NO_DATE}]


@pytest.mark.parametrize("value", [None, "", "yesterday", "2024", "2024-03-09", b"\xff\xfe", 7])
def test_what_is_no_time_at_all_is_left_out(value: object) -> None:
    assert times.told("a:b", value) == []


def test_a_film_keeps_the_container_the_phone_and_the_track_apart() -> None:
    told = times.of_tags(
        "mov",
        {
            "creation_time": "2019-07-24T08:25:57.000000Z",
            "com.apple.quicktime.creationdate": "2019-07-24T11:25:40+0300",
        },
        [{"creation_time": "2019-07-24T08:25:57.000000Z"}, {"creation_time": "2019-07-24T08:26:57.000000Z"}],
    )
    assert _short(told) == [
        ("quicktime:creationdate", "2019-07-24T11:25:40+03:00"),
        ("container:creation_time", "2019-07-24T08:25:57+00:00"),
        ("track:creation_time", "2019-07-24T08:26:57+00:00"),
    ]
    assert [one.get("note") for one in told] == [None, UTC, UTC]


def test_an_avi_has_the_wall_clock_of_its_camera() -> None:
    assert _short(times.of_tags("avi", {"creation_time": "2012-09-10 20:52:00"})) == [
        ("riff:IDIT", "2012-09-10T20:52:00")
    ]


def test_a_recorders_packets_carry_its_wall_clock() -> None:
    assert _short(times.of_recorder(1678266900 * 10**6)) == [("dhav:start", "2023-03-08T09:15:00")]
    assert times.of_recorder(40_000) == times.of_recorder(None) == []


def test_a_wildlife_camera_hides_its_clock_in_the_maker_note() -> None:
    note = struct.pack("<H", 0xF101) + bytes(20) + struct.pack("<6H", 7, 5, 10, 3, 16, 2020) + bytes(40)
    assert _short(reconyx.clock(note)) == [("reconyx:DateTimeOriginal", "2020-03-16T10:05:07")]
    never_set = struct.pack("<H", 0xF101) + bytes(40)
    assert reconyx.clock(never_set)[0]["note"] == NO_DATE
    assert reconyx.clock(note[:30]) == reconyx.clock(b"\x00" * 80) == reconyx.clock(None) == []


def _camcorder(*entries: tuple[int, bytes]) -> bytes:
    body = bytes([len(entries)]) + b"".join(bytes([tag]) + data for tag, data in entries)
    return b"\x00\x00\x00\x01\x06\x05\x40" + traces.MDPM + body + b"\x80rest"


def test_a_camcorder_writes_its_clock_beside_each_picture() -> None:
    month, clock = bytes([0x10, 0x20, 0x24, 0x03]), bytes([0x09, 0x21, 0x14, 0x05])
    packet = _camcorder((0x13, b"\x00\x00\x00\x00"), (0x18, month), (0x19, clock))
    assert _short(traces.camera_clock([b"nothing", packet])) == [("avchd:MDPM", "2024-03-09T21:14:05+08:00")]
    behind = bytes([0x23, *month[1:]])
    assert _short(traces.camera_clock([_camcorder((0x18, behind), (0x19, clock))])) == [
        ("avchd:MDPM", "2024-03-09T21:14:05-01:30")
    ]
    broken = traces.camera_clock([_camcorder((0x18, b"\xff\xff\xff\xff"), (0x19, b"\xff\xff\xff\xff"))])
    assert broken[0]["note"] == NO_DATE
    assert traces.camera_clock([traces.MDPM, packet[:30], b""]) == []


def test_encoders_sign_the_first_packets() -> None:
    packets = [
        b"\x06\x05..x264 - core 164 r3095 baee400 - H.264",
        b"Lavc59.37.100\x00",
        b"x264 - core 164 r3095",
    ]
    assert traces.encoders(packets) == ["x264 - core 164 r3095", "Lavc59.37.100"]
    assert traces.encoders([b"\x00" * 100, b"x264"]) == []


def test_the_exif_of_a_photo_tells_all_its_times(tmp_path: Path) -> None:
    from tests.workers.media.looking import metadata_of

    image, exif = Image.new("RGB", (64, 48)), Image.Exif()
    exif[306] = "2024:03:10 08:00:00"
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail |= {36867: "2024:03:09 21:14:00", 36881: "+08:00", 37521: "250", 36868: "0000:00:00 00:00:00"}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({29: "2024:03:09", 7: (13.0, 13.0, 58.0)})
    image.save(tmp_path / "input", "JPEG", exif=exif)
    media = metadata_of(tmp_path / "input")
    assert _short(media["times"]) == [
        ("exif:DateTimeOriginal", "2024-03-09T21:14:00.250000+08:00"),
        ("exif:DateTimeDigitized", None),
        ("exif:DateTime", "2024-03-10T08:00:00"),
        ("exif:GPSDateTime", "2024-03-09T13:13:58+00:00"),
    ]
    assert all(datetime.fromisoformat(one["value"]) for one in media["times"] if one["value"])
