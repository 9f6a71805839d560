"""Cases and links through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.domain import clock
from tipline.domain.cases import Case
from tipline.domain.tips import Tip

Headers = Callable[..., dict[str, str]]


def link(client: FlaskClient, case: Case, tip: Tip, headers: Headers, reason: str = "同款外套") -> Any:
    body = {"tip": tip.reference, "reason": reason}
    return client.post(f"/api/v1/cases/{case.number}/links", json=body, headers=headers())


def read(client: FlaskClient, case: Case, headers: Headers) -> Any:
    return client.get(f"/api/v1/cases/{case.number}", headers=headers()).json


def test_an_opened_case_gets_a_number_a_lead_and_no_tips(client: FlaskClient, headers: Headers) -> None:
    answer = client.post("/api/v1/cases", json={"title": "便利店系列盗窃"}, headers=headers())
    assert answer.status_code == 201
    said = answer.json
    assert {"number", "title", "state", "opened_at", "lead", "tips"} <= set(said)
    assert (said["state"], said["lead"], said["tips"]) == ("open", "li", [])
    assert said["number"].startswith("A-20")
    assert answer.headers["Location"] == f"/api/v1/cases/{said['number']}"
    assert client.get(answer.headers["Location"], headers=headers()).json == said


@pytest.mark.parametrize(
    "body", [{}, {"title": " "}, {"title": "x" * 201}, {"title": 7}, {"name": "x", "title": "y"}]
)
def test_a_case_needs_a_title(client: FlaskClient, headers: Headers, body: dict[str, Any]) -> None:
    answer = client.post("/api/v1/cases", json=body, headers=headers())
    assert answer.status_code == 422
    assert "fields" in answer.json


def test_a_link_shows_on_both_sides_and_can_be_taken_back(
    client: FlaskClient, case: Case, tip: Tip, headers: Headers
) -> None:
    made = link(client, case, tip, headers)
    assert made.status_code == 201
    shown = read(client, case, headers)["tips"][0]
    assert (shown["reference"], shown["reason"], shown["linked_by"]) == (tip.reference, "同款外套", "li")
    whole = client.get(f"/api/v1/tips/{tip.reference}", headers=headers()).json
    assert whole["state"] == "linked"
    assert whole["cases"][0]["number"] == case.number
    path = f"/api/v1/cases/{case.number}/links/{tip.reference}"
    gone = client.delete(path, json={"reason": "另一个人"}, headers=headers())
    assert (gone.status_code, gone.data) == (204, b"")
    assert read(client, case, headers)["tips"] == []
    assert client.get(f"/api/v1/tips/{tip.reference}", headers=headers()).json["state"] == "triage"
    again = client.delete(path, json={"reason": "nochmal"}, headers=headers())
    assert (again.status_code, again.json["code"]) == (404, "link:not-found")


def test_linking_twice_is_a_conflict(client: FlaskClient, case: Case, tip: Tip, headers: Headers) -> None:
    assert link(client, case, tip, headers).status_code == 201
    answer = link(client, case, tip, headers)
    assert (answer.status_code, answer.json["code"]) == (409, "link:exists")


def test_a_closed_case_takes_no_tips(client: FlaskClient, case: Case, tip: Tip, headers: Headers) -> None:
    path = f"/api/v1/cases/{case.number}"
    closed = client.patch(path, json={"state": "closed", "reason": "solved"}, headers=headers())
    assert (closed.status_code, closed.json["state"]) == (200, "closed")
    assert closed.json["closed_at"]
    answer = link(client, case, tip, headers)
    assert (answer.status_code, answer.json["code"]) == (409, "case:closed")
    client.patch(path, json={"state": "open"}, headers=headers())
    assert link(client, case, tip, headers).status_code == 201


def test_both_acts_need_a_reason(client: FlaskClient, case: Case, tip: Tip, headers: Headers) -> None:
    refused = link(client, case, tip, headers, reason="  ")
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["reason"])
    link(client, case, tip, headers)
    path = f"/api/v1/cases/{case.number}/links/{tip.reference}"
    for body in ({}, {"reason": ""}):
        assert client.delete(path, json=body, headers=headers()).status_code == 422
    assert client.delete(path, headers=headers()).status_code in (400, 415, 422)


def test_nothing_is_linked_to_what_is_not_there(
    client: FlaskClient, case: Case, tip: Tip, headers: Headers
) -> None:
    body = {"tip": "T-9", "reason": "x"}
    answer = client.post(f"/api/v1/cases/{case.number}/links", json=body, headers=headers())
    assert (answer.status_code, answer.json["code"]) == (404, "tip:not-found")
    body = {"tip": tip.reference, "reason": "x"}
    answer = client.post("/api/v1/cases/A-1999-1/links", json=body, headers=headers())
    assert (answer.status_code, answer.json["code"]) == (404, "case:not-found")


def test_an_old_version_of_a_case_is_not_written_over(
    client: FlaskClient, case: Case, headers: Headers
) -> None:
    path = f"/api/v1/cases/{case.number}"
    old = client.get(path, headers=headers()).headers["ETag"]
    first = client.patch(path, json={"title": "one"}, headers=headers(**{"If-Match": old}))
    assert first.status_code == 200
    second = client.patch(path, json={"title": "two"}, headers=headers(**{"If-Match": old}))
    assert (second.status_code, second.json["code"]) == (412, "case:changed")
    third = client.patch(path, json={"title": "two"}, headers=headers(**{"If-Match": first.headers["ETag"]}))
    assert third.json["title"] == "two"


def test_a_list_of_cases_has_pages_filters_and_their_tips(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    numbers = [
        client.post("/api/v1/cases", json={"title": f"case {at}"}, headers=headers()).json["number"]
        for at in range(3)
    ]
    client.post(
        f"/api/v1/cases/{numbers[1]}/links", json={"tip": tip.reference, "reason": "x"}, headers=headers()
    )
    client.patch(f"/api/v1/cases/{numbers[0]}", json={"state": "closed"}, headers=headers())

    def ask(query: str) -> Any:
        return client.get(f"/api/v1/cases{query}", headers=headers()).json

    first = ask("?limit=2")
    rest = ask(f"?limit=2&cursor={first['next_cursor']}")
    assert [one["number"] for one in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None
    assert [one["number"] for one in ask("?state=closed")["items"]] == [numbers[0]]
    assert [one["number"] for one in ask("?q=case 2")["items"]] == [numbers[2]]
    linked = next(one for one in first["items"] if one["number"] == numbers[1])
    assert [one["reference"] for one in linked["tips"]] == [tip.reference]


@pytest.mark.parametrize("query", ["?state=nonsense", "?cursor=x", "?cursor=-1", "?limit=0"])
def test_an_unclear_list_is_told_so(client: FlaskClient, headers: Headers, query: str) -> None:
    assert client.get(f"/api/v1/cases{query}", headers=headers()).status_code == 422


def test_the_number_counts_in_the_stations_year(
    client: FlaskClient, headers: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    eve = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)  # New Year's morning in Shanghai
    monkeypatch.setattr(clock, "now", lambda: eve)
    answer = client.post("/api/v1/cases", json={"title": "x"}, headers=headers())
    assert answer.json["number"] == "A-2027-1"
