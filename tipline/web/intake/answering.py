"""A report begun from a bulletin («I know something») belongs to that bulletin; nothing else is filled in.

Where and when are asked as always: what the reporter knows need not be where and when it happened.
"""

from __future__ import annotations

from flask import request

from tipline.db import Transaction
from tipline.domain import bulletins
from tipline.domain.bulletins import APPEAL, PUBLISHED, Bulletin
from tipline.domain.tips import Tip
from tipline.web import current
from tipline.web.intake.answers import Answers

RECOGNISED = "recognised"


def scan(answers: Answers) -> None:
    """Take over which bulletin the link names, where the draft of this browser names none."""
    handle = request.args.get("bulletin", "")[:16]
    if not handle or answers.bulletin:
        return
    with current.services().database.reading() as tx:
        row = bulletins.find_shown(tx, handle)
    if row is None:
        return
    answers.bulletin = row.handle
    if row.kind == APPEAL:
        answers.category = answers.category or RECOGNISED


def of_draft(tx: Transaction, tip: Tip) -> str:
    """The handle that a draft was begun with."""
    row = tx.get(Bulletin, tip.bulletin_id) if tip.bulletin_id else None
    return row.handle if row else ""


def shown(tx: Transaction, answers: Answers) -> Bulletin | None:
    """Which bulletin the form names; one that is over is not named any more, though the report stays its."""
    row = bulletins.find_shown(tx, answers.bulletin) if answers.bulletin else None
    return row if row and bulletins.state_of(row) == PUBLISHED else None
