"""Packages: all of a case in one file that a third party can verify alone. Who had one made, for whom, why.

What goes in is gathered by `packing`, written by `workers/packing`. A package leaves the store when it is
removed or expires; its row, its digest and what the log says of it stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from storage import keys
from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import (
    accounts,
    cases,
    clock,
    custody,
    ids,
    outbox,
    packing,
    packing_options,
    purposes,
    rights,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.cases import Case
from tipline.domain.packing_options import Options
from tipline.domain.tips import Tip
from tipline.errors import N_, TiplineError

STATES = ("queued", "running", "done", "failed", "expired", "removed")
UNDER_WAY = ("queued", "running")
MAKE = "package.make"
DOWNLOAD = "package:download"  # as the log calls it
RIGHT = "package:make"
MOST_WAITING = 5  # of one case, so that nobody fills the disk with the same again and again
UNSAID = N_("Asked for by a program that gave no reason.")


class Package(Base):
    """`options` says what goes in, and once made what did; `head` is how long the custody log was then."""

    __tablename__ = "package"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    options: Mapped[str] = mapped_column(SafeText, default="{}")
    reason: Mapped[str] = mapped_column(SafeText)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    failure: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(SafeText, default="")
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    head: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def key(self) -> str:
        """Where the store keeps it."""
        return keys.package(self.id)

    @property
    def wanted(self) -> Options:
        return packing_options.load(json.loads(self.options).get("wanted", {}))

    @property
    def made(self) -> dict[str, Any]:
        """What went in: numbers, the tips, what was missing or altered; empty until it is made."""
        made: dict[str, Any] = json.loads(self.options).get("made", {})
        return made

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


def ask(
    tx: Transaction, ring: outbox.Ring, actor: Actor, case: Case, wanted: Options, reason: str
) -> Package:
    """Have one made. The same, asked for again while it is under way, is not made twice."""
    rights.require(actor, RIGHT)
    if actor.user_id is None:
        raise TiplineError("account:forbidden")
    cases.refuse_merged(tx, case)
    if not wanted.originals and not packing.covers_any(tx, case):
        raise TiplineError("package:no-copies", fields={"parts": "package:no-copies"})
    reason = purposes.stated(tx, actor, reason).reason
    options = json.dumps({"wanted": packing_options.dump(wanted)}, ensure_ascii=False, sort_keys=True)
    waiting = [one for one in list_of(tx, case) if one.is_under_way]
    for one in waiting:
        if one.options == options and one.author_id == actor.user_id and one.reason == reason:
            return one
    if len(waiting) >= MOST_WAITING:
        raise TiplineError("package:too-many", limit=MOST_WAITING)
    row = Package(
        id=ids.new_id(), case_id=case.id, author_id=actor.user_id, options=options, reason=reason,
        created_at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    _record(tx, actor, "ask", row, case, reason=reason, recipient=wanted.recipient, wanted=wanted.parts)
    outbox.add(tx, ring, MAKE, row.id)
    return row


def begin(tx: Transaction, package_id: str) -> Package | None:
    """Its turn has come; None when nobody wants it any more, or it is there already."""
    row = tx.get(Package, package_id)
    if row is None or not row.is_under_way:
        return None
    row.state, row.progress = "running", 0.0
    return row


def tell(tx: Transaction, package_id: str, part: float) -> bool:
    """It is so far, from 0 to 1; False when it was taken back meanwhile."""
    row = tx.get_one(Package, package_id)
    if row.state != "running":
        return False
    row.progress = min(max(part, 0.0), 1.0)
    return True


def finish(
    tx: Transaction, package_id: str, *, name: str, size: int, sha256: str, head: int, made: dict[str, Any],
    kept: timedelta,
) -> bool:  # fmt: skip
    """It lies in the store, whole; False when it was taken back meanwhile."""
    row = tx.get_one(Package, package_id)
    if row.state != "running":
        return False
    now = clock.now()
    row.state, row.progress, row.failure = "done", 1.0, None
    row.name, row.size, row.sha256, row.head = name, size, sha256, head
    row.finished_at, row.expires_at = now, now + kept
    row.options = json.dumps({**json.loads(row.options), "made": made}, ensure_ascii=False, sort_keys=True)
    told = {one: made[one] for one in ("originals", "altered", "missing") if made.get(one)}
    _record(tx, SYSTEM, "make", row, size=size, sha256=sha256, head=head, **told)
    return True


def fail(tx: Transaction, package_id: str, code: str) -> None:
    """It could not be made; a person may ask again."""
    row = tx.get(Package, package_id)
    if row is None or not row.is_under_way:
        return
    row.state, row.failure, row.finished_at = "failed", code, clock.now()
    _record(tx, SYSTEM, "fail", row, failure=code)


def remove(tx: Transaction, actor: Actor, row: Package, *, why: str | None = None) -> None:
    """Take it out of the store, or stop its making. What was handed on already stays in the log."""
    if row.state in ("removed", "expired"):
        return
    verb = "cancel" if row.is_under_way else "remove"
    row.state, row.finished_at = "removed", row.finished_at or clock.now()
    _record(tx, actor, verb, row, reason=why)


def retry(tx: Transaction, ring: outbox.Ring, actor: Actor, row: Package) -> None:
    """Have one made after all that failed."""
    if row.state != "failed":
        raise TiplineError("package:not-failed")
    row.state, row.failure, row.progress, row.finished_at = "queued", None, 0.0, None
    _record(tx, actor, "retry", row)
    outbox.add(tx, ring, MAKE, row.id)


def expire_due(tx: Transaction, *, limit: int = 100) -> int:
    """Those whose time is over; how many. Their bytes go by `workers.packing.files`."""
    query = select(Package).where(Package.state == "done", Package.expires_at <= clock.now())
    due = list(tx.scalars(query.order_by(Package.expires_at).limit(limit)))
    for row in due:
        row.state = "expired"
        _record(tx, SYSTEM, "expire", row)
    return len(due)


def list_of_tip(tx: Transaction, tip: Tip) -> list[Package]:
    """Every package that holds the tip, and every one under way that may."""
    query = select(Package).where(Package.state.in_(("done", *UNDER_WAY)))
    rows = tx.scalars(query.order_by(Package.created_at))
    return [one for one in rows if one.is_under_way or tip.reference in one.made.get("tips", ())]


def drop_of_tip(tx: Transaction, actor: Actor, tip: Tip) -> None:
    """A tip is erased: every package that holds it goes, or is stopped."""
    for row in list_of_tip(tx, tip):
        remove(tx, actor, row, why=f"erasure of {tip.reference}")


def note_download(tx: Transaction, actor: Actor, row: Package) -> None:
    """It left the house."""
    _record(tx, actor, "download", row, sha256=row.sha256)


def read_package(tx: Transaction, package_id: str, viewer: Actor) -> tuple[Package, Case]:
    """A package of a case that the viewer may see; raises package:not-found."""
    row = tx.get(Package, package_id) if len(package_id) == 26 else None
    case = tx.scalar(select(Case).where(Case.id == row.case_id, cases.visible(viewer))) if row else None
    if row is None or case is None:
        raise TiplineError("package:not-found")
    return row, case


def read_of_case(tx: Transaction, case: Case, package_id: str) -> Package:
    row = tx.get(Package, package_id) if len(package_id) == 26 else None
    if row is None or row.case_id != case.id:
        raise TiplineError("package:not-found")
    return row


def require_there(row: Package) -> None:
    """Raise why there is nothing to download."""
    if row.state in ("expired", "removed"):
        raise TiplineError("package:gone")
    if row.state != "done":
        raise TiplineError("package:not-ready")


def list_of(tx: Transaction, case: Case) -> list[Package]:
    """Newest first, also those that are gone."""
    query = select(Package).where(Package.case_id == case.id)
    return list(tx.scalars(query.order_by(Package.created_at.desc(), Package.id)))


def is_wanted(tx: Transaction, package_ids: Iterable[str]) -> set[str]:
    """Those of these whose bytes must stay."""
    query = select(Package.id).where(Package.id.in_(package_ids), Package.state.in_(("done", *UNDER_WAY)))
    return set(tx.scalars(query))


def held_bytes(tx: Transaction) -> int:
    """How much the store keeps for packages."""
    held = select(func.coalesce(func.sum(Package.size), 0)).where(Package.state == "done")
    return int(tx.scalar(held) or 0)


def _record(
    tx: Transaction, actor: Actor, verb: str, row: Package, case: Case | None = None, *,
    reason: str | None = None, **more: Any,
) -> None:  # fmt: skip
    case = case or tx.get_one(Case, row.case_id)
    custody.append(
        tx, actor, f"package:{verb}", f"case:{case.number}", reason=reason, package=row.id,
        **{name: said for name, said in more.items() if said},
    )  # fmt: skip


def author_of(tx: Transaction, row: Package) -> str:
    """What colleagues call whoever asked for it."""
    found = accounts.names(tx, {row.author_id})
    return found[row.author_id].display_name if row.author_id in found else ""
