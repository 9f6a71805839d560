"""What the reporter's API takes and gives, as OpenAPI tells it. Judging the words is the domain's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field


def _as_text(value: Any) -> Any:
    """null is the same as nothing said."""
    return "" if value is None else value


Words = Annotated[str, BeforeValidator(_as_text)]


class CategoryOut(BaseModel):
    code: str = Field(description="What to send as `category`.")
    label: str = Field(description="What a reporter reads, in the asker's language.")
    group: str = Field(
        description="`tip`: seen or filmed. `now`: goes on while it is told. `question`. `request`."
    )


class CategoriesOut(BaseModel):
    items: list[CategoryOut]


class TipIn(BaseModel):
    """Needs `text`, or a file to follow: leave `text` out and the tip is handed in with its first file."""

    category: str = Field(description="A code from GET /api/v1/public/categories.")
    text: str | None = Field(None, description="What happened, in the reporter's own words.")
    language: str | None = Field(None, description="Language of the text, such as zh-CN or en.")
    occurred_at: Words = Field(
        "", description="RFC 3339; without an offset it is in the station's time zone."
    )
    occurred_until: Words = Field("", description="End, if the time is only known as a span.")
    place: Words = Field("", description="Where, in words.")
    lat: float | None = Field(None, description="WGS-84 degrees, together with `lon`.")
    lon: float | None = None
    beat: str | None = Field(None, description="Code of a beat of the station.")
    shop: str | None = Field(
        None, description="Code of a shop's poster; fills in place, beat and position that are not given."
    )
    bulletin: str | None = Field(
        None, description="Handle of the bulletin that this answers; an unknown one is left out."
    )
    contact: Words = Field("", description="How to reach the reporter; only officers on the case see it.")
    anonymous: bool = Field(False, description="True drops `contact`.")
    clock_offset_s: float | None = Field(
        None, description="Seconds the camera's clock is ahead of true time; negative if it is behind."
    )
    overwrites_in_days: int | None = Field(
        None, description="In how many days the recorder writes over the footage, 1 to 366; null if unknown."
    )


class TipOut(BaseModel):
    reference: str
    receipt_code: str = Field(
        description="The reporter's way back. Told here once; nobody can look it up again."
    )
    access_token: str = Field(description="For `Authorization: Bearer …` on the other calls.")
    status_url: str


class SessionIn(BaseModel):
    receipt_code: str = Field(description="As it was written down; case, spaces and dashes do not matter.")


class SessionOut(BaseModel):
    access_token: str
    reference: str


class StepOut(BaseModel):
    at: datetime
    code: str
    text: str


class PictureOut(BaseModel):
    url: str = Field(description="Takes the same access token.")
    width: int
    height: int


class MessageOut(BaseModel):
    id: int
    at: datetime
    kind: str = Field(description="message, question or progress")
    by_reporter: bool
    text: str
    answered_at: datetime | None = Field(description="When the reporter answered; only for a question.")
    withdrawn_at: datetime | None = Field(
        default=None, description="When the officer withdrew it; its text is then empty."
    )
    incident: str | None = Field(
        default=None,
        description="Set where everyone who reports the incident was told; `id` is below 0.",
    )
    source: str | None = Field(default=None, description="Of such a note: officer or partner.")
    pictures: list[PictureOut] = Field(
        default_factory=list, description="What an officer passed on with it, drawn anew by the station."
    )


class SharedOut(BaseModel):
    """What several people report; never who they are."""

    reference: str
    title: str
    reporters: int = Field(description="How many report it, the asker included.")
    state: str = Field(description="open or closed")
    outcome: str = Field(description="How it ended, in the asker's language; empty while it is open.")
    closing: str = Field(description="Last words to everyone.")
    closed_at: datetime | None


class EvidenceOut(BaseModel):
    id: str
    filename: str
    size: int
    sha256: str | None = Field(description="Of the bytes as they arrived; null until all are here.")
    client_sha256: str | None = Field(description="What the sender's device said it sent.")
    state: str = Field(description="uploading, received, processing, ready, undecodable or expired")
    purpose: str = Field(
        description="footage, or clock: a photo of the recorder's screen beside a phone's clock."
    )
    received_at: datetime | None
    offset: int | None = Field(None, description="How much of an unfinished file is here; else null.")
    expires_at: datetime | None = Field(
        None, description="Until when an unfinished file is kept; each byte that comes puts it off."
    )
    digest_matches: bool | None = Field(
        None, description="Whether it is what the device said it sent; null if the device did not say."
    )
    send_again: bool = Field(
        False,
        description="It differs from what was sent and has not come whole since. It is kept all the same.",
    )


class ResponseOut(BaseModel):
    """The response clock: how long until an officer should take note, and what happens when that is over."""

    state: str = Field(description="running, over, paused, done, late or none")
    text: str
    then: str = Field(description="Who has been told, and who is told next; never a name.")
    left_s: int = Field(description="Seconds left; negative when it is over.")
    target_minutes: int | None


class RatingIn(BaseModel):
    verdict: int = Field(description="1: well served; -1: not.")
    words: str = Field("", description="Why, in the reporter's own words.")


class RatingOut(BaseModel):
    verdict: int
    words: str
    rated_at: datetime


class ProgressOut(BaseModel):
    reference: str
    status: str
    status_text: str = Field(description="The status in the asker's language.")
    timeline: list[StepOut]
    messages: list[MessageOut]
    evidence: list[EvidenceOut]
    clock_offset_s: float | None = Field(description="Seconds the camera's clock is ahead of true time.")
    clock_source: str | None = Field(description="minutes, reading, photo, desk or compared")
    clock_reading: str | None = Field(description="What the recorder showed, a slash, and when that was.")
    overwrites_at: datetime | None = Field(
        description="When the recorder writes over footage that is still awaited; null once it has come."
    )
    ack_due_at: datetime | None
    acknowledged_at: datetime | None
    response: ResponseOut
    rating: int | None = Field(None, description="1 or -1 once the reporter has said how they were served.")
    may_rate: bool = Field(False, description="Closed, and not rated for longer than a day.")
    incident: SharedOut | None = Field(
        default=None,
        description="What others report too. Its progress stands among `messages`, kind `progress`.",
    )


class MessageIn(BaseModel):
    text: str


class DigestIn(BaseModel):
    sha256: str = Field(description="64 characters of hex, over the whole file.")


class ReceiptOut(BaseModel):
    """What was handed in and when, signed by the station.

    `statement` alone is signed, in its canonical form (RFC 8785); what stands beside it repeats parts of it.
    How to check it by hand: docs/receipt.md.
    """

    reference: str
    station: str
    created_at: datetime
    received_at: datetime | None
    issued_at: datetime
    category: str
    evidence: list[EvidenceOut]
    signed: bool
    statement: dict[str, Any] = Field(description="What is signed; `type` says which form it has.")
    signature: str = Field(description="Ed25519 over the canonical form of `statement`, in base64.")
    key_id: str = Field(description="First 16 hex digits of the SHA-256 of the public key.")
    public_key: str = Field(description="32 raw bytes in base64; see also /.well-known/tipline-keys.json.")
    verify_url: str = Field(description="Page that checks it; what the picture on the receipt holds.")


class FaultOut(BaseModel):
    code: str
    message: str = Field(description="What is wrong, in the asker's language.")


class CheckpointOut(BaseModel):
    size: int = Field(description="Entries of the custody log that it is over.")
    root: str
    note: str = Field(description="The signed text, a C2SP signed note.")


class VerdictOut(BaseModel):
    valid: bool = Field(description="Signed by this station, and nothing was changed since.")
    reasons: list[FaultOut] = Field(description="Why not; empty if it is valid.")
    key_id: str | None
    statement: dict[str, Any] | None = Field(description="What was signed; null unless it is valid.")
    checkpoint: CheckpointOut | None = Field(
        description="The first signed checkpoint over the receipt's place in the log; null while none is."
    )


class KeyOut(BaseModel):
    id: str
    algorithm: str
    public_key: str
    fingerprint: str = Field(description="As it stands on the station's notice board.")
    created_at: datetime
    retired_at: datetime | None = Field(
        description="Since when it signs no more; what it signed stays valid."
    )


class KeysOut(BaseModel):
    station: str
    keys: list[KeyOut]
