"""Cases: what an investigator works on, and the tips linked to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, false, func, literal, or_, select, true
from sqlalchemy.orm import Mapped, mapped_column

from tipline.db import Base, SafeText, Transaction, UtcTime
from tipline.domain import acts, clock, custody, limits, membership, rights
from tipline.domain.actors import Actor
from tipline.domain.custody import Custody
from tipline.domain.membership import LEAD, Member
from tipline.errors import TiplineError

STATES = ("open", "closed")
# How a case ends. One that was merged into another ends by that.
OUTCOMES = ("solved", "handed_over", "unfounded", "not_solvable", "other")
MERGED, MISTAKEN = "merged", "mistaken"
CORRECTED = ("title", "summary", "state", "outcome")
STATION, MEMBERS = ACCESS = ("station", "members")
# Entries of the log about these are told to those alone who see all cases (tipline.domain.alerts).
FOR_SUPERVISORS = ("alert:", "seen:", "log:")


class Counter(Base):
    """The last number given out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]


class Case(Base):
    __tablename__ = "case_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(SafeText)
    summary: Mapped[str] = mapped_column(SafeText, default="")
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)
    access: Mapped[str] = mapped_column(String(8), default=STATION)  # station, or members alone
    outcome: Mapped[str | None] = mapped_column(String(20))
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("case_file.id", name="fk_case_merged_into"), index=True
    )
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(default=1)


def open_case(
    tx: Transaction, actor: Actor, title: str, *, summary: str = "", year: int | None = None,
    is_part: bool = False,
) -> Case:  # fmt: skip
    """Begin a case; its number counts within the year of the station's calendar. One that is part of a larger
    act is taken back with that."""
    now = clock.now()
    number = f"A-{year or now.year}-{_next_number(tx, year or now.year)}"
    case = Case(
        number=number, title=_title(title), summary=_bounded("summary", summary, limits.TEXT),
        lead_id=actor.user_id, opened_at=now, changed_at=now,
    )  # fmt: skip
    tx.add(case)
    tx.flush()
    if actor.user_id is not None:
        tx.add(Member(case_id=case.id, account_id=actor.user_id, part=LEAD, author=actor.name, at=now))
        tx.flush()
    custody.append(tx, actor, "case:open", f"case:{number}", title=case.title)
    if not is_part:
        acts.record(tx, actor, "case:open", case=case, after={"state": case.state})
    return case


def _next_number(tx: Transaction, year: int) -> int:
    name = f"case-{year}"
    counter = tx.get(Counter, name, with_for_update=True)
    if counter is None:
        counter = Counter(name=name, value=0)
        tx.add(counter)
    counter.value += 1
    tx.flush()
    return counter.value


def change(
    tx: Transaction,
    actor: Actor,
    case: Case,
    *,
    title: str | None = None,
    summary: str | None = None,
    state: str | None = None,
    outcome: str | None = None,
    reason: str | None = None,
) -> None:
    """Correct a case, close it (with an outcome) or open it again; the old values stay in the log."""
    before = acts.held(case, *CORRECTED, "closed_at")
    if title is not None:
        case.title = _title(title)
    if summary is not None:
        case.summary = _bounded("summary", summary, limits.TEXT)
    if outcome is not None and (outcome not in OUTCOMES or (state or case.state) != "closed"):
        raise TiplineError("case:outcome-unknown", fields={"outcome": "case:outcome-unknown"})
    if outcome is not None and state is None:
        case.outcome = outcome
    if state is not None:
        if state not in STATES:
            raise TiplineError("case:state-unknown", fields={"state": "case:state-unknown"})
        if state == "open":
            refuse_merged(tx, case)
        case.state = state
        case.outcome = None if state == "open" else outcome or case.outcome
    after = acts.held(case, *CORRECTED)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed:
        return
    if "state" in changed:
        case.closed_at = clock.now() if state == "closed" else None
    touch(case)
    names = [*changed, *(["closed_at"] if "state" in changed else [])]
    kind = "case:state" if "state" in changed else "case:change"
    was = {name: before[name] for name in names}
    acts.record(tx, actor, kind, case=case, before=was, after=acts.held(case, *names))
    action = {"closed": "case:close", "open": "case:reopen"}.get(changed.get("state") or "", "case:change")
    custody.append(
        tx, actor, action, f"case:{case.number}",
        reason=_bounded("reason", reason or "", limits.REASON) or None,
        after=changed, before={name: before[name] for name in changed},
    )  # fmt: skip


