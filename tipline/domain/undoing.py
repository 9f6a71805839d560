"""Taking acts back: the table of ways back, one for each kind of act, and what stands in their way.

Whoever makes a new kind of act adds its way back to WAYS. A way back changes what the act changed and nothing
else; it raises act:superseded if something else stands there by now. The entry in custody is made here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    apart,
    beats,
    bulletin_undoing,
    case_undoing,
    cases,
    clock,
    clocks,
    concluding,
    custody,
    derivatives,
    district,
    duties,
    handover,
    ladder,
    links,
    marks,
    members,
    messages,
    receivers,
    redacting,
    referring,
    replies,
    rights,
    saved_filters,
    sharing,
    sightings,
    targets,
    tips,
)
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.cases import Case
from tipline.domain.derivatives import Derivative
from tipline.domain.hints import Hint
from tipline.domain.incidents import Incident
from tipline.domain.links import Link
from tipline.domain.marks import Mark
from tipline.domain.messages import Message
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

WayBack = Callable[[Transaction, Actor, Act], None]


class Undone(NamedTuple):
    """What was taken back, and what of the same command could not be, for something else stands there."""

    done: list[Act]
    left: list[Act]


def undo(tx: Transaction, actor: Actor, act_id: int) -> Undone:
    """Take an act back, with all its command did; raises act:undone, act:superseded, act:too-late."""
    asked = acts.read_act(tx, act_id)
    if not _exists(tx, actor, asked):
        raise TiplineError("act:not-found")
    batch = [one for one in acts.list_batch(tx, asked) if _exists(tx, actor, one)]
    for one in batch:
        rights.require(actor, RIGHTS.get(one.kind, "tip:act"))
    open_ones = [one for one in batch if one.undone_at is None]
    if not open_ones:
        raise _undone(tx, asked)
    done: list[Act] = []
    refused: dict[int, TiplineError] = {}
    for one in open_ones:
        try:
            _require_time(one)
            with tx.begin_nested():
                _take_back(tx, actor, one)
        except TiplineError as fault:
            refused[one.id] = fault
        else:
            done.append(one)
    if not done:
        raise refused.get(asked.id) or next(iter(refused.values()))
    return Undone(done, [one for one in open_ones if one.id in refused])


def may_undo(act: Act) -> bool:
    """Whether it is worth trying: nobody did and its time is not over. What stands there is asked later."""
    return act.undone_at is None and act.kind in WAYS and clock.now() < ends_at(act)


def ends_at(act: Act) -> datetime:
    """Until when an act can be taken back."""
    if act.kind == bulletin_undoing.PUBLISHING:
        return bulletin_undoing.ends_at(act)
    return act.at + LASTS.get(act.kind, acts.LASTS)


def find_last(tx: Transaction, account_id: int, *, since: datetime, tip_id: int | None = None) -> Act | None:
    """Somebody's last act that still stands and has a way back, unless it is older; with a tip, on that."""
    return acts.find_last(tx, account_id, since=since, kinds=WAYS, tip_id=tip_id)


def _exists(tx: Transaction, actor: Actor, act: Act) -> bool:
    """Whether what it was done to exists for the actor."""
    case, incident = _case(tx, act), concluding.incident_of(tx, act)
    if act.kind not in WAYS or (case and not members.may_see(tx, actor, case)):
        return False
    if act.tip_id and tx.scalar(select(Tip.id).where(Tip.id == act.tip_id)) is None:
        return False
    if act.subject.startswith("bulletin:") and bulletin_undoing.find_row(tx, actor, act) is None:
        return False
    return incident is None or tx.scalar(select(Incident.id).where(Incident.id == incident)) is not None


def _require_time(act: Act) -> None:
    if clock.now() >= act.at + acts.LASTS:
        raise TiplineError("act:too-late")


def _take_back(tx: Transaction, actor: Actor, act: Act) -> None:
    WAYS[act.kind](tx, actor, act)
    act.undone_at, act.undone_by_id = clock.now(), actor.user_id
    tip, case = _tip(tx, act), _case(tx, act)
    if tip:
        tips.decide(tip)
    if case:
        cases.touch(case)
    tx.flush()
    who = accounts.names(tx, {act.account_id}).get(act.account_id)
    custody.append(
        tx, actor, "act:undo", _subject(tx, act, tip, case), tip=tip.reference if tip else None, act=act.id,
        kind=act.kind, of=who.username if who else None, at=clock.stamp(act.at), **_proved(act),
    )  # fmt: skip


