"""What the API takes and gives of bulletins."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken

Kind = Literal["advice", "warning", "news", "appeal"]


class PublicStill(BaseModel):
    url: str = Field(description="JPEG; answers 410 as soon as it is not shown any more.")
    alt: str
    caption: str
    width: int
    height: int


class PublicBulletin(BaseModel):
    handle: str
    kind: Kind
    title: str
    text: str
    beat: str | None = Field(description="Code of the beat it is for; null: everyone.")
    published_at: datetime
    corrected_at: datetime | None
    expires_at: datetime | None
    url: str
    report_url: str = Field(description="Opens a report that belongs to this bulletin.")
    stills: list[PublicStill]


class PublicBulletins(BaseModel):
    items: list[PublicBulletin] = Field(description="What stands now, newest first.")
    next_cursor: str | None


class BulletinIn(Taken):
    kind: Kind
    title: str
    text: str = ""
    beat: str | None = None
    case: str | None = Field(None, description="Number of the case it is made for; never told outside.")


class BulletinChange(Taken):
    kind: Kind | None = None
    title: str | None = None
    text: str | None = None
    beat: str | None = Field(None, description="An empty text: for everyone.")
    revision: int | None = Field(None, description="The one that was read; 409 if it changed since.")


class StillIn(Taken):
    evidence: str
    copy_name: str = Field(alias="copy", description="Name of a covered copy that somebody confirmed.")
    alt: str
    caption: str = ""
    t: float | None = Field(None, allow_inf_nan=False, description="Where in a film, in seconds.")


class PublishIn(Taken):
    at: datetime | None = Field(None, description="When it appears; now, if left out.")
    until: datetime | None = Field(None, description="A warning without one ends after 30 days.")
    looked: list[int] = Field(
        default_factory=list,
        description="Ids of its stills, each looked at in full size: nobody innocent can be recognised.",
    )
    revision: int | None = Field(None, description="The one that was read; 409 if it changed since.")


class WithdrawIn(Taken):
    words: str = Field(description="The sentence that residents read in its place.")


class StillTold(BaseModel):
    id: int
    state: str = Field(description="`making`, `failed`, `gone`, `ready` (to be looked at) or `shown`.")
    alt: str
    caption: str
    sha256: str | None


class BulletinTold(BaseModel):
    handle: str
    state: str = Field(
        description="`draft`, `proposed`, `scheduled`, `published`, `expired`, `withdrawn` or `discarded`."
    )
    kind: Kind
    title: str
    text: str
    beat: str | None
    case: str | None
    published_at: datetime | None
    expires_at: datetime | None
    corrected_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_words: str
    revision: int
    reads: int
    tips: list[str] = Field(description="References of the tips that came to it and that you may see.")
    stills: list[StillTold]
    url: str


class BulletinsTold(BaseModel):
    items: list[BulletinTold]
