"""Who works on a case, and who may see it and act on it.

`case_file.lead_id` says who leads; whoever else stands in the table assists. A case is open to the whole
station, or to its members alone: then nobody else meets it anywhere, not even as a number.
"""

from __future__ import annotations

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import accounts, acts, cases, clock, custody, rights
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.cases import ACCESS, Case
from tipline.domain.membership import ASSISTING, LEAD, PARTS, Member
from tipline.errors import TiplineError

__all__ = ["ACCESS", "ASSISTING", "LEAD", "PARTS", "Member"]


def is_member(tx: Transaction, actor: Actor, case: Case) -> bool:
    """Whether this person leads the case or assists in it."""
    if actor.user_id is None:
        return False
    return case.lead_id == actor.user_id or find_member(tx, case, actor.user_id) is not None


def may_see(tx: Transaction, actor: Actor, case: Case) -> bool:
    """Whether the case exists for this person at all."""
    if case.access != cases.MEMBERS:
        return actor.kind == "system" or rights.may(actor, "case:read")
    return cases.sees_all(actor) or (rights.may(actor, "case:read") and is_member(tx, actor, case))


def may_act(tx: Transaction, actor: Actor, case: Case) -> bool:
    """Whether this person may change it: whoever sees it and may act on cases at all."""
    return rights.may(actor, "case:act") and may_see(tx, actor, case)


def require_act(tx: Transaction, actor: Actor, case: Case) -> None:
    """Raise case:not-found for whoever may not see it, account:forbidden for whoever may only look."""
    if not may_see(tx, actor, case):
        raise TiplineError("case:not-found")
    rights.require(actor, "case:act")


def find_member(tx: Transaction, case: Case, account_id: int) -> Member | None:
    return tx.scalar(
        select(Member).where(
            Member.case_id == case.id, Member.account_id == account_id, Member.ended_at.is_(None)
        )
    )


def list_members(tx: Transaction, case: Case) -> list[tuple[Member, Account]]:
    """Those who stand, the lead first, then in the order they came."""
    rows = tx.execute(
        select(Member, Account)
        .join(Account, Account.id == Member.account_id)
        .where(Member.case_id == case.id, Member.ended_at.is_(None))
        .order_by(Member.id)
    )
    found = [(one.Member, one.Account) for one in rows]
    return sorted(found, key=lambda one: one[1].id != case.lead_id)


def list_assisting(tx: Transaction, many: list[Case]) -> dict[int, list[Account]]:
    """Case id → those who assist in it, in one query."""
    leads = {one.id: one.lead_id for one in many}
    rows = tx.execute(
        select(Member.case_id, Account)
        .join(Account, Account.id == Member.account_id)
        .where(Member.case_id.in_(leads), Member.ended_at.is_(None))
        .order_by(Member.id)
    )
    found: dict[int, list[Account]] = {one: [] for one in leads}
    for case_id, account in rows:
        if account.id != leads[case_id]:
            found[case_id].append(account)
    return found


def add(tx: Transaction, actor: Actor, case: Case, username: str) -> Member:
    """Somebody assists from now on; raises member:exists."""
    account = accounts.read_assignable(tx, username)
    if account.id == case.lead_id or find_member(tx, case, account.id):
        raise TiplineError("member:exists", fields={"member": "member:exists"})
    row = _begin(tx, actor, case, account.id, ASSISTING)
    cases.touch(case)
    custody.append(tx, actor, "member:add", f"case:{case.number}", member=account.username)
    acts.record(tx, actor, "member:add", case=case, subject=f"member:{row.id}")
    return row


def end(tx: Transaction, actor: Actor, case: Case, username: str) -> Member:
    """Somebody assists no more; raises member:not-found. The lead stays until there is another one."""
    account = accounts.read_account(tx, username)
    if account.id == case.lead_id:
        raise TiplineError("member:lead-stays", fields={"member": "member:lead-stays"})
    row = find_member(tx, case, account.id)
    if row is None:
        raise TiplineError("member:not-found", fields={"member": "member:not-found"})
    _end(tx, actor, row)
    cases.touch(case)
    custody.append(tx, actor, "member:end", f"case:{case.number}", member=account.username)
    acts.record(tx, actor, "member:end", case=case, subject=f"member:{row.id}")
    return row


