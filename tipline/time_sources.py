"""What people call the sources of a time: what kind of time it is, and where in the file it stands.

The codes stay in the API and in packages; whoever reads a page or paper reads these.
"""

from __future__ import annotations

from tipline.errors import N_

SOURCES = {
    "quicktime:creationdate": N_("Taken, phone's own"),
    "exif:DateTimeOriginal": N_("Taken"),
    "exif:DateTimeDigitized": N_("Digitized"),
    "exif:DateTime": N_("Changed"),
    "exif:GPSDateTime": N_("Satellites"),
    "dhav:start": N_("Recorder's clock"),
    "picture:clock": N_("The clock in the picture"),
    "avchd:MDPM": N_("Camcorder's clock"),
    "riff:IDIT": N_("Camera's clock"),
    "reconyx:DateTimeOriginal": N_("Wildlife camera's clock"),
    "xmp:DateTimeOriginal": N_("Taken"),
    "xmp:DateTimeDigitized": N_("Digitized"),
    "xmp:DateCreated": N_("Taken"),
    "xmp:ShotDate": N_("Taken"),
    "xmp:CreateDate": N_("Created"),
    "xmp:GPSDateTime": N_("Satellites"),
    "xmp:ModifyDate": N_("Changed"),
    "iptc:DateCreated": N_("Taken"),
    "iptc:DigitalCreationDate": N_("Digitized"),
    "container:creation_time": N_("Created"),
    "container:date": N_("Created"),
    "track:creation_time": N_("Created (a track)"),
    "exiftool:DateTimeOriginal": N_("Taken"),
    "exiftool:CreateDate": N_("Created"),
    "exiftool:ModifyDate": N_("Changed"),
    "name:phone": N_("In the name, as phones write it"),
    "name:recorder": N_("In the name, as recorders write it"),
    "name:date": N_("In the name"),
    "name:wx_camera": N_("In the name, as WeChat's camera writes it"),
    "name:saved": N_("In the name, when an app saved it"),
}
# Where it stands, by the first part of a code; the rest of the code is the name of its field.
FORMS = {"exif": "EXIF", "xmp": "XMP", "iptc": "IPTC", "avchd": "AVCHD", "riff": "AVI", "dhav": "DHAV"}
FORMS |= {"quicktime": "QuickTime", "reconyx": "Reconyx", "exiftool": "exiftool"}
PICTURE, NAME, INDEX = N_("read in the picture"), N_("name of the file"), N_("index of the file")
PLACES = {"picture": PICTURE, "name": NAME, "container": INDEX, "track": INDEX}


def place_of(source: str) -> str:
    """Where a time was read: a sentence of the catalogue, or the names of a format and its field."""
    form, _, field = source.partition(":")
    return PLACES.get(form) or f"{FORMS.get(form, form)} {field}".strip()
