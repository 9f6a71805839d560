"""Evidence: one file of a tip, from the first byte to its keyframes. The original is never changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Select, String, func, select
from sqlalchemy.orm import Mapped, defer, mapped_column

from storage import keys
from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import (
    cleaning,
    clock,
    custody,
    ids,
    moving,
    outbox,
    partners,
    rematches,
    search,
    tips,
    unread,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import FOLDER, SYSTEM, Actor, reporter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

STATES = ("uploading", "received", "processing", "ready", "undecodable", "expired", "erased")
NEVER_CAME = ("uploading", "expired")
NOT_HERE = (*NEVER_CAME, "erased")
DERIVE = "evidence.derive"
# What a file is for: the footage itself, or a photo of the recorder's screen beside a phone's clock.
PURPOSES = ("footage", "clock")
# Of no sender's choosing: it came by the link of a referral, and the reporter does not see it.
PARTNER = "partner"


class Evidence(Base):
    __tablename__ = "evidence"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id"), index=True)
    number: Mapped[int]
    filename: Mapped[str] = mapped_column(SafeText)
    declared_type: Mapped[str] = mapped_column(SafeText, default="")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    client_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), default="uploading", index=True)
    kind: Mapped[str] = mapped_column(String(8), default="other")
    purpose: Mapped[str] = mapped_column(String(10), default="footage")
    failure: Mapped[str | None] = mapped_column(String(60))
    progress: Mapped[float] = mapped_column(default=0.0)
    media: Mapped[str | None] = mapped_column(SafeText)
    # Of the facts in `media` the one that every row of the queue shows; those of a long film are long.
    duration_s: Mapped[float | None]
    telling_t: Mapped[float | None]  # where the keyframe is that says most, for rows that show few
    # This file's own clock, where it is known; else that of the tip holds. Camera minus true time.
    clock_offset_s: Mapped[float | None]
    clock_source: Mapped[str | None] = mapped_column(String(12))
    clock_reading: Mapped[str | None] = mapped_column(SafeText)  # what a person read of it: burned.Read
    camera: Mapped[str] = mapped_column(SafeText, default="")  # which camera it is, in the officer's words
    # The account that sent it on the reporter's behalf, if one did.
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", name="fk_evidence_sent_by"))
    # The referral by whose link a partner sent it, if one did.
    referral_id: Mapped[int | None] = mapped_column(
        ForeignKey("referral.id", name="fk_evidence_referral"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcTime)
    derived_at: Mapped[datetime | None] = mapped_column(UtcTime)
    scrubbed_at: Mapped[datetime | None] = mapped_column(
        UtcTime, index=True
    )  # when it was last read and compared
    scrub_fault: Mapped[str | None] = mapped_column(String(60))

    @property
    def key(self) -> str:
        """Where the store keeps the original."""
        return keys.original(self.id)

    @property
    def facts(self) -> dict[str, Any]:
        """The `media` object, empty until the file has been looked at."""
        facts: dict[str, Any] = json.loads(self.media) if self.media else {}
        return facts

    @property
    def arrived(self) -> bool:
        """Whether all bytes are here."""
        return self.state not in NOT_HERE

    @property
    def digest_matches(self) -> bool | None:
        """Whether the bytes are those the reporter's device sent; None if the device did not say."""
        if not self.client_sha256 or not self.sha256:
            return None
        return self.client_sha256 == self.sha256


def add(
    tx: Transaction, tip: Tip, *, evidence_id: str, filename: str, filetype: str, size: int,
    sha256: str | None, sent_by_id: int | None = None, purpose: str = PURPOSES[0],
    referral_id: int | None = None,
) -> Evidence:  # fmt: skip
    """A file that is about to arrive; a purpose that nobody knows is none of its own."""
    last = tx.scalar(select(func.max(Evidence.number)).where(Evidence.tip_id == tip.id)) or 0
    known = purpose if purpose in PURPOSES else PURPOSES[0]
    evidence = Evidence(
        id=evidence_id, tip_id=tip.id, number=last + 1, filename=cleaning.clean_name(filename),
        declared_type=cleaning.clean_type(filetype), size=size, client_sha256=cleaning.clean_digest(sha256),
        purpose=PARTNER if referral_id else known, created_at=clock.now(), sent_by_id=sent_by_id,
        referral_id=referral_id,
    )  # fmt: skip
    tx.add(evidence)
    tx.flush()
    return evidence


def sender_of(tx: Transaction, evidence: Evidence) -> Actor:
    """Who sends this file: the reporter, an account on the reporter's behalf, a partner, the drop folder."""
    if evidence.referral_id:
        return partners.behind(tx, evidence.referral_id)
    if evidence.sent_by_id:
        return tx.get_one(Account, evidence.sent_by_id).actor
    tip = tx.get_one(Tip, evidence.tip_id)
    return FOLDER if tip.door == "folder" else reporter(tip.reference)


