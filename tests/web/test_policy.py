"""Tips of cases that are open to their members alone: who meets them, in every kind of query."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from tests import factories
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    cases,
    concluding,
    evidence,
    hints,
    incidents,
    links,
    logsearch,
    messages,
    policy,
    posting,
    progress,
    renditions,
    tallies,
    tips,
    triage,
    undoing,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.filters import Filter
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services


@pytest.fixture
def outsider(services: Services, password_hash: str) -> Actor:
    with services.database.transaction() as tx:
        return accounts.add(tx, SYSTEM, "he", role="investigator", password_hash=password_hash).actor


@pytest.fixture
def closed(services: Services, case: Case, tip: Tip, people: dict[str, Account]) -> Case:
    """A case of li's, open to its members alone, with one tip."""
    with services.database.transaction() as tx:
        found = cases.read_case(tx, case.number)
        found.access = cases.MEMBERS
        links.link(tx, people["investigator"].actor, found, tips.read_tip(tx, tip.reference), "same coat")
    return found


def sees(services: Services, viewer: Actor, tip: Tip) -> bool:
    with policy.viewing(viewer), services.database.reading() as tx:
        return tips.find_tip(tx, tip.reference) is not None


def unlink(services: Services, lead: Actor, case: Case, tip: Tip) -> None:
    with services.database.transaction() as tx:
        found = cases.read_case(tx, case.number, SYSTEM)
        links.unlink(tx, lead, found, tips.read_tip(tx, tip.reference), "no")


def test_members_and_those_who_see_all_meet_it_and_nobody_else(
    services: Services, closed: Case, tip: Tip, people: dict[str, Account], outsider: Actor
) -> None:
    assert not sees(services, outsider, tip)
    for role in ("investigator", "supervisor", "admin", "auditor"):
        assert sees(services, people[role].actor, tip), role
    with services.database.reading() as tx:  # a worker, a reporter: nobody of the desk looks
        assert tips.read_tip(tx, tip.reference).id == tip.id


def test_who_asks_first_in_a_transaction_decides_nothing_for_the_next(
    services: Services, closed: Case, tip: Tip, people: dict[str, Account], outsider: Actor
) -> None:
    """A notice is packed for one reader after the other."""
    by_reference = select(Tip.reference).where(Tip.id == tip.id)
    with services.database.reading() as tx:
        for reader, found in ((people["investigator"].actor, tip.reference), (outsider, None)):
            with policy.viewing(reader):
                assert tx.scalar(by_reference) == found


def test_a_link_to_an_open_case_or_none_at_all_opens_it_again(
    services: Services, closed: Case, tip: Tip, people: dict[str, Account], outsider: Actor
) -> None:
    lead = people["investigator"].actor
    with services.database.transaction() as tx:
        other = cases.open_case(tx, lead, "open to all")
        links.link(tx, lead, other, tips.read_tip(tx, tip.reference), "also")
    assert sees(services, outsider, tip)
    unlink(services, lead, other, tip)
    assert not sees(services, outsider, tip)
    unlink(services, lead, closed, tip)
    assert sees(services, outsider, tip)


def test_no_kind_of_query_tells_of_it(
    services: Services, closed: Case, tip: Tip, add_file: Callable[..., Evidence], outsider: Actor
) -> None:
    file = factories.examine(services, add_file(tip), pictures=1)
    with services.database.reading() as tx:
        assert tallies.count_each(tx, {"all": Filter(state="all"), "": Filter()})["all"] == 1
    with policy.viewing(outsider), services.database.reading() as tx:
        assert tx.get(Tip, tip.id) is None
        with pytest.raises(NoResultFound):
            tx.get_one(Evidence, file.id)
        with pytest.raises(TiplineError):
            renditions.read_rendition(tx, file.id, "sheet.webp")
        assert tx.scalar(select(func.count(Tip.id))) == 0
        assert list(tx.execute(select(Tip.reference, Evidence.id).join(Tip, Tip.id == Evidence.tip_id))) == []
        assert triage.list_queue(tx, Filter(state="all")).rows == []
        assert tallies.count_each(tx, {"all": Filter(state="all"), "": Filter()}) == {"all": 0, "": 0}
        assert tallies.count(tx, Filter(state="all")) == 0
        assert triage.list_queue(tx, Filter(state="all", q="IMG")).rows == []
        assert evidence.count_by_state(tx) == {}
        assert renditions.list_of(tx, file.id) == []


