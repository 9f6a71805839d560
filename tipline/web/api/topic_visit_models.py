"""What residents' programs send and get when they book a time or ask under a topic, and by its code later."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tipline.web.api.taking import Taken
from tipline.web.api.topic_models import PaperOut, TopicOut
from tipline.web.community import visits

CODE = "As it was written down; case, spaces and dashes do not matter."
ONCE = "The way back, on any device. Told here once; nobody can look it up again."
Slot = Annotated[int, Field(ge=1, le=2**31 - 1, description="`id` of one of the topic's `times`.")]


class Known(Taken):
    receipt_codes: list[str] = Field(
        default_factory=list,
        max_length=visits.MOST,
        description="Those that the same person got before: so many wait or lie ahead at most, and the same "
        "question sent twice is one. A code that opens nothing is left out.",
    )


class BookingAsked(Known):
    slot: Slot
    name: str = Field("", description="What somebody wants to be called; the desk alone reads it.")


class QuestionAsked(Known):
    question: str = Field(description="Nobody but the officers reads it as it was written.")


class CodeIn(Taken):
    receipt_code: str = Field(description=CODE)


class MoveIn(CodeIn):
    slot: Slot


class BookingMine(BaseModel):
    number: str = Field(description="What officer and resident call it, like `B-1007`; opens nothing.")
    topic: TopicOut
    state: Literal["ahead", "came", "over", "called-off", "cancelled"] = Field(
        description="`called-off` by its holder or an officer; `cancelled` by the station with the whole "
        "time: it may then be moved."
    )
    slot: int
    starts_at: datetime
    ends_at: datetime
    place: str
    name: str
    papers: list[PaperOut] = Field(description="What to bring.")
    calendar: str = Field(description="The appointment as a calendar file (RFC 5545), without the code.")


class BookingMade(BookingMine):
    receipt_code: str = Field(description=ONCE)


class QuestionMine(BaseModel):
    number: str = Field(description="What officer and resident call it, like `Q-1007`; opens nothing.")
    topic: TopicOut
    state: Literal["waiting", "answered", "hidden"]
    asked: str
    answer: str = Field(description="Of a hidden one the reason why it is not published.")
    asked_at: datetime
    answered_at: datetime | None


class QuestionMade(QuestionMine):
    receipt_code: str = Field(description=ONCE)


class Mine(BaseModel):
    """What a code is of: one of the two."""

    booking: BookingMine | None
    question: QuestionMine | None
