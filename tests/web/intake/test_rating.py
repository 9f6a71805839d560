"""The response clock on the reporter's page, and how they were served: `responding`, `rating`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.web.reporting import open_tip
from tipline.domain import clock, custody, escalations, ratings, tips
from tipline.domain.accounts import Account
from tipline.domain.tips import Tip
from tipline.services import Services

Opened = dict[str, str]


@pytest.fixture
def opened(client: FlaskClient) -> Opened:
    made = open_tip(client, category="noise", text="楼上一直敲")
    typed = {"csrf_token": csrf_of(client.get("/status").text), "receipt_code": made["receipt_code"]}
    client.post("/status", data=typed)
    return made


def move(services: Services, opened: Opened, people: dict[str, Account], state: str) -> Tip:
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        tips.move(tx, people["investigator"].actor, tip, state, reason="x")
        return tip


def tap(client: FlaskClient, **typed: Any) -> Any:
    return client.post("/status/rating", data={"csrf_token": csrf_of(client.get("/status").text), **typed})


def test_the_clock_is_told_as_it_runs_stands_and_is_over(
    client: FlaskClient, services: Services, opened: Opened, people: dict[str, Account]
) -> None:
    page = client.get("/status").text
    assert "An officer should take note by" in page
    assert 'data-countdown="1' in page
    with services.database.reading() as tx:
        due = tips.read_tip(tx, opened["reference"]).ack_due_at
    assert due is not None
    with clock.frozen(due + timedelta(minutes=1)):
        with services.database.transaction() as tx:
            escalations.climb(
                tx, tips.read_tip(tx, opened["reference"]).id, ZoneInfo(services.settings.timezone)
            )
        page = client.get("/status").text
        assert "the station sees that it is late" in page
        assert "late by 1 min" in page
        told = client.get(f"/api/v1/public/tips/{opened['reference']}", headers=own(opened)).json["response"]
        assert (told["state"], told["left_s"], told["target_minutes"]) == ("over", -60, 2)
    move(services, opened, people, "need_info")
    assert "The clock stands still while the officer waits for your answer" in client.get("/status").text


def own(opened: Opened) -> dict[str, str]:
    return {"Authorization": f"Bearer {opened['access_token']}"}


def test_two_taps_say_how_it_was_and_a_day_later_it_stays(
    client: FlaskClient, services: Services, opened: Opened, people: dict[str, Account]
) -> None:
    assert "Were you well served?" not in client.get("/status").text
    assert tap(client, verdict="1").status_code == 409
    tip = move(services, opened, people, "closed")
    page = client.get("/status").text
    assert "Were you well served?" in page
    assert "Something more to say? Write again" in page

    assert tap(client, verdict="-1").status_code == 303
    assert tap(client, verdict="-1", words="Too slow").status_code == 303
    page = client.get("/status").text
    assert "You said: not well served" in page
    assert "Too slow" in page
    assert tap(client, verdict="7").status_code == 422
    assert tap(client, verdict="-1", words="x" * 1001).status_code == 422
    assert tap(client, verdict="1").status_code == 303
    with services.database.reading() as tx:
        fresh = tips.read_tip(tx, opened["reference"])
        entries = custody.list_of(tx, tip=tip.reference, actions={"tip:rate"})
    assert (fresh.rating, fresh.rating_words) == (1, "")
    assert [one.facts()["verdict"] for one in entries] == [-1, -1, 1]
    assert all("Too slow" not in str(one.facts()) for one in entries)
    with clock.frozen(clock.now() + ratings.CHANGEABLE + timedelta(minutes=1)):
        assert tap(client, verdict="-1").status_code == 409
        assert "You can change it" not in client.get("/status").text


def test_a_program_rates_and_the_desk_reads_it(
    client: FlaskClient, services: Services, opened: Opened, people: dict[str, Account], signed_in: Any
) -> None:
    path = f"/api/v1/public/tips/{opened['reference']}"
    move(services, opened, people, "closed")
    assert client.get(path, headers=own(opened)).json["may_rate"] is True

    answer = client.post(f"{path}/rating", json={"verdict": 1, "words": "Fast"}, headers=own(opened))

    assert answer.json["verdict"] == 1
    shown = signed_in("investigator", "zh").get(f"/desk/tips/{opened['reference']}").text
    assert "群众评价" in shown
    assert "很快" in shown
    assert client.post(f"{path}/rating", json={"verdict": 5}, headers=own(opened)).status_code == 422
