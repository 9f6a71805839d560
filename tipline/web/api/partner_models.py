"""What the partners' API takes and gives beside the reporter's, as OpenAPI tells it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from tipline.web.api.reporter_models import EvidenceOut, TipIn


class PartnerTipIn(TipIn):
    """The same as a reporter's tip, and your own number for it."""

    external_id: str | None = Field(
        None, description="Your own number for this tip, up to 200 characters; it makes sending again safe."
    )


class PartnerTipOut(BaseModel):
    reference: str
    external_id: str | None
    state: str = Field(
        description="draft, received, triage, need_info, linked, duplicate, not_used, snoozed …"
    )
    status: str = Field(description="What its reporter is told, as a code.")
    status_text: str = Field(description="The same in the asker's language.")
    created_at: datetime = Field(description="Of an anonymous tip the hour alone, as all times below.")
    received_at: datetime | None
    acknowledged_at: datetime | None
    evidence: list[EvidenceOut]


class PartnerPage(BaseModel):
    items: list[PartnerTipOut]
    next_cursor: str | None = Field(description="For `cursor` of the next page; null on the last.")
