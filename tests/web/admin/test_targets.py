"""Targets of the response clock in administration, and the list of what waits for somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

from tests.web.desk_forms import send, undo_of
from tipline.domain import clock, duties, escalations, ladder, targets
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


STEPS = ("reminder", "deputy", "on_call", "supervisor")


def test_when_the_others_are_told_is_looked_at_in_minutes_then_set_and_taken_back(
    client: FlaskClient, services: Services, headers: Headers
) -> None:
    boss, address = headers("supervisor"), "/desk/admin/targets/ladder"
    client.post("/desk/admin/targets/noise", headers=boss, data={"minutes": "10"})
    wanted = dict(zip(STEPS, ("50", "75 %", "100", ""), strict=True))
    looked = client.post(address, headers=boss, data={**wanted, "look": "1"}).text
    row = looked.partition("ladder-table")[2].partition("<tbody>")[2].partition("</tr>")[0]
    assert re.findall(r"<td>([^<]+)", row) == ["5 min", "7 min 30 s ", "10 min ", "30 min"]
    with services.database.reading() as tx:
        assert ladder.now(tx) == ladder.USUAL

    answer = client.post(address, headers=boss, data=wanted)
    page = client.get(answer.location, headers=boss).text
    with services.database.reading() as tx:
        assert ladder.now(tx) == (50, 75, 100, 300)
    undo, fields = undo_of(page)
    client.post(undo, headers=boss, data=fields)
    with services.database.reading() as tx:
        assert ladder.now(tx) == ladder.USUAL


def test_steps_that_are_none_are_answered_beside_their_fields(client: FlaskClient, headers: Headers) -> None:
    boss, address = headers("supervisor"), "/desk/admin/targets/ladder"
    for step, wrong, said in (
        ("deputy", "later", "Give whole percents of the time, from 10 to 2000"),
        ("supervisor", "5000", "Give whole percents of the time, from 10 to 2000"),
        ("on_call", "100", "Each step comes later than the one before it"),
    ):
        answer = client.post(address, headers=boss, data={step: wrong})
        assert answer.status_code == 422
        beside = answer.text.partition(f'name="{step}"')[2].partition("</p>")[0]
        assert said in beside
        assert f'value="{wrong}"' in beside, "what was typed stays"
    assert client.post(address, headers=headers(), data={"deputy": "90"}).status_code == 403


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
