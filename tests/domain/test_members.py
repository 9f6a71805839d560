"""Who works on a case, and who may see it: `tipline.domain.members`."""

from __future__ import annotations

import pytest

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import accounts, acts, cases, custody, links, members, triage
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.cases import Case
from tipline.domain.members import Member
from tipline.errors import TiplineError

# Who asks → (sees, acts) on a case of the station, and on one of its members.
MATRIX = {
    "lead": ((True, True), (True, True)),
    "assisting": ((True, True), (True, True)),
    "left": ((True, True), (False, False)),
    "investigator": ((True, True), (False, False)),
    "supervisor": ((True, True), (True, True)),
    "admin": ((True, True), (True, True)),
    "auditor": ((True, False), (True, False)),
    "partner": ((False, False), (False, False)),
    "reporter": ((False, False), (False, False)),
    "nobody": ((False, False), (False, False)),
    "system": ((True, False), (True, False)),
}


def person(tx: Transaction, name: str, role: str = "investigator") -> Actor:
    return accounts.add(tx, SYSTEM, name, role=role, password_hash="not a hash").actor


@pytest.fixture
def askers(tx: Transaction, officer: Actor, case: Case) -> dict[str, Actor]:
    """Everybody of the matrix; the case is led by `officer`."""
    found = {role: person(tx, f"{role}-1", role) for role in ("supervisor", "admin", "auditor", "partner")}
    for name in ("assisting", "left", "investigator"):
        found[name] = person(tx, name)
    members.add(tx, officer, case, "assisting")
    members.add(tx, officer, case, "left")
    members.end(tx, officer, case, "left")
    return {
        **found, "lead": officer, "reporter": reporter("T-1"), "nobody": Actor("staff", "x"),
        "system": SYSTEM,
    }  # fmt: skip


def test_who_sees_a_case_and_acts_on_it(
    tx: Transaction, officer: Actor, case: Case, askers: dict[str, Actor]
) -> None:
    held = {}
    for access in cases.ACCESS:
        members.set_access(tx, officer, case, access)
        for name, actor in askers.items():
            answer = (members.may_see(tx, actor, case), members.may_act(tx, actor, case))
            held.setdefault(name, []).append(answer)
    assert {name: tuple(answers) for name, answers in held.items()} == MATRIX


@pytest.mark.parametrize("asker", [name for name in MATRIX if name not in ("reporter", "nobody", "partner")])
def test_a_case_is_met_nowhere_by_whoever_may_not_see_it(
    tx: Transaction, officer: Actor, case: Case, askers: dict[str, Actor], asker: str
) -> None:
    tip, viewer = sent(tx), askers[asker]
    links.link(tx, officer, case, tip, "同款外套")
    members.set_access(tx, officer, case, cases.MEMBERS)
    log = custody.list_latest(tx, about=tip.reference, without=cases.hidden_subjects(viewer))
    met = {
        bool(cases.list_cases(tx, viewer)),
        bool(cases.list_cases(tx, viewer, q=case.number)),
        bool(cases.count_open(tx, viewer)),
        bool(links.list_cases_of(tx, tip, viewer)),
        bool(triage.rows_of(tx, [tip], viewer)[0].cases),
        "link:create" in [one.action for one in log],
    }
    try:
        met.add(cases.read_case(tx, case.number, viewer) is case)
    except TiplineError:
        met.add(False)
    assert met == {MATRIX[asker][1][0]}


def test_with_nobody_named_only_cases_of_the_station_are_shown(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    assert cases.read_case(tx, case.number) is case
    members.set_access(tx, officer, case, cases.MEMBERS)
    assert cases.list_cases(tx) == []
    with pytest.raises(TiplineError):
        cases.read_case(tx, case.number)


def test_whoever_opens_a_case_leads_it_and_a_lead_who_hands_it_over_assists(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    other = person(tx, "chen")
    members.set_lead(tx, officer, case, "chen")
    standing = [(account.username, row.part) for row, account in members.list_members(tx, case)]
    assert standing == [("chen", "lead"), ("li", "assisting")]
    assert case.lead_id == other.user_id
    assert [one.username for one in members.list_assisting(tx, [case])[case.id]] == ["li"]


def test_a_membership_is_ended_and_never_deleted(tx: Transaction, officer: Actor, case: Case) -> None:
    person(tx, "chen")
    members.add(tx, officer, case, "chen")
    members.end(tx, officer, case, "chen")
    members.add(tx, officer, case, "chen")
    rows = tx.query(Member).filter_by(case_id=case.id).order_by(Member.id).all()
    assert [(one.part, one.ended_by) for one in rows] == [
        ("lead", None),
        ("assisting", "li"),
        ("assisting", None),
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [("li", "member:lead-stays"), ("wu", "member:not-found"), ("none", "account:not-found")],
)
def test_whoever_cannot_leave_is_told_why(
    tx: Transaction, officer: Actor, case: Case, name: str, code: str
) -> None:
    person(tx, "wu")
    with pytest.raises(TiplineError) as caught:
        members.end(tx, officer, case, name)
    assert caught.value.code == code


def test_nobody_is_a_member_twice_and_an_auditor_is_none(tx: Transaction, officer: Actor, case: Case) -> None:
    person(tx, "chen")
    person(tx, "sun", "auditor")
    members.add(tx, officer, case, "chen")
    for name, code in (("chen", "member:exists"), ("li", "member:exists"), ("sun", "account:not-found")):
        with pytest.raises(TiplineError) as caught:
            members.add(tx, officer, case, name)
        assert caught.value.code == code


def test_each_act_stands_in_custody_and_can_be_taken_back(
    tx: Transaction, officer: Actor, case: Case
) -> None:
    person(tx, "chen")
    members.add(tx, officer, case, "chen")
    members.set_lead(tx, officer, case, "chen")
    members.end(tx, officer, case, "li")
    members.set_access(tx, person(tx, "wang", "supervisor"), case, cases.MEMBERS)
    wanted = ["member:add", "member:lead", "member:end", "case:access"]
    written = [one.action for one in custody.list_of(tx, subject=f"case:{case.number}")]
    assert written[1:] == wanted
    kept = tx.query(acts.Act).filter_by(case_id=case.id).order_by(acts.Act.id).all()
    assert [one.kind for one in kept] == ["case:open", *wanted]


def test_an_access_that_is_none_is_refused(tx: Transaction, officer: Actor, case: Case) -> None:
    with pytest.raises(TiplineError) as caught:
        members.set_access(tx, officer, case, "everybody")
    assert caught.value.code == "case:access-unknown"
