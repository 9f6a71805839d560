"""What the API takes and gives of sightings."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken

Lat = Field(None, ge=-90, le=90, allow_inf_nan=False, description="WGS-84 degrees; with `lon`.")
Lon = Field(None, ge=-180, le=180, allow_inf_nan=False)


class SightingSaid(Taken):
    """At least a file, a time or a place. What is not sent stays as it is; null takes it away."""

    evidence: str | None = Field(None, description="Id of a file that came with a tip of the case.")
    t: float | None = Field(None, ge=0, allow_inf_nan=False, description="Position in the film in seconds.")
    frame: int | None = Field(None, ge=0, lt=2**31, description="Number of the frame, where it is known.")
    at: datetime | None = Field(None, description="True time, typed; it goes before the film's own clock.")
    place: str | None = Field(None, description="In words.")
    lat: float | None = Lat
    lon: float | None = Lon
    text: str | None = Field(None, description="What was seen.")
    subject: int | None = Field(None, description="Id of a description of the same case.")


class SightingTold(BaseModel):
    id: int
    number: int | None = Field(description="Its place on the trail; null while it lacks a time or a place.")
    evidence: str | None
    tip: str | None
    t: float | None
    frame: int | None
    at: datetime | None = Field(description="True time: typed, or by the film's clock as it is now.")
    known_by: str = Field(description="What the time rests on.")
    doubts: list[str]
    place: str
    lat: float | None
    lon: float | None
    text: str
    subject: int | None
    author: str | None
    marked_at: datetime
    version: int = Field(description="Also the ETag.")
    metres: float | None = Field(description="From the stop before, as the crow flies.")
    way: str | None = Field(
        description="How one can have come: here, foot, bike, car, long; `never` is too fast for any."
    )


class SightingList(BaseModel):
    items: list[SightingTold] = Field(
        description="The trail in the order of true time, then what lies apart."
    )
