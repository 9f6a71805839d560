"""What a file tells of its making: XMP, IPTC, traces of encoders, credentials, signs of filmed screens.

The step `provenance`. Each part fails alone: a broken packet of XMP costs no trace of an encoder.
"""

from __future__ import annotations

import io
import struct
import sys
import warnings
from collections.abc import Callable
from itertools import islice
from typing import Any

import pillow_heif
from av.error import FFmpegError
from PIL import Image

from workers.media import codes, credentials, iptc, opening, screens, sniff, tags, traces, xmp
from workers.media.job import Job
from workers.media.report import Report

PACKETS, PACKET_BYTES = 24, 512 * 1024
XMP_SEARCHED = 8 * 1024 * 1024
KEPT_XMP = 60
CANNOT_READ = (
    FFmpegError, OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError,
    SyntaxError, EOFError, RuntimeError, struct.error, Image.DecompressionBombError, MemoryError,
)  # fmt: skip


def task(job: Job, report: Report) -> None:
    """The step: everything found, and a warning where something was damaged."""
    told = examine(job)
    for code in told.pop("warnings"):
        report.warn(code)
    report.result = told
    report.media["tools"]["c2pa"] = credentials.VERSION


def examine(job: Job) -> dict[str, Any]:
    """Everything found, each part as far as it could be read."""
    told: dict[str, Any] = {
        "times": [], "gps": None, "device": None, "tags": {}, "encoders": [], "handlers": [], "c2pa": None,
        "screen": None, "warnings": [],
    }  # fmt: skip
    head = opening.Bytes(job.input, job.size).read(sniff.HEAD_BYTES)
    if sniff.refusal(head, job.size):
        return told
    look = _photo if sniff.photo_format(head) else _film
    for part in (look, _credentials):
        try:
            part(job, head, told)
        except CANNOT_READ as error:
            print(f"{part.__name__}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
    return told


def _credentials(job: Job, head: bytes, told: dict[str, Any]) -> None:
    told["c2pa"] = credentials.read(job, head)


def _photo(job: Job, head: bytes, told: dict[str, Any]) -> None:
    form = sniff.photo_format(head)
    if form is None:
        return
    if form == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False)
        pillow_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = job.limits.photo_pixels // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = io.BufferedReader(credentials.Stream(job))
        with source, Image.open(source, formats=[form]) as image:
            packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
            packet = packet.encode("utf-8", "replace") if isinstance(packet, str) else bytes(packet)
            _apart(told, lambda: _xmp(xmp.find(packet) or packet, told))
            _apart(told, lambda: told["times"].extend(iptc.dated(image)))
            told["screen"] = screens.of_photo(image)


def _film(job: Job, head: bytes, told: dict[str, Any]) -> None:
    _apart(told, lambda: _xmp(_xmp_of_film(job), told))
    with opening.opened(job) as container:
        stream = opening.picture_stream(container, job.limits)
        handlers = [dict(one.metadata) for one in container.streams]
        names = [tags.clean(one.get(key, ""), 80) for one in handlers for key in ("handler_name", "encoder")]
        told["handlers"] = list(dict.fromkeys(name for name in names if name))[:16]
        if stream is None:
            return
        packets = [
            bytes(packet)[:PACKET_BYTES] for packet in islice(container.demux(stream), PACKETS) if packet.size
        ]
    told["encoders"] = traces.encoders(packets)
    told["times"] += traces.camera_clock(packets)
    told["screen"] = screens.of_film(job)


def _xmp(packet: bytes, told: dict[str, Any]) -> None:
    if not packet:
        return
    found = xmp.properties(packet)
    told["times"] += xmp.dated(found)
    told["gps"], told["device"] = xmp.place(found), xmp.device(found) or None
    told["tags"] = dict(islice(((f"xmp {name}", text) for name, text in found.items()), KEPT_XMP))


def _xmp_of_film(job: Job) -> bytes:
    """Films carry it in a box of its own, near the beginning or the end."""
    source = opening.Bytes(job.input, job.size)
    packet = xmp.find(source.read(XMP_SEARCHED))
    if not packet and job.size > XMP_SEARCHED:
        source.seek(-XMP_SEARCHED, 2)
        packet = xmp.find(source.read(XMP_SEARCHED))
    return packet


def _apart(told: dict[str, Any], part: Callable[[], None]) -> None:
    try:
        part()
    except CANNOT_READ:
        told["warnings"] = [codes.METADATA_DAMAGED]
