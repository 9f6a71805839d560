"""Making a share, opening it from outside, and ending it. Each stands in custody, an opening as well.

The secret of a share is 80 bits behind the # of its link, and if it was wished 8 digits told by phone; both
go into one keyed hash, so that neither can be tried without the other. Who opens is not asked and not kept.
"""

from __future__ import annotations

import hmac
import json
import math
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import update

from tipline.db import Transaction, safe_text
from tipline.domain import (
    acts,
    clock,
    custody,
    derivatives,
    exports,
    ids,
    limits,
    outbox,
    redacting,
    renditions,
    shares,
    times,
    tips,
)  # fmt: skip
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.derivatives import SHARED, Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.shares import Share, ShareView
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

MADE = "share:make"  # the act; taking it back revokes the share
ORIGINAL = "original"
FACTS = PLACE, TIME, CATEGORY = ("place", "time", "category")
LONGEST_NAME, LONGEST_REASON = 60, 500
SECOND_DIGITS = 8
LATE_TOLD_EVERY = timedelta(hours=1)
_SHAREABLE = ("video", "photo")


@dataclass(frozen=True)
class Wish:
    """What somebody wants to share, unchecked. `source` is ORIGINAL or the name of a covered copy; `t` and
    `until` are places in it in seconds; `facts` says what may stand beside it."""

    id: str
    recipient: str
    reason: str
    source: str = ORIGINAL
    still: bool = False
    t: float | None = None
    until: float | None = None
    sound: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    message: str = ""
    days: int = shares.LASTS_DAYS
    most_views: int | None = None
    with_second: bool = False
    zone: str = "UTC"


class Made(NamedTuple):
    """A new share, and what only this moment knows of it."""

    share: Share
    code: str
    second: str | None


def offered(tx: Transaction, file: Evidence) -> list[Rendition]:
    """The covered copies it can be made of, newest first: they are offered before the original."""
    return sorted(redacting.may_leave(tx, file), key=lambda one: one.made_at, reverse=True)


def make(
    tx: Transaction, ring: outbox.Ring, key: str, actor: Actor, file: Evidence, wish: Wish,
    case: Case | None = None,
) -> Made:  # fmt: skip
    """Have the copy made and hand out its link, which is known to nobody afterwards."""
    _require_shareable(file)
    source = _source(tx, file, wish)
    _require_right(wish)
    tip, now = tx.get_one(Tip, file.tip_id), clock.now()
    if tx.get(Share, wish.id) is not None:
        raise TiplineError("share:made-already")
    number = shares.number_of(wish.id)
    day = now.astimezone(ZoneInfo(wish.zone)).date().isoformat()
    wanted = {
        **_place(file, wish, source), "share": wish.id, "number": number, "day": day, "zone": wish.zone,
        "recipient": _line(wish.recipient), "covered": source.name if source else None,
    }  # fmt: skip
    copy = derivatives.ask(tx, ring, actor, file, SHARED, wanted)
    code = ids.new_code(ids.CODE_LENGTH)
    second = f"{secrets.randbelow(10**SECOND_DIGITS):0{SECOND_DIGITS}}" if wish.with_second else None
    facts = {name: _line(wish.facts[name]) for name in FACTS if wish.facts.get(name, "").strip()}
    told = {"facts": facts, "second": second is not None, "covered": source is not None}
    share = Share(
        id=wish.id, token_hash=_hash(key, wish.id, code, second or ""), evidence_id=file.id,
        case_id=case.id if case else None, derivative_id=copy.id, recipient=_line(wish.recipient),
        reason=wish.reason.strip(), message=safe_text(wish.message.strip()), most_views=wish.most_views,
        told=json.dumps({**told, "sound": bool(wanted["sound"])}, ensure_ascii=False),
        author_id=copy.author_id, created_at=now, expires_at=now + timedelta(days=wish.days),
    )  # fmt: skip
    tx.add(share)
    tx.flush()
    custody.append(
        tx, actor, MADE, f"share:{share.id}", tip=tip.reference, reason=share.reason, number=file.number,
        share=number, evidence=file.id, derivative=copy.id, recipient=share.recipient,
        covered=source is not None, sound=bool(wanted["sound"]), facts=sorted(facts),
        for_case=case.id if case else None, until=clock.stamp(share.expires_at), most_views=wish.most_views,
        second=second is not None,
    )  # fmt: skip
    acts.record(tx, actor, MADE, tip=tip, subject=f"derivative:{copy.id}", after={"share": share.id})
    tips.touch(tip)
    return Made(share, ids.grouped(code), second)


