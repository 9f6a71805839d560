"""One command on several tips: each is done or refused by itself, what was done is taken back together."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import acts
from tipline.domain.acts import Act
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

MOST = 200


class Outcome(NamedTuple):
    """References of tips; `act` takes all of it back, None if there is nothing to take back."""

    done: list[str]
    refused: list[tuple[str, TiplineError]]
    act: Act | None


def carry_out(tx: Transaction, tips: list[Tip], do: Callable[[Tip], object]) -> Outcome:
    """Do it to each tip in turn. A refusal leaves that tip as it was and holds up none of the others."""
    done: list[str] = []
    refused: list[tuple[str, TiplineError]] = []
    with acts.together(tx) as batch:
        for reference, tip in [(one.reference, one) for one in tips]:
            try:
                with tx.begin_nested():
                    do(tip)
            except TiplineError as fault:
                refused.append((reference, fault))
            else:
                done.append(reference)
    last = tx.scalar(select(Act).where(Act.batch == batch).order_by(Act.id.desc()).limit(1))
    return Outcome(done, refused, last)
