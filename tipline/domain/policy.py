"""Which tips and files exist for whom: what belongs to cases of members alone exists for those members alone.

A tip is closed to a person while all cases it stands in are closed to that person; without its last link it
is open to the station again. The rule is here once, and no query has to remember it: while somebody of the
desk asks (`viewing`), every query on tips and on what is made of them leaves out what does not exist for that
person, so that «not yours» and «not there» are one answer everywhere. The log has `closed_references` and
`hidden_subjects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import ColumnElement, Select, event, func, literal, or_, select
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from tipline.db import Transaction
from tipline.domain import bulletins, cases, membership, rights
from tipline.domain.actors import Actor
from tipline.domain.bulletins import Bulletin
from tipline.domain.cases import MEMBERS, Case, sees_all
from tipline.domain.custody import Custody
from tipline.domain.derivatives import Derivative
from tipline.domain.erasures import Erasure
from tipline.domain.evidence import Evidence
from tipline.domain.incidents import Incident
from tipline.domain.links import Link
from tipline.domain.marks import Mark
from tipline.domain.messages import Message
from tipline.domain.renditions import Rendition
from tipline.domain.shares import Share
from tipline.domain.tips import Tip

_viewer: ContextVar[Actor | None] = ContextVar("viewer", default=None)
_CASE, _LINK, _TIP, _FILE, _INCIDENT = (one.__table__ for one in (Case, Link, Tip, Evidence, Incident))
_SOME = "tipline.closed-cases"  # whether there is any case that is closed to a viewer, for one transaction


@contextmanager
def viewing(viewer: Actor) -> Iterator[None]:
    """Within it every query is this person's."""
    before = _viewer.set(viewer)
    try:
        yield
    finally:
        _viewer.reset(before)


def closed_tips(viewer: Actor) -> Select[int]:
    """Ids of the tips that do not exist for this person."""
    closed = _standing().where(_is_closed(viewer))
    elsewhere = _standing().where(~_is_closed(viewer), _LINK.c.tip_id.in_(closed))
    return closed.where(_LINK.c.tip_id.not_in(elsewhere))


def closed_references(viewer: Actor) -> Select[str] | None:
    """The same as the log calls them; None for whoever sees all."""
    if sees_all(viewer):
        return None
    return select(_TIP.c.reference).where(_TIP.c.id.in_(closed_tips(viewer)))


def hidden_subjects(viewer: Actor) -> ColumnElement[bool]:
    """Which entries of the log are of anything else that does not exist for this person: cases, incidents
    that only closed tips tell of, bulletins drafted for closed cases."""
    found = cases.hidden_subjects(viewer)
    if sees_all(viewer):
        return found
    incidents = select(literal("incident:") + _INCIDENT.c.reference).where(~_is_open(_INCIDENT.c, viewer))
    drafts = select(literal("bulletin:") + Bulletin.handle).where(~bulletins.seen(viewer))
    return or_(found, Custody.subject.in_(incidents), Custody.subject.in_(drafts))


def _is_open(incident: Any, viewer: Actor) -> ColumnElement[bool]:
    """Not told of by closed tips alone; where others tell of it too, only those tips are left out. What was
    merged is as open as what it went into."""
    tips = closed_tips(viewer)
    closed, told = _told_by(_TIP.c.id.in_(tips)), _told_by(_TIP.c.id.not_in(tips))
    stands_for = func.coalesce(incident.merged_into_id, incident.id)
    return or_(stands_for.not_in(closed), stands_for.in_(told))


def _standing() -> Select[Any]:
    joined = _LINK.join(_CASE, _CASE.c.id == _LINK.c.case_id)
    return select(_LINK.c.tip_id).select_from(joined).where(_LINK.c.ended_at.is_(None))


def _told_by(which: ColumnElement[bool]) -> Select[Any]:
    return select(_TIP.c.incident_id).where(_TIP.c.incident_id.is_not(None), which)


def _is_closed(viewer: Actor) -> ColumnElement[bool]:
    """The opposite of `cases.visible`, on the tables themselves: nothing may scope it again."""
    closed = _CASE.c.access == MEMBERS
    if viewer.user_id is None:
        return closed
    leads = or_(_CASE.c.lead_id.is_(None), _CASE.c.lead_id != viewer.user_id)
    return closed & leads & _CASE.c.id.not_in(membership.cases_of(viewer.user_id))


@event.listens_for(Transaction, "do_orm_execute")
def _scope(state: ORMExecuteState) -> None:
    """Most stations have no closed case, and most people are in all there are: then nothing is added.

    A partner sees its own tips and no others; that one of them vanished would tell what became of it.
    """
    viewer = _viewer.get()
    if viewer is None or viewer.kind == rights.PARTNER or sees_all(viewer):
        return
    if not state.is_select or state.is_column_load:
        return
    session, asked = state.session, (_SOME, viewer.user_id)
    if asked not in session.info:
        session.info[asked] = False  # while it is asked
        some = select(_CASE.c.id).where(_is_closed(viewer)).limit(1)
        session.info[asked] = session.connection().scalar(some) is not None
    if session.info[asked]:
        state.statement = state.statement.options(*_criteria(viewer))


def _criteria(viewer: Actor) -> list[Any]:
    tips = closed_tips(viewer)
    files = select(_FILE.c.id).where(_FILE.c.tip_id.in_(tips))
    rules: list[tuple[Any, ColumnElement[bool]]] = [
        (Tip, Tip.id.not_in(tips)),
        (Evidence, Evidence.tip_id.not_in(tips)),
        (Message, Message.tip_id.not_in(tips)),
        (Rendition, Rendition.evidence_id.not_in(files)),
        (Derivative, Derivative.evidence_id.not_in(files)),
        (Mark, Mark.evidence_id.not_in(files)),
        (Share, Share.evidence_id.not_in(files)),
        (Erasure, Erasure.tip_id.not_in(tips)),
        (Incident, _is_open(Incident, viewer)),
    ]  # fmt: skip
    # Aliases are left to whoever makes them (hints.open_of): a rule on the table would not fit their names.
    return [with_loader_criteria(kind, rule) for kind, rule in rules]
