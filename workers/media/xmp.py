"""Reads XMP: bounded, without document types or entities, so that nothing can be expanded or fetched.

A packet is small XML of RDF. Only simple properties are kept, as `prefix:Name` with the prefix of our own
table; what else stands there is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from workers.media import places, tags, times

LONGEST, DEEPEST, MOST = 1024 * 1024, 24, 400
BEGIN, END = b"<x:xmpmeta", b"</x:xmpmeta>"
SPACES = {
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "xmpDM",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
}
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DATES = (
    ("exif:DateTimeOriginal", "xmp:DateTimeOriginal", None),
    ("exif:DateTimeDigitized", "xmp:DateTimeDigitized", None),
    ("photoshop:DateCreated", "xmp:DateCreated", None),
    ("xmp:CreateDate", "xmp:CreateDate", None),
    ("xmpDM:shotDate", "xmp:ShotDate", None),
    ("exif:GPSTimeStamp", "xmp:GPSDateTime", None),
    ("xmp:ModifyDate", "xmp:ModifyDate", times.CHANGED),
)
DEGREES = re.compile(
    r"^\s*(\d{1,3}),(\d{1,2}(?:\.\d{1,9})?)(?:,(\d{1,2}(?:\.\d{1,9})?))?\s*([NSEW])\s*$", re.IGNORECASE
)
RATIO = re.compile(r"^\s*(-?\d{1,12})(?:/(\d{1,9}))?\s*$")


class Refused(ValueError):
    """More than XMP needs: a document type, an entity, too deep, too much."""


def find(data: bytes) -> bytes:
    """The first packet in these bytes, or none."""
    begin = data.find(BEGIN)
    end = data.find(END, begin) if begin >= 0 else -1
    return data[begin : end + len(END)] if 0 <= end - begin < LONGEST else b""


def properties(packet: bytes) -> dict[str, str]:
    """Simple properties of a packet. Raises ``Refused`` or ValueError for what is not harmless XMP."""
    if len(packet) > LONGEST:
        raise Refused("too long")
    reader = _Reader()
    try:
        reader.parse(packet.strip(b"\x00 \r\n\t"))
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return reader.found


class _Reader:
    """Attributes of rdf:Description and the text of elements, by name; in lists the first stays."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []

    def parse(self, packet: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        parser.ProcessingInstructionHandler = None
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(packet, True)

    def _refuse(self, *_said: object) -> int:
        raise Refused("no document types or entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text.clear()
        if len(self._path) > DEEPEST:
            raise Refused("too deep")
        for key, value in attributes.items():
            self._keep(key, value)

    def _end(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text.clear()
        if text:
            # The text of a list's item belongs to the property the list is of.
            own = next((one for one in reversed(self._path) if not one.startswith(RDF)), name)
            self._keep(own, text)
        self._path.pop()

    def _characters(self, text: str) -> None:
        if len(self._text) < 64:
            self._text.append(text[: tags.VALUE_CHARACTERS])

    def _keep(self, name: str, value: str) -> None:
        space, _, local = name.rpartition(" ")
        prefix = SPACES.get(space)
        text = tags.clean(value)
        if prefix and text and len(self.found) < MOST:
            self.found.setdefault(f"{prefix}:{local}"[: tags.KEY_CHARACTERS], text)


def dated(found: Mapping[str, str]) -> list[times.Time]:
    """The times among the properties."""
    return [time for name, source, note in DATES for time in times.told(source, found.get(name), note=note)]


def place(found: Mapping[str, str]) -> places.Place | None:
    """The place: `31,14.04N`, degrees and minutes as XMP writes them."""
    lat, lon = _degrees(found.get("exif:GPSLatitude"), "S"), _degrees(found.get("exif:GPSLongitude"), "W")
    if lat is None or lon is None:
        return None
    height = _ratio(found.get("exif:GPSAltitude"))
    below = found.get("exif:GPSAltitudeRef") == "1"
    return places.checked(lat, lon, -height if height is not None and below else height)


def device(found: Mapping[str, str]) -> dict[str, str]:
    """Make, model and software, as far as they are told."""
    names = {"make": "tiff:Make", "model": "tiff:Model", "software": "xmp:CreatorTool"}
    return {key: found[name][:120] for key, name in names.items() if found.get(name)}


def _degrees(text: str | None, negative: str) -> float | None:
    match = DEGREES.match(text or "")
    if match is None:
        return None
    degrees, minutes, seconds, side = match.groups()
    value = float(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -value if side.upper() == negative else value


def _ratio(text: str | None) -> float | None:
    match = RATIO.match(text or "")
    if match is None or match[2] == "0" * len(match[2] or "x"):
        return None
    return int(match[1]) / int(match[2] or 1)