def receive(tx: Transaction, ring: outbox.Ring, evidence: Evidence, *, sha256: str, kind: str) -> None:
    """All bytes are durable: take the file into custody and have it looked at."""
    tip = tx.get_one(Tip, evidence.tip_id)
    evidence.state, evidence.sha256, evidence.kind = "received", sha256, kind
    evidence.progress = 0.0  # from here on it tells of the look at the file, not of its coming
    evidence.received_at = clock.now()
    if evidence.purpose == "clock" and tip.clock_source is None:
        tip.clock_source = "photo"
    custody.append(
        tx, sender_of(tx, evidence), "evidence:receive", f"evidence:{evidence.id}", tip=tip.reference,
        number=evidence.number, size=evidence.size, sha256=sha256, client_sha256=evidence.client_sha256,
        purpose=evidence.purpose,
    )  # fmt: skip
    _compare(tx, tip, evidence)
    search.index(tx, tip.id)
    outbox.add(tx, ring, DERIVE, evidence.id, tip_id=evidence.tip_id)
    unread.bring_news(tip)


def refuse(tx: Transaction, evidence: Evidence, *, code: str) -> None:
    """Not something to keep: the row goes, the refusal stays in the log."""
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(
        tx, sender_of(tx, evidence), "evidence:refuse", f"evidence:{evidence.id}", tip=tip.reference,
        code=code, size=evidence.size,
    )  # fmt: skip
    tx.delete(evidence)
    tips.touch(tip)


def drop(tx: Transaction, evidence: Evidence, actor: Actor, state: str | None = None) -> None:
    """An upload that was never finished: taken away by its sender, or expired."""
    tip = tx.get_one(Tip, evidence.tip_id)
    action = "evidence:expire" if state else "evidence:remove"
    custody.append(tx, actor, action, f"evidence:{evidence.id}", tip=tip.reference, number=evidence.number)
    if state:
        evidence.state = state
    else:
        tx.delete(evidence)
    tips.touch(tip)


def claim_digest(tx: Transaction, evidence: Evidence, untrusted_digest: str) -> None:
    """The reporter's device says, after sending, what it sent. Saying it twice changes nothing."""
    digest = cleaning.clean_digest(untrusted_digest)
    if digest is None:
        raise TiplineError("evidence:digest-unclear", fields={"sha256": "evidence:digest-unclear"})
    if digest == evidence.client_sha256:
        return
    evidence.client_sha256 = digest
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(
        tx, sender_of(tx, evidence), "evidence:claim-digest", f"evidence:{evidence.id}", tip=tip.reference,
        client_sha256=evidence.client_sha256, matches=evidence.digest_matches,
    )  # fmt: skip
    _compare(tx, tip, evidence)
    tips.touch(tip)


def to_send_again(files: list[Evidence]) -> list[Evidence]:
    """Files of a tip that are not what their device sent, and have not come whole since. They are kept."""
    here = {one.sha256 for one in files if one.arrived}
    return [one for one in files if one.digest_matches is False and one.client_sha256 not in here]


def _compare(tx: Transaction, tip: Tip, evidence: Evidence) -> None:
    """Say once that a file differs from what its device sent, and once that it came again as it left."""
    if not evidence.arrived:
        return
    about = {"tip": tip.reference, "sha256": evidence.sha256}
    # Those of the same sender: a partner's file is never told of to the reporter, nor the other way round.
    files = [one for one in list_of_tip(tx, tip) if one.referral_id == evidence.referral_id]
    if evidence.digest_matches is False:
        custody.append(
            tx, SYSTEM, "evidence:mismatch", f"evidence:{evidence.id}", number=evidence.number,
            client_sha256=evidence.client_sha256, **about,
        )  # fmt: skip
        whole = [one for one in files if one.arrived and one.sha256 == evidence.client_sha256]
        pairs = [(evidence, one) for one in whole[:1]]
    else:
        pairs = [
            (one, evidence)
            for one in files
            if one.digest_matches is False and one.client_sha256 == evidence.sha256
        ]
    for damaged, whole_one in pairs:
        custody.append(
            tx, SYSTEM, "evidence:resent", f"evidence:{damaged.id}", tip=tip.reference,
            number=damaged.number, by=whole_one.number, sha256=whole_one.sha256,
        )  # fmt: skip


def retry(tx: Transaction, ring: outbox.Ring, actor: Actor, evidence: Evidence) -> None:
    """Have the file looked at once more."""
    if not evidence.arrived:
        raise TiplineError("evidence:incomplete")
    if evidence.state in ("received", "processing"):
        raise TiplineError("evidence:not-ready")
    evidence.state, evidence.failure, evidence.progress = "received", None, 0.0
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(tx, actor, "evidence:retry", f"evidence:{evidence.id}", tip=tip.reference)
    outbox.add(tx, ring, DERIVE, evidence.id, tip_id=evidence.tip_id)
    tips.touch(tip)


