"""What the API takes and gives of topics, their appointments and their questions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from pydantic import BaseModel, Field

from tipline.domain import answers
from tipline.web.api.taking import Taken


class PaperOut(BaseModel):
    text: str
    note: str


class PaperIn(Taken):
    text: str
    note: str = ""


class AskedOut(BaseModel):
    id: int
    question: str = Field(description="As an officer worded it, without names.")
    answer: str


class TimeOut(BaseModel):
    id: int
    starts_at: datetime
    ends_at: datetime
    place: str
    free: int


class TopicOut(BaseModel):
    handle: str
    title: str
    state: str = Field(description="open or closed; for the desk also draft and template.")
    beat: str | None
    closes_on: date | None
    changed_at: datetime
    url: str


class TopicWhole(TopicOut):
    answer: str = Field(description="Plain text.")
    papers: list[PaperOut]
    questions: list[AskedOut]
    times: list[TimeOut] = Field(description="Those that lie ahead and take place.")


class TopicList(BaseModel):
    items: list[TopicOut]


class AnswersQuery(BaseModel):
    q: str = Field("", max_length=answers.LONGEST_QUERY, description="Words as people ask.")
    beat: str = ""


class AnswerOut(BaseModel):
    topic: TopicOut
    question: str | None = Field(description="The question under it that fits best.")
    excerpt: str


class AnswerList(BaseModel):
    items: list[AnswerOut]


class TopicWritten(Taken):
    """All of it: what is left out becomes empty."""

    title: str
    answer: str = ""
    beat: str = ""
    closes_on: date | None = None
    papers: list[PaperIn] = Field(default_factory=list)
    confirmed: bool = Field(False, description="Numbers in it are meant for everybody.")


class DeskTopic(TopicOut):
    waiting: int = Field(description="Questions under it that wait for an officer.")


class DeskTopicList(BaseModel):
    items: list[DeskTopic]


class SlotTold(BaseModel):
    id: int
    starts_at: datetime
    ends_at: datetime
    place: str
    capacity: int = Field(description="For how many people it is.")
    taken: int
    free: int
    cancelled_at: datetime | None


class SlotList(BaseModel):
    items: list[SlotTold] = Field(description="In the order of time, those that are over included.")


class SlotsPlanned(Taken):
    """A grid in the wall clock of the station; a single time is a grid of one day."""

    first_day: date
    last_day: date | None = Field(None, description="The first day, if left out.")
    weekdays: list[int] = Field(
        default_factory=lambda: list(range(1, 8)), description="1 is Monday; all days, if left out."
    )
    starts: time = Field(description="`09:00`")
    ends: time = Field(description="The last one ends by then.")
    minutes: int = Field(description="How long each is: 5 to 480.")
    capacity: int = Field(1, description="For how many people each is: 1 to 99.")
    place: str = ""


class SlotChange(Taken):
    capacity: int | None = Field(None, description="Never fewer than have booked.")
    cancelled: bool | None = Field(
        None, description="Nobody comes then; whoever had booked reads it under the code. `false`: after all."
    )


class DayQuery(BaseModel):
    day: date | None = Field(None, description="At the station; today, if left out.")


class BookingTold(BaseModel):
    id: int
    number: str = Field(description="What officer and resident call it, like `B-1007`; opens nothing.")
    slot: int
    starts_at: datetime
    ends_at: datetime
    place: str
    name: str = Field(description="What its holder wants to be called; may be empty. For the desk alone.")
    state: Literal["ahead", "came", "over", "called-off", "cancelled"] = Field(
        description="`called-off` by its holder or an officer, `cancelled` with the whole time."
    )
    booked_at: datetime


class BookingList(BaseModel):
    items: list[BookingTold]


class BookingChange(Taken):
    came: bool | None = Field(None, description="Whether somebody came; the last word holds.")
    cancelled: Literal[True] | None = Field(None, description="Call it off; its place is free again.")


class QuestionsQuery(BaseModel):
    state: Literal["waiting", "answered", "hidden", ""] = Field("waiting", description="Empty: all.")


class QuestionTold(BaseModel):
    id: int
    number: str = Field(description="What officer and resident call it, like `Q-1007`; opens nothing.")
    state: Literal["waiting", "answered", "hidden"]
    asked: str = Field(description="As it was written; may tell of somebody, so it is never published.")
    draft: str = Field(description="What to publish: as it stands, or as it was asked without its numbers.")
    answer: str = Field(description="Of a hidden one the reason, which its asker reads.")
    asked_at: datetime
    answered_at: datetime | None


class QuestionList(BaseModel):
    items: list[QuestionTold] = Field(description="What waits longest first.")


class QuestionAnswered(Taken):
    text: str = Field(description="The question in your words, without names and numbers.")
    answer: str
    confirmed: bool = Field(False, description="Numbers in the answer are meant for everybody.")


class QuestionHidden(Taken):
    reason: str = Field(description="Whoever asked reads it.")
