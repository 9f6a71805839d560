"""The response clock's targets and its ladder for programs of the desk: both read and set as a whole.

Each kind that changes, and the ladder, stands in custody as when it is set on the page; one undo takes all of
it back.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import acts, categories, ladder, targets
from tipline.domain.ladder import Ladder
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import versions
from tipline.web.api.taking import Taken

blueprint = APIBlueprint("api_targets", __name__, url_prefix="/api/v1/targets", tag="Response clock")
PERCENT = "Percent of the target after which it is told; each later than the one before."


class LadderIn(Taken):
    """What is left out is as usual."""

    reminder: int = Field(ladder.USUAL.reminder, description=PERCENT)
    deputy: int = ladder.USUAL.deputy
    on_call: int = ladder.USUAL.on_call
    supervisor: int = ladder.USUAL.supervisor


class TargetsIn(Taken):
    """All of it: a kind that is left out, or null, goes by the setting of the station."""

    minutes: dict[str, int | None] = Field(
        max_length=100, description="By code of a category: within how many minutes a tip is acknowledged."
    )
    ladder: LadderIn


class LadderOut(BaseModel):
    reminder: int = Field(description=PERCENT)
    deputy: int
    on_call: int
    supervisor: int


class ChangeOut(BaseModel):
    of: str = Field(description="Code of a category, or `ladder`.")
    by: str
    at: datetime


class TargetsOut(BaseModel):
    """With an ETag, for `If-Match`."""

    default_minutes: int = Field(description="The setting of the station, TIPLINE_ACK_MINUTES.")
    minutes: dict[str, int | None] = Field(description="Every kind; null: by the setting of the station.")
    ladder: LadderOut
    changes: list[ChangeOut] = Field(description="Who set what is not as usual, and when.")


@blueprint.get("")
@guard.staff("target:manage")
@blueprint.output(TargetsOut)
def get_targets() -> Any:
    """Within how many minutes tips of each kind are to be acknowledged, and who is told if they are not."""
    with current.services().database.reading() as tx:
        told = _told(tx)
    return told, 200, versions.etag(_version(told))


@blueprint.put("")
@guard.staff("target:manage")
@blueprint.input(TargetsIn, arg_name="wanted")
@blueprint.output(TargetsOut)
def put_targets(wanted: TargetsIn) -> Any:
    """Set all of it, for tips that come from now on: what was promised stays promised."""
    steps = Ladder(**wanted.ladder.model_dump())
    _require_sound(wanted.minutes, steps)
    default = current.settings().ack_minutes
    with current.services().database.transaction() as tx:
        versions.asked(_version(_told(tx)), changed="target:changed")
        with acts.together(tx):
            for one in categories.CATEGORIES:
                targets.set_target(tx, current.actor(), one.code, wanted.minutes.get(one.code), default)
            ladder.set_ladder(tx, current.actor(), steps)
        told = _told(tx)
    return told, 200, versions.etag(_version(told))


def _require_sound(minutes: dict[str, int | None], steps: Ladder) -> None:
    """Raise every fault at once, each under the name of its field: `minutes.theft`, `ladder.deputy`."""
    faults = {f"minutes.{code}": fault for code, one in minutes.items() if (fault := _fault_of(code, one))}
    if faults:
        only = set(faults.values())
        code = only.pop() if len(only) == 1 else "request:invalid"
        raise TiplineError(code, fields=faults, most=targets.MOST)
    try:
        ladder.require_order(steps)
    except TiplineError as fault:
        fields = {f"ladder.{name}": code for name, code in fault.fields.items()}
        raise TiplineError(fault.code, fields=fields, **fault.values) from None


def _fault_of(category: str, minutes: int | None) -> str | None:
    try:
        categories.read_category(category)
        if minutes is not None:
            targets.require_minutes(minutes)
    except TiplineError as fault:
        return fault.code
    return None


def _told(tx: Transaction) -> dict[str, Any]:
    kept, row = targets.list_targets(tx), ladder.find_row(tx)
    own = {one.code: kept.get(one.code) for one in categories.CATEGORIES}
    set_by = [(code, one.changed_by, one.changed_at) for code, one in own.items() if one]
    if row:
        set_by.append(("ladder", row.changed_by, row.changed_at))
    return {
        "default_minutes": current.settings().ack_minutes,
        "minutes": {code: one.minutes if one else None for code, one in own.items()},
        "ladder": ladder.now(tx)._asdict(),
        "changes": [{"of": of, "by": by, "at": at} for of, by, at in set_by],
    }


def _version(told: dict[str, Any]) -> str:
    """The same as long as nothing of it is set anew."""
    stands = f"{sorted(told['minutes'].items())} {told['ladder']}"
    return hashlib.sha256(stands.encode()).hexdigest()[:16]
