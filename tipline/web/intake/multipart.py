"""A form with files, read while it arrives: fields as text, files as pieces that are never all in memory.

Werkzeug's own parser would write each file to a temporary folder first; here it goes where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from tipline.errors import TiplineError

PIECE = 256 * 1024
MOST_PARTS = 400
BROKEN_OFF = "upload:broken-off"
TOO_MANY = "upload:too-many-parts"
TOO_LARGE = "request:too-large"
# After these no part can follow: what came before them is all there will be.
ENDS = (BROKEN_OFF, TOO_MANY, TOO_LARGE)
MOST_FIELD_BYTES = 512 * 1024


@dataclass
class Part:
    """A field (`filename` is None, `text` holds its value) or a file, whose pieces are read at once."""

    name: str
    text: str = ""
    filename: str | None = None
    filetype: str = ""
    pieces: Iterator[bytes] = iter(())

    @property
    def is_file(self) -> bool:
        return self.filename is not None


def parts() -> Iterator[Part]:
    """The body's parts, in order; raises one of ENDS. What the taker leaves of a file is skipped."""
    if request.mimetype != "multipart/form-data":
        # A form without files may come in the plain encoding; it is small.
        for name, value in request.form.items(multi=True):
            yield Part(name, value)
        return
    yield from _decoded(_events())


def _events() -> Iterator[Event]:
    _, options = parse_options_header(request.headers.get("Content-Type", ""))
    # The decoder keeps what it has not made sense of; without a bound a body without parts fills the memory.
    decoder = MultipartDecoder(
        options.get("boundary", "").encode("latin-1", "replace"),
        max_form_memory_size=PIECE + MOST_FIELD_BYTES,
    )
    begun = 0
    while True:
        try:
            event = decoder.next_event()
        except ValueError as fault:  # a body that ends early, or is no form at all
            raise TiplineError(BROKEN_OFF) from fault
        except RequestEntityTooLarge as fault:
            raise TiplineError(TOO_LARGE) from fault
        if isinstance(event, NeedData):
            decoder.receive_data(request.stream.read(PIECE) or None)
            continue
        begun += isinstance(event, Field | File)
        if begun > MOST_PARTS:
            raise TiplineError(TOO_MANY)
        yield event
        if isinstance(event, Epilogue):
            return


def _decoded(events: Iterator[Event]) -> Iterator[Part]:
    room = MOST_FIELD_BYTES
    for event in events:
        if isinstance(event, Field):
            value = b"".join(_bounded(_pieces(events), room))
            room -= len(value)
            yield Part(event.name, value.decode("utf-8", "replace"))
        elif isinstance(event, File):
            pieces = _pieces(events)
            filetype = event.headers.get("content-type", "")
            yield Part(event.name, filename=event.filename, filetype=filetype, pieces=pieces)
            for _ in pieces:
                pass


def _pieces(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, Data):
            if event.data:
                yield event.data
            if not event.more_data:
                return


def _bounded(pieces: Iterator[bytes], room: int) -> Iterator[bytes]:
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            raise TiplineError(TOO_LARGE)
        yield piece
