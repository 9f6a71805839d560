"""One's own acts at the desk for programs, and taking them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import accounts, acts, bulletin_undoing, members, undoing
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.web import current, guard

blueprint = APIBlueprint("api_acts", __name__, url_prefix="/api/v1", tag="Acts")
SHOWN = 100


class ActOut(BaseModel):
    id: int
    kind: str
    at: datetime
    tip: str | None = Field(description="Reference of the tip it was done to.")
    case: str | None = Field(description="Number of the case it was done to.")
    bulletin: str | None = Field(description="Handle of the bulletin it was done to.")
    batch: str | None = Field(description="Acts of one command share it and are taken back together.")
    can_undo_until: datetime
    undone_at: datetime | None
    undone_by: str | None


class ActList(BaseModel):
    items: list[ActOut]


class UndoneOut(BaseModel):
    done: list[ActOut] = Field(description="What was taken back.")
    left: list[ActOut] = Field(
        description="Of the same command, but something else stands there by now, so it stays."
    )


@blueprint.get("/acts")
@guard.staff("tip:act")
@blueprint.output(ActList)
def list_acts() -> dict[str, Any]:
    """What the owner of the token did last, the newest first."""
    with current.services().database.reading() as tx:
        found = acts.list_latest(tx, current.staff().id, limit=SHOWN)
        return {"items": [_told(tx, one) for one in found]}


@blueprint.post("/acts/<int:act_id>/undo")
@guard.staff("tip:act")
@blueprint.output(UndoneOut)
def undo_act(act_id: int) -> dict[str, Any]:
    """Take an act back, and with it all that the same command did. The log keeps both."""
    with current.services().database.transaction() as tx:
        undone = undoing.undo(tx, current.actor(), act_id)
        return {name: [_told(tx, one) for one in found] for name, found in undone._asdict().items()}


def _told(tx: Transaction, act: Act) -> dict[str, Any]:
    tip = tx.get(Tip, act.tip_id) if act.tip_id else None
    case = tx.get(Case, act.case_id) if act.case_id else None
    if case is not None and not members.may_see(tx, current.actor(), case):
        case = None
    bulletin = bulletin_undoing.find_row(tx, current.actor(), act)
    by = accounts.names(tx, {act.undone_by_id}) if act.undone_by_id else {}
    return {
        "id": act.id, "kind": act.kind, "at": act.at, "tip": tip.reference if tip else None,
        "case": case.number if case else None, "bulletin": bulletin.handle if bulletin else None,
        "batch": act.batch, "can_undo_until": undoing.ends_at(act),
        "undone_at": act.undone_at,
        "undone_by": by[act.undone_by_id].username if act.undone_by_id in by else None,
    }  # fmt: skip
