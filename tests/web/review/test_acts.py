"""Acts on a tip: each one, who may do it, how it is taken back, and what two people at once get."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.web.desk_forms import log_of, now, seen_on, send, undo_of
from tipline.bell import SilentBell
from tipline.domain import clock, evidence, messages, tips
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
AddFile = Callable[..., Evidence]


def shown_after(client: FlaskClient, answer: Any, headers: dict[str, str]) -> str:
    """The page a browser stands on once it followed the answer."""
    assert answer.status_code == 303, answer.text
    return client.get(answer.location, headers=headers).text


def test_the_reason_of_a_tip_not_used_is_told_where_that_is_ticked_and_taken_back_with_it(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    answer = send(client, tip, "state", headers(), state="not_used", reason="画面太暗", tell="1")
    page = shown_after(client, answer, headers())
    with services.database.reading() as tx:
        (line,) = messages.list_public(tx, tips.read_tip(tx, tip.reference))
    assert (line.kind, line.text) == ("progress", "画面太暗")
    address, fields = undo_of(page)
    shown = shown_after(client, client.post(address, headers=headers(), data=fields), headers())
    assert f"taken back: state: not used ({tip.reference.lower()})." in shown.lower()
    assert now(services, tip).state == "received"
    with services.database.reading() as tx:
        (line,) = messages.list_public(tx, tips.read_tip(tx, tip.reference))
    assert line.withdrawn_at is not None


def test_a_snooze_begins_with_tomorrow(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    tomorrow = (clock.now().astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)).date().isoformat()
    assert f'id="until" name="until" value="{tomorrow}"' in page


def test_acknowledging_stops_the_clock_and_tells_the_reporter(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    page = shown_after(client, send(client, tip, "acknowledge", headers()), headers())
    assert "an officer has taken note" in page
    assert now(services, tip).acknowledged_at is not None
    assert now(services, tip).state == "triage"
    assert log_of(services, tip)[-1].action == "tip:acknowledge"
    again = send(client, tip, "acknowledge", headers())
    assert again.status_code == 409
    assert "acknowledged already" in again.text


def test_assigning_can_be_taken_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, people: dict[str, Account]
) -> None:
    page = shown_after(client, send(client, tip, "assign", headers(), assignee="wang"), headers())
    assert now(services, tip).assignee_id == people["supervisor"].id
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert now(services, tip).assignee_id is None
    assert [one.action for one in log_of(services, tip)][-2:] == ["tip:assign", "act:undo"]


@pytest.mark.parametrize("name", ["ghost", "sun"])
def test_nobody_is_assigned_who_does_not_exist_or_only_looks_on(
    client: FlaskClient, tip: Tip, headers: Headers, name: str
) -> None:
    answer = send(client, tip, "assign", headers(), assignee=name)
    assert answer.status_code == 404
    assert "There is no such account" in answer.text


def test_a_state_changes_with_its_reason_and_comes_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    refused = send(client, tip, "state", headers(), state="not_used", reason=" ")
    assert refused.status_code == 422
    assert "Give a reason" in refused.text
    assert '<input type="radio" name="state" value="not_used" checked>' in refused.text
    page = shown_after(
        client, send(client, tip, "state", headers(), state="not_used", reason="画面太暗"), headers()
    )
    assert now(services, tip).state == "not_used"
    assert log_of(services, tip)[-1].reason == "画面太暗"
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert now(services, tip).state == "received"


def test_snoozing_asks_for_a_day_to_come(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    for until in ("", "yesterday", "2020-01-01", "9999-12-31"):
        answer = send(client, tip, "state", headers(), state="snoozed", until=until)
        assert answer.status_code == 422, until
        assert "Choose a day that is still to come" in answer.text
    day = (clock.now() + timedelta(days=3)).date()
    send(client, tip, "state", headers(), state="snoozed", until=day.isoformat())
    until = now(services, tip).snoozed_until
    # Eight in the morning at the station, which is midnight in UTC.
    assert until is not None
    assert until.isoformat() == f"{day}T00:00:00+00:00"


@pytest.mark.parametrize("state", ["linked", "withdrawn", "draft", "", "<b>"])
def test_some_states_follow_from_acts_alone(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, state: str
) -> None:
    assert send(client, tip, "state", headers(), state=state).status_code == 422
    assert now(services, tip).state == "received"


def test_corrections_are_kept_and_taken_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, beat: str
) -> None:
    answer = send(
        client, tip, "change", headers(), category="footage", beat=beat, offset="behind", offset_min="2",
        offset_sec="5",
    )  # fmt: skip
    page = shown_after(client, answer, headers())
    changed = now(services, tip)
    assert (changed.category, changed.beat, changed.clock_offset_s) == ("footage", "north", -125.0)
    assert "2:05 behind" in page
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    restored = now(services, tip)
    assert (restored.category, restored.beat, restored.clock_offset_s) == ("theft", None, None)


@pytest.mark.parametrize("minutes", ["x", "-3", "99999999999", "1.5", "²", "9" * 5000])
def test_an_offset_that_cannot_be_read_is_refused_with_what_was_typed(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, minutes: str
) -> None:
    answer = send(client, tip, "change", headers(), category="theft", offset="ahead", offset_min=minutes)
    assert answer.status_code == 422
    assert f'name="offset_min" inputmode="numeric" size="4" maxlength="7" value="{minutes}"' in answer.text
    assert now(services, tip).clock_offset_s is None


def test_each_kind_of_text_goes_where_it_belongs(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    for kind in ("message", "question", "progress", "note"):
        assert send(client, tip, "messages", headers(), kind=kind, text=f"text of {kind}").status_code == 303
    with services.database.reading() as tx:
        seen = [one.kind for one in messages.list_public(tx, tips.read_tip(tx, tip.reference))]
        kept = [one.kind for one in messages.list_all(tx, tips.read_tip(tx, tip.reference))]
    assert seen == ["message", "question", "progress"]
    assert kept == ["message", "question", "progress", "note"]
    assert now(services, tip).state == "need_info"
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert "text of note" in page
    assert "not answered yet" in page


def test_a_text_that_is_refused_is_not_lost(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    long = "长" * 4001
    answer = send(client, tip, "messages", headers(), kind="note", text=long)
    assert answer.status_code == 422
    assert long in answer.text
    assert '<input type="radio" name="kind" value="note" checked>' in answer.text
    assert send(client, tip, "messages", headers(), kind="note", text="  ").status_code == 422
    assert send(client, tip, "messages", headers(), kind="shout", text="x").status_code == 422


def test_a_file_is_examined_once_more(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers, bell: SilentBell
) -> None:
    file = add_file(tip)
    url = f"/desk/tips/{tip.reference}/evidence/{file.id}/retry"
    assert client.post(url, headers=headers()).status_code == 409
    with services.database.transaction() as tx:
        evidence.fail(tx, SYSTEM, evidence.read_evidence(tx, file.id), "media:crashed")
    rung = len(bell.rung)
    assert "examined once more" in shown_after(client, client.post(url, headers=headers()), headers())
    assert len(bell.rung) == rung + 1
    assert log_of(services, tip)[-1].action == "evidence:retry"


def test_a_file_is_only_reached_through_its_own_tip(
    client: FlaskClient, make_tip: Callable[..., Tip], add_file: AddFile, headers: Headers
) -> None:
    mine, other = make_tip(), make_tip()
    file = add_file(other)
    url = f"/desk/tips/{mine.reference}/evidence/{file.id}/retry"
    assert client.post(url, headers=headers()).status_code == 404


def test_a_decision_on_an_older_state_is_refused_and_what_was_typed_stays(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    seen = seen_on(client, tip.reference, headers())
    send(client, tip, "assign", headers("supervisor"), assignee="wang")
    answer = send(client, tip, "state", headers(), seen=seen, state="not_used", reason="画面太暗")
    assert answer.status_code == 412
    assert "Somebody changed this while you were at it" in answer.text
    assert "画面太暗</textarea>" in answer.text
    assert now(services, tip).state == "received"
    fresh = seen_on(client, tip.reference, headers())
    assert f'name="seen" value="{fresh}"' in answer.text
    assert send(client, tip, "state", headers(), seen=fresh, state="closed").status_code == 303


def test_processing_is_no_reason_to_refuse_a_decision(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = add_file(tip)
    seen = seen_on(client, tip.reference, headers())
    with services.database.transaction() as tx:
        evidence.advance(tx, evidence.read_evidence(tx, file.id), 0.5)
    assert send(client, tip, "acknowledge", headers(), seen=seen).status_code == 303


ACTS: list[tuple[str, dict[str, str]]] = [
    ("acknowledge", {}),
    ("assign", {"assignee": "li"}),
    ("state", {"state": "closed"}),
    ("change", {"category": "other"}),
    ("messages", {"text": "x"}),
    ("contact", {}),
    ("links", {"case": "A-2026-1", "reason": "x"}),
    ("links/A-2026-1/end", {"reason": "x"}),
    ("evidence/none/retry", {}),
]


@pytest.mark.parametrize(("act", "fields"), ACTS)
def test_an_auditor_looks_and_does_not_act(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, act: str, fields: dict[str, str]
) -> None:
    before = len(log_of(services, tip))
    answer = client.post(f"/desk/tips/{tip.reference}/{act}", headers=headers("auditor"), data=fields)
    assert answer.status_code == 403
    assert len(log_of(services, tip)) == before


def test_an_auditor_sees_no_form_that_acts(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers("auditor")).text
    assert f'action="/desk/tips/{tip.reference}' not in page


@pytest.mark.parametrize(("act", "fields"), ACTS)
def test_a_form_from_nowhere_changes_nothing(
    signed_in: Callable[..., FlaskClient], services: Services, tip: Tip, act: str, fields: dict[str, str]
) -> None:
    browser = signed_in()
    before = len(log_of(services, tip))
    assert browser.post(f"/desk/tips/{tip.reference}/{act}", data=fields).status_code == 422
    assert len(log_of(services, tip)) == before


def test_a_browser_acts_with_its_session_and_is_told_once(
    signed_in: Callable[..., FlaskClient], services: Services, tip: Tip
) -> None:
    browser = signed_in()
    page = browser.get(f"/desk/tips/{tip.reference}").text
    form = {"csrf_token": csrf_of(page), "assignee": "li"}
    answer = browser.post(f"/desk/tips/{tip.reference}/assign?state=all", data=form)
    assert answer.location == f"/desk/tips/{tip.reference}?state=all"
    assert "Assigned to li." in browser.get(answer.location).text
    assert "Assigned to li." not in browser.get(answer.location).text


def test_a_script_gets_only_the_parts_an_act_may_change(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    script = headers(**{"HX-Request": "true"})
    answer = send(
        client, tip, "assign", script | {}, assignee="li", seen=seen_on(client, tip.reference, headers())
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'hx-target="#decisions"' in answer.text
    assert "Assigned to li." in html.unescape(answer.text)
    refused = client.post(f"/desk/tips/{tip.reference}/state", headers=script, data={"state": "not_used"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text


def test_a_tip_that_is_not_there_is_not_found(client: FlaskClient, headers: Headers) -> None:
    for path in ("T-9999", "T-9999/live", "T-9999/print"):
        assert client.get(f"/desk/tips/{path}", headers=headers()).status_code == 404
    assert client.post("/desk/tips/T-9999/acknowledge", headers=headers()).status_code == 404
