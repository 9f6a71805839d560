"""What staff do with a bulletin: draft, propose, publish, correct, withdraw, and take each of these back.

Investigators draft and propose; what residents read is decided by whoever holds `bulletin:publish`. Each act
stands in custody, in the transaction in which it is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from tipline.db import Transaction, safe_text
from tipline.domain import acts, announcing, beats, bulletins, clock, custody, ids, limits, rights, stills
from tipline.domain.actors import Actor
from tipline.domain.bulletins import (
    APPEAL,
    DISCARDED,
    DRAFT,
    EXPIRED,
    KINDS,
    PROPOSED,
    PUBLISHED,
    SCHEDULED,
    WARNING,
    WITHDRAWN,
    Bulletin,
)  # fmt: skip
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

PUBLISH = "bulletin:publish"
HANDLE_LENGTH = 10  # 50 bits: a draft's address is not guessed
WARNING_LASTS = timedelta(days=30)
FARTHEST = timedelta(days=366)
# So long what was published may become a draft again without a word; a mistake is seen at once.
TAKEN_BACK = timedelta(minutes=10)
RESTORED = timedelta(hours=12)  # and what was withdrawn may be put back
# What an act changes, and so what is put back with it.
_WORDS = ("kind", "title", "text", "beat")
_DAYS = ("publishes_at", "expires_at")
_GONE = ("withdrawn_at", "withdrawn_words")


@dataclass(frozen=True)
class Said:
    """What somebody wrote, unchecked. `beat` empty: for everyone."""

    kind: str
    title: str
    text: str = ""
    beat: str = ""


def draft(tx: Transaction, actor: Actor, said: Said, case: Case | None = None) -> Bulletin:
    """A new one, which nobody outside sees. Of its case nothing is ever told outside."""
    values = _checked(tx, said)
    now = clock.now()
    row = Bulletin(
        handle=ids.new_code(HANDLE_LENGTH).lower(), case_id=case.id if case else None,
        author_id=_account(actor), created_at=now, changed_at=now, **values,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _log(tx, actor, "draft", row, for_case=row.case_id, **_told(row))
    return row


def edit(tx: Transaction, actor: Actor, row: Bulletin, said: Said, *, revision: int | None = None) -> bool:
    """Change its words; whether anything changed. What residents read already is a correction: it says when,
    and takes the right to publish."""
    if revision is not None and revision != row.revision:
        raise TiplineError("bulletin:changed")
    state = _require_open(row)
    if state != DRAFT:
        _require_publisher(actor, state)
    values = _checked(tx, said)
    if values["kind"] != APPEAL and stills.rows_of(tx, row):
        raise TiplineError("bulletin:no-appeal", fields={"kind": "bulletin:no-appeal"})
    if state in (SCHEDULED, PUBLISHED) and not values["text"]:
        raise TiplineError("bulletin:text-needed", fields={"text": "bulletin:text-needed"})
    before, was = _told(row), acts.held(row, *_WORDS)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        touch(tx, actor, row, "change", before=before, after=_told(row))
        _record(tx, actor, "change", row, was)
    return bool(changed)


def propose(tx: Transaction, actor: Actor, row: Bulletin) -> None:
    """Ready from the author's side; somebody who may publish looks at it next."""
    state = bulletins.state_of(row)
    if state == PROPOSED:
        return
    if state != DRAFT:
        raise TiplineError("bulletin:not-draft")
    _require_text(row)
    was = acts.held(row, "proposed_at", *_DAYS, *_GONE)
    row.proposed_at = clock.now()
    mark_changed(row)
    _log(tx, actor, "propose", row)
    _record(tx, actor, "propose", row, was)


def publish(
    tx: Transaction, actor: Actor, row: Bulletin, *, at: datetime | None = None,
    until: datetime | None = None, looked: Collection[int] = (), revision: int | None = None,
) -> None:  # fmt: skip
    """Residents read it from `at` on, or from now on. `looked`: the stills that were looked at in full size;
    `revision`: what was read, for its author may have changed it since.

    A warning that names no end has one: what was true in spring is not to frighten in autumn.
    """
    _require_second_look(actor, row, revision)
    state, now = bulletins.state_of(row), clock.now()
    if state not in (DRAFT, PROPOSED, SCHEDULED):
        raise TiplineError("bulletin:over" if state != PUBLISHED else "bulletin:published-already")
    _require_text(row)
    at = now if at is None or at < now else at
    if at > now + FARTHEST:
        raise TiplineError("bulletin:time-far", fields={"at": "bulletin:time-far"})
    if until is None and row.kind == WARNING:
        until = at + WARNING_LASTS
    if until is not None and until <= at:
        raise TiplineError("bulletin:end-before", fields={"until": "bulletin:end-before"})
    _look(tx, actor, row, looked)
    was = acts.held(row, *_DAYS)
    row.publishes_at, row.expires_at, row.corrected_at = at, until, None
    mark_changed(row)
    _log(
        tx, actor, "publish", row, since=clock.stamp(at), until=clock.stamp(until) if until else None,
        stills=[one.row.sha256 for one in stills.shown(tx, row)], **_told(row),
    )  # fmt: skip
    _record(tx, actor, "publish", row, was)
    if at <= now:
        announcing.announce(tx, row, by=actor)


