"""One tip for programs of the desk, and the acts on it."""

from __future__ import annotations

from typing import Any, NoReturn

from apiflask import APIBlueprint

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acknowledging,
    acts,
    duplicates,
    incidents,
    mentions,
    messages,
    progress,
    tips,
)
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current, guard
from tipline.web.api import desk_shapes, versions
from tipline.web.api.desk_models import (
    Acknowledgement,
    DeskMessage,
    DeskTip,
    MessageSent,
    TextSent,
    TipChange,
)

blueprint = APIBlueprint("api_tips", __name__, url_prefix="/api/v1/tips", tag="Tips")
CORRECTED = ("category", "beat", "clock_offset_s")


@blueprint.get("/<reference>")
@guard.staff("tip:read")
@blueprint.output(DeskTip)
def get_tip(reference: str) -> Any:
    """The whole tip. Its ETag is needed to change it."""
    with current.services().database.reading() as tx:
        return _told(tx, desk_shapes.read_tip(tx, reference))


@blueprint.patch("/<reference>")
@guard.staff("tip:act")
@blueprint.input(TipChange)
@blueprint.output(DeskTip)
def patch_tip(reference: str, json_data: TipChange) -> Any:
    """Change state, assignee, category, beat or clock offset, or say which tip this one repeats.

    Needs If-Match with the ETag of the tip as it was read; `*` overrides. If somebody else was faster, the
    answer is 412; its `present` tells what stands now in the fields that were to be changed.
    """
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        versions.asked(
            tip.version, changed="tip:changed", needed="tip:version-needed",
            wanted=json_data.model_dump(exclude_unset=True), stands=_stands(tx, tip),
        )  # fmt: skip
        with acts.together(tx):
            _change(tx, tip, json_data)
        return _told(tx, tip)


def _stands(tx: Transaction, tip: Tip) -> dict[str, Any]:
    """What a change may touch, as it is now."""
    assignee = accounts.names(tx, {tip.assignee_id}).get(tip.assignee_id) if tip.assignee_id else None
    return {
        "state": tip.state,
        "assignee": assignee.username if assignee else None,
        **{name: getattr(tip, name) for name in CORRECTED},
    }


def _change(tx: Transaction, tip: Tip, wanted: TipChange) -> None:
    said, actor = wanted.model_fields_set, current.actor()
    if "category" in said and wanted.category is None:
        raise TiplineError("tip:category-unknown", fields={"category": "tip:category-unknown"})
    corrected = {name: getattr(wanted, name) for name in CORRECTED if name in said}
    if corrected:
        tips.change(tx, actor, tip, **corrected)
    if "assignee" in said:
        account = accounts.read_assignable(tx, wanted.assignee) if wanted.assignee else None
        tips.assign(tx, actor, tip, account.id if account else None, account.username if account else None)
    if wanted.duplicate_of is not None:
        if wanted.state not in (None, "duplicate"):
            raise TiplineError("request:invalid", fields={"duplicate_of": "request:invalid"})
        duplicates.mark(tx, actor, tip, duplicates.read_target(tx, wanted.duplicate_of), wanted.reason or "")
    elif wanted.state is not None:
        tips.move(tx, actor, tip, wanted.state, reason=wanted.reason, until=wanted.until)


@blueprint.get("/<reference>/contact")
@guard.staff("contact:read")
def get_contact(reference: str) -> NoReturn:
    """Always 403 `contact:desk-only`: contact details are sealed to officers, and open at the desk alone.

    No token opens them, whatever its owner may do: the key comes of an officer's password, typed in a visit.
    """
    with current.services().database.reading() as tx:
        desk_shapes.read_tip(tx, reference)
    raise TiplineError("contact:desk-only")


@blueprint.post("/<reference>/acknowledge")
@guard.staff("tip:act")
@blueprint.input(Acknowledgement, location="json_or_form", arg_name="json_data")
@blueprint.output(DeskTip)
def acknowledge(reference: str, json_data: Acknowledgement) -> Any:
    """Tell the reporter that an officer has taken note, if wanted with a sentence that goes into the thread.

    Inside an open incident everyone who reports it is told. The body may be left out. Of two who acknowledge
    at once the second gets 409 `tip:already-acknowledged`, which says who was first.
    """
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        acknowledging.acknowledge(tx, current.actor(), tip, json_data.text or "")
        return _told(tx, tip)


@blueprint.post("/<reference>/messages")
@guard.staff("tip:act")
@blueprint.input(MessageSent)
@blueprint.output(DeskMessage, 201)
def post_message(reference: str, json_data: MessageSent) -> dict[str, Any]:
    """Write to the reporter; with `question` the tip waits for the answer."""
    return _write(reference, json_data.text, "question" if json_data.question else "message")


@blueprint.post("/<reference>/notes")
@guard.staff("tip:act")
@blueprint.input(TextSent)
@blueprint.output(DeskMessage, 201)
def post_note(reference: str, json_data: TextSent) -> dict[str, Any]:
    """Write something down for the desk alone."""
    return _write(reference, json_data.text, "note")


@blueprint.post("/<reference>/progress")
@guard.staff("tip:act")
@blueprint.input(TextSent)
@blueprint.output(DeskMessage, 201)
def post_progress(reference: str, json_data: TextSent) -> dict[str, Any]:
    """Give the reporter news of how things go; inside an incident, everyone who reports it.

    The answer then names the `incident`, and its `id` is that of the note, below 0.
    """
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        shared = incidents.incident_of(tx, tip)
        if shared is not None and shared.state == incidents.OPEN:
            return desk_shapes.note(progress.post(tx, current.actor(), shared, json_data.text), shared)
    return _write(reference, json_data.text, "progress")


def _write(reference: str, text: str, kind: str) -> dict[str, Any]:
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        message = messages.write(tx, current.actor(), tip, text, kind=kind)
        mentions.keep(tx, message)
        return desk_shapes.message(message)


def _told(tx: Transaction, tip: Tip) -> Any:
    return desk_shapes.tip(tx, tip), 200, versions.etag(tip.version)
