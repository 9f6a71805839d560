"""XMP is read without document types and entities, bounded, and only for what we know."""

from __future__ import annotations

import pytest

from workers.media import xmp

HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:e="http://ns.adobe.com/exif/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:other="urn:other" '
)
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


def _packet(attributes: str = "", inside: str = "") -> bytes:
    return f"{HEAD}{attributes}>{inside}{TAIL}".encode()


def test_attributes_and_elements_are_read_by_our_own_prefixes() -> None:
    found = xmp.properties(
        _packet(
            'xmp:CreateDate="2024-03-09T21:14:00+08:00" other:Secret="x"',
            "<e:DateTimeOriginal>2024-03-09T21:13:59</e:DateTimeOriginal>"
            "<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"
            "<tiff:Make>Apple</tiff:Make>",
        )
    )
    assert found == {
        "xmp:CreateDate": "2024-03-09T21:14:00+08:00",
        "exif:DateTimeOriginal": "2024-03-09T21:13:59",
        "dc:creator": "A",
        "tiff:Make": "Apple",
    }
    assert [(one["source"], one["value"]) for one in xmp.dated(found)] == [
        ("xmp:DateTimeOriginal", "2024-03-09T21:13:59"),
        ("xmp:CreateDate", "2024-03-09T21:14:00+08:00"),
    ]
    assert xmp.device(found) == {"make": "Apple"}


def test_a_packet_is_found_among_other_bytes() -> None:
    packet = _packet('xmp:CreateDate="2024-03-09T21:14:00"')
    assert xmp.find(b"\x00junk" + packet + b"more" + packet) == packet
    assert xmp.find(b"<x:xmpmeta without an end") == xmp.find(b"") == b""


@pytest.mark.parametrize(
    ("lat", "lon", "place"),
    [
        ("31,13.824N", "121,28.422E", {"lat": 31.2304, "lon": 121.4737}),
        ("33,52,10S", "151,12,30W", {"lat": -33.8694444, "lon": -151.2083333}),
        ("0,0.0N", "0,0.0E", None),
        ("99,0.0N", "0,0.0E", None),
        ("nan", "12,3E", None),
        ("31,13.824N", "", None),
    ],
)
def test_the_place_is_checked(lat: str, lon: str, place: dict[str, float] | None) -> None:
    found = xmp.properties(_packet(f'e:GPSLatitude="{lat}" e:GPSLongitude="{lon}"'))
    assert xmp.place(found) == place


def test_the_height_may_be_below_the_sea_and_is_never_divided_by_nothing() -> None:
    place = 'e:GPSLatitude="31,13.824N" e:GPSLongitude="121,28.422E"'
    told = xmp.place(xmp.properties(_packet(f'{place} e:GPSAltitude="46/10" e:GPSAltitudeRef="1"')))
    assert told == {"lat": 31.2304, "lon": 121.4737, "alt": -4.6}
    zero = xmp.place(xmp.properties(_packet(f'{place} e:GPSAltitude="46/0"')))
    assert zero == {"lat": 31.2304, "lon": 121.4737}


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
)
FETCH = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x:xmpmeta xmlns:x="a">&a;</x:xmpmeta>'


@pytest.mark.parametrize("packet", [LAUGHS, FETCH, b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>'])
def test_document_types_and_entities_are_refused(packet: bytes) -> None:
    with pytest.raises(xmp.Refused):
        xmp.properties(packet)


@pytest.mark.parametrize(
    "packet",
    [
        b"<x" * 100_000,
        b"<a>" * 5_000,
        b"\x00\xff\xfe" * 100,
        b"<x:xmpmeta>",
        _packet(inside="<tiff:Make>" + "&#xD800;" + "</tiff:Make>"),
        b"x" * (xmp.LONGEST + 1),
    ],
)
def test_what_is_no_harmless_packet_raises_what_the_reader_expects(packet: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        xmp.properties(packet)


def test_an_endless_value_and_endless_properties_are_cut() -> None:
    many = "".join(f"<tiff:T{at}>v</tiff:T{at}>" for at in range(1_000))
    found = xmp.properties(_packet(f'xmp:Label="{"y" * 9_000}"', many))
    assert len(found) == xmp.MOST
    assert len(found["xmp:Label"]) == 500
