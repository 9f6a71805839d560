"""The ways back of acts on bulletins, for `undoing`; the same limits hold as on a bulletin's own page.

What goes before residents again must be just what stood there: one more change, and it is published anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tipline.db import Transaction
from tipline.domain import acts, announcing, bulletins, clock, posting, rights, stills
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.beats import Beat
from tipline.domain.bulletins import APPEAL, DRAFT, PUBLISHED, SCHEDULED, Bulletin
from tipline.errors import TiplineError

PUBLISHING, TAKING_BACK, CHANGING = "bulletin:publish", "bulletin:take-back", "bulletin:change"
DECIDING = ("bulletin:propose", "bulletin:withdraw", "bulletin:restore", "bulletin:discard")


def find_row(tx: Transaction, actor: Actor, act: Act) -> Bulletin | None:
    """What an act was done to, if that exists for whoever asks; None also of other acts."""
    noun, _, number = act.subject.partition(":")
    return bulletins.find_seen(tx, int(number), actor) if noun == "bulletin" else None


def subject_of(tx: Transaction, act: Act) -> str:
    """As the log calls what it was done to; nothing of other acts."""
    noun, _, number = act.subject.partition(":")
    row = tx.get(Bulletin, int(number)) if noun == "bulletin" else None
    return f"bulletin:{row.handle}" if row else ""


def ends_at(act: Act) -> datetime:
    """Until when a publication can be taken back: a few minutes after residents could read it."""
    out = datetime.fromisoformat(act.became["publishes_at"]) + posting.TAKEN_BACK
    return min(out, act.at + acts.LASTS)


def unpublish(tx: Transaction, actor: Actor, act: Act) -> None:
    """A draft again, or on its way to the time that was set before."""
    row = _row(tx, actor, act)
    if row.withdrawn_at is not None:
        raise TiplineError("act:superseded")
    if bulletins.state_of(row) != SCHEDULED and clock.now() >= ends_at(act):
        raise TiplineError("bulletin:too-late")
    _require_ahead(act)
    acts.put_back(row, act)
    row.corrected_at = None
    announcing.call_off(tx, row)
    posting.mark_changed(row)


def put_out_again(tx: Transaction, actor: Actor, act: Act) -> None:
    """Published or scheduled, as before it was taken back."""
    row = _row(tx, actor, act)
    if act.was["publishes_at"] > clock.stamp(act.at):
        _require_ahead(act)
    acts.put_back(row, act)
    announcing.wait_again(tx, row)
    posting.mark_changed(row)


def reword(tx: Transaction, actor: Actor, act: Act) -> None:
    """The words from before; of what residents read that is a correction like any other."""
    row = _row(tx, actor, act)
    posting.require_editable(actor, row)
    acts.put_back(row, act)
    if not _is_fit(tx, row):
        raise TiplineError("act:superseded")
    if bulletins.state_of(row) == PUBLISHED:
        row.corrected_at = clock.now()
    posting.mark_changed(row)


def undecide(tx: Transaction, actor: Actor, act: Act) -> None:
    """Not proposed, not withdrawn, not thrown away, not put back."""
    row = _row(tx, actor, act)
    if bulletins.was_shown(row):
        rights.require(actor, posting.PUBLISH)
    acts.put_back(row, act)
    (announcing.wait_again if row.withdrawn_at is None else announcing.drop_waiting)(tx, row)
    posting.mark_changed(row)


def _row(tx: Transaction, actor: Actor, act: Act) -> Bulletin:
    row = find_row(tx, actor, act)
    if row is None:
        raise TiplineError("act:not-found")
    return row


def _require_ahead(act: Act) -> None:
    """Nothing goes before residents because somebody took something back too late."""
    before = act.was["publishes_at"]
    if before and datetime.fromisoformat(before) <= clock.now():
        raise TiplineError("bulletin:time-passed")


def _is_fit(tx: Transaction, row: Bulletin) -> bool:
    """Whether the words from before still go with what came since: stills, a publication, beats."""
    if row.kind != APPEAL and stills.rows_of(tx, row):
        return False
    if row.beat and tx.get(Beat, row.beat) is None:
        return False
    return bool(row.text) or bulletins.state_of(row) == DRAFT


WAYS: dict[str, Callable[[Transaction, Actor, Act], None]] = {
    PUBLISHING: unpublish,
    TAKING_BACK: put_out_again,
    CHANGING: reword,
    **dict.fromkeys(DECIDING, undecide),
}
RIGHTS = {
    **dict.fromkeys(WAYS, "bulletin:draft"),
    PUBLISHING: posting.PUBLISH,
    TAKING_BACK: posting.PUBLISH,
}
