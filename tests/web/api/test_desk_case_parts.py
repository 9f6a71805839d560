"""Members, access, outcome, tasks, descriptions and the list of evidence through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.domain import cases, members
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def url(case: Case) -> str:
    return f"/api/v1/cases/{case.number}"


def test_members_come_and_go_and_the_lead_is_handed_over(
    client: FlaskClient, url: str, people: dict[str, Account], headers: Headers
) -> None:
    added = client.post(f"{url}/members", json={"member": "wang"}, headers=headers())
    assert added.status_code == 201
    assert [(one["username"], one["part"]) for one in added.json["members"]] == [
        ("li", "lead"),
        ("wang", "assisting"),
    ]
    handed = client.post(f"{url}/members", json={"member": "wang", "part": "lead"}, headers=headers())
    assert (handed.json["lead"], [one["part"] for one in handed.json["members"]]) == (
        "wang",
        ["lead", "assisting"],
    )
    assert client.delete(f"{url}/members/wang", headers=headers()).json["code"] == "member:lead-stays"
    assert client.delete(f"{url}/members/li", headers=headers()).status_code == 204
    assert client.delete(f"{url}/members/li", headers=headers()).status_code == 404


def test_a_case_for_members_alone_is_met_nowhere_by_others(
    client: FlaskClient, services: Services, people: dict[str, Account], tip: Tip, headers: Headers
) -> None:
    made = client.post("/api/v1/cases", json={"title": "内部"}, headers=headers("supervisor")).json
    url = f"/api/v1/cases/{made['number']}"
    body = {"tip": tip.reference, "reason": "x"}
    client.post(f"{url}/links", json=body, headers=headers("supervisor"))
    shut = client.patch(url, json={"access": "members"}, headers=headers("supervisor"))
    assert shut.json["access"] == "members"

    def met(role: str) -> list[bool]:
        asked = headers(role)
        return [
            client.get(url, headers=asked).status_code == 200,
            bool(client.get("/api/v1/cases", headers=asked).json["items"]),
            bool(client.get("/api/v1/search?q=内部", headers=asked).json["items"]),
            # A tip that stands in such cases alone is as closed as they are.
            bool(client.get(f"/api/v1/tips/{tip.reference}", headers=asked).json.get("cases")),
            bool(client.get("/api/v1/queue?state=all", headers=asked).json["items"]),
            bool(client.get(f"/api/v1/custody?subject=case:{made['number']}", headers=asked).json["items"]),
            client.get(f"{url}/evidence", headers=asked).status_code == 200,
            client.get(f"{url}/tasks", headers=asked).status_code == 200,
        ]

    assert met("investigator") == [False] * 8
    assert met("auditor") == [True] * 8
    assert client.post(f"{url}/links", json=body, headers=headers()).status_code == 404
    client.post(f"{url}/members", json={"member": "li"}, headers=headers("supervisor"))
    assert met("investigator") == [True] * 8
    assert client.patch(url, json={"access": "all"}, headers=headers()).status_code == 422


def test_a_case_is_closed_with_an_outcome(client: FlaskClient, url: str, headers: Headers) -> None:
    for body in (
        {"outcome": "solved"},
        {"state": "open", "outcome": "solved"},
        {"state": "closed", "outcome": "merged"},
    ):
        refused = client.patch(url, json=body, headers=headers())
        assert (refused.status_code, refused.json["code"]) == (422, "case:outcome-unknown")
    closed = client.patch(url, json={"state": "closed", "outcome": "unfounded"}, headers=headers())
    assert (closed.json["state"], closed.json["outcome"]) == ("closed", "unfounded")
    assert client.patch(url, json={"outcome": "solved"}, headers=headers()).json["outcome"] == "solved"
    assert client.patch(url, json={"state": "open"}, headers=headers()).json["outcome"] is None


def test_tasks_are_written_down_done_and_taken_off(
    client: FlaskClient, url: str, people: dict[str, Account], headers: Headers
) -> None:
    body = {"text": "调取监控", "assignee": "li", "due_on": "2026-12-01"}
    made = client.post(f"{url}/tasks", json=body, headers=headers())
    assert made.status_code == 201
    one = f"{url}/tasks/{made.json['id']}"
    assert client.get(url, headers=headers()).json["open_tasks"] == 1
    changed = client.patch(one, json={"assignee": None, "done": True}, headers=headers("supervisor")).json
    assert (changed["text"], changed["assignee"], changed["due_on"]) == ("调取监控", None, "2026-12-01")
    assert changed["done_by"] == "wang"
    assert client.patch(one, json={"done": False}, headers=headers()).json["done_at"] is None
    assert client.delete(one, headers=headers()).status_code == 204
    assert client.get(f"{url}/tasks", headers=headers()).json["items"] == []
    refused: list[dict[str, Any]] = [
        {"text": " "},
        {"text": "x", "due_on": "soon"},
        {"text": "x", "assignee": "sun"},
    ]
    for wrong in refused:
        assert client.post(f"{url}/tasks", json=wrong, headers=headers()).status_code in (404, 422)


def test_a_description_is_not_written_over(client: FlaskClient, url: str, headers: Headers) -> None:
    body = {"kind": "person", "label": "灰帽男子", "text": "跛行"}
    made = client.post(f"{url}/subjects", json=body, headers=headers())
    one, old = f"{url}/subjects/{made.json['id']}", made.headers["ETag"]
    first = client.patch(one, json={"text": "左腿跛"}, headers=headers(**{"If-Match": old}))
    assert (first.json["label"], first.json["text"], first.json["sightings"]) == ("灰帽男子", "左腿跛", 0)
    late = client.patch(one, json={"text": "右腿跛"}, headers=headers(**{"If-Match": old}))
    assert (late.status_code, late.json["code"]) == (412, "subject:changed")
    assert client.patch(one, json={"kind": "ghost"}, headers=headers()).status_code == 422
    assert client.delete(one, headers=headers()).status_code == 204
    assert client.get(f"{url}/subjects", headers=headers()).json["items"] == []


def test_the_list_of_evidence_has_pages_and_orders(
    client: FlaskClient, url: str, tip: Tip, add_file: Callable[..., Evidence], headers: Headers
) -> None:
    for at in range(3):
        add_file(tip, filename=f"cam{at}.jpg")
    client.post(f"{url}/links", json={"tip": tip.reference, "reason": "x"}, headers=headers())

    def ask(query: str) -> Any:
        answer = client.get(f"{url}/evidence?{query}", headers=headers())
        assert answer.status_code == 200, answer.json
        return answer.json

    for sort in ("number", "-number", "received", "-received", "name", "-name", "size", "-size"):
        first = ask(f"limit=2&sort={sort}")
        rest = ask(f"limit=2&sort={sort}&cursor={first['next_cursor']}")
        numbers = [one["number"] for one in first["items"] + rest["items"]]
        assert sorted(numbers) == ["1-1", "1-2", "1-3"], sort
        assert rest["next_cursor"] is None
    assert [one["filename"] for one in ask("q=cam1")["items"]] == ["cam1.jpg"]
    assert ask("integrity=differs")["items"] == []
    for wrong in ("sort=luck", "cursor=x", "kind=x", "cursor=W10", "sort=size&cursor=WyJhIiwxLDFd"):
        assert client.get(f"{url}/evidence?{wrong}", headers=headers()).status_code == 422


def test_a_merged_case_points_on(
    client: FlaskClient,
    services: Services,
    url: str,
    case: Case,
    people: dict[str, Account],
    headers: Headers,
) -> None:
    with services.database.transaction() as tx:
        into = cases.open_case(tx, people["supervisor"].actor, "南北街盗窃", year=2026)
    answer = client.post(f"{url}/merge", json={"into": into.number, "reason": "同一人"}, headers=headers())
    assert answer.json["number"] == into.number
    told = client.get(url, headers=headers()).json
    assert (told["state"], told["outcome"], told["merged_into"]) == ("closed", "merged", into.number)
    again = client.patch(url, json={"state": "open"}, headers=headers())
    assert (again.status_code, again.json["code"]) == (409, "case:merged")
    with services.database.reading() as tx:
        assert members.is_member(tx, people["investigator"].actor, cases.read_case(tx, into.number))
