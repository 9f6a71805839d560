"""Whether of many uploads completed to one key at the same time a single one wins."""

from __future__ import annotations

from typing import Any

from storage import keys, s3_completion
from storage.base import KeyTaken
from storage.probing.contract import RACERS, ROUNDS, race
from storage.probing.telling import Told
from storage.s3_bucket import Bucket, said, told_plainly
from storage.s3_object import MADE_BY, name_of
from storage.s3_session import Ticket, upload_part
from storage.s3_taking import take_turn

# The last part of an upload may be small, and here it is the only one.
_PART = 1_000_000
_BODY = b"r" * _PART


def joined_once(bucket: Bucket, other: Bucket) -> Told:
    """First the server alone, by its `If-None-Match`; then with the claim that Tipline puts before it."""
    most = max(len(_race_of_server(bucket, number)) for number in range(ROUNDS))
    refuses_late = _refuses_late(bucket)
    winners = _race_of_sessions(bucket, other)
    if len(winners) != 1 or not refuses_late:
        return Told("joined-many", winners=len(winners) + (not refuses_late), racers=RACERS)
    return Told("joined-by-claim" if most > 1 else "joined", winners=most, racers=RACERS)


def _race_of_server(bucket: Bucket, number: int) -> list[int]:
    key = keys.original(f"joined-{number}")
    bodies = [_begun(bucket, key) for _ in range(RACERS)]
    return race(lambda runner: _join(bucket, bodies[runner]))


def _refuses_late(bucket: Bucket) -> bool:
    late = _begun(bucket, keys.original("joined-0"))
    try:
        _join(bucket, late)
    except KeyTaken:
        with told_plainly():
            bucket.client.abort_multipart_upload(**{k: late[k] for k in ("Bucket", "Key", "UploadId")})
        return True
    return False


def _begun(bucket: Bucket, key: str) -> dict[str, Any]:
    """An upload with its one part, ready to be completed."""
    body = b"small"
    digests = bucket.digests(body)
    with told_plainly():
        begun = bucket.client.create_multipart_upload(
            **bucket.where(name_of(key)), Metadata={MADE_BY: "race"}, **bucket.multipart_algorithm()
        )
        upload = bucket.where(name_of(key)) | {"UploadId": said(begun, "UploadId")}
        sent = bucket.client.upload_part(**upload, PartNumber=1, Body=body, **digests)
    checksum = {name: value for name, value in digests.items() if name == "ChecksumSHA256"}
    return upload | {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": said(sent, "ETag")} | checksum]}}


def _join(bucket: Bucket, upload: dict[str, Any]) -> None:
    with told_plainly():
        bucket.client.complete_multipart_upload(**upload, IfNoneMatch="*")


def _race_of_sessions(bucket: Bucket, other: Bucket) -> list[int]:
    key = keys.original("claimed")
    tickets: list[Ticket] = []
    for _ in range(RACERS):
        ticket = s3_completion.begin(bucket, key, _PART, "application/octet-stream")
        turn, _ = take_turn(bucket, ticket)
        upload_part(bucket, ticket, turn, turn.first, 0, _BODY)
        tickets.append(ticket)

    def run(runner: int) -> None:
        host = (bucket, other)[runner % 2]
        kind = "application/octet-stream"
        s3_completion.complete(host, tickets[runner], _PART, kind, once=True, turn=None)

    winners = race(run)
    for number, ticket in enumerate(tickets):
        if number not in winners:
            s3_completion.forget(bucket, ticket)
    return winners
