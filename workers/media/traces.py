"""Traces that encoders leave inside the stream: their own names, and the camera's clock of AVCHD.

Looked for in the first packets only; text in there is a claim, but one that messengers and editors seldom
bother to fake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from workers.media import tags, times

# What encoders write into the first packets of their streams.
NAMES = re.compile(
    rb"(x264 - core \d{1,4}(?: r\d{1,6})?|x265 \(build \d{1,4}\)|Lavc\d{1,3}\.\d{1,4}\.\d{1,4}"
    rb"|XviD\d{4}|DivX\d{3,4})"
)
MDPM = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
MOST_ENTRIES, PACKET_BYTES, MOST_NAMES = 64, 512 * 1024, 4
ZONE_AND_MONTH, DAY_AND_CLOCK = 0x18, 0x19


def encoders(packets: Iterable[bytes]) -> list[str]:
    """Names of encoders, each once, in the order met."""
    found: dict[str, None] = {}
    for packet in packets:
        for match in NAMES.finditer(packet[:PACKET_BYTES]):
            found.setdefault(tags.clean(match[1].decode("latin-1"), 60))
            if len(found) >= MOST_NAMES:
                return list(found)
    return list(found)


def camera_clock(packets: Iterable[bytes]) -> list[times.Time]:
    """The date and time a camcorder writes beside each picture (AVCHD, in the H.264 stream)."""
    for packet in packets:
        begin = packet.find(MDPM, 0, PACKET_BYTES)
        if begin >= 0:
            # Escape bytes of the stream are taken out before its numbers are read.
            inside = packet[begin + len(MDPM) :][: 8 * MOST_ENTRIES].replace(b"\x00\x00\x03", b"\x00\x00")
            return _clock(inside)
    return []


def _clock(inside: bytes) -> list[times.Time]:
    entries: dict[int, bytes] = {}
    for number in range(min(inside[0] if inside else 0, MOST_ENTRIES)):
        entry = inside[1 + number * 5 : 6 + number * 5]
        if len(entry) == 5:
            entries.setdefault(entry[0], entry[1:])
    month, day = entries.get(ZONE_AND_MONTH), entries.get(DAY_AND_CLOCK)
    if month is None or day is None:
        return []
    high, low, *rest = (_coded(one) for one in (*month[1:], *day))
    text = f"{high:02}{low:02}" + "".join(f"{one:02}" for one in rest)
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=_zone(month[0]))
    except ValueError:
        return [{"source": "avchd:MDPM", "value": None, "zone": "none", "note": times.NO_DATE}]
    return times.at("avchd:MDPM", moment)


def _coded(byte: int) -> int:
    """Two decimal digits in one byte; what is none of these makes the date impossible."""
    high, low = byte >> 4, byte & 15
    return high * 10 + low if high < 10 and low < 10 else 99


def _zone(byte: int) -> timezone | None:
    """Half hours from UTC in the low bits, a sign, a mark for "not set"."""
    if byte & 0x80:
        return None
    ahead = timedelta(hours=(byte >> 1) & 0x0F, minutes=30 * (byte & 1))
    return timezone(-ahead if byte & 0x20 else ahead)