def require_version(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise TiplineError("case:changed")


def refuse_merged(tx: Transaction, case: Case) -> None:
    """Raise case:merged: what was merged goes on under its new number."""
    if case.merged_into_id is not None:
        into = tx.get_one(Case, case.merged_into_id)
        raise TiplineError("case:merged", fields={"case": "case:merged"}, into=into.number)


def touch(case: Case) -> None:
    case.changed_at = clock.now()
    case.version += 1


def sees_all(viewer: Actor) -> bool:
    """Whether cases that are open to their members alone are seen without being one."""
    return viewer.kind == "system" or rights.may(viewer, "case:see-all")


def visible(viewer: Actor | None) -> ColumnElement[bool]:
    """Which cases exist for this person. With nobody named: those that are open to the whole station."""
    if viewer is not None and sees_all(viewer):
        return true()
    station = Case.access == STATION
    if viewer is None or viewer.user_id is None:
        return station
    return or_(station, Case.lead_id == viewer.user_id, Case.id.in_(membership.cases_of(viewer.user_id)))


def hidden_subjects(viewer: Actor | None) -> ColumnElement[bool]:
    """Which entries of the log are of a case that does not exist for this person, or for supervisors."""
    if viewer is not None and sees_all(viewer):
        return false()
    closed = select(literal("case:") + Case.number).where(~visible(viewer))
    # Of each entry that is read, not a list of all such entries: to find those the whole log would be walked.
    return or_(Custody.subject.in_(closed), *(Custody.subject.startswith(one) for one in FOR_SUPERVISORS))


def read_case(tx: Transaction, number: str, viewer: Actor | None = None) -> Case:
    """Raises case:not-found also for a case that the viewer may not see."""
    case = tx.scalar(select(Case).where(Case.number == number.upper(), visible(viewer)))
    if case is None:
        raise TiplineError("case:not-found")
    return case


def list_cases(
    tx: Transaction, viewer: Actor | None = None, *, state: str | None = None, q: str = "",
    before: int | None = None, limit: int = 50,
) -> list[Case]:  # fmt: skip
    """What the viewer may see, newest first; `before` is the id of the last case of the page before."""
    query = select(Case).where(visible(viewer)).order_by(Case.id.desc()).limit(limit)
    if state:
        query = query.where(Case.state == state)
    if before:
        query = query.where(Case.id < before)
    if q:
        named = Case.title.icontains(q, autoescape=True), Case.number.icontains(q, autoescape=True)
        query = query.where(or_(*named))
    return list(tx.scalars(query))


def numbers(tx: Transaction, case_ids: set[int]) -> dict[int, str]:
    """Case id → its number, in one query."""
    return {row[0]: row[1] for row in tx.execute(select(Case.id, Case.number).where(Case.id.in_(case_ids)))}


def count_open(tx: Transaction, viewer: Actor | None = None) -> int:
    return tx.scalar(select(func.count(Case.id)).where(Case.state == "open", visible(viewer))) or 0


def _bounded(name: str, words: str, limit: int) -> str:
    words = words.strip()
    if len(words) > limit:
        raise TiplineError("tip:field-too-long", fields={name: "tip:field-too-long"}, limit=limit)
    return words


def _title(title: str) -> str:
    title = title.strip()
    if not title or len(title) > limits.SHORT:
        raise TiplineError("case:title-needed", fields={"title": "case:title-needed"}, limit=limits.SHORT)
    return title
