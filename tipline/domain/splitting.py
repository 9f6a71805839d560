"""Tips leave a case for a new one of their own, with the sightings in their files. All can be taken back."""

from __future__ import annotations

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import acts, cases, clock, custody, limits, members, transfers
from tipline.domain.actors import Actor
from tipline.domain.acts import Act
from tipline.domain.cases import MEMBERS, MERGED, Case
from tipline.domain.evidence import Evidence
from tipline.domain.sightings import Sighting
from tipline.domain.subjects import Subject
from tipline.errors import TiplineError


def split(
    tx: Transaction, actor: Actor, case: Case, references: list[str], title: str, reason: str, *,
    year: int | None = None,
) -> Case:  # fmt: skip
    """Open a new case for these tips; raises split:tips-needed or case:merged."""
    reason = _checked(tx, actor, case, reason)
    moved = [one for one in transfers.standing_links(tx, case) if one[1].reference in set(references)]
    if not moved:
        raise TiplineError("split:tips-needed", fields={"tip": "split:tips-needed"})
    new = cases.open_case(tx, actor, title, year=year, is_part=True)
    if case.access == MEMBERS:
        new.access = MEMBERS
        for _row, account in members.list_members(tx, case):
            members.take_over(tx, actor, new, account.id)
    pairs = transfers.move_links(
        tx, actor, moved, new, ended=f"→ {new.number}: {reason}", words=f"← {case.number}"
    )
    sighted = _sightings(tx, case, [tip.id for _link, tip in moved])
    carried, copied = _carry_subjects(tx, case, new, sighted)
    for one in (case, new):
        cases.touch(one)
    tx.flush()
    told = [tip.reference for _link, tip in moved]
    custody.append(tx, actor, "case:parted", f"case:{case.number}", reason=reason, into=new.number, tips=told)
    custody.append(
        tx, actor, "case:split", f"case:{new.number}", reason=reason, source=case.number, tips=told
    )
    acts.record(
        tx, actor, "case:split", case=case, subject=f"case:{new.id}",
        after={
            "links": pairs, "sightings": [one.id for one in sighted], "subjects": carried, "copied": copied,
        },
    )  # fmt: skip
    return new


def take_back(tx: Transaction, actor: Actor, act: Act) -> None:
    """The tips go back; the number of the new case stays as a pointer, for a number is never given again."""
    case, new = tx.get_one(Case, act.case_id), tx.get_one(Case, int(act.subject.partition(":")[2]))
    if not members.may_see(tx, actor, new):
        raise TiplineError("act:not-found")
    if new.merged_into_id is not None or case.merged_into_id is not None:
        raise TiplineError("act:superseded")
    became = act.became
    transfers.return_links(tx, actor, became["links"], ended=f"→ {case.number}")
    if transfers.standing_links(tx, new):
        raise TiplineError("act:superseded")  # tips were linked to it since: it is a case of its own
    originals = {copy: original for original, copy in became["copied"]}
    transfers.move_rows(tx, Sighting, new, case)
    for row in tx.scalars(select(Sighting).where(Sighting.subject_id.in_(originals))):
        row.subject_id = originals[row.subject_id or 0]
    for copy in originals:
        tx.get_one(Subject, copy).removed_at = clock.now()
    transfers.move_rows(tx, Subject, new, case, became["subjects"])
    new.state, new.outcome, new.merged_into_id, new.closed_at = "closed", MERGED, case.id, clock.now()
    members.share_access(tx, case)
    cases.touch(new)
    tx.flush()
    custody.append(tx, actor, "case:merged", f"case:{new.number}", into=case.number, tips=[])


def _sightings(tx: Transaction, case: Case, tip_ids: list[int]) -> list[Sighting]:
    files = select(Evidence.id).where(Evidence.tip_id.in_(tip_ids))
    return list(
        tx.scalars(select(Sighting).where(Sighting.case_id == case.id, Sighting.evidence_id.in_(files)))
    )


def _carry_subjects(
    tx: Transaction, case: Case, new: Case, sighted: list[Sighting]
) -> tuple[list[int], list[tuple[int, int]]]:
    """A description whose sightings all leave goes along; one that is needed in both cases is copied."""
    for one in sighted:
        one.case_id = new.id
    tx.flush()
    wanted = {one.subject_id for one in sighted if one.subject_id is not None}
    stay = set(
        tx.scalars(
            select(Sighting.subject_id).where(Sighting.case_id == case.id, Sighting.subject_id.in_(wanted))
        )
    )
    copied: list[tuple[int, int]] = []
    for subject_id in sorted(wanted & stay):
        was = tx.get_one(Subject, subject_id)
        copy = Subject(
            case_id=new.id, kind=was.kind, label=was.label, text=was.text, author_id=was.author_id, at=was.at,
            changed_at=clock.now(), removed_at=was.removed_at,
        )  # fmt: skip
        tx.add(copy)
        tx.flush()
        for one in sighted:
            if one.subject_id == subject_id:
                one.subject_id = copy.id
        copied.append((subject_id, copy.id))
    carried = transfers.move_rows(tx, Subject, case, new, wanted - stay)
    return carried, copied


def _checked(tx: Transaction, actor: Actor, case: Case, reason: str) -> str:
    members.require_act(tx, actor, case)
    cases.refuse_merged(tx, case)
    reason = reason.strip()
    if not reason:
        raise TiplineError("link:reason-needed", fields={"reason": "link:reason-needed"})
    if len(reason) > limits.REASON:
        raise TiplineError("tip:field-too-long", fields={"reason": "tip:field-too-long"}, limit=limits.REASON)
    return reason
