"""Cases, their tips and all else they hold, as the API takes and tells them."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from tipline.web.api.desk_models import PageQuery
from tipline.web.api.taking import Taken


class CasesQuery(PageQuery):
    state: str = Field("", description="`open` or `closed`; empty for both.")
    q: str = Field("", max_length=200, description="Words in title or number.")


class CaseOpened(Taken):
    title: str
    summary: str = ""


class CaseChange(Taken):
    """Only what is sent is changed."""

    title: str | None = None
    summary: str | None = None
    state: str | None = Field(None, description="`open` or `closed`.")
    outcome: str | None = Field(
        None, description="With `closed`: solved, handed_over, unfounded, not_solvable or other."
    )
    access: str | None = Field(None, description="`station`, or `members`: nobody else meets the case.")
    reason: str | None = Field(None, description="Stands in the log.")


class LinkMade(Taken):
    tip: str = Field(description="Reference of the tip.")
    reason: str = Field(description="Why it belongs to the case; stands in the log.")


class LinkEnded(Taken):
    reason: str = Field(description="Why the link is taken back; stands in the log.")


class CaseTip(BaseModel):
    reference: str
    state: str
    category: str
    place: str
    received_at: datetime | None
    reason: str
    linked_by: str
    linked_at: datetime


class CaseMember(BaseModel):
    username: str
    name: str
    part: str = Field(description="`lead` or `assisting`.")


class DeskCase(BaseModel):
    number: str
    title: str
    summary: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    lead: str | None
    outcome: str | None = Field(
        description="How it ended: solved, handed_over, unfounded, not_solvable, other; or merged, mistaken."
    )
    merged_into: str | None = Field(description="Number of the case it goes on in.")
    access: str = Field(description="`station` or `members`.")
    members: list[CaseMember]
    open_tasks: int
    version: int = Field(description="Also the ETag.")
    tips: list[CaseTip]


class CasesPage(BaseModel):
    items: list[DeskCase]
    next_cursor: str | None


class MemberAdded(Taken):
    member: str = Field(description="A user name.")
    part: str = Field("assisting", pattern="^(lead|assisting)$", description="`lead` hands the case over.")


class CaseMerged(Taken):
    into: str = Field(description="Number of the open case that goes on.")
    reason: str = Field(description="Why they belong together; stands in both logs.")


class TaskAdded(Taken):
    text: str
    assignee: str | None = Field(None, description="A user name; null for anybody.")
    due_on: date | None = None


class TaskChange(Taken):
    """Only what is sent is changed."""

    text: str | None = None
    assignee: str | None = Field(None, description="A user name; null for anybody.")
    due_on: date | None = None
    done: bool | None = None


class CaseTask(BaseModel):
    id: int
    text: str
    assignee: str | None
    due_on: date | None
    at: datetime
    done_at: datetime | None
    done_by: str | None


class TaskList(BaseModel):
    items: list[CaseTask] = Field(description="Open ones first, by day; then what is done, newest first.")


class SubjectAdded(Taken):
    kind: str = Field(description="`person`, `vehicle` or `object`.")
    label: str = Field(description="What colleagues call it.")
    text: str = ""


class SubjectChange(Taken):
    """Only what is sent is changed."""

    kind: str | None = None
    label: str | None = None
    text: str | None = None


class CaseSubject(BaseModel):
    id: int
    kind: str
    label: str
    text: str
    author: str | None
    at: datetime
    changed_at: datetime
    version: int = Field(description="Also the ETag.")
    sightings: int


class SubjectList(BaseModel):
    items: list[CaseSubject]


class ExhibitsQuery(PageQuery):
    sort: str = Field(
        "number", description="number, received, name, size or true (time); a dash before it turns it round."
    )
    q: str = Field("", max_length=200, description="Words in file name, tip, place or camera; or a SHA-256.")
    kind: str = Field("", pattern="^(video|photo|audio|other|)$")
    integrity: str = Field("", pattern="^(sealed|same|differs|)$")


class CaseExhibit(BaseModel):
    number: str = Field(description="Its number in the case; once given, it never changes.")
    id: str
    tip: str
    filename: str
    kind: str
    size: int
    sha256: str | None
    integrity: str = Field(
        description="`same` or `differs` from what the sender's device told; `sealed`: it told nothing."
    )
    state: str
    received_at: datetime | None
    stills: int
    clips: int
    marks: int


class ExhibitPage(BaseModel):
    items: list[CaseExhibit]
    next_cursor: str | None