def advance(tx: Transaction, evidence: Evidence, progress: float) -> None:
    """The look goes on; `progress` runs from 0 to 1. What is ready stays so."""
    if evidence.state != "ready":
        evidence.state = "processing"
    evidence.progress = min(max(progress, 0.0), 1.0)
    tips.touch(tx.get_one(Tip, evidence.tip_id))


def settle(tx: Transaction, actor: Actor, evidence: Evidence, media: dict[str, Any]) -> None:
    """Enough is known to judge the file by. A failure code marks one that could not be decoded."""
    show(tx, evidence, media, 1.0)
    evidence.failure = media.get("failure")
    evidence.state = "undecodable" if evidence.failure else "ready"
    evidence.derived_at = clock.now()
    _record(tx, actor, "evidence:derive", evidence, media)


def complete(tx: Transaction, actor: Actor, evidence: Evidence, media: dict[str, Any]) -> None:
    """Every step of a film that was ready before is over: now all of it was looked at."""
    show(tx, evidence, media, 1.0)
    _record(tx, actor, "evidence:complete", evidence, media)


def show(tx: Transaction, evidence: Evidence, media: dict[str, Any], progress: float) -> None:
    """Facts as far as they are known; people see them while the look goes on."""
    evidence.media = json.dumps(media, ensure_ascii=False, allow_nan=False)
    evidence.kind, evidence.duration_s = media["kind"], media.get("duration_s")
    evidence.telling_t = moving.telling(media)
    evidence.progress = min(max(progress, 0.0), 1.0)
    if media.get("texts"):
        search.index(tx, evidence.tip_id)
    tips.touch(tx.get_one(Tip, evidence.tip_id))


def _record(tx: Transaction, actor: Actor, action: str, evidence: Evidence, media: dict[str, Any]) -> None:
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(
        tx, actor, action, f"evidence:{evidence.id}", tip=tip.reference, failure=media.get("failure"),
        keyframes=len(media.get("keyframes", [])), tools=media.get("tools", {}),
    )  # fmt: skip
    rematches.want(tx, tip.id)


def fail(tx: Transaction, actor: Actor, evidence: Evidence, code: str) -> None:
    """The look could not be finished; a person may try again."""
    evidence.state, evidence.failure, evidence.progress = "undecodable", code, 1.0
    tip = tx.get_one(Tip, evidence.tip_id)
    custody.append(tx, actor, "evidence:fail", f"evidence:{evidence.id}", tip=tip.reference, failure=code)
    tips.touch(tip)


def read_evidence(tx: Transaction, evidence_id: str) -> Evidence:
    """Raises evidence:not-found, and tip:erased of one of which number, size and digest are left."""
    evidence = tx.get(Evidence, evidence_id)
    if evidence is None:
        raise TiplineError("evidence:not-found")
    if evidence.state == "erased":
        raise TiplineError("tip:erased")
    return evidence


def list_of_tip(tx: Transaction, tip: Tip) -> list[Evidence]:
    return list(tx.scalars(select(Evidence).where(Evidence.tip_id == tip.id).order_by(Evidence.number)))


def list_of_reporter(tx: Transaction, tip: Tip) -> list[Evidence]:
    """What came from whoever reported, or on their behalf: all that they may know of."""
    return [one for one in list_of_tip(tx, tip) if one.referral_id is None]


def ids_of_partners(tx: Transaction, tip: Tip) -> set[str]:
    """The files that the reporter knows nothing of."""
    query = select(Evidence.id).where(Evidence.tip_id == tip.id, Evidence.referral_id.is_not(None))
    return set(tx.scalars(query))


def list_of_tips(tx: Transaction, tip_ids: Collection[int], most: int) -> list[Evidence]:
    """What arrived with many tips, in the order in which it came; without the facts, which are long."""
    query = select(Evidence).options(defer(Evidence.media)).where(Evidence.tip_id.in_(tip_ids))
    query = query.where(Evidence.state.not_in(NEVER_CAME))
    return list(tx.scalars(query.order_by(Evidence.created_at, Evidence.id).limit(most)))


def count_by_state(tx: Transaction) -> dict[str, int]:
    rows = tx.execute(select(Evidence.state, func.count()).group_by(Evidence.state))
    return {state: number for state, number in rows}


def count_arrived(tx: Transaction, tip: Tip) -> int:
    query = select(func.count()).where(Evidence.tip_id == tip.id, Evidence.state.not_in(NOT_HERE))
    return tx.scalar(query) or 0


def tips_with_files() -> Select[Any]:
    """The ids of all tips of which a file has arrived, for use within a query."""
    return select(Evidence.tip_id).where(Evidence.state.not_in(NOT_HERE))


def new_id() -> str:
    return ids.new_id()
