"""Making a referral and taking it further, from both sides: officer and partner. Each step stands in custody.

What a partner presses is a state; pressed twice, or by two people at once, it is one step. The reporter reads
of states at once, in fixed words; what a partner writes stays at the desk until an officer passes it on.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import or_, select

from tipline.db import Transaction
from tipline.domain import (
    acts,
    attached,
    clock,
    custody,
    events,
    ids,
    limits,
    messages,
    partners,
    referrals,
    tips,
    unread,
)
from tipline.domain import referral_steps as telling
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.messages import Message
from tipline.domain.partners import Partner
from tipline.domain.referral_steps import Say
from tipline.domain.referrals import (
    ACCEPTED,
    ARRIVED,
    COMING,
    DECLINED,
    DONE,
    EXPIRED,
    FACTS,
    LATE,
    OPEN,
    PICTURE,
    SENT,
    SILENT,
    WAITING,
    WITHDRAWN,
    Referral,
)  # fmt: skip
from tipline.domain.tips import ENDED, Tip
from tipline.errors import TiplineError

MADE, TAKEN_BACK = "referral:make", "referral:withdraw"
SILENT_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(minutes=5)
SAID_EVERY = timedelta(hours=1)
MOST_MINUTES = 240
MOST_OPEN, MOST_REPLIES = 12, 40
# How far each state is; a step back, or one taken already, changes nothing.
_RANK = {SENT: 0, SILENT: 0, ACCEPTED: 1, COMING: 2, LATE: 2, ARRIVED: 3, DONE: 4}
STEPS = {"accept": ACCEPTED, "come": COMING, "arrive": ARRIVED, "done": DONE, "decline": DECLINED}
PASSED_ON = "progress"


@dataclass(frozen=True)
class Wish:
    """What an officer wants of a partner, unchecked. `shown` names facts and covered pictures."""

    words: str
    shown: list[str] = field(default_factory=list)
    hours: int = referrals.LASTS_HOURS


def make(
    tx: Transaction, key: str, actor: Actor, tip: Tip, partner: Partner, wish: Wish, say: Say | None = None,
) -> Referral:  # fmt: skip
    """Put the tip before a partner. Its link follows from key and referral: see `referrals.token_of`."""
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    if tip.state in ENDED:
        raise TiplineError("tip:closed")
    shown = _require_right(tx, tip, wish)
    if len(referrals.list_open_of(tx, [tip.id])) >= MOST_OPEN:
        raise TiplineError("referral:too-many", limit=MOST_OPEN)
    now = clock.now()
    referral = Referral(
        tip_id=tip.id, partner_id=partner.id, token_hash=ids.new_token(), words=wish.words.strip(),
        shown=json.dumps(shown), state=SENT, author_id=actor.user_id, created_at=now, changed_at=now,
        expires_at=now + timedelta(hours=wish.hours),
    )  # fmt: skip
    tx.add(referral)
    tx.flush()
    referral.token_hash = referrals.hash_of(key, referrals.token_of(key, referral))
    tx.flush()
    tips.take_note(tx, actor, tip)
    with acts.together(tx):
        telling.log(tx, actor, MADE, referral, tip, say, shown=shown, until=clock.stamp(referral.expires_at))
        acts.record(
            tx, actor, MADE, tip=tip, subject=f"referral:{referral.id}", before={"state": WITHDRAWN},
            after={"state": SENT},
        )  # fmt: skip
    tips.touch(tip)
    return referral


def step(
    tx: Transaction, referral: Referral, verb: str, *, minutes: int | None = None, words: str = "",
    say: Say | None = None,
) -> bool:  # fmt: skip
    """What a partner pressed. Whether it changed anything: of two who press at once only the first does."""
    if verb not in STEPS:
        raise TiplineError("request:invalid")
    if referral.state == STEPS[verb] and (verb != "come" or not _is_news(referral, minutes)):
        return False
    tip = referrals.require_open(tx, referral)
    if verb == "decline":
        return _decline(tx, tip, referral, words, say)
    if verb == "come" and (minutes is None or not 1 <= minutes <= MOST_MINUTES):
        raise TiplineError(
            "referral:minutes-unclear", fields={"minutes": "referral:minutes-unclear"}, limit=MOST_MINUTES
        )
    if _RANK[STEPS[verb]] < _RANK[referral.state]:
        return False
    first, now = referral.state in WAITING, clock.now()
    if verb == "come":
        referral.eta_at = now + timedelta(minutes=minutes or 0)
    if words.strip():
        _write(tx, tip, referral, words)
    _settle(tx, tip, referral, STEPS[verb])
    how = {"at_once": first, "minutes": minutes if verb == "come" else None}
    telling.log(tx, partners.behind(tx, referral.id), f"referral:{verb}", referral, tip, say, **how)
    return True


def reply(tx: Transaction, referral: Referral, text: str, *, is_again: bool = False) -> Message:
    """What a partner writes stands in the desk's thread, with the files that came since the last time.

    `is_again`: files of it were here already, so it is a reply sent once more; what of it is new is added.
    """
    tip = referrals.require_open(tx, referral)
    files = attached.loose_of(tx, referral.id)
    said = messages.list_of_referrals(tx, [referral.id]) if is_again else []
    if any(one.text == text.strip() for one in said):
        text = ""  # it stands above
    if not files and not text.strip():
        if said:
            return said[-1]
        raise TiplineError("referral:reply-empty", fields={"words": "referral:reply-empty"})
    message = _write(tx, tip, referral, text, with_files=bool(files))
    attached.attach(tx, message, files)
    return message


def open_link(tx: Transaction, referral: Referral) -> None:
    """Somebody with the link looks; said once an hour at most, whoever it is."""
    tip = tx.get_one(Tip, referral.tip_id)
    verb = "referral:open" if referral.is_open and tip.erased_at is None else "referral:late-look"
    if not _said_lately(tx, referral, verb):
        referral.opened_at = referral.opened_at or clock.now()
        telling.log(tx, partners.behind(tx, referral.id), verb, referral, tip)
        if tip.erased_at is None:
            tips.touch(tip)


def was_opened_lately(tx: Transaction, referral: Referral) -> bool:
    """Whether a look is in the log already, so that looking on writes nothing."""
    return any(_said_lately(tx, referral, one) for one in ("referral:open", "referral:late-look"))


def rank_of(state: str) -> int:
    """How far it is: 0 asked, 1 taken on, 2 on the way, 3 on the spot, 4 done."""
    return _RANK.get(state, 0)


def remind(tx: Transaction, actor: Actor, tip: Tip, referral: Referral, say: Say | None = None) -> None:
    """The officer asks once more; the reporter reads that he did, the partner sees it on the page."""
    referrals.require_open(tx, referral)
    since = clock.now() - timedelta(minutes=1)
    said = custody.list_of(tx, subject=telling.subject(referral), actions={"referral:remind"})
    if said and said[-1].at > since:
        raise TiplineError("referral:reminded")
    telling.log(tx, actor, "referral:remind", referral, tip, say)
    tips.touch(tip)


def withdraw(tx: Transaction, actor: Actor, tip: Tip, referral: Referral, say: Say | None = None) -> None:
    """From this moment the link shows nothing. Done twice it changes nothing."""
    if not referral.is_open:
        return
    before = acts.held(referral, "state", "ended_at")
    _settle(tx, tip, referral, WITHDRAWN, is_news=False)
    telling.log(tx, actor, TAKEN_BACK, referral, tip, say)
    acts.record(
        tx, actor, TAKEN_BACK, tip=tip, subject=telling.subject(referral), before=before,
        after=acts.held(referral, "state", "ended_at"),
    )  # fmt: skip


def unmake(tx: Transaction, actor: Actor, act: acts.Act) -> None:
    """The way back of making one, until the partner has answered."""
    referral = tx.get_one(Referral, int(act.subject.partition(":")[2]))
    if referral.state not in WAITING:
        raise TiplineError("act:superseded")
    tip = tx.get_one(Tip, referral.tip_id)
    _settle(tx, tip, referral, WITHDRAWN, is_news=False)
    telling.log(tx, actor, TAKEN_BACK, referral, tip)


def bring_back(tx: Transaction, _actor: Actor, act: acts.Act) -> None:
    """The way back of withdrawing one: the same link opens again."""
    acts.put_back(tx.get_one(Referral, int(act.subject.partition(":")[2])), act)


def pass_on(
    tx: Transaction, actor: Actor, tip: Tip, message: Message, text: str, pictures: Collection[str] = ()
) -> Message:
    """What a partner wrote, in words the reporter may read, and of the files those that the officer chose.

    May be done again after it was taken back.
    """
    if message.tip_id != tip.id or message.kind != messages.PARTNER or message.withdrawn_at:
        raise TiplineError("referral:not-found")
    came = attached.of_messages(tx, [message.id]).get(message.id, [])
    shown = {one.file.id: (one.file, one.made) for one in came if one.made and one.file.id in pictures}
    if set(pictures) - shown.keys():
        raise TiplineError("referral:picture-gone", fields={"picture": "referral:picture-gone"})
    told = messages.write(tx, actor, tip, text, kind=PASSED_ON)
    attached.attach(tx, told, [file for file, _ in shown.values()])
    message.answered_at = clock.now()
    custody.append(
        tx, actor, "referral:pass-on", f"tip:{tip.reference}", tip=tip.reference, message=message.id,
        told=told.id,
        pictures=[{"file": file.number, "sha256": made.sha256} for file, made in shown.values()],
    )  # fmt: skip
    return told


def sweep(tx: Transaction, say: Say | None = None, *, limit: int = 200) -> int:
    """What nobody presses: no answer after a while, a late arrival, an end. The officer hears of each."""
    now = clock.now()
    ended = select(Tip.id).where(or_(Tip.state.in_(ENDED), Tip.erased_at.is_not(None)))
    due = or_(
        Referral.expires_at <= now,
        (Referral.state == SENT) & (Referral.created_at <= now - SILENT_AFTER),
        (Referral.state == COMING) & (Referral.eta_at <= now - LATE_AFTER),
        Referral.tip_id.in_(ended),
    )
    found = tx.scalars(
        select(Referral).where(Referral.state.in_(OPEN), due).order_by(Referral.id).limit(limit)
    )
    return sum(_move_on(tx, one, say) for one in found)


def drop_of_tip(tx: Transaction, tip: Tip) -> None:
    """Its links open to nobody, what they told is forgotten; who was asked, and when, stays in the log."""
    for referral in referrals.list_of_tip(tx, tip):
        if referral.is_open:
            referral.state, referral.ended_at = WITHDRAWN, clock.now()
            telling.log(tx, SYSTEM, TAKEN_BACK, referral, tip)
        referral.words, referral.shown = "", "[]"


def _move_on(tx: Transaction, referral: Referral, say: Say | None) -> int:
    tip = tx.get_one(Tip, referral.tip_id)
    if tip.erased_at is not None or tip.state in ENDED:
        referral.state, referral.ended_at = WITHDRAWN, clock.now()
        telling.log(tx, SYSTEM, "referral:end", referral, tip)
        return 1
    state = EXPIRED if referral.expires_at <= clock.now() else SILENT if referral.state == SENT else LATE
    _settle(tx, tip, referral, state)
    verb = {EXPIRED: "expire", SILENT: "silent", LATE: "late"}[state]
    telling.log(tx, SYSTEM, f"referral:{verb}", referral, tip, say)
    return 1


def _decline(tx: Transaction, tip: Tip, referral: Referral, words: str, say: Say | None) -> bool:
    if not words.strip():
        raise TiplineError("referral:why-needed", fields={"words": "referral:why-needed"})
    _write(tx, tip, referral, words)
    _settle(tx, tip, referral, DECLINED)
    telling.log(tx, partners.behind(tx, referral.id), "referral:decline", referral, tip, say)
    return True


def _write(tx: Transaction, tip: Tip, referral: Referral, text: str, *, with_files: bool = False) -> Message:
    """The same words once more are the same message, unless a file comes along: that is news."""
    sent = messages.list_of_referrals(tx, [referral.id])
    if not with_files and sent and sent[-1].text == text.strip():
        return sent[-1]
    if len(sent) >= MOST_REPLIES:
        raise TiplineError("referral:too-many-replies", fields={"words": "referral:too-many-replies"})
    who = partners.behind(tx, referral.id)
    message = messages.write(tx, who, tip, text, kind=messages.PARTNER, with_files=with_files)
    message.referral_id = referral.id
    unread.bring_news(tip)
    tx.flush()
    events.tell(tx, "referral:message", tip=tip, by=who)
    return message


def _settle(tx: Transaction, tip: Tip, referral: Referral, state: str, *, is_news: bool = True) -> None:
    referral.state, referral.changed_at = state, clock.now()
    if state not in OPEN:
        referral.ended_at = referral.changed_at
    tips.touch(tip)
    if is_news:
        unread.bring_news(tip)
    tx.flush()


def _is_news(referral: Referral, minutes: int | None) -> bool:
    """Another time of arrival is news; the same once more within a minute is the same press."""
    if minutes is None or referral.eta_at is None:
        return minutes is None  # no time at all: to be answered, not to be taken for the same press
    other = clock.now() + timedelta(minutes=minutes)
    return abs(other - referral.eta_at) > timedelta(minutes=1)


def _said_lately(tx: Transaction, referral: Referral, verb: str) -> bool:
    since = clock.now() - SAID_EVERY
    return any(
        one.at > since
        for one in custody.list_of(tx, subject=telling.subject(referral), actions={verb}, limit=2000)
    )


def _require_right(tx: Transaction, tip: Tip, wish: Wish) -> list[str]:
    """What may be shown, of what was ticked; raises every faulty field at once."""
    faults = {}
    if not wish.words.strip():
        faults["words"] = "referral:words-needed"
    elif len(wish.words) > limits.REASON:
        faults["words"] = "tip:field-too-long"
    if not 1 <= wish.hours <= referrals.MOST_HOURS:
        faults["hours"] = "referral:hours-unclear"
    asked = [one for one in wish.shown if one.startswith(PICTURE)]
    may = {one.code for one in referrals.pictures_of(tx, tip)} if asked else set()
    if any(one not in may for one in asked):
        faults["shown"] = "referral:picture-unfit"
    if faults:
        code = next(iter(faults.values())) if len(faults) == 1 else "request:invalid"
        raise TiplineError(code, fields=faults, limit=limits.REASON)
    return [one for one in (*FACTS, *sorted(may)) if one in wish.shown]
