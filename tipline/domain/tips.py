"""Tips: what a reporter handed in, and its way through the desk.

A tip is a draft until it is submitted; the receipt exists from the first moment. Every act writes custody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import (
    acts,
    arrivals,
    beats,
    categories,
    clock,
    contacts,
    custody,
    events,
    ids,
    limits,
    rematches,
    response,
    search,
)
from tipline.domain.actors import Actor, reporter
from tipline.domain.reports import Report, is_offset
from tipline.domain.tip_table import Tip as Tip  # noqa: PLC0414 - whoever acts on tips finds the table here
from tipline.errors import TiplineError

STATES = (
    "draft", "received", "triage", "need_info", "linked", "duplicate", "not_used", "snoozed", "closed",
    "withdrawn",
)  # fmt: skip
# What staff may choose by hand; the others follow from an act of their own.
BY_HAND = ("received", "triage", "need_info", "duplicate", "not_used", "snoozed", "closed")
# How a tip came to the member of staff who took it on somebody's behalf.
ORIGINS = ("walk-in", "phone", "chat")
SETTLED = ("state", "snoozed_until", "duplicate_of_id")  # what a step by hand changes
ACKNOWLEDGED = ("acknowledged_at", "state")
NEEDS_REASON = ("not_used", "duplicate")
ENDED = ("closed", "withdrawn")
LONGEST_SNOOZE = timedelta(days=3660)
FIRST_NUMBER = 1000


def begin(
    tx: Transaction, report: Report, *, language: str, door: str, ack_minutes: int,
    taker: Actor | None = None, origin: str | None = None,
) -> Tip:  # fmt: skip
    """Save a report as a draft. Nothing has to be complete yet. `taker` acts on the reporter's behalf."""
    if origin not in (None, *ORIGINS):
        raise TiplineError("tip:origin-needed", fields={"origin": "tip:origin-needed"})
    arrivals.complete(tx, report)
    now = clock.now()
    tip = Tip(reference="", language=language, door=door, created_at=now, changed_at=now)
    tip.taken_by_id, tip.origin = taker.user_id if taker else None, origin
    _copy(report, tip)
    # The number comes from the row's own id, so a placeholder that cannot clash stands in until it is known.
    tip.reference = ids.new_id()[:20]
    tip.ack_due_at = now + timedelta(minutes=ack_minutes)
    tx.add(tip)
    tx.flush()
    tip.reference = f"T-{FIRST_NUMBER + tip.id}"
    tx.flush()
    contacts.keep(tx, tip.id, report.contact)
    custody.append(
        tx, taker or reporter(tip.reference), "tip:create", f"tip:{tip.reference}", tip=tip.reference,
        category=tip.category, door=door, origin=origin, anonymous=tip.anonymous, words=digest(tip),
        bulletin=tip.bulletin_id, **_recorder(tip),
    )  # fmt: skip
    return tip


def rewrite(tx: Transaction, tip: Tip, report: Report) -> None:
    """The reporter corrects the report before submitting it."""
    if tip.state != "draft":
        raise TiplineError("tip:sent")
    arrivals.complete(tx, report)
    _copy(report, tip)
    contacts.keep(tx, tip.id, report.contact)
    custody.append(
        tx, reporter(tip.reference), "tip:rewrite", f"tip:{tip.reference}", tip=tip.reference,
        category=tip.category, anonymous=tip.anonymous, words=digest(tip), **_recorder(tip),
    )  # fmt: skip
    decide(tip)


def submit(tx: Transaction, tip: Tip, actor: Actor, *, ack_minutes: int, zone: tzinfo | None = None) -> None:
    """Hand the tip to the desk, in the station's `zone` before who is on duty on its beat (see arrivals), and
    start the response clock. Doing it twice does nothing."""
    if tip.state != "draft":
        return
    now = clock.now()
    tip.state, tip.received_at, tip.news_at = "received", now, now
    response.start(tx, tip, ack_minutes)
    found = arrivals.find_beat(tx, tip)
    decide(tip)
    custody.append(tx, actor, "tip:submit", f"tip:{tip.reference}", tip=tip.reference, **found)
    arrivals.put_before_duty(tx, tip, zone)
    search.index(tx, tip.id)
    rematches.want(tx, tip.id)
    events.tell(tx, "tip:new", tip=tip, by=actor)