def set_lead(tx: Transaction, actor: Actor, case: Case, username: str) -> Member:
    """Hand the case over; whoever led it before assists from now on."""
    account = accounts.read_assignable(tx, username)
    before = case.lead_id
    if before == account.id:
        return _stand(tx, actor, case, account.id, LEAD)
    if before is not None:
        _stand(tx, actor, case, before, ASSISTING)
    joined = find_member(tx, case, account.id) is None
    row = _stand(tx, actor, case, account.id, LEAD)
    case.lead_id = account.id
    cases.touch(case)
    was = _name(tx, before)
    custody.append(tx, actor, "member:lead", f"case:{case.number}", member=account.username, before=was)
    acts.record(
        tx, actor, "member:lead", case=case, subject=f"member:{row.id}",
        before={"lead_id": before, "joined": joined}, after={"lead_id": account.id},
    )  # fmt: skip
    return row


def set_access(tx: Transaction, actor: Actor, case: Case, access: str) -> None:
    """Open the case to the whole station, or to its members alone. Whoever shuts it keeps seeing it."""
    if access not in ACCESS:
        raise TiplineError("case:access-unknown", fields={"access": "case:access-unknown"})
    cases.refuse_merged(tx, case)
    before = case.access
    if before == access:
        return
    case.access = access
    share_access(tx, case)
    if not may_see(tx, actor, case) and actor.user_id is not None:
        _begin(tx, actor, case, actor.user_id, ASSISTING)
        custody.append(tx, actor, "member:add", f"case:{case.number}", member=actor.name)
    cases.touch(case)
    custody.append(tx, actor, "case:access", f"case:{case.number}", access=access, before=before)
    acts.record(tx, actor, "case:access", case=case, before={"access": before}, after={"access": access})


def share_access(tx: Transaction, case: Case) -> None:
    """Old numbers that lead to the case are as open as it is, so that none gives away where it points."""
    tx.flush()
    for one in tx.scalars(select(Case).where(Case.merged_into_id == case.id)):
        if one.access != case.access:
            one.access = case.access
            share_access(tx, one)


def take_over(tx: Transaction, actor: Actor, case: Case, account_id: int) -> bool:
    """Somebody of a case that was merged into this one assists here; False if he stands already."""
    if account_id == case.lead_id or find_member(tx, case, account_id):
        return False
    _begin(tx, actor, case, account_id, ASSISTING)
    return True


def let_go(tx: Transaction, actor: Actor, case: Case, account_id: int) -> None:
    """Take that back."""
    row = find_member(tx, case, account_id)
    if row is not None and account_id != case.lead_id:
        _end(tx, actor, row)


def name_of(tx: Transaction, row: Member) -> str:
    """What colleagues call the member."""
    return tx.get_one(Account, row.account_id).display_name


def _stand(tx: Transaction, actor: Actor, case: Case, account_id: int, part: str) -> Member:
    row = find_member(tx, case, account_id)
    if row is None:
        return _begin(tx, actor, case, account_id, part)
    row.part = part
    tx.flush()
    return row


def _begin(tx: Transaction, actor: Actor, case: Case, account_id: int, part: str) -> Member:
    row = Member(case_id=case.id, account_id=account_id, part=part, author=actor.name, at=clock.now())
    tx.add(row)
    tx.flush()
    return row


def _end(tx: Transaction, actor: Actor, row: Member) -> None:
    row.ended_at, row.ended_by = clock.now(), actor.name
    tx.flush()


def _name(tx: Transaction, account_id: int | None) -> str | None:
    if account_id is None:
        return None
    return tx.get_one(Account, account_id).username
