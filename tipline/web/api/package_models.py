"""What the API takes and gives of packages."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken


class PackageAsked(Taken):
    """All of it may be left out: then originals, contact sheets, stills and clips go in, and the report."""

    parts: list[Literal["originals", "redacted", "keyframes", "sheets", "copies", "exports", "report"]] = (
        Field(
            ["originals", "sheets", "exports", "report"],
            description="What goes in. `redacted` (covered copies that were looked at) without `originals`:"
            " instead of them.",
        )
    )
    language: Literal["zh_Hans_CN", "en"] | None = Field(None, description="Of the report.")
    recipient: str = Field("", max_length=200, description="Who it is for; stands in the report and the log.")
    reason: str | None = Field(
        None,
        description="Stands in the log; also by the header `Tipline-Reason`. Without one its token's label.",
    )


class PackageTold(BaseModel):
    id: str
    case: str
    state: str = Field(description="`queued`, `running`, `done`, `failed`, `expired` or `removed`.")
    progress: float
    failure: str | None = Field(description="Code of what went wrong; null while nothing did.")
    failure_text: str | None = Field(description="The same as a sentence.")
    parts: list[str]
    recipient: str
    reason: str
    author: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None = Field(description="Its file is deleted then.")
    name: str = Field(description="What the file is called; empty until it is made.")
    size: int | None
    sha256: str | None = Field(description="Of the whole file; also the ETag of its download.")
    head: int | None = Field(description="Entry of the custody log up to which it goes.")
    made: dict[str, Any] | None = Field(
        description="What went in: tips, originals, entries; numbers of originals that were altered or lost;"
        " how many files had not arrived (missing)."
    )
    url: str | None = Field(description="Where its bytes are, once it is made.")


class PackageList(BaseModel):
    items: list[PackageTold] = Field(description="Newest first, also those that are gone.")