def find_tip(tx: Transaction, reference: str) -> Tip | None:
    return tx.scalar(select(Tip).where(Tip.reference == reference.upper()))


def read_tip(tx: Transaction, reference: str) -> Tip:
    """Raises tip:not-found, and tip:erased of one of which nothing is left but what its page tells."""
    tip = find_tip(tx, reference)
    if tip is None or tip.erased_at is not None:
        raise TiplineError("tip:erased" if tip else "tip:not-found")
    return tip


def acknowledge(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """An officer has taken note; stops the response clock the reporter sees."""
    if tip.acknowledged_at:
        raise response.refuse_second(tx, tip)
    if tip.state in ENDED:
        raise TiplineError("tip:closed")
    acknowledge_each(tx, actor, [tip])


def acknowledge_each(tx: Transaction, actor: Actor, waiting: Collection[Tip]) -> None:
    """The same of many that wait for it: an act, an entry and news of each, in the statements of one."""
    changes = []
    for tip in waiting:
        before = acts.held(tip, *ACKNOWLEDGED)
        tip.acknowledged_at = clock.now()
        if tip.state == "received":
            tip.state = "triage"
        decide(tip)
        changes.append(acts.Change(tip, before, acts.held(tip, *ACKNOWLEDGED)))
    acts.record_each(tx, actor, "tip:acknowledge", changes)
    told = [
        custody.Line(f"tip:{tip.reference}", tip.reference, {"late": response.is_late(tip)})
        for tip in waiting
    ]
    custody.append_each(tx, actor, "tip:acknowledge", told)
    events.tell_each(tx, "tip:acknowledged", waiting, by=actor)


def take_note(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """Whoever answers or calls somebody in has taken note: no clock says otherwise beside the answer."""
    is_running = tip.acknowledged_at is None and tip.ack_due_at is not None and tip.state in response.RUNNING
    if actor.user_id is not None and is_running:
        acknowledge(tx, actor, tip)


def assign(tx: Transaction, actor: Actor, tip: Tip, assignee_id: int | None, assignee: str | None) -> None:
    """Give the tip to one member of staff, or to nobody."""
    before = tip.assignee_id
    if before == assignee_id:
        return
    tip.assignee_id = assignee_id
    decide(tip)
    acts.record(
        tx, actor, "tip:assign", tip=tip, before={"assignee_id": before}, after={"assignee_id": assignee_id}
    )
    custody.append(
        tx, actor, "tip:assign", f"tip:{tip.reference}", tip=tip.reference, assignee=assignee, before=before
    )
    if assignee_id is not None:
        events.tell(tx, "tip:assigned", tip=tip, to=[assignee_id], by=actor)


def move(
    tx: Transaction, actor: Actor, tip: Tip, state: str, *, reason: str | None = None,
    until: datetime | None = None, of: Tip | None = None,
) -> None:  # fmt: skip
    """Put the tip into another state by hand, from any. `of` is what a duplicate repeats (see duplicates)."""
    if state not in BY_HAND:
        raise TiplineError("tip:state-unknown", fields={"state": "tip:state-unknown"})
    reason = (reason or "").strip() or None
    if state in NEEDS_REASON and not reason and of is None:
        raise TiplineError("tip:reason-needed", fields={"reason": "tip:reason-needed"})
    if reason and len(reason) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"reason": "tip:field-too-long"}, limit=limits.REASON)
    # A moment that has passed wakes the tip at once; one at the ends of time cannot be kept in UTC.
    if until and abs(until - clock.now()) >= LONGEST_SNOOZE:
        raise TiplineError("tip:snooze-day", fields={"until": "tip:snooze-day"})
    if tip.state == state and state != "snoozed" and of is None:
        return
    before = acts.held(tip, *SETTLED)
    _set_state(tx, actor, tip, state, reason=reason, until=until, of=of)
    acts.record(tx, actor, "tip:state", tip=tip, before=before, after=acts.held(tip, *SETTLED))


