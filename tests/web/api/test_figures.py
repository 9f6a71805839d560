"""Figures and lists for other systems, and what a partner's program follows of incidents."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.desk_forms import counted
from tipline.domain import accounts, cases, clock, custody, incidents, links, listing, progress, tips, tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


SPAN = "first=2026-01-01&last=2027-12-31"


def test_figures_are_those_of_the_page(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip]
) -> None:
    make_tip(category="noise")
    told = client.get(f"/api/v1/figures?{SPAN}", headers=headers("supervisor")).json
    assert told["totals"]["received"] == 1
    kind = told["tables"]["kinds"][0]
    assert (kind["kind"], kind["tips"]) == ("noise", 1)
    assert told["answered"] is None


def test_figures_are_called_the_same_in_every_language(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip]
) -> None:
    make_tip(category="noise")
    in_both = [
        client.get(
            f"/api/v1/figures?{SPAN}", headers={**headers("supervisor"), "Accept-Language": language}
        ).json["tables"]
        for language in ("zh", "en")
    ]
    names = [[row.pop("name", None) for rows in one.values() for row in rows] for one in in_both]
    assert names[0] != names[1], "the page's own words are told beside"
    assert in_both[0] == in_both[1]
    assert all(column.isascii() for rows in in_both[0].values() for row in rows for column in row)
    assert [row["weekday"] for row in in_both[0]["weekdays"]] == list("1234567")
    assert {row["age"] for row in in_both[0]["backlog"]} == {"1h", "24h", "7d", "older"}


def test_a_list_holds_no_words_of_anybody_and_stands_in_the_log(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip], services: Services
) -> None:
    make_tip("CANARY-WORDS", place="CANARY-PLACE", contact="CANARY-CONTACT", anonymous=False)
    for form in ("json", "csv"):
        answer = client.get(f"/api/v1/exports/tips?{SPAN}&format={form}", headers=headers("supervisor"))
        assert answer.status_code == 200
        assert "T-1001" in answer.text
        assert "CANARY" not in answer.text
    listed = client.get(f"/api/v1/exports/tips?{SPAN}", headers=headers("auditor")).text
    assert json.loads(listed)["group"] == "tip"
    with services.database.reading() as tx:
        assert len(custody.list_of(tx, actions=["figures:export"])) == 3


def test_a_list_is_read_page_by_page_and_misses_nothing(
    client: FlaskClient, headers: Headers, services: Services, make_tip: Callable[..., Tip],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(listing, "PAGE", 2)
    with clock.frozen(clock.now()):
        made = [make_tip().reference for _ in range(6)]  # all of one moment
    answer = client.get(f"/api/v1/exports/tips?{SPAN}&format=csv", headers=headers("supervisor"))
    head, *lines = [line.split(",")[0] for line in answer.text.splitlines()]
    assert (head.lstrip("\ufeff"), lines) == ("reference", made)
    with counted(services) as asked:
        pieces = client.get(f"/api/v1/exports/tips?{SPAN}", headers=headers("supervisor")).iter_encoded()
        first, before = next(pieces), len(asked)
        lines = [json.loads(line)["reference"] for line in (first + b"".join(pieces)).splitlines()]
    assert lines == made
    assert len(asked) > before  # nobody held all of it at once


def test_a_list_sent_page_by_page_keeps_closed_cases_from_a_token_of_few_rights(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], people: dict[str, Account]
) -> None:
    seen, hidden = make_tip(), make_tip()
    with services.database.transaction() as tx:
        case = cases.open_case(tx, SYSTEM, "内部", year=2026)
        case.access = cases.MEMBERS
        links.link(tx, SYSTEM, case, tips.read_tip(tx, hidden.reference), "同一人")
        owner = accounts.read_account(tx, people["supervisor"].username)
        token = tokens.create(tx, services.key, SYSTEM, owner, scopes=["figures:read"])
    answer = client.get(f"/api/v1/exports/tips?{SPAN}", headers={"Authorization": f"Bearer {token}"})
    assert [json.loads(line)["reference"] for line in answer.text.splitlines()] == [seen.reference]


def test_days_that_are_none_are_refused_with_their_field(client: FlaskClient, headers: Headers) -> None:
    answer = client.get("/api/v1/figures?first=2026-11-30&last=2026-11-01", headers=headers("supervisor"))
    assert (answer.status_code, answer.json["code"]) == (422, "figures:span")


def test_a_partner_follows_the_incident_its_tip_belongs_to_and_no_other(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip], services: Services,
    people: dict[str, Account],
) -> None:  # fmt: skip
    body = {"category": "lift", "text": "三号楼电梯困人", "external_id": "L-1"}
    own = client.post("/api/v1/partner/tips", json=body, headers=headers("partner")).json["reference"]
    other = make_tip(category="lift")
    officer = people["investigator"].actor
    with services.database.transaction() as tx:
        first = incidents.open_incident(tx, officer, tips.read_tip(tx, own), title="三号楼电梯困人")
        incidents.open_incident(tx, officer, tips.read_tip(tx, other.reference), title="别处")
        progress.post(tx, officer, first, "维保人员 10 分钟到")
    (told,) = client.get("/api/v1/partner/incidents", headers=headers("partner")).json["items"]
    assert (told["title"], told["tips"], told["state"]) == ("三号楼电梯困人", [own], "open")
    assert [one["text"] for one in told["progress"]] == ["维保人员 10 分钟到"]
    assert f'"{officer.name}"' not in json.dumps(told)
    address = f"/api/v1/partner/incidents/{told['reference']}"
    assert client.get(address, headers=headers("partner")).json == told
    another = client.get("/api/v1/partner/incidents/E-1002", headers=headers("partner"))
    assert another.json["code"] == "incident:not-found"
    assert client.get(address, headers=headers("investigator")).status_code == 403
