"""The stills of an appeal: made anew of covered copies that a person confirmed, shown only while that holds.

Nothing has to run for one to disappear: whoever asks what residents see asks at that moment whether its
covered copy may still leave the house, whether its tip still exists, and whether somebody looked at it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import func, select

from tipline.db import Transaction, safe_text
from tipline.domain import (
    clock,
    custody,
    derivatives,
    evidence,
    exports,
    limits,
    outbox,
    redacting,
    renditions,
    unsent,
)
from tipline.domain.actors import Actor
from tipline.domain.bulletins import APPEAL, PUBLISHED, Bulletin, BulletinStill, state_of
from tipline.domain.derivatives import POSTED, Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

MOST = 6
MAKING, FAILED, GONE, READY, SHOWN = "making", "failed", "gone", "ready", "shown"


class Candidate(NamedTuple):
    """A covered copy that a still can be made of."""

    tip: Tip
    file: Evidence
    copy: Rendition

    @property
    def is_film(self) -> bool:
        return self.copy.mime.startswith("video/")


class Still(NamedTuple):
    """One as it stands: `picture` is there once it is made, `state` says whether residents see it."""

    row: BulletinStill
    state: str
    picture: Rendition | None
    file: Evidence | None

    @property
    def name(self) -> str:
        """Its public address says nothing but what it is: the digest of its bytes."""
        return f"{self.row.sha256}.jpg"


def candidates(tx: Transaction, tips: Iterable[Tip]) -> list[Candidate]:
    """What may be shown of these tips: covered copies that somebody looked at in full, newest first."""
    found = [
        Candidate(tip, file, copy)
        for tip in tips
        if tip.erased_at is None
        for file in evidence.list_of_tip(tx, tip)
        for copy in redacting.may_leave(tx, file)
    ]
    return sorted(found, key=lambda one: one.copy.made_at, reverse=True)


def add(
    tx: Transaction, ring: outbox.Ring, actor: Actor, bulletin: Bulletin, file: Evidence, copy: str, *,
    alt: str, caption: str = "", t: float | None = None,
) -> BulletinStill:  # fmt: skip
    """Have a still made of a covered copy. It is not shown before somebody looked at it."""
    if bulletin.kind != APPEAL:
        raise TiplineError("bulletin:no-appeal", fields={"kind": "bulletin:no-appeal"})
    rows = rows_of(tx, bulletin)
    if len(rows) >= MOST:
        raise TiplineError("bulletin:stills-full", limit=MOST)
    fit = next((one for one in redacting.may_leave(tx, file) if one.name == copy), None)
    if fit is None:
        raise TiplineError("bulletin:still-unfit", fields={"source": "bulletin:still-unfit"})
    alt, caption = _checked(alt, caption)
    wanted: dict[str, Any] = {"bulletin": bulletin.handle, "covered": copy}
    if fit.mime.startswith("video/"):
        wanted["t"] = _moment(t)
    if any(_derivative(tx, one).wanted == wanted for one in rows):
        raise TiplineError("bulletin:still-twice", fields={"source": "bulletin:still-twice"})
    made = derivatives.ask(tx, ring, actor, file, POSTED, wanted)
    last = tx.scalar(select(func.max(BulletinStill.number)).where(BulletinStill.bulletin_id == bulletin.id))
    still = BulletinStill(
        bulletin_id=bulletin.id, derivative_id=made.id, number=(last or 0) + 1, caption=caption, alt=alt,
        key="", width=0, height=0, sha256="",
    )  # fmt: skip
    tx.add(still)
    tx.flush()
    _log(tx, actor, "still-add", bulletin, still, file)
    return still


def describe(
    tx: Transaction, actor: Actor, bulletin: Bulletin, still: BulletinStill, *, alt: str, caption: str
) -> bool:
    """Other words beside the same picture; whether they are others."""
    alt, caption = _checked(alt, caption)
    if (alt, caption) == (still.alt, still.caption):
        return False
    still.alt, still.caption = alt, caption
    _log(tx, actor, "still-words", bulletin, still)
    return True


def remove(tx: Transaction, actor: Actor, bulletin: Bulletin, still: BulletinStill) -> None:
    """Out of the bulletin; its address answers that it is gone."""
    _log(tx, actor, "still-remove", bulletin, still)
    _drop(tx, still)


def confirm(tx: Transaction, actor: Actor, bulletin: Bulletin, still: Still) -> None:
    """Somebody looked at it in full size: nobody innocent can be recognised. It is shown from now on."""
    row, picture = still.row, still.picture
    if picture is None or still.state not in (READY, SHOWN):
        raise TiplineError("bulletin:still-making" if still.state == MAKING else "bulletin:still-failed")
    row.key, row.sha256, row.width, row.height = picture.key, picture.sha256, picture.width, picture.height
    row.looked_at = clock.now()
    _log(tx, actor, "still-confirm", bulletin, row, sha256=row.sha256)


def rows_of(tx: Transaction, bulletin: Bulletin) -> list[BulletinStill]:
    """In the order in which they stand."""
    query = select(BulletinStill).where(BulletinStill.bulletin_id == bulletin.id)
    return list(tx.scalars(query.order_by(BulletinStill.number, BulletinStill.id)))


def list_of(tx: Transaction, bulletin: Bulletin) -> list[Still]:
    """All of a bulletin, each as it stands this moment."""
    return [_standing(tx, row) for row in rows_of(tx, bulletin)]


def shown(tx: Transaction, bulletin: Bulletin) -> list[Still]:
    """What residents see of them at this moment."""
    return [one for one in list_of(tx, bulletin) if one.state == SHOWN]


def read_still(tx: Transaction, bulletin: Bulletin, number: int) -> BulletinStill:
    """One of this bulletin by its row."""
    row = tx.get(BulletinStill, number) if 0 < number < 2**31 else None
    if row is None or row.bulletin_id != bulletin.id:
        raise TiplineError("bulletin:still-not-found")
    return row


def read_shown(tx: Transaction, sha256: str) -> Rendition:
    """The picture of this digest that a bulletin shows now; raises bulletin:picture-gone of one that did."""
    rows = list(tx.scalars(select(BulletinStill).where(BulletinStill.sha256 == sha256))) if sha256 else []
    for row in rows:
        bulletin = tx.get_one(Bulletin, row.bulletin_id)
        still = _standing(tx, row)
        if still.state == SHOWN and still.picture and state_of(bulletin) == PUBLISHED:
            return still.picture
    known = rows or tx.scalar(
        select(Rendition.id).where(Rendition.sha256 == sha256, Rendition.kind == POSTED)
    )
    raise TiplineError("bulletin:picture-gone" if known else "bulletin:not-found")


def drop_of_tip(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """All stills made of a tip's files leave their bulletins; their bytes lie among its renditions."""
    made = select(Derivative.id).join(Evidence, Evidence.id == Derivative.evidence_id)
    query = select(BulletinStill).where(
        BulletinStill.derivative_id.in_(made.where(Evidence.tip_id == tip.id))
    )
    for still in list(tx.scalars(query)):
        bulletin = tx.get_one(Bulletin, still.bulletin_id)
        custody.append(
            tx, actor, "bulletin:still-remove", f"bulletin:{bulletin.handle}", tip=tip.reference,
            still=still.id, sha256=still.sha256,
        )  # fmt: skip
        unsent.forget_under(tx, f"/desk/bulletins/{bulletin.handle}/stills")  # words about its pictures
        tx.delete(still)
    tx.flush()