def _subject(tx: Transaction, act: Act, tip: Tip | None, case: Case | None) -> str:
    """Whose history tells of it."""
    if case:
        return f"case:{case.number}"
    if tip:
        return f"tip:{tip.reference}"
    incident = tx.get(Incident, concluding.incident_of(tx, act) or 0)
    if incident:  # by its number, so that who may not see it reads nothing of it
        return incident.subject
    return bulletin_undoing.subject_of(tx, act) or f"act:{act.id}"


def _proved(act: Act) -> dict[str, Any]:
    """What the entry tells of both states."""
    if act.kind not in BY_DIGEST:
        return {"before": act.became, "after": act.was}
    before, after = (hashlib.sha256(one.encode()).hexdigest() for one in (act.after, act.before))
    return {"before": {"sha256": before}, "after": {"sha256": after}}


def _undone(tx: Transaction, act: Act) -> TiplineError:
    """Two people take the same act back: the second reads who was first."""
    by = accounts.names(tx, {act.undone_by_id or 0}).get(act.undone_by_id or 0)
    return TiplineError("act:undone", name=by.display_name if by else "–", at=act.undone_at)


def _tip(tx: Transaction, act: Act) -> Tip | None:
    return tx.get(Tip, act.tip_id) if act.tip_id else None


def _case(tx: Transaction, act: Act) -> Case | None:
    return tx.get(Case, act.case_id) if act.case_id else None


def _row(tx: Transaction, act: Act, kind: type[Any]) -> Any:
    """The row that `subject` names: `message:12`."""
    row = tx.get(kind, int(act.subject.partition(":")[2]))
    if row is None:
        raise TiplineError("act:superseded")
    return row


# --- ways back


