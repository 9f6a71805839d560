"""Targets of the response clock in administration, and the list of what waits for somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

from tests.web.desk_forms import send, undo_of
from tipline.domain import clock, duties, escalations, targets
from tipline.domain.accounts import Account
from tipline.domain.duties import Duty
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]


def test_a_change_is_looked_at_then_set_and_taken_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    send(client, tip, "acknowledge", headers())
    boss = headers("supervisor")
    looked = client.post("/desk/admin/targets/theft", headers=boss, data={"minutes": "5", "look": "1"})
    assert "With 5 min, 0 of 1 would have been late" in looked.text

    answer = client.post("/desk/admin/targets/theft", headers=boss, data={"minutes": "5"})
    page = client.get(answer.location, headers=boss).text
    with services.database.reading() as tx:
        assert targets.minutes_for(tx, "theft", 2) == 5
    address, fields = undo_of(page)
    client.post(address, headers=boss, data=fields)
    with services.database.reading() as tx:
        assert targets.minutes_for(tx, "theft", 2) == 2


def test_what_is_no_target_is_answered_beside_its_field(client: FlaskClient, headers: Headers) -> None:
    for wrong in ("0", "-3", "2.5", "zwei", "99999"):
        answer = client.post(
            "/desk/admin/targets/theft", headers=headers("supervisor"), data={"minutes": wrong}
        )
        assert answer.status_code == 422, wrong
        assert "Give whole minutes from 1 to 10080" in answer.text


def test_what_waits_for_me_is_counted_on_the_bar_and_gone_when_acknowledged(
    client: FlaskClient, services: Services, make_tip: MakeTip, headers: Headers, people: dict[str, Account]
) -> None:
    me = people["investigator"]
    with services.database.transaction() as tx:
        tx.add(Duty(account_id=me.id, part=duties.ON_CALL, created_at=clock.now()))
    tip = make_tip()
    with services.database.transaction() as tx:
        assert escalations.climb(tx, tip.id, ZoneInfo("Asia/Shanghai"))
    page = client.get("/desk/waiting", headers=headers()).text
    assert f"/desk/tips/{tip.reference}" in page
    assert '<span class="bar-count">1</span>' in page
    assert "Mark all as seen" in page
    client.post("/desk/waiting/seen", headers=headers())
    assert "Mark all as seen" not in client.get("/desk/waiting", headers=headers()).text

    send(client, tip, "acknowledge", headers())
    assert "Nothing waits for you" in client.get("/desk/waiting", headers=headers()).text


def test_the_queue_shows_what_is_late_alone(client: FlaskClient, make_tip: MakeTip, headers: Headers) -> None:
    fresh = make_tip()
    with clock.frozen(clock.now() - timedelta(minutes=10)):
        late = make_tip()
    page = client.get("/desk/queue?clock=late", headers=headers()).text

    assert f"row-{late.reference}" in page
    assert f"row-{fresh.reference}" not in page
    assert "late by 8:0" in page
    assert client.get("/desk/queue?clock=soon", headers=headers()).status_code == 422