def confirm_stills(
    tx: Transaction, actor: Actor, row: Bulletin, looked: Collection[int], revision: int | None = None
) -> None:
    """Show what was added to a bulletin that residents read already."""
    _require_second_look(actor, row, revision)
    if _require_open(row) not in (SCHEDULED, PUBLISHED):
        raise TiplineError("bulletin:not-shown")
    _look(tx, actor, row, looked)
    touch(tx, actor, row, "correct")


def take_back(tx: Transaction, actor: Actor, row: Bulletin) -> None:
    """A draft again: what is still to come, or came out a few minutes ago."""
    rights.require(actor, PUBLISH)
    state = bulletins.state_of(row)
    if state not in (SCHEDULED, PUBLISHED) or row.publishes_at is None:
        raise TiplineError("bulletin:not-shown")
    if state == PUBLISHED and clock.now() - row.publishes_at > TAKEN_BACK:
        raise TiplineError("bulletin:too-late")
    was = acts.held(row, *_DAYS, "corrected_at", "told_at")
    row.publishes_at = row.expires_at = row.corrected_at = None
    announcing.call_off(tx, row)
    mark_changed(row)
    _log(tx, actor, "take-back", row, was=state)
    _record(tx, actor, "take-back", row, was, "changed_at")


def withdraw(tx: Transaction, actor: Actor, row: Bulletin, words: str) -> None:
    """From this moment on residents read this sentence in its place, and its pictures are gone."""
    rights.require(actor, PUBLISH)
    if bulletins.state_of(row) not in (PUBLISHED, EXPIRED):
        raise TiplineError("bulletin:not-shown")
    words = " ".join(safe_text(words).split())
    if not 1 <= len(words) <= limits.SHORT:
        code = "bulletin:words-needed"
        raise TiplineError(code, fields={"words": code}, limit=limits.SHORT)
    was = acts.held(row, *_GONE)
    row.withdrawn_at, row.withdrawn_words = clock.now(), words
    announcing.drop_waiting(tx, row)
    mark_changed(row)
    _log(tx, actor, "withdraw", row, reason=words)
    _record(tx, actor, "withdraw", row, was)


def restore(tx: Transaction, actor: Actor, row: Bulletin) -> None:
    """The way back from withdrawing it, or from throwing a draft away."""
    state = bulletins.state_of(row)
    if state not in (WITHDRAWN, DISCARDED) or row.withdrawn_at is None:
        raise TiplineError("bulletin:not-draft")
    if state == WITHDRAWN:
        rights.require(actor, PUBLISH)
    if clock.now() - row.withdrawn_at > RESTORED:
        raise TiplineError("bulletin:too-late")
    was = acts.held(row, *_GONE)
    row.withdrawn_at, row.withdrawn_words = None, ""
    announcing.wait_again(tx, row)
    mark_changed(row)
    _log(tx, actor, "restore", row, was=state)
    _record(tx, actor, "restore", row, was, "changed_at")


def discard(tx: Transaction, actor: Actor, row: Bulletin) -> None:
    """Throw a draft away; it can be put back for a while."""
    if bulletins.state_of(row) not in (DRAFT, PROPOSED):
        raise TiplineError("bulletin:not-draft")
    was = acts.held(row, *_GONE)
    row.withdrawn_at = clock.now()
    mark_changed(row)
    _log(tx, actor, "discard", row)
    _record(tx, actor, "discard", row, was)


def may_take_back(row: Bulletin) -> bool:
    """Whether it can still become a draft without a word."""
    state = bulletins.state_of(row)
    fresh = row.publishes_at is not None and clock.now() - row.publishes_at <= TAKEN_BACK
    return state == SCHEDULED or (state == PUBLISHED and fresh)


def may_restore(row: Bulletin) -> bool:
    return row.withdrawn_at is not None and clock.now() - row.withdrawn_at <= RESTORED


def require_editable(actor: Actor, row: Bulletin) -> None:
    """Its words and stills: a draft's by whoever drafts, of others by whoever publishes."""
    state = _require_open(row)
    if state != DRAFT:
        _require_publisher(actor, state)


def touch(tx: Transaction, actor: Actor, row: Bulletin, verb: str, **more: Any) -> None:
    """It changed: of one that residents read already, the page says when."""
    if bulletins.state_of(row) == PUBLISHED:
        row.corrected_at, verb = clock.now(), "correct"
    mark_changed(row)
    _log(tx, actor, verb, row, **more)


