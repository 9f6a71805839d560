"""What the API takes and gives of shares."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from tipline.domain import shares
from tipline.web.api.desk_models import PageQuery
from tipline.web.api.taking import Taken


class ShareWished(Taken):
    """A copy of a file for one recipient outside, made anew and marked with their name."""

    recipient: str = Field(description="Who gets it; stands in the picture.")
    reason: str = Field(description="Why; stands in the log.")
    source: str = Field(
        "original", description="`original`, or the name of a covered copy that was looked at."
    )
    still: bool = Field(False, description="Of a film only the picture at `t`.")
    t: float | None = Field(None, ge=0, allow_inf_nan=False, description="Where it begins, in seconds.")
    until: float | None = Field(None, ge=0, allow_inf_nan=False, description="Where it ends.")
    sound: bool = Field(False, description="Whether the sound of a film stays; voices tell who speaks.")
    place: str | None = Field(None, description="A place to stand beside it; null: none.")
    show_time: bool = Field(False, description="Whether the true time stands beside it, where it is known.")
    show_category: bool = Field(False, description="Whether the kind of tip stands beside it.")
    message: str = Field("", description="What the recipient reads beside it.")
    days: int = Field(shares.LASTS_DAYS, description="How long it opens.")
    most_views: int | None = Field(None, description="How often it opens at most.")
    second_code: bool = Field(False, description="Whether eight digits told by phone are needed as well.")
    case: str | None = Field(None, description="Number of the case it is made for.")
    id: str | None = Field(
        None, pattern=r"^[0-9a-z]{26}$", description="Chosen by you, so that a request sent twice makes one."
    )


class ShareRevoked(Taken):
    reason: str = Field("", description="Stands in the log.")


class ShareTold(BaseModel):
    id: str
    number: str = Field(description="How people name it; opens nothing.")
    state: str = Field(description="making, open, failed, ended, used-up or revoked.")
    evidence: str
    tip: str
    case: str | None = Field(description="Only where you may see it.")
    recipient: str
    reason: str
    message: str
    facts: dict[str, str] = Field(description="What stands beside it.")
    covered: bool
    sound: bool
    has_second_code: bool
    views: int
    most_views: int | None
    author: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class ShareMade(ShareTold):
    link: str = Field(description="Told this once; the station keeps only a keyed hash of it.")
    second: str | None = Field(description="The eight digits, told this once.")


class SharePage(BaseModel):
    items: list[ShareTold] = Field(description="Newest first.")
    next_cursor: str | None


class SharesQuery(PageQuery):
    case: str = Field("", description="Number of a case: only what was made for it.")
    evidence: str = Field("", description="Id of a file: only what was made of it.")
