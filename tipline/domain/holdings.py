"""How much a case holds, in one query: what its tabs and its overview count."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from tipline.db import Transaction
from tipline.domain.cases import Case
from tipline.domain.evidence import NOT_HERE, Evidence
from tipline.domain.links import Link
from tipline.domain.sightings import Sighting
from tipline.domain.subjects import Subject
from tipline.domain.tasks import Task


class Holdings(NamedTuple):
    """Standing tips, arrived files, open tasks; `footage_s` is the length of all films together."""

    tips: int
    files: int
    footage_s: float
    subjects: int
    sightings: int
    tasks: int


def of(tx: Transaction, case: Case) -> Holdings:
    tips = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    files = _standing(case)
    row = tx.execute(
        select(
            select(func.count()).select_from(tips.subquery()).scalar_subquery(),
            files.with_only_columns(func.count(Evidence.id)).scalar_subquery(),
            files.with_only_columns(func.coalesce(func.sum(Evidence.duration_s), 0.0)).scalar_subquery(),
            _counted(Subject.id, Subject.case_id == case.id, Subject.removed_at.is_(None)),
            _counted(Sighting.id, Sighting.case_id == case.id, Sighting.removed_at.is_(None)),
            _counted(Task.id, Task.case_id == case.id, Task.removed_at.is_(None), Task.done_at.is_(None)),
        )
    ).one()
    return Holdings(*row)


def _standing(case: Case) -> Select[str]:
    tips = select(Link.tip_id).where(Link.case_id == case.id, Link.ended_at.is_(None))
    return select(Evidence.id).where(Evidence.tip_id.in_(tips), Evidence.state.not_in(NOT_HERE))


def _counted(column: Any, *where: Any) -> Any:
    return select(func.count(column)).where(*where).scalar_subquery()