def _drop(tx: Transaction, still: BulletinStill) -> None:
    made = tx.get(Derivative, still.derivative_id)
    if made is not None and made.removed_at is None:
        made.removed_at = clock.now()
    tx.delete(still)
    tx.flush()


def _standing(tx: Transaction, row: BulletinStill) -> Still:
    made = tx.get(Derivative, row.derivative_id)
    file = tx.get(Evidence, made.evidence_id) if made else None
    tip = tx.get(Tip, file.tip_id) if file else None
    if made is None or file is None or tip is None or tip.erased_at or made.removed_at:
        return Still(row, GONE, None, None)
    if made.wanted["covered"] not in {one.name for one in redacting.may_leave(tx, file)}:
        return Still(row, GONE, None, file)
    if made.is_under_way or made.rendition is None:
        return Still(row, MAKING if made.is_under_way else FAILED, None, file)
    picture = renditions.find_named(tx, file.id, made.rendition)
    if picture is None:
        return Still(row, GONE, None, file)
    # What was looked at is these very bytes.
    is_shown = row.looked_at is not None and row.sha256 == picture.sha256
    return Still(row, SHOWN if is_shown else READY, picture, file)


def _derivative(tx: Transaction, row: BulletinStill) -> Derivative:
    return tx.get_one(Derivative, row.derivative_id)


def _checked(alt: str, caption: str) -> tuple[str, str]:
    alt, caption = " ".join(safe_text(alt).split()), " ".join(safe_text(caption).split())
    faults = {}
    if not 1 <= len(alt) <= limits.SHORT:
        faults["alt"] = "bulletin:alt-needed"
    if len(caption) > limits.SHORT:
        faults["caption"] = "bulletin:caption-long"
    if faults:
        code = next(iter(faults.values())) if len(faults) == 1 else "request:invalid"
        raise TiplineError(code, fields=faults, **({"limit": limits.SHORT} if len(faults) == 1 else {}))
    return alt, caption


def _moment(t: float | None) -> float:
    at = 0.0 if t is None else t
    if not (math.isfinite(at) and 0 <= at <= exports.LONGEST_S):
        raise TiplineError("share:range-unclear", fields={"t": "share:range-unclear"})
    return at


def _log(
    tx: Transaction, actor: Actor, verb: str, bulletin: Bulletin, still: BulletinStill,
    file: Evidence | None = None, **more: str,
) -> None:  # fmt: skip
    made = tx.get(Derivative, still.derivative_id)
    file = file or (tx.get(Evidence, made.evidence_id) if made else None)
    tip = tx.get(Tip, file.tip_id) if file else None
    custody.append(
        tx, actor, f"bulletin:{verb}", f"bulletin:{bulletin.handle}", tip=tip.reference if tip else None,
        still=still.id, number=file.number if file else None, derivative=still.derivative_id,
        copy=made.wanted["covered"] if made else None, **more,
    )  # fmt: skip
