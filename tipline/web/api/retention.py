"""Retention, legal holds and erasures for programs of the desk.

What needs a person who has just shown who they are is done on the pages alone: approving an erasure, ending a
hold, changing rules. No token of a program does any of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import cases, due, erasures, forecasting, holds, retention, tips
from tipline.domain.cases import Case
from tipline.domain.erasures import Erasure
from tipline.domain.holds import Hold
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import desk_shapes
from tipline.web.api.taking import Taken

blueprint = APIBlueprint("api_retention", __name__, url_prefix="/api/v1", tag="Retention")


class Why(Taken):
    reason: str = Field(description="Up to 1,000 characters; it stands in the log.")


class HoldOut(BaseModel):
    id: int
    tip: str | None = Field(description="Reference of the tip it is on.")
    case: str | None = Field(description="Number of the case it is on, with all its tips.")
    reason: str
    author: str
    at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


class HoldList(BaseModel):
    items: list[HoldOut]


class ErasureOut(BaseModel):
    id: int
    tip: str
    state: str = Field(description="asked, approved, running, done, cancelled or refused.")
    rule: str | None = Field(description="`category:days` of the rule it follows; null if somebody asked.")
    reason: str
    asked_by: str
    asked_at: datetime
    approved_by: str | None
    due_at: datetime | None = Field(description="Until then it can be called off.")
    ended_at: datetime | None
    tombstone: dict[str, Any] = Field(description="What stays once it is carried out.")


class ErasureList(BaseModel):
    items: list[ErasureOut]


class KeptOut(BaseModel):
    tip: str
    state: str = Field(description="open, linked, held, repeats, kept, due or erased.")
    at: datetime | None = Field(description="The day it falls due, or was erased.")
    days: int | None = Field(description="The rule of its category; null: kept until somebody acts.")
    seen: bool = Field(description="Whether anybody of the staff ever had it open.")


class RulesOut(BaseModel):
    rules: dict[str, int | None]
    due: int = Field(description="Tips that fall due now.")
    soon: int = Field(description="Tips that fall due within the next 30 days.")
    held: int = Field(description="Tips that would be due and are held.")
    unseen: int = Field(description="Tips that would be due and that nobody ever opened.")


@blueprint.get("/retention")
@guard.staff("retention:read")
@blueprint.output(RulesOut)
def get_rules() -> dict[str, Any]:
    """The rules in force, and what they mean today."""
    with current.services().database.reading() as tx:
        rules = retention.rules_of(tx)
        found = forecasting.forecast(tx, rules)
    return {
        "rules": rules, "due": found.goes, "soon": found.soon, "held": found.held, "unseen": found.unseen,
    }  # fmt: skip


@blueprint.get("/tips/<reference>/retention")
@guard.staff("tip:read")
@blueprint.output(KeptOut)
def get_kept(reference: str) -> dict[str, Any]:
    """How long a tip is kept. Also of one that was erased."""
    with current.services().database.reading() as tx:
        tip = tips.find_tip(tx, reference)
        if tip is None or tip.state == "draft":
            raise TiplineError("tip:not-found")
        return {"tip": tip.reference, **due.of(tx, tip)._asdict()}


@blueprint.get("/holds")
@guard.staff("retention:read")
@blueprint.output(HoldList)
def list_holds() -> dict[str, Any]:
    """Those that stand first, then those that were ended."""
    with current.services().database.reading() as tx:
        return {"items": [_hold(tx, one) for one in holds.list_all(tx)]}


@blueprint.post("/tips/<reference>/holds")
@guard.staff("hold:set")
@blueprint.input(Why)
@blueprint.output(HoldOut, 201)
def hold_tip(reference: str, json_data: Why) -> Any:
    """From now on nothing of the tip is deleted. It is ended on the pages."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        hold = holds.set_on_tip(tx, current.actor(), tip.id, json_data.reason)
        tips.touch(tip)
        erasures.stop_impossible(tx, current.actor())
        return _hold(tx, hold), 201


@blueprint.post("/cases/<number>/holds")
@guard.staff("hold:set")
@blueprint.input(Why)
@blueprint.output(HoldOut, 201)
def hold_case(number: str, json_data: Why) -> Any:
    """The same for all tips of a case, also those that are linked later."""
    with current.services().database.transaction() as tx:
        case = cases.read_case(tx, number, current.actor())
        hold = holds.set_on_case(tx, current.actor(), case.id, json_data.reason)
        erasures.stop_impossible(tx, current.actor())
        return _hold(tx, hold), 201


@blueprint.get("/erasures")
@guard.staff("retention:read")
@blueprint.output(ErasureList)
def list_erasures() -> dict[str, Any]:
    """What is asked for, about to go, and over; the newest first."""
    with current.services().database.reading() as tx:
        found = erasures.list_latest(tx, erasures.STATES, limit=500)
        return {"items": [_erasure(tx, one) for one in found]}


@blueprint.get("/erasures/<int:number>")
@guard.staff("retention:read")
@blueprint.output(ErasureOut)
def get_erasure(number: int) -> dict[str, Any]:
    """One erasure, with the tombstone once it is carried out."""
    with current.services().database.reading() as tx:
        return _erasure(tx, erasures.read_erasure(tx, number))


@blueprint.post("/tips/<reference>/erasures")
@guard.staff("erasure:ask")
@blueprint.input(Why)
@blueprint.output(ErasureOut, 201)
def ask_erasure(reference: str, json_data: Why) -> Any:
    """Ask for a tip to be erased. Another supervisor or administrator approves it, on the pages alone."""
    services, actor = current.services(), current.actor()
    with (
        erasures.told_when_held(services.database, actor, reference.upper()),
        services.database.transaction() as tx,
    ):
        row = erasures.ask(tx, actor, desk_shapes.read_tip(tx, reference), json_data.reason)
        return _erasure(tx, row), 201


@blueprint.post("/erasures/<int:number>/cancel")
@guard.staff("erasure:approve")
@blueprint.input(Why)
@blueprint.output(ErasureOut)
def cancel_erasure(number: int, json_data: Why) -> dict[str, Any]:
    """Call it off before anything was deleted."""
    with current.services().database.transaction() as tx:
        row = erasures.read_erasure(tx, number)
        erasures.call_off(tx, current.actor(), row, json_data.reason)
        return _erasure(tx, row)


def _hold(tx: Transaction, row: Hold) -> dict[str, Any]:
    """A case that does not exist for the asker has no number here."""
    name = holds.names(tx, [row])[row.id]
    if row.case_id is not None and not _is_visible(tx, row.case_id):
        name = "–"
    names = ("id", "reason", "author", "at", "ended_at", "ended_by", "end_reason")
    told = {one: getattr(row, one) for one in names}
    return {**told, "tip": name if row.tip_id else None, "case": name if row.case_id else None}


def _is_visible(tx: Transaction, case_id: int) -> bool:
    try:
        cases.read_case(tx, tx.get_one(Case, case_id).number, current.actor())
    except TiplineError:
        return False
    return True


def _erasure(tx: Transaction, row: Erasure) -> dict[str, Any]:
    names = (
        "id", "state", "rule", "reason", "asked_by", "asked_at", "approved_by", "due_at", "ended_at",
    )  # fmt: skip
    told = {one: getattr(row, one) for one in names}
    return {**told, "tip": tx.get_one(Tip, row.tip_id).reference, "tombstone": row.kept}
