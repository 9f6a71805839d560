"""What the calls about incidents take and give. The domain judges the words."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken

LONGEST_PAGE = 100
MOST_TIPS = 500


class IncidentQuery(BaseModel):
    state: str = Field("open", pattern="^(open|closed|all)$", description="open, closed or all.")
    cursor: str = Field(
        "", max_length=18, description="`next_cursor` of the page before; empty for the first page."
    )
    limit: int = Field(50, ge=1, le=LONGEST_PAGE, description="Most entries of a page.")


class IncidentOpening(Taken):
    title: str = Field(description="What it is, in a few words. Everyone who reports it reads that.")
    tips: list[str] = Field(min_length=1, max_length=MOST_TIPS, description="References of its tips.")


class IncidentChange(Taken):
    """Only what is sent is changed."""

    title: str | None = None
    place: str | None = Field(None, description="Place in words, for the desk alone.")
    lead: str | None = Field(None, description="User name of whoever handles it; null for nobody.")


class IncidentTips(Taken):
    tips: list[str] = Field(min_length=1, max_length=MOST_TIPS)


class IncidentTarget(Taken):
    into: str = Field(description="Reference of the incident that goes on.")


class IncidentClosing(Taken):
    outcome: str = Field(description="settled, handed, nothing or unfounded")
    words: str = Field("", description="Last words to everyone.")


class NoteSent(Taken):
    text: str


class IncidentNote(BaseModel):
    id: int
    source: str = Field(description="officer or partner; that is all a reporter reads of its author.")
    author: str
    text: str
    at: datetime
    withdrawn_at: datetime | None


class IncidentTold(BaseModel):
    reference: str
    title: str
    category: str
    state: str = Field(description="open, closed or merged")
    reporters: int = Field(description="How many report it.")
    beat: str | None
    place: str
    lead: str | None
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    closing: str
    merged_into: str | None
    tips: list[str] = Field(description="Those that exist for the asker.")
    progress: list[IncidentNote] = Field(description="What everyone was told, the oldest first.")
    revision: int = Field(description="Grows with every change.")


class IncidentList(BaseModel):
    items: list[IncidentTold]
    next_cursor: str | None
