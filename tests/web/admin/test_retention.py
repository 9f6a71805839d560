"""Retention, erasure and legal holds on the pages: administration, a tip, a case, its reporter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.conftest import CSRF, browser
from tipline.domain import (
    clock,
    custody,
    erasures,
    leaps,
    messages,
    receipts,
    retention,
    tips,
    unread,
    withdrawing,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import erasing

SignedIn = Callable[..., FlaskClient]
People = dict[str, Account]
CODE = "AAAA-BBBB-CCCC-DDDD"


@pytest.fixture
def ended(services: Services, people: People, tip: Tip, add_file: Callable[..., Evidence]) -> Tip:
    """A closed tip that somebody looked at."""
    add_file(tip)
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        receipts.issue(tx, services.key, row, code=CODE)
        unread.look(tx, people["investigator"].id, row)
        tips.move(tx, people["investigator"].actor, row, "closed")
    return tip


def send(client: FlaskClient, address: str, page: str = "/desk/queue", **form: str) -> str:
    """Fill in a form of the page and follow where it leads; the text of what is shown then."""
    token = CSRF.search(client.get(page).text)
    answer = client.post(
        address, data={"csrf_token": token[1] if token else "", **form}, follow_redirects=True
    )
    return answer.text


def first(services: Services) -> erasures.Erasure:
    with services.database.reading() as tx:
        return erasures.read_erasure(tx, 1)


def test_rules_are_looked_at_before_they_are_put_in_force(
    services: Services, signed_in: SignedIn, ended: Tip
) -> None:
    admin, at = signed_in("admin"), "/desk/admin/retention"
    assert "No rule is in force yet" in admin.get(at).text
    rules = {"theft": "30", "footage": "365", "recognised": "", "other": "180"}
    with clock.frozen(clock.now() + timedelta(days=40)):
        admin = signed_in("admin")
        shown = send(admin, f"{at}/look", at, **rules)
        assert "What these rules would do" in shown
        assert ended.reference in shown
        with services.database.reading() as tx:
            assert not retention.is_decided(tx)
        assert "Say why" in send(admin, at, at, **rules, reason=" ")
        why = {"usual": "Decided by the station", "reason": "minutes of 3 May"}
        assert "The rules are in force" in send(admin, at, at, **rules, **why)
    with services.database.reading() as tx:
        in_force = retention.rules_of(tx)
        assert {code: days for code, days in in_force.items() if days} == {
            "theft": 30, "footage": 365, "other": 180,
        }  # fmt: skip
        said = custody.list_of(tx, actions={"retention:change"})[-1].reason
    assert said == "Decided by the station – minutes of 3 May"


def test_days_that_mean_nothing_are_answered_beside_their_field(signed_in: SignedIn) -> None:
    admin, at = signed_in("admin"), "/desk/admin/retention"
    shown = send(admin, f"{at}/look", at, theft="two years", footage="3", recognised="", other="")

    assert shown.count("Write a whole number of days from 7 to 36500") >= 2
    assert 'value="two years"' in shown
    assert signed_in("supervisor").post(f"{at}/look").status_code in (403, 422)


def test_one_asks_another_approves_and_the_tip_becomes_a_tombstone(
    services: Services, signed_in: SignedIn, ended: Tip, app: object
) -> None:
    page = f"/desk/tips/{ended.reference}"
    assert "A supervisor or administrator other than you" in send(
        signed_in(), f"{page}/erasure", page, reason="sent by mistake"
    )
    boss, at = signed_in("supervisor"), "/desk/admin/erasures"
    assert "sent by mistake" in boss.get(at).text
    assert "Approved" in send(boss, f"{at}/1/approve", at)
    assert "Somebody has decided this" in send(boss, f"{at}/1/approve", at)
    with clock.frozen(clock.now() + timedelta(days=8)):
        with services.database.transaction() as tx:
            leaps.note_round(tx)
        erasing.carry_out(services)

    shown = signed_in().get(page)
    assert shown.status_code == 200
    for words in ("cannot be brought back", "sent by mistake", "SHA-256", ended.reference):
        assert words in shown.text
    assert "有人" not in shown.text
    for where in (f"{page}/print", f"{page}/live"):
        assert signed_in().get(where).status_code == 410
    assert signed_in().get(f"/api/v1/tips/{ended.reference}").status_code == 410
    assert "Erased" in signed_in().get("/desk/queue?state=closed").text


def test_the_reporter_asks_and_reads_the_answer_and_later_that_it_is_gone(
    services: Services, signed_in: SignedIn, ended: Tip, client: FlaskClient
) -> None:
    send(client, "/status", "/status", receipt_code=CODE)
    assert "You asked for deletion on" in send(client, "/status/erasure", "/status", reason="my son is on it")
    boss, at = signed_in("supervisor"), "/desk/admin/erasures"
    assert "Wish of the tip provider" in boss.get(at).text
    assert "my son is on it" in boss.get(at).text
    send(boss, f"{at}/1/refuse", at, reason="The court needs it until May.")
    assert "The court needs it until May." in client.get("/status").text

    send(client, "/status/erasure", "/status")
    send(boss, f"{at}/2/approve", at)
    assert "Will be deleted on" in client.get("/status").text
    with clock.frozen(clock.now() + timedelta(days=8)):
        with services.database.transaction() as tx:
            leaps.note_round(tx)
        erasing.carry_out(services)

    gone = send(client, "/status", "/status", receipt_code=CODE)
    assert f"Tip {ended.reference} was deleted" in gone
    assert "You asked for it" in gone
    for where in ("/status/slip", "/status/slip.json", f"/api/v1/public/tips/{ended.reference}"):
        assert client.get(where).status_code == 410
    with services.database.reading() as tx:
        assert custody.verify(tx) is None


def test_a_hold_stands_everywhere_and_ends_with_a_reason(
    services: Services, signed_in: SignedIn, ended: Tip
) -> None:
    boss, page = signed_in("supervisor"), f"/desk/tips/{ended.reference}"
    send(signed_in(), f"{page}/erasure", page, reason="by mistake")
    send(signed_in("admin"), "/desk/admin/erasures/1/approve", "/desk/admin/erasures")
    chosen = "A court or prosecutor needs it"
    again = send(boss, f"{page}/hold", page, usual=chosen, reason="x" * 1001)
    assert f'value="{chosen}" checked' in again
    assert "The erasure that was waiting is called off" in send(boss, f"{page}/hold", page, reason="court")
    assert first(services).state == "cancelled"
    assert "Legal hold" in boss.get("/desk/queue?state=closed").text
    assert "court" in signed_in("auditor").get("/desk/admin/holds").text
    assert "A legal hold stands over this tip" in send(signed_in(), f"{page}/erasure", page, reason="again")
    with services.database.reading() as tx:
        assert custody.list_of(tx, tip=ended.reference, actions={"erasure:held"})

    at = "/desk/admin/holds"
    assert "Say why" in send(boss, f"{at}/1/end", at, reason="")
    assert "has ended" in send(boss, f"{at}/1/end", at, reason="judgement is final")
    assert "This hold was ended by" in send(boss, f"{at}/1/end", at, reason="twice")


def test_a_case_is_held_with_its_tips(signed_in: SignedIn, case: Case) -> None:
    page = f"/desk/cases/{case.number}"
    assert "Legal hold set on the case" in send(signed_in("admin"), f"{page}/hold", page, reason="court")
    assert "Legal hold" in signed_in().get(page).text
    assert signed_in().post(f"{page}/hold", data={"reason": "x"}).status_code in (403, 422)


def test_the_queue_is_narrowed_to_what_falls_due_soon(
    services: Services, signed_in: SignedIn, ended: Tip, make_tip: Callable[..., Tip]
) -> None:
    other = make_tip("still open")
    with services.database.transaction() as tx:
        retention.save(tx, SYSTEM, {"theft": 20}, reason="decided")
    shown = signed_in().get("/desk/queue?due=30d").text

    assert ended.reference in shown
    assert f"row-{other.reference}" not in shown
    assert signed_in().get("/desk/queue?due=soon").status_code == 422


def test_supervisors_are_told_what_waits_and_what_nobody_opened(
    services: Services, signed_in: SignedIn, make_tip: Callable[..., Tip]
) -> None:
    tip = make_tip()
    with services.database.transaction() as tx:
        retention.save(tx, SYSTEM, {"theft": 20}, reason="decided")
        row = tips.read_tip(tx, tip.reference)
        erasures.ask(tx, reporter(tip.reference), row, "please")
        messages.write(tx, reporter(tip.reference), row, "hello")
        withdrawing.withdraw(tx, reporter(tip.reference), row)

    told = signed_in("supervisor").get("/desk/queue").text
    assert "1 erasure waits for a decision" in told
    assert "1 tip that nobody ever opened falls due" in told
    assert "waits for a decision" not in signed_in().get("/desk/queue").text
    assert tip.reference in signed_in("supervisor").get("/desk/admin/erasures").text


def test_the_pages_speak_chinese(signed_in: SignedIn, ended: Tip, app: object) -> None:
    boss = signed_in("admin", "zh")
    assert "保留期限" in boss.get("/desk/admin/retention").text
    assert "保全" in boss.get("/desk/admin/holds").text
    assert "清除" in boss.get("/desk/admin/erasures").text
    assert browser(app, "zh").get("/status").status_code == 200  # type: ignore[arg-type]
