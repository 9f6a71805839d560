"""What open hints say beside a tip in a list: which tip it may repeat, which series it may belong to."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import cases
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.hints import SERIES, Hint
from tipline.domain.links import Link
from tipline.domain.tips import Tip


class Pointer(NamedTuple):
    """`case` is the number of the case the other tip belongs to, if the viewer may know it."""

    kind: str
    score: float
    reference: str
    case: str | None

    @property
    def is_series(self) -> bool:
        return self.kind == SERIES


def list_open(
    tx: Transaction, tip_ids: Collection[int], viewer: Actor | None = None
) -> dict[int, list[Pointer]]:
    """Tip id → where its open hints point, the strongest first; of each other tip one."""
    query = (
        select(Hint.tip_id, Hint.kind, Hint.score, Tip.reference, Case.number)
        .join(Tip, Tip.id == Hint.other_id)
        .outerjoin(Link, (Link.tip_id == Tip.id) & Link.ended_at.is_(None))
        .outerjoin(Case, (Case.id == Link.case_id) & cases.visible(viewer))
        .where(Hint.tip_id.in_(tip_ids), Hint.state == "open")
        .order_by(Hint.score.desc(), Hint.id, Link.id)
    )
    found: dict[int, list[Pointer]] = {one: [] for one in tip_ids}
    for tip_id, kind, score, reference, case in tx.execute(query):
        pointers = found[tip_id]
        if all(one.reference != reference for one in pointers):
            pointers.append(Pointer(kind, score, reference, case))
    return found
