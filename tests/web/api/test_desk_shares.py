"""Shares through the API: made by a token that names the right, listed, revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import factories
from tipline.domain import accounts, custody, tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def film(services: Services, tip: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    return factories.examine(services, add_file(tip, b"film" * 64, "till.mp4"), pictures=3)


@pytest.fixture
def named(services: Services, people: dict[str, Account]) -> dict[str, str]:
    """A token of an investigator that names the right to share."""
    with services.database.transaction() as tx:
        owner = accounts.read_account(tx, people["investigator"].username)
        token = tokens.create(tx, services.key, SYSTEM, owner, scopes=["share:make", "share:read"])
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}


def test_a_share_is_made_with_its_link_told_once_listed_and_revoked(
    client: FlaskClient, film: Evidence, tip: Tip, named: dict[str, str], headers: Headers, services: Services
) -> None:
    wish = {
        "recipient": "邻区 王警官",
        "reason": "辨认",
        "t": 0.5,
        "until": 2.0,
        "second_code": True,
        "place": "北门",
    }
    made = client.post(f"/api/v1/evidence/{film.id}/shares", json=wish, headers=named)
    again = client.post(
        f"/api/v1/evidence/{film.id}/shares", json={**wish, "id": made.json["id"]}, headers=named
    )
    listed = client.get(f"/api/v1/shares?evidence={film.id}", headers=headers("auditor")).json
    revoked = client.post(
        f"/api/v1/shares/{made.json['id']}/revoke", json={"reason": "发错了"}, headers=named
    )
    told = client.get(f"/api/v1/shares/{made.json['id']}", headers=named).json

    assert made.status_code == 201
    assert "#" in made.json["link"]
    assert len(made.json["second"]) == 8
    assert (made.json["state"], made.json["facts"]) == ("making", {"place": "北门"})
    assert (again.status_code, again.json["code"]) == (409, "share:made-already")
    assert [one["number"] for one in listed["items"]] == [made.json["number"]]
    assert not {"link", "second"} & set(listed["items"][0])
    assert (revoked.json["state"], told["state"]) == ("revoked", "revoked")
    with services.database.reading() as tx:
        log = custody.list_of(tx, subject=f"share:{made.json['id']}")
    assert [(one.action, one.reason) for one in log] == [("share:make", "辨认"), ("share:revoke", "发错了")]


def test_a_token_that_does_not_name_the_right_hands_nothing_out(
    client: FlaskClient, film: Evidence, headers: Headers
) -> None:
    wish = {"recipient": "x", "reason": "y"}
    for role, code in (("investigator", "share:token-needed"), ("auditor", "account:forbidden")):
        answer = client.post(f"/api/v1/evidence/{film.id}/shares", json=wish, headers=headers(role))
        assert (answer.status_code, answer.json["code"]) == (403, code)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"recipient": " "}, "recipient"), ({"days": 900}, "days"), ({"most_views": 0}, "most_views"),
     ({"source": "redaction-9.mp4"}, "source"), ({"t": 3.0, "until": 1.0}, "t")],
)  # fmt: skip
def test_what_is_wrong_with_a_wish_is_said_beside_its_field(
    more: dict[str, object], field: str, client: FlaskClient, film: Evidence, named: dict[str, str]
) -> None:
    body = {"recipient": "王", "reason": "辨认", **more}
    answer = client.post(f"/api/v1/evidence/{film.id}/shares", json=body, headers=named)

    assert answer.status_code == 422
    assert field in answer.json["fields"]


def test_pages_of_shares_follow_each_other_and_a_broken_cursor_is_told(
    client: FlaskClient, film: Evidence, named: dict[str, str]
) -> None:
    for name in ("一", "二", "三"):
        body = {"recipient": name, "reason": "辨认"}
        client.post(f"/api/v1/evidence/{film.id}/shares", json=body, headers=named)
    first = client.get("/api/v1/shares?limit=2", headers=named).json
    rest = client.get(
        "/api/v1/shares", query_string={"limit": 2, "cursor": first["next_cursor"]}, headers=named
    ).json

    assert [one["recipient"] for one in first["items"] + rest["items"]] == ["三", "二", "一"]
    assert rest["next_cursor"] is None
    assert client.get("/api/v1/shares?cursor=x", headers=named).status_code == 422