def test_a_hint_of_another_tip_does_not_lead_to_it(
    services: Services, closed: Case, tip: Tip, make_tip: Callable[..., Tip], outsider: Actor
) -> None:
    seen = make_tip("the same coat")
    with services.database.transaction() as tx:
        hints.keep(
            tx, seen.id, [hints.Found(tip.id, hints.CODE, 12.0, [{"code": "code:plate", "bits": 12.0}])]
        )
    for viewer, pointers in ((outsider, 0), (SYSTEM, 1)):
        with policy.viewing(viewer), services.database.reading() as tx:
            assert len(hints.open_of(tx, [seen.id])[seen.id]) == pointers
            (row,) = triage.rows_of(tx, [tips.read_tip(tx, seen.reference)], viewer)
            assert len(row.pointers) == pointers


def test_the_log_and_the_acts_tell_nobody_else_of_its_incident_or_of_a_bulletin_drafted_for_it(
    services: Services, closed: Case, tip: Tip, people: dict[str, Account], outsider: Actor
) -> None:
    lead = people["investigator"].actor
    with services.database.transaction() as tx:
        mine = tips.read_tip(tx, tip.reference)
        opened = incidents.open_incident(tx, lead, mine, title="CANARYTITLE")
        merged = incidents.open_incident(tx, lead, _another(tx, lead), title="plain")
        concluding.merge(tx, lead, opened, merged)
        undoing.undo(tx, lead, acts.list_latest(tx, lead.user_id or 0, limit=1)[0].id)
        progress.post(tx, lead, opened, "CANARYNOTE")
        messages.write(tx, lead, mine, "CANARYQUESTION", kind="question")
        posting.draft(tx, lead, posting.Said("appeal", "CANARYDRAFT", "CANARYTEXT"), closed)

    with policy.viewing(outsider), services.database.reading() as tx:
        told = "".join(str(one.facts()) for one in logsearch.search(tx, outsider, logsearch.Wanted()))
        assert "plain" in told
        assert "CANARY" not in told
    everything = logsearch.Wanted()
    with policy.viewing(lead), services.database.reading() as tx:
        told = "".join(str(one.facts()) for one in logsearch.search(tx, lead, everything))
        assert "CANARYTITLE" in told
        assert "CANARYDRAFT" in told
        numbers = [one.id for one in acts.list_latest(tx, lead.user_id or 0)]

    for number in numbers:
        with policy.viewing(outsider), services.database.transaction() as tx:
            about = acts.read_act(tx, number)
            if about.kind == "incident:attach" and about.tip_id != tip.id:
                continue  # of the tip that is open to everybody
            with pytest.raises(TiplineError) as fault:
                undoing.undo(tx, outsider, number)
            assert fault.value.code == "act:not-found", about.kind


def test_who_merges_an_incident_takes_the_tips_along_that_do_not_exist_for_them(
    services: Services, closed: Case, tip: Tip, people: dict[str, Account], outsider: Actor
) -> None:
    lead = people["investigator"].actor
    with services.database.transaction() as tx:
        one = incidents.open_incident(tx, lead, tips.read_tip(tx, tip.reference), title="one")
        incidents.attach(tx, lead, one, _another(tx, lead))
        other = incidents.open_incident(tx, lead, _another(tx, lead), title="other")
    with policy.viewing(outsider), services.database.transaction() as tx:
        concluding.merge(
            tx, outsider, incidents.read_incident(tx, one.reference),
            incidents.read_incident(tx, other.reference),
        )  # fmt: skip
    with services.database.reading() as tx:
        assert tips.read_tip(tx, tip.reference).incident_id == other.id


def _another(tx: Transaction, who: Actor) -> Tip:
    tip = tips.begin(tx, Report("noise", "音乐很响", "学府路"), language="en", door="web", ack_minutes=2)
    tips.submit(tx, tip, who, ack_minutes=2)
    return tip
