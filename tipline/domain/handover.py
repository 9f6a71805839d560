"""Handing a tip over: to a colleague, to another beat, or kindly back when it is not for the police.

The response clock goes on through all of it; the reporter reads of each step, without names.
"""

from __future__ import annotations

from datetime import tzinfo

from tipline.db import Transaction
from tipline.domain import acts, arrivals, beats, custody, events, limits, mentions, messages, tips, unread
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.messages import Message
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

DELEGATE, TRANSFER, SEND_ON = "tip:delegate", "tip:transfer", "tip:send-on"
_MOVED = ("beat", "assignee_id")


def delegate(tx: Transaction, actor: Actor, tip: Tip, person: Account, words: str) -> None:
    """A colleague takes it over with a note; to them it is unread and names them."""
    _require_open(tip)
    if person.id == tip.assignee_id:
        raise TiplineError("handover:theirs", fields={"to": "handover:theirs"}, name=person.display_name)
    with acts.together(tx):
        note = _note(tx, actor, tip, words)
        before = acts.held(tip, "assignee_id")
        tip.assignee_id = person.id
        tips.decide(tip)
        _bring_before(tx, tip, note, person, actor)
        acts.record(tx, actor, DELEGATE, tip=tip, before=before, after=acts.held(tip, "assignee_id"))
    custody.append(
        tx, actor, DELEGATE, f"tip:{tip.reference}", tip=tip.reference, assignee=person.username,
        before=before["assignee_id"], message=note.id,
    )  # fmt: skip
    events.tell(tx, "tip:handed-over", tip=tip, to=[person.id], by=actor)


def transfer(
    tx: Transaction, actor: Actor, tip: Tip, beat: str, words: str, zone: tzinfo | None = None
) -> None:
    """Another beat takes it over with a note: whoever has duty there, from now on. The ladder begins anew."""
    _require_open(tip)
    if not beat:
        raise TiplineError("handover:beat-needed", fields={"beat": "handover:beat-needed"})
    target = beats.read_beat(tx, beat)
    if target.code == tip.beat:
        raise TiplineError("handover:there", fields={"beat": "handover:there"}, name=target.name)
    with acts.together(tx):
        note = _note(tx, actor, tip, words)
        before = acts.held(tip, *_MOVED)
        tip.beat, tip.assignee_id, tip.escalation = target.code, None, None
        arrivals.put_before_duty(tx, tip, zone)
        unread.bring_news(tip)
        tips.decide(tip)
        _tell_first(tx, tip, note)
        acts.record(tx, actor, TRANSFER, tip=tip, before=before, after=acts.held(tip, *_MOVED))
    custody.append(
        tx, actor, TRANSFER, f"tip:{tip.reference}", tip=tip.reference, message=note.id,
        before={"beat": before["beat"]}, after={"beat": target.code},
    )  # fmt: skip
    events.tell(tx, "tip:handed-over", tip=tip, to=[tip.assignee_id or 0], by=actor)


def send_on(tx: Transaction, actor: Actor, tip: Tip, text: str, service: str) -> Message:
    """Not for the police: close it with the words that say where to go. The log keeps `service`."""
    _require_open(tip)
    if not service.strip():
        raise TiplineError("handover:service-needed", fields={"service": "handover:service-needed"})
    with acts.together(tx):
        message = messages.write(tx, actor, tip, text)
        custody.append(
            tx, actor, SEND_ON, f"tip:{tip.reference}", tip=tip.reference, service=service,
            message=message.id,
        )  # fmt: skip
        tips.move(tx, actor, tip, "closed")
    return message


def _note(tx: Transaction, actor: Actor, tip: Tip, words: str) -> Message:
    if not words.strip():
        raise TiplineError("handover:note-needed", fields={"words": "handover:note-needed"})
    if len(words) > limits.MESSAGE:
        raise TiplineError("message:too-long", fields={"words": "message:too-long"}, limit=limits.MESSAGE)
    note = messages.write(tx, actor, tip, words, kind="note")
    mentions.keep(tx, note)
    return note


def _bring_before(tx: Transaction, tip: Tip, note: Message, person: Account, actor: Actor) -> None:
    """The colleague finds it among their own, unread, and the note among those that name them."""
    if person.id == actor.user_id:
        return
    unread.forget(tx, person.id, tip)
    mentions.name(tx, note, person)


def _tell_first(tx: Transaction, tip: Tip, note: Message) -> None:
    """Whoever has duty there reads the note among those that name them."""
    if tip.assignee_id is not None:
        mentions.name(tx, note, tx.get_one(Account, tip.assignee_id))


def _require_open(tip: Tip) -> None:
    if tip.state in tips.ENDED:
        raise TiplineError("tip:closed")
