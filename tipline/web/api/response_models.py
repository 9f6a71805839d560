"""The response clock of a tip as programs read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from tipline.domain import response
from tipline.domain.tips import Tip


class Clock(BaseModel):
    """Both sides see the same clock: the desk on its pages, the reporter on the progress page."""

    state: Literal["none", "running", "over", "paused", "done", "late"] = Field(
        description="`paused` while the tip waits for its reporter or is snoozed; `none` where it is over."
    )
    target_minutes: int | None = Field(description="What was promised when the tip came.")
    due_at: datetime | None = Field(description="Until when; it moves on while the clock stands still.")
    left_s: float = Field(description="Negative once the time is over.")
    paused_s: float = Field(description="How long it has stood still in all, this pause not counted.")


class DeskClock(Clock):
    """What the desk sees beside that."""

    step: str | None = Field(
        description="Last step of the ladder: officer, reminder, deputy, on_call or supervisor."
    )
    next_at: datetime | None = Field(description="When the next step is due; null while there is none.")


def clock_of(tip: Tip) -> dict[str, Any]:
    now = response.read(tip)
    return {
        "state": now.state, "target_minutes": tip.target_minutes, "due_at": now.due_at,
        "left_s": now.left.total_seconds(), "paused_s": tip.paused_s,
    }  # fmt: skip


def desk_clock_of(tip: Tip) -> dict[str, Any]:
    return {**clock_of(tip), "step": tip.escalation, "next_at": tip.escalates_at}
