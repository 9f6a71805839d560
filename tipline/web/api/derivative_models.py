"""What the API takes and gives of stills and clips."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken


class DerivativeAsked(Taken):
    """A still by `frame` or `t`; a clip by `first` and `last`, or by `t` and `until`."""

    kind: Literal["still", "clip"]
    frame: int | None = Field(
        None, ge=0, description="Number of the frame, from 0 in the order they are shown."
    )
    first: int | None = Field(None, ge=0, description="First frame of a clip.")
    last: int | None = Field(None, ge=0, description="Last frame of a clip; it is part of it.")
    t: float | None = Field(None, allow_inf_nan=False, description="Position in the film in seconds.")
    until: float | None = Field(
        None, allow_inf_nan=False, description="Position of the last frame of a clip."
    )
    format: Literal["png", "jpeg"] = Field("png", description="Of a still; a clip is MP4.")
    band: bool = Field(True, description="Whether the caption stands under the picture.")


class DerivativeTold(BaseModel):
    number: int
    kind: str = Field(description="`still`, `clip`, `faces`, `track` or `redaction`.")
    state: str = Field(description="`queued`, `running`, `done` or `failed`.")
    progress: float
    failure: str | None = Field(description="Code of what went wrong; null while nothing did.")
    created_at: datetime
    finished_at: datetime | None
    wanted: dict[str, Any] = Field(description="What was asked for.")
    about: dict[str, Any] | None = Field(description="What it says of itself, once it is made.")
    url: str | None = Field(description="Where its bytes are, once it is made.")