def list_tips(tx: Transaction, row: Bulletin, *, limit: int = 200) -> list[Tip]:
    """What came to it, newest first; only what exists for whoever asks (see policy)."""
    query = select(Tip).where(Tip.bulletin_id == row.id, Tip.state != "draft", Tip.erased_at.is_(None))
    return list(tx.scalars(query.order_by(Tip.id.desc()).limit(limit)))


def count_tips(tx: Transaction, rows: Collection[Bulletin]) -> dict[int, int]:
    """How many came to each."""
    query = select(Tip.bulletin_id, func.count(Tip.id)).where(
        Tip.bulletin_id.in_([one.id for one in rows]), Tip.state != "draft", Tip.erased_at.is_(None)
    )
    return {number: many for number, many in tx.execute(query.group_by(Tip.bulletin_id)) if number}


def _require_second_look(actor: Actor, row: Bulletin, seen: int | None) -> None:
    rights.require(actor, PUBLISH)
    if seen not in (None, row.revision):
        raise TiplineError("bulletin:changed-unseen")


def _look(tx: Transaction, actor: Actor, row: Bulletin, looked: Collection[int]) -> None:
    """Every still is made, may be shown, and was looked at by whoever publishes."""
    standing = stills.list_of(tx, row)
    if standing and row.kind != APPEAL:
        raise TiplineError("bulletin:no-appeal", fields={"kind": "bulletin:no-appeal"})
    for one in standing:
        if one.state == stills.MAKING:
            raise TiplineError("bulletin:still-making")
        if one.state in (stills.FAILED, stills.GONE):
            raise TiplineError("bulletin:still-failed")
    missing = [one for one in standing if one.row.id not in looked]
    if missing:
        fields = {f"looked-{one.row.id}": "bulletin:look-needed" for one in missing}
        raise TiplineError("bulletin:look-needed", fields=fields)
    for one in standing:
        stills.confirm(tx, actor, row, one)


def _require_open(row: Bulletin) -> str:
    state = bulletins.state_of(row)
    if state in (WITHDRAWN, DISCARDED, EXPIRED):
        raise TiplineError("bulletin:over")
    return state


def _require_publisher(actor: Actor, state: str) -> None:
    # A proposal may still be improved by its author.
    if state != PROPOSED:
        rights.require(actor, PUBLISH)


def _require_text(row: Bulletin) -> None:
    if not row.text:
        raise TiplineError("bulletin:text-needed", fields={"text": "bulletin:text-needed"})


def _checked(tx: Transaction, said: Said) -> dict[str, Any]:
    """Every faulty field at once."""
    title = " ".join(safe_text(said.title).split())
    text = safe_text(said.text).replace("\r\n", "\n").strip()
    faults = {} if said.kind in KINDS else {"kind": "bulletin:kind-unknown"}
    if not 1 <= len(title) <= limits.SHORT:
        faults["title"] = "bulletin:title-needed"
    if len(text) > limits.MESSAGE:
        faults["text"] = "bulletin:text-too-long"
    if said.beat and tx.get(beats.Beat, said.beat) is None:
        faults["beat"] = "tip:beat-unknown"
    if faults:
        name, code = next(iter(faults.items()))
        most = limits.MESSAGE if name == "text" else limits.SHORT
        raise TiplineError(code if len(faults) == 1 else "request:invalid", fields=faults, limit=most)
    return {"kind": said.kind, "title": title, "text": text, "beat": said.beat or None}


def _told(row: Bulletin) -> dict[str, Any]:
    """What the log keeps of its words: enough to prove what stood there, without a second copy of it."""
    words = hashlib.sha256(row.text.encode()).hexdigest()
    return {"kind": row.kind, "title": row.title, "beat": row.beat, "words": words}


def _account(actor: Actor) -> int:
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    return actor.user_id


def _record(tx: Transaction, actor: Actor, verb: str, row: Bulletin, was: dict[str, Any], *also: str) -> None:
    """Keep the way back (`bulletin_undoing`); it is shut once the columns `also` change, too."""
    tx.flush()
    acts.record(
        tx, actor, f"bulletin:{verb}", subject=f"bulletin:{row.id}", before=was,
        after=acts.held(row, *was, *also),
    )  # fmt: skip


def mark_changed(row: Bulletin) -> None:
    """Whoever read it before does not overwrite this."""
    row.changed_at, row.revision = clock.now(), row.revision + 1


def _log(
    tx: Transaction, actor: Actor, verb: str, row: Bulletin, reason: str | None = None, **more: Any
) -> None:
    custody.append(
        tx, actor, f"bulletin:{verb}", f"bulletin:{row.handle}", reason=reason,
        **{name: said for name, said in more.items() if said is not None},
    )  # fmt: skip
