"""The custody log and search through the API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.domain import messages, tips
from tipline.domain.actors import reporter
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def ask(client: FlaskClient, headers: Headers, path: str) -> Any:
    answer = client.get(f"/api/v1/{path}", headers=headers())
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_client_can_check_the_chain_by_itself(
    client: FlaskClient, tip: Tip, case: Case, headers: Headers
) -> None:
    entries = ask(client, headers, "custody?limit=200")["items"]
    previous = "0" * 64
    for entry in entries:
        told = entry.pop("hash")
        canonical = json.dumps(entry, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        assert entry["previous"] == previous
        assert hashlib.sha256(canonical.encode()).hexdigest() == told
        previous = told
    assert len(entries) > 5


def test_entries_come_by_subject_by_tip_and_by_page(
    client: FlaskClient, tip: Tip, case: Case, headers: Headers
) -> None:
    link = {"tip": tip.reference, "reason": "x"}
    client.post(f"/api/v1/cases/{case.number}/links", json=link, headers=headers())
    of_case = ask(client, headers, f"custody?subject=case:{case.number}")["items"]
    assert [one["action"] for one in of_case] == ["case:open", "link:create"]
    for name in (case.number, case.number.lower()):
        assert ask(client, headers, f"custody?subject={name}")["items"] == of_case, "the noun may be left out"
    named = ask(client, headers, f"custody?subject={tip.reference}")["items"]
    assert {one["subject"] for one in named} == {f"tip:{tip.reference}"}
    of_tip = ask(client, headers, f"custody?tip={tip.reference.lower()}")["items"]
    assert [one["action"] for one in of_tip] == ["tip:create", "tip:submit", "link:create", "tip:linked"]
    first = ask(client, headers, f"custody?tip={tip.reference}&limit=3")
    rest = ask(client, headers, f"custody?tip={tip.reference}&limit=3&cursor={first['next_cursor']}")
    assert [one["seq"] for one in first["items"] + rest["items"]] == [one["seq"] for one in of_tip]
    assert rest["next_cursor"] is None


def test_an_unclear_place_in_the_log_is_told_so(client: FlaskClient, headers: Headers) -> None:
    answer = client.get("/api/v1/custody?cursor=last", headers=headers())
    assert (answer.status_code, answer.json["code"]) == (422, "cursor:unclear")


def test_search_finds_cases_first_and_then_tips(
    client: FlaskClient, case: Case, make_tip: Callable[..., Tip], headers: Headers, services: Services
) -> None:
    tip = make_tip("便利店门口有人撬锁")
    other = make_tip("别的事情")
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, other.reference)
        messages.write(tx, reporter(other.reference), row, "也是那家便利店")
    hits = ask(client, headers, "search?q=便利店")["items"]
    assert [(hit["kind"], hit["id"]) for hit in hits] == [
        ("case", case.number), ("tip", other.reference), ("tip", tip.reference),
    ]  # fmt: skip
    assert hits[0]["url"] == f"/desk/cases/{case.number}"
    assert [hit["id"] for hit in ask(client, headers, "search?q=便利店&kind=case")["items"]] == [case.number]
    only_tips = ask(client, headers, "search?q=便利店&kind=tip")["items"]
    assert [hit["kind"] for hit in only_tips] == ["tip", "tip"]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_of_hits_follow_each_other_without_gaps(
    client: FlaskClient, make_tip: Callable[..., Tip], headers: Headers, limit: int
) -> None:
    wanted = []
    for at in range(3):
        made = client.post("/api/v1/cases", json={"title": f"needle {at}"}, headers=headers())
        wanted.insert(0, made.json["number"])
    wanted += [make_tip(f"needle {at}").reference for at in range(3)][::-1]
    found: list[str] = []
    cursor = ""
    for _ in range(10):
        page = ask(client, headers, f"search?q=needle&limit={limit}&cursor={cursor}")
        found += [hit["id"] for hit in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == wanted


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=x&kind=person", "?q=x&cursor=page.2", "?q=x&cursor=tip.nonsense"]
)
def test_an_unclear_search_is_told_so(client: FlaskClient, headers: Headers, query: str) -> None:
    assert client.get(f"/api/v1/search{query}", headers=headers()).status_code == 422