def open_share(tx: Transaction, key: str, share: Share, code: str, second: str) -> ShareView:
    """Somebody with the right codes begins a visit: one view. Raises share:code-wrong, or why it is over."""
    given = _hash(
        key, share.id, ids.normal_receipt_code(code) or "", "".join(filter(str.isdecimal, second))[:16]
    )
    if not hmac.compare_digest(given, share.token_hash):
        raise TiplineError("share:code-wrong", fields={"code": "share:code-wrong"})
    shares.require_open(share, shares.copy_of(tx, share))
    # Two who open at the same moment: of the last view only one gets it.
    is_left = (Share.most_views.is_(None)) | (Share.views < Share.most_views)
    counted = tx.execute(
        update(Share).where(Share.id == share.id, is_left).values(views=Share.views + 1)
    ).rowcount  # type: ignore[attr-defined]
    if not counted:
        raise TiplineError("share:used-up")
    view = ShareView(share_id=share.id, at=clock.now())
    tx.add(view)
    tx.flush()
    tx.refresh(share)
    _log(tx, recipient(share), "open", share, view=share.views)
    return view


def note_late(tx: Transaction, share: Share, code: str) -> None:
    """Somebody came too late, or after it was taken back; said once in a while, however often it is tried."""
    said = custody.list_of(tx, subject=f"share:{share.id}", actions={"share:late"})
    if not said or said[-1].at < clock.now() - LATE_TOLD_EVERY:
        _log(tx, recipient(share), "late", share, code=code)


def revoke(tx: Transaction, actor: Actor, share: Share, reason: str = "") -> None:
    """From now on it opens to nobody, whoever is looking at it this moment included."""
    if share.revoked_at is not None:
        return
    share.revoked_at, share.revoked_by = clock.now(), actor.label
    _log(tx, actor, "revoke", share, reason=reason.strip()[:LONGEST_REASON] or None)


def take_back(tx: Transaction, actor: Actor, derivative_id: int) -> None:
    """The way back from making one; raises act:superseded when somebody revoked it already."""
    share = shares.find_by_copy(tx, derivative_id)
    if share is None or share.revoked_at is not None:
        raise TiplineError("act:superseded")
    revoke(tx, actor, share)


def drop_of_tip(tx: Transaction, tip: Tip, actor: Actor) -> list[str]:
    """End all shares of a tip's files and forget what was made for them; the keys whose bytes must go.

    The rows stay: who was given what, and when, is a part of the log.
    """
    keys: list[str] = []
    for share in shares.list_of_tip(tx, tip):
        revoke(tx, actor, share)
        share.message, share.told = "", json.dumps({"facts": {}})
        copy = shares.copy_of(tx, share)
        if copy is not None:
            copy.removed_at = copy.removed_at or clock.now()
            keys += [renditions.drop(tx, one) for one in _made_for(tx, copy)]
    return keys


def recipient(share: Share) -> Actor:
    """Whoever holds the link; no more is known."""
    return Actor("recipient", share.number)


def file_of(tx: Transaction, share: Share) -> Rendition:
    """The copy's bytes."""
    copy = shares.copy_of(tx, share)
    if copy is None or copy.rendition is None:
        raise TiplineError("share:making")
    return renditions.read_rendition(tx, share.evidence_id, copy.rendition)


def true_time(tx: Transaction, file: Evidence, t: float, zone: str) -> str:
    """When this happened, where it is known well enough to be handed on; else nothing.

    To the second; of an anonymous tip only the hour, for who stood there with a phone is known by less.
    """
    tip = tx.get_one(Tip, file.tip_id)
    said = str(exports.placed(file, tip, t, zone).get("true_at", ""))[:19]
    if not said or not tip.anonymous:
        return said
    begin = times.to_the_hour(datetime.fromisoformat(said))
    return f"{begin:%Y-%m-%d %H:%M}–{begin + timedelta(hours=1):%H:%M}"


