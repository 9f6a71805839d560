"""What the desk's API takes and gives, as its OpenAPI description tells it. The domain judges the words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from tipline.web.api.clock_models import EvidenceClock
from tipline.web.api.response_models import DeskClock
from tipline.web.api.taking import Taken

LONGEST_PAGE = 200


class PageQuery(BaseModel):
    """Which page of a list."""

    cursor: str = Field("", description="`next_cursor` of the page before; empty for the first page.")
    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="Most entries of a page.")


class QueueQuery(PageQuery):
    state: str = Field("", description="A state; `all`; empty for what waits for somebody.")
    category: str = Field("", description="Code of a category.")
    beat: str = Field("", description="Code of a beat.")
    assignee: str = Field("", description="A user name; `none` for tips nobody has.")
    q: str = Field(
        "", max_length=200, description="Words in text, place, messages, file names; or a SHA-256."
    )
    unread: str = Field("", description="`1` for tips with news that the account has not seen at the desk.")
    footage: str = Field("", description="`with` or `without` files; empty for both.")
    period: str = Field("", description="`1h`, `24h`, `3d`, `7d` or `30d`: received so lately.")
    after: str = Field("", description="A day, YYYY-MM-DD: received on it or later, in the station's zone.")
    before: str = Field("", description="A day, YYYY-MM-DD: received on it or earlier.")
    shop: str = Field("", max_length=200, description="Code of a shop, or part of its name.")
    incident: str = Field("", max_length=20, description="Reference of an incident: its tips.")
    clock: str = Field(
        "", description="`running`: nobody has acknowledged it yet; `late`: and the time is over."
    )
    order: str = Field(
        "",
        description="Empty: newest first. `late`: what waits to be acknowledged, most overdue first.",
    )
    due: str = Field(
        "", description="`30d` for what falls due for erasure within 30 days, whatever its state."
    )


class CustodyQuery(PageQuery):
    subject: str = Field(
        "", description="`noun:name`, such as `case:A-2026-1`, or the name alone: of a tip, a file, a case …"
    )
    tip: str = Field("", description="Reference of a tip: everything that was done with it and its files.")


class SearchQuery(PageQuery):
    q: str = Field(min_length=1, max_length=200, description="Words to look for.")
    kind: str = Field("", pattern="^(tip|case|)$", description="`tip` or `case`; empty for both.")


class TipChange(Taken):
    """Only what is sent is changed."""

    state: str | None = Field(None, description="One of the states a tip can be put into by hand.")
    reason: str | None = Field(
        None, description="Needed for `not_used`, and for `duplicate` without a target."
    )
    duplicate_of: str | None = Field(
        None,
        description="With `duplicate`: the tip that told the same before. Of a chain its end counts.",
    )
    until: AwareDatetime | None = Field(
        None, description="With `snoozed`: when the tip comes back by itself."
    )
    assignee: str | None = Field(None, description="A user name; null for nobody.")
    category: str | None = None
    beat: str | None = Field(None, description="Code of a beat; null for none.")
    clock_offset_s: float | None = Field(
        None, allow_inf_nan=False, description="Seconds the camera's clock is ahead of true time."
    )


class MessageSent(Taken):
    text: str
    question: bool = Field(False, description="True asks the reporter and waits for an answer.")


class TextSent(Taken):
    text: str


class Acknowledgement(Taken):
    text: str | None = Field(None, description="A sentence for the reporter, sent in the same transaction.")


class HintBrief(BaseModel):
    """Where an open hint points. The machine only points; a person decides."""

    reference: str
    kind: str = Field(description="`file`, `media`, `code` or `series`: what the likeness is of.")
    band: str = Field(description="How much speaks for it: `strong`, `some` or `weak`.")
    case: str | None = Field(description="The case that tip belongs to, as far as the account may see it.")


class QueueItem(BaseModel):
    reference: str
    state: str
    category: str
    text: str = Field(description="Beginning of what the reporter wrote.")
    received_at: datetime | None
    occurred_at: datetime | None
    place: str
    beat: str | None
    evidence_count: int
    footage_s: float = Field(description="Length of all films together.")
    progress: float | None = Field(description="0 to 1 while files are being looked at, else null.")
    keyframes: list[str] = Field(description="Addresses of a few small pictures, spread over all files.")
    assignee: str | None
    ack_due_at: datetime | None
    acknowledged_at: datetime | None
    clock: DeskClock
    cases: list[str] = Field(description="Numbers of the cases it is linked to.")
    duplicates: list[HintBrief] = Field(description="Earlier tips that may tell the same, likeliest first.")
    series: list[HintBrief] = Field(description="Earlier tips that may belong to the same series.")
    unread: bool = Field(description="Whether there is news that the account has not seen at the desk.")
    overwrites_at: datetime | None = Field(
        description="When the recorder writes over footage that is still awaited; null once it has come."
    )
    version: int


class QueuePage(BaseModel):
    items: list[QueueItem]
    next_cursor: str | None


class EvidenceBrief(BaseModel):
    id: str
    number: int = Field(description="Counts within the tip.")
    filename: str
    size: int
    sha256: str | None
    state: str
    kind: str
    purpose: str = Field(
        description="footage; clock: a photo of the recorder's screen beside a phone's clock; partner: sent"
        " by a partner who was asked to help, and unknown to the tip provider."
    )
    progress: float
    failure: str | None


class RenditionOut(BaseModel):
    kind: str = Field(
        description="keyframe, preview, thumbnail, sheet; copy: what browsers play instead of the original;"
        " frames: when each frame of what plays is shown, and its number in the original (docs/frames.md);"
        " sprite: small pictures for hovering and where each lies; waveform; repaired; piece: part of a copy"
        " still being made."
    )
    name: str
    url: str
    sha256: str
    t: float | None = Field(None, description="Position in the original, in seconds.")
    width: int
    height: int
    provisional: bool = Field(
        False, description="Seen while the file was still arriving; it goes when the whole file is examined."
    )


class DeskEvidence(EvidenceBrief):
    tip: str
    client_sha256: str | None = Field(description="What the reporter's device said it sent.")
    digest_matches: bool | None
    failure_text: str | None = Field(description="The failure as a sentence in the asker's language.")
    waits_for: str | None = Field(
        description="room while pictures or the browser copy wait for room on the station's disk, else null."
    )
    received_at: datetime | None
    clock: EvidenceClock = Field(description="Which camera, how far its clock is off, and when it was.")
    media: dict[str, Any] | None = Field(
        description="Facts of the file: kind, mime, container, duration_s, width, height, captured_at, gps,"
        " times (each {source, value, zone: known or none, note}), provenance (c2pa, reencoded_by),"
        " device, keyframes, activity, playable, warnings, failure, tools, …; null until it was looked at."
        " clock is null or {readings: [{t, text, at}], offset_s, started_at, confidence, agreeing, looked,"
        " ambiguous, jumps: [{start, end, before, after, by_s}], pace, weekday_differs, box, beside}: what"
        " the camera burned in. offset_s + t is what its clock shows at t, in seconds since 1970-01-01"
        " 00:00:00 on that clock, which knows no zone; it is given once three readings agree. started_at is"
        " the same at the beginning, for people. Neither is corrected: true time stands in `clock`"
        " beside `media`. texts are other lines of text in the picture."
    )
    renditions: list[RenditionOut]


class DeskMessage(BaseModel):
    id: int
    kind: str = Field(
        description="message, question, progress or note; a note is never shown to the reporter."
    )
    by_reporter: bool
    author: str
    text: str
    at: datetime
    answered_at: datetime | None
    withdrawn_at: datetime | None
    incident: str | None = Field(
        None, description="Set where everyone who reports this incident reads it; `id` is then below 0."
    )


class LinkedCase(BaseModel):
    number: str
    title: str
    state: str
    reason: str
    linked_by: str
    linked_at: datetime


class TipShop(BaseModel):
    code: str
    name: str
    tips: int = Field(description="Tips of this shop so far, this one included.")


class DeskTip(BaseModel):
    reference: str
    state: str
    category: str
    text: str
    language: str
    occurred_at: datetime | None
    occurred_until: datetime | None
    place: str
    lat: float | None
    lon: float | None
    beat: str | None
    anonymous: bool
    clock_offset_s: float | None
    clock_source: str | None = Field(
        description="How the offset is known: minutes, reading, photo (not read yet), desk, or compared: read"
        " off a photo of both clocks and accepted at the desk."
    )
    clock_reading: str | None = Field(
        description="What the recorder showed, a slash, and when that was, RFC 3339 with an offset."
    )
    overwrites_at: datetime | None = Field(description="When the recorder writes over the footage.")
    awaits_footage: bool = Field(description="Whether none has come since that was told.")
    door: str = Field(description="web, api, desk, partner or folder")
    origin: str | None = Field(description="How it came to the desk: walk-in, phone or chat; else null.")
    taken_by: str | None = Field(description="User name of whoever took it on somebody's behalf.")
    shop: TipShop | None = Field(description="The shop from whose poster it was begun.")
    assignee: str | None
    created_at: datetime
    received_at: datetime | None
    ack_due_at: datetime | None
    acknowledged_at: datetime | None
    clock: DeskClock
    snoozed_until: datetime | None
    changed_at: datetime
    version: int = Field(description="Also the ETag; send it back in If-Match to change the tip.")
    evidence: list[EvidenceBrief]
    messages: list[DeskMessage]
    cases: list[LinkedCase]
    duplicate_of: str | None = Field(
        description="The tip that told the same before, at the end of the chain."
    )
    duplicates: list[str] = Field(description="Tips that are marked as telling the same as this one.")


class CustodyEntry(BaseModel):
    seq: int
    at: str = Field(description="RFC 3339 with microseconds, as it was hashed.")
    actor: str
    action: str
    subject: str
    tip: str | None
    reason: str | None
    detail: str = Field(description="JSON text, as it was hashed.")
    previous: str = Field(description="Hash of the entry before.")
    hash: str = Field(description="SHA-256 over the canonical JSON of all other fields.")


class CheckpointOut(BaseModel):
    size: int = Field(description="Number of entries it is over.")
    note: str = Field(description="The signed note, as it is kept.")
    key: str = Field(description="The public key as programs for signed notes take it.")
    fingerprint: str = Field(description="Of the key, as it hangs on the notice board.")


class InclusionOut(BaseModel):
    seq: int
    hash: str = Field(description="Hash of the entry; its 32 bytes are the leaf.")
    size: int = Field(description="Number of entries the checkpoint is over.")
    path: list[str] = Field(description="Hashes from the leaf's neighbour up, as hex.")
    note: str = Field(description="The signed checkpoint whose root the path leads to.")


class CustodyPage(BaseModel):
    items: list[CustodyEntry]
    next_cursor: str | None


class Hit(BaseModel):
    kind: str
    id: str = Field(description="Reference of the tip or number of the case.")
    title: str
    at: datetime | None
    url: str = Field(description="The page at the desk.")


class SearchPage(BaseModel):
    items: list[Hit]
    next_cursor: str | None


class ErrorOut(BaseModel):
    """Every «no» has this shape."""

    code: str = Field(description="`noun:reason`; stable.")
    message: str = Field(description="What happened and what to do now, in the asker's language.")
    ref: str = Field(description="Names this request in the log.")
    fields: dict[str, dict[str, str]] | None = Field(None, description="Field → {code, message}.")
