"""Serves originals and the pictures made from them: in pieces, one range at a time, nothing of it active.

The type comes from our own table of what the examination found, never from the sender; what is not plainly
footage or a picture leaves as a download. No database transaction is open while bytes stream.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import quote_etag

import storage
from tipline.domain import alerts, clock, custody, scrubbing, stored
from tipline.domain.evidence import Evidence
from tipline.domain.purposes import GOES_ON, Purpose
from tipline.domain.renditions import Rendition
from tipline.domain.shares import Share
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, media_links, purposes, ranges, security

PIECE = 256 * 1024
BINARY = "application/octet-stream"
# What a browser may show in the page. A QuickTime file that plays at all plays as MP4.
SHOWN = {
    "video/mp4": "video/mp4",
    "video/quicktime": "video/mp4",
    "video/3gpp": "video/mp4",
    "video/webm": "video/webm",
    "audio/mp4": "audio/mp4",
    "audio/mpeg": "audio/mpeg",
    "audio/aac": "audio/aac",
    "audio/wav": "audio/wav",
    "audio/flac": "audio/flac",
    "audio/ogg": "audio/ogg",
    "audio/webm": "audio/webm",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/gif": "image/gif",
    "image/avif": "image/avif",
}
# What we tell of it beside pictures; an original is never shown as such.
TOLD = frozenset({"application/json"})
# What it may only save; every other type is BINARY.
SAVED = frozenset(
    {
        "audio/amr", "audio/x-caf", "audio/x-matroska", "image/bmp", "image/heic", "image/tiff", "video/h264",
        "video/h265", "video/mp2t", "video/mpeg", "video/x-flv", "video/x-matroska", "video/x-motion-jpeg",
        "video/x-ms-wmv", "video/x-msvideo",
    }
)  # fmt: skip
# Endings that a desktop runs or opens as a page on a double click; no footage carries them.
_HARMFUL_ENDING = re.compile(
    r"\.(exe|com|bat|cmd|scr|pif|msi|ps1|vbs|vbe|js|jse|wsf|wsh|hta|lnk|url|reg|jar|html?|xhtml|mht|svgz?|xml)\.*\s*$",
    re.IGNORECASE,
)
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ ()-]")


def send_original(evidence: Evidence) -> Response:
    """The bytes as they arrived; `?download=1` saves them, and each saving stands in the log with its reason.

    Playing in the page is no saving. A program saves whatever it reads.
    """
    if not evidence.arrived or evidence.sha256 is None:
        raise TiplineError("evidence:incomplete")
    if evidence.scrub_fault:
        raise TiplineError("evidence:damaged")
    mime = str(evidence.facts.get("mime", ""))
    inline = mime in SHOWN and request.args.get("download") != "1"
    purpose = None if inline and current.program() is None else _purpose(evidence)
    kind = SHOWN[mime] if inline else mime if mime in SHOWN or mime in SAVED else BINARY
    response = _send(evidence.key, evidence.size, evidence.sha256, kind)
    response.headers["Content-Disposition"] = disposition(evidence.filename, inline=inline)
    # Asked for again each time, so that a right that was taken away is noticed.
    response.headers["Cache-Control"] = "private, no-cache"
    if purpose and is_download(response, "evidence:download", f"evidence:{evidence.id}"):
        _record_download(evidence, purpose)
    if response.status_code == 200 and request.method == "GET":
        _compare(response, evidence)
    return response


def send_rendition(rendition: Rendition) -> Response:
    """What we made of an original. Its address may carry `v`, the start of its digest: then it stays so."""
    shown = rendition.mime in SHOWN or rendition.mime in TOLD
    kind = rendition.mime if shown else BINARY
    response = _send(rendition.key, rendition.size, rendition.sha256, kind)
    response.headers["Content-Disposition"] = disposition(rendition.name, inline=shown)
    version = request.args.get("v", "")
    fixed = len(version) >= 8 and rendition.sha256.startswith(version)
    response.headers["Cache-Control"] = (
        "private, max-age=31536000, immutable" if fixed else "private, no-cache"
    )
    return response


def send_export(rendition: Rendition, filename: str) -> Response:
    """What was made at somebody's word; `?download=1` saves it under a name of ours."""
    response = send_rendition(rendition)
    if request.args.get("download") == "1":
        response.headers["Content-Disposition"] = disposition(filename, inline=False)
    return response


def send_file(key: str, size: int, sha256: str, mime: str) -> Response:
    """Something else that the store holds, of a type that only we give it."""
    return _send(key, size, sha256, mime)


def begins(response: Response) -> bool:
    """Whether this answer starts a download that was asked for as such."""
    return request.args.get("download") == "1" and is_beginning(response)


def original_url(evidence: Evidence, *, download: bool = False) -> str:
    return media_links.address(
        f"/api/v1/evidence/{evidence.id}/original" + ("?download=1" if download else "")
    )


