"""Beats for programs of the desk: what there is, and who is told first about a tip of each right now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.domain import accounts, beats, clock, duties
from tipline.domain.duties import PARTS
from tipline.web import current, guard

blueprint = APIBlueprint("api_beats", __name__, url_prefix="/api/v1/beats", tag="Beats")


class BeatQuery(BaseModel):
    at: datetime | None = Field(None, description="Who is on duty at this moment; now, if it is left out.")


class OnDuty(BaseModel):
    username: str
    name: str
    part: str = Field(description="`officer`, `deputy` or `on_call`.")


class BeatOut(BaseModel):
    code: str
    name: str
    officer_name: str = Field(description="As residents know the officer; never the name of an account.")
    listed: bool = Field(description="Whether residents find its page in the list.")
    has_border: bool
    on_duty: list[OnDuty] = Field(description="In the order in which they are told of a tip.")


class BeatList(BaseModel):
    at: str
    items: list[BeatOut]


@blueprint.get("")
@guard.staff("tip:read")
@blueprint.input(BeatQuery, location="query")
@blueprint.output(BeatList)
def list_beats(query_data: BeatQuery) -> dict[str, Any]:
    """All beats with the people on duty there, absences and who stands in taken into account."""
    at = query_data.at or clock.now()
    at = at if at.tzinfo else at.replace(tzinfo=current.zone())
    with current.services().database.reading() as tx:
        chains = duties.chains(tx, at.astimezone(UTC), current.zone())
        people = {one.id: one for one in accounts.list_accounts(tx)}
        return {
            "at": clock.stamp(at),
            "items": [
                {
                    "code": one.code,
                    "name": one.name,
                    "officer_name": one.officer_name,
                    "listed": one.listed,
                    "has_border": one.shape is not None,
                    "on_duty": [
                        {"username": people[id_].username, "name": people[id_].display_name, "part": part}
                        for part, ids in zip(PARTS, chains[one.code], strict=True)
                        for id_ in ids
                    ],
                }
                for one in beats.list_drawn(tx)
            ],
        }