def follow(tx: Transaction, actor: Actor, tip: Tip, state: str) -> None:
    """A state that follows from another act, which tells why and is what can be taken back."""
    if tip.state != state:
        _set_state(tx, actor, tip, state)


def change(tx: Transaction, actor: Actor, tip: Tip, **values: Any) -> None:
    """Correct category, beat or clock offset; the old values stay in the log."""
    if "category" in values:
        categories.read_category(values["category"])
    if "beat" in values:
        values["beat"] = values["beat"] or None
    if values.get("beat"):
        beats.read_beat(tx, values["beat"])
    if not is_offset(values.get("clock_offset_s")):
        raise TiplineError("tip:offset-unclear", fields={"clock_offset_s": "tip:offset-unclear"})
    before: dict[str, Any] = {name: getattr(tip, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return
    touched = [*changed, "clock_source"] if "clock_offset_s" in changed else list(changed)
    was = acts.held(tip, *touched)
    for name, value in changed.items():
        setattr(tip, name, value)
    if "clock_offset_s" in changed:
        tip.clock_source = None if tip.clock_offset_s is None else "desk"
    decide(tip)
    acts.record(tx, actor, "tip:change", tip=tip, before=was, after=acts.held(tip, *touched))
    custody.append(
        tx, actor, "tip:change", f"tip:{tip.reference}", tip=tip.reference,
        after=changed, before={name: before[name] for name in changed},
    )  # fmt: skip


def require_version(tip: Tip, version: int | None) -> None:
    """Refuse a change that was decided on an older state than the present one."""
    if version is not None and version != tip.version:
        raise TiplineError("tip:changed")


def touch(tip: Tip) -> None:
    """Something about the tip changed: pages that show it must notice. Of an erased one nothing changes."""
    if tip.erased_at is not None:
        raise TiplineError("tip:erased")
    tip.changed_at = clock.now()
    tip.revision += 1


def decide(tip: Tip) -> None:
    """Something changed on which a person decides; progress and pictures are not of that kind."""
    response.settle(tip)
    touch(tip)
    tip.version += 1


def _set_state(
    tx: Transaction, actor: Actor, tip: Tip, state: str, *, reason: str | None = None,
    until: datetime | None = None, of: Tip | None = None,
) -> None:  # fmt: skip
    before, tip.state = tip.state, state
    tip.snoozed_until = until if state == "snoozed" else None
    tip.duplicate_of_id = of.id if of else None
    if tip.received_at is None:
        tip.received_at = clock.now()
    decide(tip)
    custody.append(
        tx, actor, f"tip:{state.replace('_', '-')}", f"tip:{tip.reference}", tip=tip.reference, reason=reason,
        before=before, until=_iso(until), **({"of": of.reference} if of else {}),
    )  # fmt: skip
    if state in ENDED:
        events.tell(tx, f"tip:{state}", tip=tip, by=actor)


def digest(tip: Tip) -> str:
    """SHA-256 over the reporter's words: the log proves them without holding what may have to be erased."""
    words = [tip.text, tip.place, _iso(tip.occurred_at), _iso(tip.occurred_until), tip.lat, tip.lon]
    return hashlib.sha256(json.dumps(words, ensure_ascii=True).encode()).hexdigest()


def _copy(report: Report, tip: Tip) -> None:
    for name in ("category", "text", "occurred_at", "occurred_until", "place", "lat", "lon", "beat",
                 "anonymous", "shop", "bulletin_id"):  # fmt: skip
        setattr(tip, name, getattr(report, name))
    # What a report does not say of the recorder may have been told by itself.
    if report.clock_offset_s is not None and report.clock_offset_s != tip.clock_offset_s:
        tip.clock_offset_s, tip.clock_source, tip.clock_reading = report.clock_offset_s, "minutes", None
    if report.overwrites_in_days is not None:
        tip.expect_overwriting(report.overwrites_in_days)


def _recorder(tip: Tip) -> dict[str, Any]:
    """What the report said of the recorder; every time of its footage rests on that."""
    return {"clock_offset_s": tip.clock_offset_s, "overwrites_at": _iso(tip.overwrites_at)}


def _iso(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None
