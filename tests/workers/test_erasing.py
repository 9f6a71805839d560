"""Erasures from the first word to the tombstone: two persons, the waiting, holds that come in between,
crashes, and that nothing of the tip is left anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import keys
from tests.factories import FILM, examine
from tests.side_by_side import side_by_side
from tipline.domain import (
    cases,
    clock,
    custody,
    erasures,
    evidence,
    holds,
    incidents,
    leaps,
    links,
    marks,
    matching,
    messages,
    receipts,
    retention,
    tips,
    unread,
    unsent,
    withdrawing,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.erasures import Erasure
from tipline.domain.evidence import Evidence
from tipline.domain.packages import Package
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services
from workers import erasing

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CANARY = "kanarienvogel-7391"
BYTES = b"\xff\xd8\xff\xe0" + CANARY.encode() + bytes(400)
People = dict[str, Account]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(TiplineError) as fault:
        yield
    assert fault.value.code == code


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def full(
    services: Services, people: People, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> Tip:
    """A tip that has the canary everywhere a person or a machine puts words."""
    tip = make_tip(f"something {CANARY}", place=f"{CANARY} street", contact=f"{CANARY}@example.org")
    file = add_file(tip, BYTES, f"{CANARY}.jpg")
    examine(services, file, {**FILM, "tags": {"comment": CANARY}, "texts": [CANARY]}, pictures=2)
    officer = people["investigator"]
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, tip.reference)
        messages.write(tx, reporter(tip.reference), tip, f"I am {CANARY}")
        messages.write(tx, officer.actor, tip, f"note on {CANARY}", kind="note")
        marks.add(tx, officer.actor, evidence.read_evidence(tx, file.id), t=1.0, text=f"here is {CANARY}")
        unsent.keep(tx, officer.id, f"tip:{tip.reference}/messages:note", f"begun {CANARY}")
        unsent.keep(tx, officer.id, f"/desk/tips/{tip.reference}/hold#reason", f"begun {CANARY}")
        receipts.issue(tx, services.key, tip, code="AAAA-BBBB-CCCC-DDDD")
        receipts.open_access(tx, services.key, tip)
        matching.index(tx, tip)
        unread.look(tx, officer.id, tip)
        thing = incidents.open_incident(tx, officer.actor, tip, title="noise")
        unsent.keep(tx, officer.id, f"/desk/incidents/{thing.reference}/change#place", f"begun {CANARY}")
        incidents.change(tx, officer.actor, thing, place=f"{CANARY} street, back yard")
        incidents.change(tx, officer.actor, thing, place=tip.place)
        tips.move(tx, officer.actor, tip, "closed")
    return tip


def ask(services: Services, account: Account, tip: Tip) -> int:
    with services.database.transaction() as tx:
        return erasures.ask(tx, account.actor, tips.read_tip(tx, tip.reference), "asked by the court").id


def approve(services: Services, account: Account, number: int) -> None:
    with services.database.transaction() as tx:
        erasures.approve(tx, account.actor, erasures.read_erasure(tx, number))


def approved(services: Services, people: People, tip: Tip) -> int:
    number = ask(services, people["investigator"], tip)
    approve(services, people["supervisor"], number)
    return number


def days_pass(services: Services, days: int, since: datetime = NOW) -> datetime:
    """A round each night, as on a station that runs."""
    for one in range(1, days + 1):
        with clock.frozen(since + one * DAY):
            erasing.keep_rules(services)
            erasing.carry_out(services)
    return since + days * DAY


def state_of(services: Services, number: int) -> str:
    with services.database.reading() as tx:
        return erasures.read_erasure(tx, number).state


def actions_of(services: Services, tip: Tip) -> list[str]:
    with services.database.reading() as tx:
        return [one.action for one in custody.list_of(tx, tip=tip.reference, limit=500)]


def test_after_an_erasure_nothing_of_the_tip_is_left_and_the_log_still_holds(
    services: Services, people: People, full: Tip, make_tip: Callable[..., Tip],
    add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    other = make_tip("another tip")
    kept = add_file(other, b"\xff\xd8\xff\xe0" + b"other" * 90)
    number = approved(services, people, full)
    days_pass(services, 8)

    assert state_of(services, number) == "done"
    assert list(_places_of(CANARY, services)) == []
    with services.database.reading() as tx:
        tip = tx.get_one(Tip, full.id)
        assert (tip.text, tip.place, tip.erased_at is not None) == ("", "", True)
        assert custody.verify(tx) is None
        row = erasures.read_erasure(tx, number)
        assert row.kept["reference"] == full.reference
        assert [one["size"] for one in row.kept["files"]] == [len(BYTES)]
        told = custody.list_of(tx, tip=full.reference, actions={"erasure:done"})[0]
        assert told.facts()["files"] == row.kept["files"]
        # Whoever holds the code still reads what became of the tip.
        assert receipts.read_by_code(tx, services.key, "AAAA-BBBB-CCCC-DDDD").id == full.id
    with services.store.open(keys.original(kept.id)) as reader:
        assert reader.read(9) == b"\xff\xd8\xff\xe0other"


def _places_of(word: str, services: Services) -> Iterator[str]:
    """Every file of the station's folder that holds the word, in the database's free pages, too."""
    for path in services.settings.data.rglob("*"):
        if path.is_file() and word.encode() in path.read_bytes():
            yield path.name


def test_the_canary_would_have_been_found(services: Services, full: Tip) -> None:
    found = set(_places_of(CANARY, services))

    assert found & {"tipline.db", "tipline.db-wal"}
    assert len(found) > 1  # the original as well


def test_nobody_approves_what_he_asked_for_and_of_two_who_decide_one_does(
    services: Services, people: People, full: Tip
) -> None:
    number = ask(services, people["supervisor"], full)
    with refused("erasure:second-person"):
        approve(services, people["supervisor"], number)
    said: list[str] = []

    def decide(role: str) -> None:
        with clock.frozen(NOW):
            try:
                approve(services, people[role], number)
                said.append("done")
            except TiplineError as fault:
                said.append(fault.code)

    side_by_side(decide, ["admin", "admin"])

    assert sorted(said) == ["done", "erasure:decided"]
    with refused("erasure:exists"):
        ask(services, people["admin"], full)


def test_called_off_within_its_days_everything_is_as_before(
    services: Services, people: People, full: Tip
) -> None:
    number = approved(services, people, full)
    days_pass(services, 6)
    assert state_of(services, number) == "approved"
    with clock.frozen(NOW + 6 * DAY), services.database.transaction() as tx:
        erasures.call_off(tx, people["admin"].actor, erasures.read_erasure(tx, number), "needed after all")
    days_pass(services, 4, NOW + 6 * DAY)

    assert state_of(services, number) == "cancelled"
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, full.reference)
        file = evidence.list_of_tip(tx, tip)[0]
        assert (tip.text, file.state) == (f"something {CANARY}", "ready")
    assert services.store.stat(file.key).size == len(BYTES)


def test_a_held_tip_is_erased_by_no_route(services: Services, people: People, full: Tip, case: Case) -> None:
    number = approved(services, people, full)
    with services.database.transaction() as tx:
        holds.set_on_tip(tx, people["supervisor"].actor, full.id, "court wants it")
    days_pass(services, 9)

    assert state_of(services, number) == "cancelled"
    told = erasures.told_when_held(services.database, people["admin"].actor, full.reference)
    with refused("hold:stands"), told:
        ask(services, people["admin"], full)
    assert actions_of(services, full)[-1] == "erasure:held"
    with services.database.transaction() as tx:
        retention.save(tx, SYSTEM, {"theft": 7}, reason="")
        asked = erasures.ask(tx, reporter(full.reference), tips.read_tip(tx, full.reference), "please")
        with refused("hold:stands"):
            erasures.approve(tx, people["admin"].actor, asked)
        assert erasures.list_due(tx, by=NOW + 999 * DAY) == []


def test_a_hold_between_the_decision_and_the_deed_wins_and_after_the_first_step_it_is_too_late(
    services: Services, people: People, full: Tip, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = approved(services, people, full)

    def broken(*_args: object) -> None:
        raise OSError("the power went")

    with clock.frozen(NOW + 8 * DAY), services.database.transaction() as tx:
        leaps.confirm(tx, SYSTEM)
        leaps.note_round(tx)
    with monkeypatch.context() as patched, clock.frozen(NOW + 8 * DAY):
        patched.setattr(erasing, "_delete", broken)
        with pytest.raises(OSError, match="power"):
            erasing.carry_out(services)
    assert state_of(services, number) == "running"

    with services.database.transaction() as tx:
        with refused("hold:too-late"):
            holds.set_on_tip(tx, people["supervisor"].actor, full.id, "too late")
        with refused("erasure:begun"):
            erasures.call_off(tx, people["admin"].actor, erasures.read_erasure(tx, number), "too late")
        with refused("tip:erased"):
            tips.read_tip(tx, full.reference)

    # Begun again by whoever comes next, from its beginning.
    with clock.frozen(NOW + 8 * DAY):
        assert erasing.carry_out(services) == {"erased": 1}
        assert erasing.carry_out(services) == {"erased": 0}
    assert state_of(services, number) == "done"
    assert list(_places_of(CANARY, services)) == []


def test_a_tip_of_an_open_case_is_not_erased(
    services: Services, people: People, full: Tip, case: Case
) -> None:
    number = approved(services, people, full)
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, full.reference)
        links.link(tx, people["investigator"].actor, cases.read_case(tx, case.number), tip, "same man")
    days_pass(services, 9)

    assert state_of(services, number) == "cancelled"
    with refused("erasure:linked"):
        ask(services, people["investigator"], full)


def test_a_package_that_holds_the_tip_goes_with_it(
    services: Services, people: People, full: Tip, case: Case
) -> None:
    with services.database.transaction() as tx:
        made = Package(
            id="p" * 26, case_id=case.id, author_id=people["investigator"].id, reason="court", state="done",
            options=json.dumps({"wanted": {}, "made": {"tips": [full.reference]}}), created_at=NOW,
        )  # fmt: skip
        tx.add(made)
    services.store.put(keys.package("p" * 26), BYTES)
    approved(services, people, full)
    days_pass(services, 8)

    assert list(_places_of(CANARY, services)) == []
    with services.database.reading() as tx:
        assert tx.get_one(Package, "p" * 26).state == "removed"


# --- by a rule


def listed(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as tx:
        rows = tx.execute(select(Tip.reference, Erasure.state).join(Tip, Tip.id == Erasure.tip_id))
        return [(one[0], one[1]) for one in rows]


def put_in_force(services: Services, days: int) -> None:
    with services.database.transaction() as tx:
        retention.save(tx, SYSTEM, {"theft": days}, reason="decided")


def test_by_a_rule_a_tip_is_listed_waits_and_goes(services: Services, people: People, full: Tip) -> None:
    put_in_force(services, 7)
    days_pass(services, 6)
    assert listed(services) == []
    days_pass(services, 1, NOW + 6 * DAY)
    assert listed(services) == [(full.reference, "approved")]
    days_pass(services, 6, NOW + 7 * DAY)
    assert listed(services) == [(full.reference, "approved")]
    days_pass(services, 1, NOW + 13 * DAY)

    assert listed(services) == [(full.reference, "done")]
    assert list(_places_of(CANARY, services)) == []


def test_what_nobody_ever_opened_is_not_erased_by_a_rule(
    services: Services, people: People, make_tip: Callable[..., Tip]
) -> None:
    tip = make_tip()
    with services.database.transaction() as tx:
        withdrawing.withdraw(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference))
    put_in_force(services, 7)
    days_pass(services, 9)
    assert listed(services) == []

    with services.database.transaction() as tx:
        unread.look(tx, people["investigator"].id, tips.read_tip(tx, tip.reference))
    days_pass(services, 1, NOW + 9 * DAY)
    assert listed(services) == [(tip.reference, "approved")]


def test_a_rule_that_is_changed_meanwhile_stops_what_it_listed(
    services: Services, people: People, full: Tip
) -> None:
    put_in_force(services, 7)
    days_pass(services, 8)
    put_in_force(services, 70)
    days_pass(services, 8, NOW + 8 * DAY)

    assert listed(services) == [(full.reference, "cancelled")]


def test_what_somebody_called_off_is_not_listed_again_the_next_night(
    services: Services, people: People, full: Tip
) -> None:
    put_in_force(services, 7)
    days_pass(services, 8)
    with clock.frozen(NOW + 8 * DAY), services.database.transaction() as tx:
        row = erasures.list_in(tx, "approved")[0]
        erasures.call_off(tx, people["supervisor"].actor, row, "still talking to the court")
    days_pass(services, 29, NOW + 8 * DAY)
    assert listed(services) == [(full.reference, "cancelled")]
    days_pass(services, 2, NOW + 37 * DAY)
    assert listed(services)[-1] == (full.reference, "approved")


def test_a_clock_that_leaps_erases_nothing_until_a_person_says_it_is_right(
    services: Services, people: People, full: Tip
) -> None:
    put_in_force(services, 7)
    days_pass(services, 8)
    later = NOW + 400 * DAY
    days_pass(services, 20, later)
    assert listed(services) == [(full.reference, "approved")]
    with services.database.reading() as tx:
        leap = leaps.find_open(tx)
        assert leap is not None
        assert leap.facts()["days"] > 390

    with clock.frozen(later + 20 * DAY), services.database.transaction() as tx:
        leaps.confirm(tx, people["supervisor"].actor)
    days_pass(services, 5, later + 20 * DAY)
    assert listed(services) == [(full.reference, "approved")]  # it waits its days anew
    days_pass(services, 4, later + 25 * DAY)
    assert listed(services) == [(full.reference, "done")]


def test_a_clock_set_back_erases_nothing_either(services: Services, people: People, full: Tip) -> None:
    put_in_force(services, 7)
    days_pass(services, 8)
    days_pass(services, 3, NOW - 300 * DAY)
    days_pass(services, 20, NOW + 9 * DAY)

    # In the past the rule does not hold; back in the present a person has to confirm the clock first.
    assert listed(services) == [(full.reference, "cancelled")]
    with services.database.reading() as tx:
        assert tx.scalars(select(Custody).where(Custody.action == leaps.LEAP)).all()
