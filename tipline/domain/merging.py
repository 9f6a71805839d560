"""Two cases become one: the old number stays as a pointer, both keep their history.

If one of the two is open to its members alone, both are from then on: a merger shows nothing to anybody new.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import acts, cases, clock, custody, holdings, holds, limits, links, members, transfers
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.cases import MEMBERS, MERGED, Case
from tipline.domain.holdings import Holdings
from tipline.domain.sightings import Sighting
from tipline.domain.subjects import Subject
from tipline.domain.tasks import Task
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ROWS = {"tasks": Task, "subjects": Subject, "sightings": Sighting}


class Preview(NamedTuple):
    """What a merger would move."""

    holdings: Holdings
    tips: list[Tip]
    doubled: list[Tip]  # linked to both already
    joining: list[str]  # who would assist in the other case from then on
    shuts: bool  # whether both would be open to members alone from then on


def preview(tx: Transaction, source: Case, into: Case) -> Preview:
    held = {tip.id for _link, tip in links.list_tips_of(tx, into)}
    tips = [tip for _link, tip in links.list_tips_of(tx, source)]
    there = {account.id for _row, account in members.list_members(tx, into)} | {into.lead_id}
    joining = [one.display_name for _row, one in members.list_members(tx, source) if one.id not in there]
    return Preview(
        holdings.of(tx, source), [one for one in tips if one.id not in held],
        [one for one in tips if one.id in held], joining,
        source.access != into.access,
    )  # fmt: skip


def merge(tx: Transaction, actor: Actor, source: Case, into: Case, reason: str) -> None:
    """Everything of `source` goes on in `into`; raises merge:same, case:merged, case:closed."""
    reason = _checked(tx, actor, source, into, reason)
    before = acts.held(source, "state", "outcome", "closed_at")
    before["access"] = [source.access, into.access]
    moved = transfers.standing_links(tx, source)
    pairs = transfers.move_links(
        tx, actor, moved, into, ended=f"→ {into.number}: {reason}", words=f"← {source.number}"
    )
    rows = {name: transfers.move_rows(tx, kind, source, into) for name, kind in ROWS.items()}
    standing = members.list_members(tx, source)
    joined = [one.id for _row, one in standing if members.take_over(tx, actor, into, one.id)]
    if MEMBERS in (source.access, into.access):
        source.access = into.access = MEMBERS
    source.state, source.outcome, source.merged_into_id = "closed", MERGED, into.id
    source.closed_at = source.closed_at or clock.now()
    for one in (source, into):
        members.share_access(tx, one)
        cases.touch(one)
    tx.flush()
    holds.carry(tx, actor, source.id, into.id)
    told = [tip.reference for _link, tip in moved]
    custody.append(
        tx, actor, "case:merged", f"case:{source.number}", reason=reason, into=into.number, tips=told
    )
    custody.append(
        tx, actor, "case:merge", f"case:{into.number}", reason=reason, source=source.number, tips=told
    )
    acts.record(
        tx, actor, "case:merge", case=into, subject=f"case:{source.id}", before=before,
        after={"links": pairs, "members": joined, "access": into.access, **rows},
    )  # fmt: skip


def take_back(tx: Transaction, actor: Actor, act: Act) -> None:
    """What came from the other case goes back there, but for what was decided since."""
    into = tx.get_one(Case, act.case_id)
    source = tx.get_one(Case, int(act.subject.partition(":")[2]))
    if not members.may_see(tx, actor, source):
        raise TiplineError("act:not-found")
    if source.merged_into_id != into.id or into.merged_into_id is not None:
        raise TiplineError("act:superseded")
    became, was = act.became, act.was
    transfers.return_links(tx, actor, became["links"], ended=f"→ {source.number}")
    for name, kind in ROWS.items():
        transfers.move_rows(tx, kind, into, source, became[name])
    for account_id in became["members"]:
        members.let_go(tx, actor, into, account_id)
    if [source.access, into.access] == [became["access"]] * 2:
        source.access, into.access = was["access"]
    source.merged_into_id, source.state, source.outcome = None, was["state"], was["outcome"]
    source.closed_at = datetime.fromisoformat(was["closed_at"]) if was["closed_at"] else None
    for one in (source, into):
        members.share_access(tx, one)
    cases.touch(source)
    tx.flush()
    custody.append(tx, actor, "case:unmerged", f"case:{source.number}", into=into.number)


def list_merged(tx: Transaction, case: Case) -> list[Case]:
    """Cases that go on in this one."""
    return list(tx.scalars(select(Case).where(Case.merged_into_id == case.id).order_by(Case.id)))


def _checked(tx: Transaction, actor: Actor, source: Case, into: Case, reason: str) -> str:
    for one in (source, into):
        members.require_act(tx, actor, one)
        cases.refuse_merged(tx, one)
    if source.id == into.id:
        raise TiplineError("merge:same", fields={"into": "merge:same"})
    if into.state == "closed":
        raise TiplineError("merge:closed", fields={"into": "merge:closed"}, into=into.number)
    reason = reason.strip()
    if not reason:
        raise TiplineError("link:reason-needed", fields={"reason": "link:reason-needed"})
    if len(reason) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"reason": "tip:field-too-long"}, limit=limits.REASON)
    return reason
