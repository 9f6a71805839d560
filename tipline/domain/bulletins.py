"""Bulletins: advice, warnings, news, and appeals for information with covered stills.

How one stands follows from its times alone, so that nothing has to run for it to appear or to end. What
residents may read of it is asked here; how it comes to that is `posting`, its pictures are `stills`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, ForeignKey, String, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import clock
from tipline.domain.actors import Actor
from tipline.domain.cases import Case, visible
from tipline.domain.reports import Report
from tipline.errors import TiplineError

KINDS = ADVICE, WARNING, NEWS, APPEAL = ("advice", "warning", "news", "appeal")
STATES = DRAFT, PROPOSED, SCHEDULED, PUBLISHED, EXPIRED, WITHDRAWN, DISCARDED = (
    "draft", "proposed", "scheduled", "published", "expired", "withdrawn", "discarded",
)  # fmt: skip
A_PAGE = 20


class Bulletin(Base):
    """Shown from `publishes_at` until `expires_at` or until it is withdrawn; `beat` empty: for everyone."""

    __tablename__ = "bulletin"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(16), unique=True)  # in its address
    kind: Mapped[str] = mapped_column(String(12))  # advice warning news appeal
    title: Mapped[str] = mapped_column(SafeText)
    text: Mapped[str] = mapped_column(SafeText, default="")
    beat: Mapped[str | None] = mapped_column(ForeignKey("beat.code"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    proposed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    publishes_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)  # empty: a draft
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when channels heard that it is out
    corrected_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_words: Mapped[str] = mapped_column(SafeText, default="")  # what residents read in its place
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)


class BulletinStill(Base):
    """A covered copy as it is shown: re-encoded, under a key of its own in the store.

    `derivative_id` is the copy made for this bulletin; what it was made of stands in that. Residents see it
    only while `looked_at` is set: somebody who may publish looked at it in full size.
    """

    __tablename__ = "bulletin_still"

    id: Mapped[int] = mapped_column(primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), index=True)
    derivative_id: Mapped[int] = mapped_column(ForeignKey("derivative.id"), index=True)
    number: Mapped[int]
    caption: Mapped[str] = mapped_column(SafeText, default="")
    alt: Mapped[str] = mapped_column(SafeText, default="")  # what it shows, for whoever cannot see it
    key: Mapped[str] = mapped_column(String(100))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    looked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class BulletinReads(Base):
    """How often a bulletin was opened on a day, and nothing of by whom."""

    __tablename__ = "bulletin_reads"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


def state_of(row: Bulletin, now: datetime | None = None) -> str:
    """How it stands at this moment."""
    now = now or clock.now()
    if row.withdrawn_at is not None:
        return WITHDRAWN if was_shown(row) else DISCARDED
    if row.publishes_at is None:
        return PROPOSED if row.proposed_at else DRAFT
    if row.publishes_at > now:
        return SCHEDULED
    return EXPIRED if row.expires_at is not None and row.expires_at <= now else PUBLISHED


def was_shown(row: Bulletin, now: datetime | None = None) -> bool:
    """Whether residents could ever read it."""
    return row.publishes_at is not None and row.publishes_at <= (row.withdrawn_at or now or clock.now())


def standing(state: str, now: datetime) -> ColumnElement[bool]:
    """The same as `state_of`, asked of the database."""
    open_, came = Bulletin.withdrawn_at.is_(None), Bulletin.publishes_at <= now
    ended = and_(Bulletin.expires_at.is_not(None), Bulletin.expires_at <= now)
    draft = and_(open_, Bulletin.publishes_at.is_(None))
    shown = and_(Bulletin.publishes_at.is_not(None), Bulletin.publishes_at <= Bulletin.withdrawn_at)
    return {
        DRAFT: and_(draft, Bulletin.proposed_at.is_(None)),
        PROPOSED: and_(draft, Bulletin.proposed_at.is_not(None)),
        SCHEDULED: and_(open_, Bulletin.publishes_at > now),
        PUBLISHED: and_(open_, came, ~ended),
        EXPIRED: and_(open_, came, ended),
        WITHDRAWN: and_(~open_, shown),
        DISCARDED: and_(~open_, ~func.coalesce(shown, False)),
    }[state]


# --- what residents may read


def list_public(
    tx: Transaction, *, kind: str = "", beat: str = "", before: tuple[datetime, int] | None = None,
    limit: int = A_PAGE,
) -> list[Bulletin]:  # fmt: skip
    """What stands now, newest first; for a beat what is for it and what is for everyone."""
    query = select(Bulletin).where(standing(PUBLISHED, clock.now()))
    if kind:
        query = query.where(Bulletin.kind == kind)
    if beat:
        query = query.where(or_(Bulletin.beat == beat, Bulletin.beat.is_(None)))
    if before:
        at, number = before
        older = and_(Bulletin.publishes_at == at, Bulletin.id < number)
        query = query.where(or_(Bulletin.publishes_at < at, older))
    newest = (Bulletin.publishes_at.desc(), Bulletin.id.desc())
    return list(tx.scalars(query.order_by(*newest).limit(limit)))


def newest_change(tx: Transaction) -> datetime | None:
    """When anything that residents read last changed, an ending included: of all bulletins together."""
    now, found = clock.now(), []
    for column in (Bulletin.publishes_at, Bulletin.corrected_at, Bulletin.withdrawn_at, Bulletin.expires_at):
        at = tx.scalar(select(func.max(column)).where(column <= now, Bulletin.publishes_at <= now))
        found += [at] if at else []
    return max(found, default=None)


def find_shown(tx: Transaction, handle: str) -> Bulletin | None:
    """One that residents could read at some time, whatever became of it."""
    row = _find(tx, handle)
    return row if row and was_shown(row) else None


def read_public(tx: Transaction, handle: str) -> Bulletin:
    """Raises bulletin:not-found, and bulletin:withdrawn or bulletin:expired of one that is over."""
    row = find_shown(tx, handle)
    if row is None:
        raise TiplineError("bulletin:not-found")
    state = state_of(row)
    if state != PUBLISHED:
        raise TiplineError(f"bulletin:{state}")
    return row


def fill_in(tx: Transaction, report: Report) -> None:
    """A report begun from a bulletin belongs to it, even if that ended meanwhile; of an unknown one nothing
    is said, since nobody is kept from reporting."""
    row = find_shown(tx, report.bulletin) if report.bulletin else None
    report.bulletin_id = row.id if row else None


# --- what the desk sees


def read_bulletin(tx: Transaction, handle: str, viewer: Actor) -> Bulletin:
    """Raises bulletin:not-found also of one whose case does not exist for the viewer, until it is public."""
    row = _find(tx, handle)
    if row is None or tx.scalar(select(Bulletin.id).where(Bulletin.id == row.id, seen(viewer))) is None:
        raise TiplineError("bulletin:not-found")
    return row


def list_desk(
    tx: Transaction, viewer: Actor, state: str, *, before: int | None = None, limit: int = A_PAGE
) -> list[Bulletin]:
    """Those in a state, the last changed first by their number."""
    query = select(Bulletin).where(standing(state, clock.now()), seen(viewer))
    if before:
        query = query.where(Bulletin.id < before)
    return list(tx.scalars(query.order_by(Bulletin.id.desc()).limit(limit)))


def count_by_state(tx: Transaction, viewer: Actor) -> dict[str, int]:
    """How many stand in each state."""
    now = clock.now()
    count = select(func.count()).select_from(Bulletin)
    return {one: tx.scalar(count.where(standing(one, now), seen(viewer))) or 0 for one in STATES}


def list_of_case(tx: Transaction, case: Case) -> list[Bulletin]:
    """Those made for a case, newest first."""
    query = select(Bulletin).where(Bulletin.case_id == case.id, ~standing(DISCARDED, clock.now()))
    return list(tx.scalars(query.order_by(Bulletin.id.desc())))


def find_seen(tx: Transaction, number: int, viewer: Actor) -> Bulletin | None:
    """One by its row, if it exists for the viewer."""
    return tx.scalar(select(Bulletin).where(Bulletin.id == number, seen(viewer)))


def case_of(tx: Transaction, row: Bulletin, viewer: Actor) -> Case | None:
    """The case it was made for, if that exists for the viewer."""
    if row.case_id is None:
        return None
    return tx.scalar(select(Case).where(Case.id == row.case_id, visible(viewer)))


def by_id(tx: Transaction, numbers: Iterable[int | None]) -> dict[int, Bulletin]:
    """Number → bulletin."""
    wanted = {one for one in numbers if one is not None}
    rows = tx.scalars(select(Bulletin).where(Bulletin.id.in_(wanted))) if wanted else ()
    return {one.id: one for one in rows}


def _find(tx: Transaction, handle: str) -> Bulletin | None:
    return tx.scalar(select(Bulletin).where(Bulletin.handle == handle.lower()[:16]))


def seen(viewer: Actor) -> ColumnElement[bool]:
    """Made for no case, for one that exists for the viewer, or read by everybody anyway."""
    mine = select(Case.id).where(visible(viewer))
    public = and_(Bulletin.publishes_at.is_not(None), Bulletin.publishes_at <= clock.now())
    return or_(Bulletin.case_id.is_(None), Bulletin.case_id.in_(mine), public)