def restore_tip(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The tip's columns as they were."""
    acts.put_back(tx.get_one(Tip, act.tip_id), act)


def restore_case(tx: Transaction, _actor: Actor, act: Act) -> None:
    acts.put_back(tx.get_one(Case, act.case_id), act)


def end_link(tx: Transaction, actor: Actor, act: Act) -> None:
    """The link ends; the tip goes where it was, unless another link holds it."""
    link, tip = _row(tx, act, Link), tx.get_one(Tip, act.tip_id)
    if link.ended_at:
        raise TiplineError("act:superseded")
    link.ended_at, link.ended_by, link.ended_reason = clock.now(), actor.name, ""
    tx.flush()
    if not links.is_linked(tx, tip) and acts.is_standing(tip, act):
        acts.put_back(tip, act)


def reopen_link(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The same link stands again under its number, as if it had not been ended."""
    link, tip, case = _row(tx, act, Link), tx.get_one(Tip, act.tip_id), tx.get_one(Case, act.case_id)
    if link.ended_at is None or links.find_link(tx, case, tip):
        raise TiplineError("act:superseded")
    if case.state == "closed":
        raise TiplineError("case:closed")
    link.ended_at = link.ended_by = link.ended_reason = None
    tx.flush()
    if acts.is_standing(tip, act):
        acts.put_back(tip, act)


def withdraw_message(tx: Transaction, actor: Actor, act: Act) -> None:
    """A question that waits no more lets the tip go on where it was."""
    message, tip = _row(tx, act, Message), tx.get_one(Tip, act.tip_id)
    messages.withdraw(tx, actor, tip, message)
    if acts.is_standing(tip, act) and not messages.open_questions(tx, tip):
        acts.put_back(tip, act)


def take_off_derivative(tx: Transaction, _actor: Actor, act: Act) -> None:
    """What was made goes off the page; its bytes stay."""
    derivatives.take_off(tx, _row(tx, act, Derivative))


def put_back_derivative(tx: Transaction, _actor: Actor, act: Act) -> None:
    derivatives.put_back(tx, _row(tx, act, Derivative))


def restore_borders(tx: Transaction, _actor: Actor, act: Act) -> None:
    district.take_back(tx, act)


def restore_sighting(tx: Transaction, _actor: Actor, act: Act) -> None:
    sightings.take_back(tx, act)


def withdraw_confirmation(tx: Transaction, actor: Actor, act: Act) -> None:
    """A covered copy counts as not looked at again."""
    row = _row(tx, act, Derivative)
    if not row.told.get("looked") or row.removed_at is not None:
        raise TiplineError("act:superseded")
    redacting.withdraw(tx, actor, row)


def revoke_share(tx: Transaction, actor: Actor, act: Act) -> None:
    sharing.take_back(tx, actor, int(act.subject.partition(":")[2]))


def reopen_hint(tx: Transaction, _actor: Actor, act: Act) -> None:
    """The hint stands as it did before somebody answered it, on both tips."""
    hint = _row(tx, act, Hint)
    acts.put_back(hint, act)
    tips.touch(tx.get_one(Tip, hint.other_than(act.tip_id or 0)))


def take_off_mark(tx: Transaction, _actor: Actor, act: Act) -> None:
    marks.take_off(_row(tx, act, Mark))


def put_back_mark(tx: Transaction, _actor: Actor, act: Act) -> None:
    marks.put_back(_row(tx, act, Mark))


REPLIES = ("reply:add", "reply:change", "reply:remove")
WAYS: dict[str, WayBack] = {
    "tip:acknowledge": restore_tip,
    "tip:assign": restore_tip,
    "tip:state": restore_tip,
    "tip:change": restore_tip,
    "tip:clock": restore_tip,
    "evidence:clock": clocks.put_back,
    "link:create": end_link,
    "link:end": reopen_link,
    "case:change": restore_case,
    "case:state": restore_case,
    "message:write": withdraw_message,
    "filter:remove": saved_filters.bring_back,
    **dict.fromkeys(REPLIES, replies.put_back),
    replies.MOVE: replies.move_back,
    **dict.fromkeys(duties.KINDS, duties.put_back),
    redacting.CONFIRM: withdraw_confirmation,
    **case_undoing.WAYS,
    derivatives.ASKED: take_off_derivative,
    derivatives.REMOVED: put_back_derivative,
    "tip:place": restore_tip,
    beats.DESCRIBED: beats.put_back,
    "beats:draw": restore_borders,
    **dict.fromkeys(sightings.KINDS, restore_sighting),
    "hint:answer": reopen_hint,
    marks.ADDED: take_off_mark,
    marks.REMOVED: put_back_mark,
    sharing.MADE: revoke_share,
    **concluding.WAYS,
    apart.SAID: apart.take_back,
    apart.UNSAID: apart.take_back,
    targets.CHANGED: targets.take_back,
    ladder.CHANGED: ladder.take_back,
    handover.DELEGATE: restore_tip,
    handover.TRANSFER: restore_tip,
    referring.MADE: referring.unmake,
    referring.TAKEN_BACK: referring.bring_back,
    **bulletin_undoing.WAYS,
    **dict.fromkeys(receivers.KINDS, receivers.put_back),
}
# Of these the log proves both states by their digests: an address may have to be erased, and the borders of a
# whole district are no line of a log.
BY_DIGEST = frozenset(
    {"tip:place", "beats:draw", marks.ADDED, marks.REMOVED, *sightings.KINDS, bulletin_undoing.CHANGING}
)
# What somebody needs to take such an act back; `tip:act` unless it stands here.
RIGHTS = {
    **dict.fromkeys((*REPLIES, replies.MOVE), "reply:manage"),
    "link:create": "case:act",
    "link:end": "case:act",
    "case:change": "case:act",
    "case:state": "case:act",
    **dict.fromkeys(case_undoing.WAYS, "case:act"),
    derivatives.ASKED: "evidence:export",
    derivatives.REMOVED: "evidence:export",
    "beats:draw": "beat:manage",
    beats.DESCRIBED: "beat:manage",
    **dict.fromkeys(duties.KINDS, "duty:manage"),
    sharing.MADE: "share:make",
    targets.CHANGED: "target:manage",
    ladder.CHANGED: "target:manage",
    **dict.fromkeys(sightings.KINDS, "case:act"),
    **dict.fromkeys((*concluding.WAYS, apart.SAID, apart.UNSAID), "incident:act"),
    **bulletin_undoing.RIGHTS,
    **receivers.RIGHTS,
}
# How long a kind can be taken back, where that is not a shift.
LASTS = {"message:write": messages.WITHDRAWN_WITHIN, "progress:post": messages.WITHDRAWN_WITHIN}
