"""Uploads that can be resumed, by tus 1.0 (https://tus.io/protocols/resumable-upload).

Only the dialect: what may be sent and where it goes is the business of `tipline.domain.receiving`. A body is
read piece by piece straight into the store. An upload belongs to one tip; for anybody else it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from typing import ParamSpec

from apiflask import APIBlueprint
from flask import Response, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from tipline.domain import evidence
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Checksum, Upload
from tipline.errors import TiplineError
from tipline.web import current, guard, lanes, limiting
from tipline.web.api import tus_headers, tus_method
from tipline.web.intake import opening
from tipline.web.pieces import pieces_of

P = ParamSpec("P")

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
STREAM = "application/offset+octet-stream"
# Programs say no word that a tip is complete: without text it is handed in with its first file.
OPENED_BY_FILE = ("api", "partner")

blueprint = APIBlueprint("tus", __name__, url_prefix="/api/v1/public/uploads", tag="Uploads")
blueprint.record_once(tus_method.honour)


def route(rule: str, *methods: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Flask would answer OPTIONS by itself, without the headers tus wants."""
    return blueprint.route(rule, methods=list(methods), provide_automatic_options=False)


def spoken(view: Callable[P, Response]) -> Callable[P, Response]:
    """Refuse other versions of the protocol."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise TiplineError("upload:version")
        return view(*args, **kwargs)

    return checked


@blueprint.after_request
def say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    if response.status_code == 409:
        _say_where_it_stands(response)
    if request.method == "HEAD" and (response.status_code == 429 or response.status_code >= 500):
        # To tus-js-client these mean that the upload is lost: it would begin anew. For a lock it waits.
        response.status_code = 423
    return response


def _say_where_it_stands(response: Response) -> None:
    """Spare a client that is at the wrong place one question."""
    upload_id = (request.view_args or {}).get("upload_id", "")
    with suppress(TiplineError, SQLAlchemyError):
        upload = current.services().receiver.read(upload_id, current.reporter_tip().id)
        response.headers["Upload-Offset"] = str(upload.offset)


@route("/<upload_id>", "OPTIONS")
@route("", "OPTIONS")
@guard.public
def offer(upload_id: str = "") -> Response:
    """What this server can do."""
    response = Response(status=200)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(current.settings().max_file_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(tus_headers.CHECKSUMS)
    return response


@route("", "POST")
@guard.sender
@spoken
@blueprint.doc(
    responses={
        201: "The upload is open; send its bytes to Location.",
        400: "Upload-Length is missing or unclear, or a header asks for what is not offered (see OPTIONS).",
        413: "The file is too large, or the tip has enough of them.",
        415: "Bytes come along, but not as application/offset+octet-stream; or they are no footage.",
        422: "The file is empty: nothing that could be kept.",
        460: "The bytes that came along do not fit Upload-Checksum; there is no upload.",
        429: "Too much is on its way from this address, or too many files; Retry-After says when.",
        507: "The station has no room for it.",
    }
)
def create() -> Response:
    """Announce a file; its first bytes may come along.

    `Upload-Metadata` takes `filename`, `filetype`, `sha256` (hex, of the whole file) and `purpose`: `clock`
    for a photo of the recorder's screen beside a phone's clock; anything else is footage. `Location` is a
    path on this host.
    """
    tip = current.reporter_tip()
    brings_bytes = request.mimetype == STREAM
    if not brings_bytes and _has_body():
        raise TiplineError("upload:content-type")
    announced, checksum = tus_headers.announced(), tus_headers.checksum()
    announced = announced._replace(sent_by_id=current.sent_by_id())
    limiting.spend(limiting.UPLOADS)
    upload = current.services().receiver.begin(tip.id, announced, sender=limiting.sender())
    location = url_for("tus.look", upload_id=upload.id)
    if brings_bytes:
        upload = _with_first_bytes(tip, upload, checksum)
    response = _answer(upload, 201)
    response.headers["Location"] = location
    return response


@route("/<upload_id>", "HEAD")
@guard.sender
@spoken
def look(upload_id: str) -> Response:
    """Where an upload stands."""
    tip = current.reporter_tip()
    upload = current.services().receiver.look(upload_id, tip.id)
    response = _answer(upload, 200)
    response.headers["Upload-Length"] = str(upload.length)
    if upload.said:
        response.headers["Upload-Metadata"] = upload.said
    return response


@route("/<upload_id>", "PATCH")
@guard.sender
@spoken
@blueprint.doc(
    responses={
        204: "Kept. With the last bytes come Tipline-Evidence and Tipline-Sha256.",
        400: "Upload-Offset is missing or unclear, or Upload-Checksum is of a kind not offered.",
        404: "There is no such upload of this tip, or it was taken back.",
        409: "Upload-Offset is not where the upload stands: the answer's Upload-Offset is.",
        410: "It was not finished in time and is gone.",
        412: "Another version of the protocol; Tus-Version names ours.",
        413: "More bytes than Upload-Length announced.",
        415: "Not sent as application/offset+octet-stream; or the file is complete and is no footage.",
        423: "The last piece of an older connection is still being written; try again after Retry-After.",
        429: "Too much at once from one network; go on after Retry-After.",
        460: "The bytes do not fit Upload-Checksum and were thrown away.",
        503: "The station cannot take bytes at the moment; go on after Retry-After.",
    }
)
def append(upload_id: str) -> Response:
    """Send bytes from Upload-Offset on.

    Where a network knows no PATCH or DELETE: POST here with `X-HTTP-Method-Override`. A connection that still
    sends for this upload is stopped.
    """
    tip = current.reporter_tip()
    if request.mimetype != STREAM:
        raise TiplineError("upload:content-type")
    offset = tus_headers.number("Upload-Offset", "upload:offset-unclear")
    return _answer(_append(tip, upload_id, offset, tus_headers.checksum()), 204)


@route("/<upload_id>", "DELETE")
@guard.sender
@spoken
@blueprint.doc(
    responses={
        204: "Gone.",
        403: "It has fully arrived and is evidence: it stays.",
        404: "There is no such upload of this tip, or it was taken back already.",
        410: "It was not finished in time and is gone.",
    }
)
def remove(upload_id: str) -> Response:
    """Take back a file that has not fully arrived."""
    current.services().receiver.remove(upload_id, current.reporter_tip().id)
    return Response(status=204)


def _with_first_bytes(tip: Tip, upload: Upload, checksum: Checksum | None) -> Upload:
    try:
        return _append(tip, upload.id, 0, checksum)
    except Exception:
        # The sender never hears of Location, so nobody could go on with this upload.
        with suppress(TiplineError, SQLAlchemyError):
            current.services().receiver.remove(upload.id, tip.id)
        raise


def _append(tip: Tip, upload_id: str, offset: int, checksum: Checksum | None) -> Upload:
    announced = request.content_length or 0
    with lanes.lane(limiting.sender()):
        upload = current.services().receiver.append(
            upload_id, tip.id, offset, body_pieces(), announced=announced, checksum=checksum
        )
    if upload.state == "done" and tip.state == "draft" and tip.door in OPENED_BY_FILE:
        opening.submit(tip)
    return upload


def _has_body() -> bool:
    """Whether bytes come with this request, be their number told or not."""
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def body_pieces() -> Iterator[bytes]:
    """The body as it comes; with a length it is read from the server itself, for Werkzeug's reader copies."""
    length, came = request.content_length, 0
    body = request.stream if length is None else request.environ["wsgi.input"]
    for piece in pieces_of(body, length):
        came += len(piece)
        yield piece
    if length is not None and came < length:
        raise ClientDisconnected


def _answer(upload: Upload, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(upload.offset)
    if upload.state == "active":
        response.headers["Upload-Expires"] = http_date(upload.expires_at)
    elif upload.state == "done":
        row = _evidence(upload)
        response.headers["Tipline-Evidence"] = row.id
        response.headers["Tipline-Sha256"] = row.sha256 or ""
    return response


def _evidence(upload: Upload) -> Evidence:
    with current.services().database.reading() as tx:
        return evidence.read_evidence(tx, upload.evidence_id)