def _made_for(tx: Transaction, copy: Derivative) -> list[Rendition]:
    begin = f"{copy.kind}-{copy.id}."
    return [
        one for one in renditions.list_of(tx, copy.evidence_id, renditions.SHARED)
        if one.name.startswith(begin)
    ]  # fmt: skip


def _hash(key: str, share_id: str, code: str, second: str) -> str:
    return ids.keyed_hash(key, "share", f"{share_id}\0{code.replace('-', '')}\0{second}")


def _log(
    tx: Transaction, actor: Actor, verb: str, share: Share, reason: str | None = None, **more: Any
) -> None:
    file = tx.get_one(Evidence, share.evidence_id)
    tip = tx.get_one(Tip, file.tip_id)
    custody.append(
        tx, actor, f"share:{verb}", f"share:{share.id}", tip=tip.reference, reason=reason,
        share=share.number, number=file.number, recipient=share.recipient, **more,
    )  # fmt: skip
    if tip.erased_at is None:  # of one that goes or is gone nothing changes any more
        tips.touch(tip)


def _require_shareable(file: Evidence) -> None:
    if not file.arrived or file.sha256 is None:
        raise TiplineError("evidence:incomplete")
    if file.kind not in _SHAREABLE:
        raise TiplineError("share:no-picture")


def _source(tx: Transaction, file: Evidence, wish: Wish) -> Rendition | None:
    """The covered copy that was chosen, None for the original. One that nobody looked at never leaves."""
    if wish.source == ORIGINAL:
        return None
    chosen = next((one for one in offered(tx, file) if one.name == wish.source), None)
    if chosen is None:
        raise TiplineError("share:source-unfit", fields={"source": "share:source-unfit"})
    return chosen


def _require_right(wish: Wish) -> None:
    """Every faulty field at once."""
    faults = {}
    if not 1 <= len(_line(wish.recipient)) <= LONGEST_NAME:
        faults["recipient"] = "share:recipient-needed"
    if not 1 <= len(wish.reason.strip()) <= LONGEST_REASON:
        faults["reason"] = "share:reason-needed"
    if not 1 <= wish.days <= shares.MOST_DAYS:
        faults["days"] = "share:days-unclear"
    if wish.most_views is not None and not 1 <= wish.most_views <= shares.MOST_VIEWS:
        faults["most_views"] = "share:views-unclear"
    if len(wish.message) > limits.MESSAGE:
        faults["message"] = "message:too-long"
    faults |= dict.fromkeys(
        (name for name in FACTS if len(wish.facts.get(name, "")) > limits.SHORT), "tip:field-too-long"
    )
    if faults:
        raise TiplineError("request:invalid", fields=faults)


def _place(file: Evidence, wish: Wish, source: Rendition | None) -> dict[str, Any]:
    """Which part, and as what."""
    is_picture = source.mime.startswith("image/") if source else file.kind == "photo"
    if is_picture:
        return {"is_film": False, "sound": False}
    marked = [one for one in (wish.t, wish.until) if one is not None]
    if not all(math.isfinite(one) and 0 <= one <= exports.LONGEST_S for one in marked):
        raise _unclear("share:range-unclear")
    if wish.still:
        return {"is_film": False, "sound": False, "t": wish.t or 0.0}
    start, end = wish.t or 0.0, wish.until if wish.until is not None else exports.LONGEST_S
    length = float(file.facts.get("duration_s") or 0.0) if source is None else _length(source)
    if end < start or (length and start > length):
        raise _unclear("share:range-unclear")
    longest = exports.LONGEST_CLIP.total_seconds()
    if min(end, max(length, start)) - start > longest:
        raise TiplineError(
            "share:range-too-long", minutes=round(longest / 60), fields={"t": "share:range-too-long"}
        )
    return {"is_film": True, "sound": wish.sound, "t": start, "until": end}


def _length(source: Rendition) -> float:
    return float(json.loads(source.provenance).get("duration_s") or 0.0)


def _unclear(code: str) -> TiplineError:
    return TiplineError(code, fields={"t": code})


def _line(text: str) -> str:
    """One line, without signs that turn writing around or cannot be seen."""
    shown = "".join(one if one.isprintable() else " " for one in safe_text(text))
    return " ".join(shown.split())