def rendition_url(rendition: Rendition) -> str:
    """The address under which a browser may keep this very picture."""
    return media_links.address(
        f"/api/v1/evidence/{rendition.evidence_id}/renditions/{rendition.name}?v={rendition.sha256[:12]}"
    )


def share_url(share: Share, view: int) -> str:
    """What somebody outside looks at, for one visit."""
    return media_links.address(f"/share/{share.id}/file", view)


def disposition(filename: str, *, inline: bool) -> str:
    """Content-Disposition by RFC 6266: a plain name for old programs, the true one beside it."""
    if _HARMFUL_ENDING.search(filename):
        filename += ".bin"
    plain = _NOT_PLAIN.sub("_", filename).strip() or "file"
    how = "inline" if inline else "attachment"
    value = f'{how}; filename="{plain}"'
    if plain != filename:
        value += f"; filename*=UTF-8''{quote(filename, safe='')}"
    return value


def _send(key: str, size: int, sha256: str, mime: str) -> Response:
    response = Response(mimetype=mime)
    response.headers["Content-Security-Policy"] = security.MEDIA
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = quote_etag(sha256)
    if request.if_none_match.contains_weak(sha256):
        response.status_code = 304
        return response
    start, length = _wanted(response, size, sha256)
    if response.status_code == 416:
        return response
    response.headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return response
    with stored.shown():
        reader = current.services().store.open(key, start, length)
    response.response = _pieces(reader, length)
    response.call_on_close(reader.close)
    return response


def _wanted(response: Response, size: int, sha256: str) -> tuple[int, int]:
    """Start and length of what to send; the answer says which part that is."""
    header = request.headers.get("Range", "") if request.method == "GET" else ""
    part = ranges.asked_for(header, request.headers.get("If-Range"), quote_etag(sha256), size)
    response.status_code = part.status
    if part.status == 416:
        response.headers["Content-Range"] = f"bytes */{size}"
    elif part.status == 206:
        response.headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{size}"
    return part.start, part.length


def _pieces(reader: BinaryIO, length: int) -> Iterator[bytes]:
    left = length
    while left > 0:
        piece = reader.read(min(PIECE, left))
        if not piece:
            # Fewer bytes than promised: the connection must break, so that nobody takes half for the whole.
            raise storage.Unavailable("the object is shorter than its record")
        left -= len(piece)
        yield piece


def _compare(response: Response, evidence: Evidence) -> None:
    """Hold the last bytes back until all of them are known to be those that were received."""
    services, pieces = current.services(), response.iter_encoded()

    def compared() -> Iterator[bytes]:
        digest, held = hashlib.sha256(), b""
        for piece in pieces:
            yield held
            digest.update(piece)
            held = piece
        if digest.hexdigest() != evidence.sha256:
            scrubbing.settle(services.database, evidence.id, scrubbing.ALTERED)
            # The connection breaks: nobody gets all of it.
            raise storage.Unavailable("the object is not what was received")
        yield held

    response.response = compared()


def is_download(response: Response, action: str, subject: str, of: str = "") -> bool:
    """Whether this answer is a download for the log: from the first byte on, or from any other by somebody
    who began none lately; whoever leaves the first byte out has all the others. `of` narrows the subject."""
    if is_beginning(response) or request.method != "GET" or response.status_code != 206:
        return is_beginning(response)
    with current.services().database.reading() as tx:
        return not custody.did(
            tx, current.actor(), action, subject, since=clock.now() - GOES_ON, containing=of
        )


def is_beginning(response: Response) -> bool:
    """Whether this answer starts a download; one that goes on after a break is not another one."""
    if request.method != "GET":
        return False
    if response.status_code == 206:
        return response.headers["Content-Range"].startswith("bytes 0-")
    return response.status_code == 200


def _purpose(evidence: Evidence) -> Purpose:
    """Why it leaves; what goes on after a break began with a reason earlier in the day."""
    goes_on = not request.headers.get("Range", "bytes=0-").strip().startswith("bytes=0-")
    with current.services().database.reading() as tx:
        reference = tx.get_one(Tip, evidence.tip_id).reference
    subject = f"evidence:{evidence.id}"
    with (
        purposes.recorded("evidence:download", subject, reference),
        current.services().database.reading() as tx,
    ):
        return purposes.of_request(tx, reference, goes_on=goes_on)


def _record_download(evidence: Evidence, purpose: Purpose) -> None:
    with current.services().database.transaction() as tx:
        tip = tx.get_one(Tip, evidence.tip_id)
        custody.append(
            tx, current.actor(), "evidence:download", f"evidence:{evidence.id}", tip=tip.reference,
            number=evidence.number, sha256=evidence.sha256, **purpose.told,
        )  # fmt: skip
        alerts.noticed(tx, current.services().key, current.actor(), "evidence:download", tip.reference)
