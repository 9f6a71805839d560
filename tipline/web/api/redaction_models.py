"""What the API takes and gives of covers. The domain judges the boxes themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken

TRACK = (
    "A track: `{id, source: face|hand|follow, label, start, end, boxes: [[t, x, y, w, h] …], bridged, lost,"
    " lost_back, job, edited}`. Boxes are fractions of the upright picture, times seconds of the film; an"
    " open `start` or `end` is null."
)
Part = list[float]


class DraftKept(Taken):
    """The whole draft, drawn on top of `version`."""

    version: int = Field(ge=0, description="The version that was read; 0 where there was none.")
    tracks: list[dict[str, Any]] = Field(description=TRACK)
    range: Part | None = Field(None, description="From when to when the film is exported; null: all of it.")
    margin: float = Field(0.2, description="Of a box, how much more is covered on each side.")
    sound: bool = Field(False, description="Whether the sound of a film stays.")


class SearchAsked(Taken):
    range: Part | None = Field(None, description="From when to when; null: all of it.")


class FollowAsked(Taken):
    t: float = Field(description="The moment at which the box was drawn.", allow_inf_nan=False)
    box: Part = Field(description="x, y, width, height.")
    until: float | None = Field(None, description="Up to when at most.", allow_inf_nan=False)
    back: bool = Field(False, description="Against the film, from that moment back.")


class BurnAsked(Taken):
    version: int = Field(description="The version of the draft that was looked at.")
    still: float | None = Field(
        None, description="Of a film only the picture of this moment.", allow_inf_nan=False
    )


class JobTold(BaseModel):
    number: int
    kind: str = Field(description="`faces`, `track` or `redaction`.")
    state: str = Field(description="`queued`, `running`, `done` or `failed`.")
    progress: float
    failure: str | None = Field(description="Code of what went wrong.")
    failure_text: str | None = Field(description="The same as a sentence.")
    by: str
    created_at: datetime
    finished_at: datetime | None
    wanted: dict[str, Any] = Field(description="What was asked for, without the boxes of a covered copy.")
    about: dict[str, Any] | None = Field(
        description="What was found or made; boxes only where one is asked for alone."
    )
    looked: dict[str, Any] | None = Field(
        description="Who has looked at the whole result, and when; without it, it must not leave."
    )
    url: str | None = Field(description="Where the covered copy is.")


class JobsTold(BaseModel):
    items: list[JobTold] = Field(description="Newest first.")


class DraftTold(BaseModel):
    version: int = Field(description="0 while nobody has begun.")
    tracks: list[dict[str, Any]] = Field(description=TRACK)
    range: Part | None
    margin: float
    sound: bool
    changed_at: datetime | None
    changed_by: str | None
