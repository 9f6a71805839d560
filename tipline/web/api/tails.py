"""Our own addition to tus: the end of a film ahead of the rest, where its index stands there.

A client that knows nothing of it loses nothing. What it sends is scratch; the file comes in order all the
same.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Response, request

from tipline.domain import tails
from tipline.errors import TiplineError
from tipline.web import current, guard, lanes, limiting
from tipline.web.api import tus, tus_headers

if TYPE_CHECKING:
    from typing_extensions import Buffer


@tus.route("/<upload_id>/tail", "PUT")
@guard.sender
@tus.spoken
@tus.blueprint.doc(
    responses={
        204: "Kept beside the upload, which stands where it stood.",
        400: "Upload-Offset or Content-Length is missing or unclear.",
        404: "There is no such upload of this tip, or it was taken back.",
        409: "It is of no use here: the upload has ended, or this station's store shows no part of a file.",
        410: "It was not finished in time and is gone.",
        412: "Another version of the protocol; Tus-Version names ours.",
        413: "More than 16 MB, or than an eighth of the film.",
        415: "Not sent as application/offset+octet-stream.",
        422: "Not the last bytes of the file.",
        429: "Too much at once from one network; go on after Retry-After.",
        507: "The station has no room for it.",
    }
)
def keep(upload_id: str) -> Response:
    """Send the last bytes of a film first.

    Where an MP4 or MOV has its index at its end, pictures of it can be seen while the rest is on its way if
    `moov` and what follows is sent here right after the upload was created. With `Upload-Offset` they end
    just where the file ends. They are thrown away with the upload's end and never become part of the file,
    which is sent in order from its first byte all the same.
    """
    tip = current.reporter_tip()
    if request.mimetype != tus.STREAM:
        raise TiplineError("upload:content-type")
    offset = tus_headers.number("Upload-Offset", "upload:offset-unclear")
    if request.content_length is None:
        raise TiplineError("upload:length-needed")
    made = current.services()
    upload = made.receiver.read(upload_id, tip.id)
    with lanes.lane(limiting.sender()):
        body = io.BufferedReader(_Body(tus.body_pieces()))
        size = request.content_length
        tails.keep(
            made.database, made.store, made.receiver.limits, upload, offset=offset, size=size, data=body
        )
    made.receiver.live.hurry(upload.id)
    return Response(status=204)


class _Body(io.RawIOBase):
    """The pieces of a request as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        self._left = self._left or next(self._pieces, b"")
        taken = min(len(self._left), len(view))
        view[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken
