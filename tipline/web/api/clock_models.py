"""The clock of a file as the desk's API takes and gives it."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from tipline.web.api.taking import Taken


class ClockRead(Taken):
    """What somebody read at one picture; with both times the offset follows from them."""

    t: float = Field(ge=0, le=1e7, allow_inf_nan=False, description="Position in the film, in seconds.")
    shown: datetime | None = Field(None, description="What the camera's clock shows there, without a zone.")
    true: AwareDatetime | None = Field(None, description="The true time of that picture.")


class EvidenceChange(Taken):
    """Only what is sent is changed."""

    camera: str | None = Field(None, description="Which camera it is of; empty for no name.")
    clock_offset_s: float | None = Field(
        None,
        allow_inf_nan=False,
        description="Seconds this file's clock is ahead of true time; null: that of the tip holds.",
    )
    clock_reading: ClockRead | None = Field(None, description="Instead of the offset; null forgets it.")
    scope: str = Field(
        "file",
        pattern="^(file|tip|camera)$",
        description="What the offset is set for: this file; its whole tip; every file of the same camera in"
        " this tip and in tips of the same cases.",
    )


class ClockReadOut(BaseModel):
    t: float
    shown: datetime | None
    true: datetime | None


class EvidenceClock(BaseModel):
    version: str = Field(description="Also the ETag; send it back in If-Match to set the clock.")
    camera: str = Field(description="The camera's name in the words of the desk; empty if it has none.")
    offset_s: float | None = Field(description="Camera minus true time, as it holds at the end of the film.")
    source: str | None = Field(
        description="How the offset is known: minutes, reading, photo or compared, as told for the tip; desk"
        " or readings: worked out from two readings at one picture."
    )
    offset_of: str = Field(description="Whose offset it is: file or tip; empty if none is known.")
    reading: ClockReadOut | None
    known_by: str = Field(
        description="What the true time rests on: moment, the true time of one picture; clock, read and"
        " compared; camera, read but never compared; file, a time the file tells; told, about so by the"
        " reporter's words; unknown."
    )
    time_source: str = Field(description="Which clock or time of the file was taken.")
    camera_at: str | None = Field(description="What the camera's clock shows at the start; it knows no zone.")
    starts_at: datetime | None = Field(description="True time at the start.")
    ends_at: datetime | None
    pieces: list[dict[str, float | str | None]] = Field(
        description="Where the clock leaps within the film: {t, camera_at, true_at, offset_s, pace} each."
    )
    doubts: list[str] = Field(
        description="What is assumed: cut, set, day, date, few, pace, stands, twice, never, far."
    )
