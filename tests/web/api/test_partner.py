"""The door for partners' programs: each tip once, one's own alone, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, browser, sign_in
from tests.laws.sources import ROOT
from tests.web.desk_forms import log_of, now
from tests.web.reporting import PHOTO, Tus, bearer, sha256
from tipline.domain import accounts, cases, incidents, links, tips, tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.services import Services

TIPS = "/api/v1/partner/tips"
Headers = Callable[..., dict[str, str]]


@pytest.fixture
def partner(client: FlaskClient, headers: Headers) -> Callable[..., Any]:
    """`partner(key="…", text="…", **fields)`: hand a tip in as the partner's program."""

    def send(key: str | None = None, *, text: str | None = "有人偷了电瓶", **fields: Any) -> Any:
        more = {"Idempotency-Key": key} if key else {}
        body = {"category": "theft", "text": text, **fields}
        return client.post(TIPS, json=body, headers=headers("partner", **more))

    return send


def test_a_tip_stands_at_the_desk_with_the_partner_as_its_taker(
    partner: Callable[..., Any], services: Services, people: dict[str, Account]
) -> None:
    answer = partner(external_id="M-17", place="南门")

    assert answer.status_code == 201, answer.text
    assert set(answer.json) == {"reference", "receipt_code", "access_token", "status_url"}
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, answer.json["reference"])
    assert (tip.state, tip.door, tip.taken_by_id) == ("received", "partner", people["partner"].id)
    assert {(one.action, one.actor) for one in log_of(services, tip)} == {
        ("tip:create", "partner:mall"), ("tip:submit", "partner:mall"),
    }  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [
    ({"key": "k-1"}, {"key": "k-1"}),
    ({"external_id": "M-17"}, {"external_id": "M-17"}),
    ({"key": "k-1", "external_id": "M-17"}, {"key": "k-2", "external_id": "M-17"}),
])  # fmt: skip
def test_what_is_sent_twice_is_one_tip_and_one_code(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers, first: Any, second: Any
) -> None:
    once, again = partner(**first), partner(**second)

    assert (once.status_code, again.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in once.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    for name in ("reference", "receipt_code", "status_url"):
        assert once.json[name] == again.json[name]
    # Both tokens open the tip, and so does the code.
    for token in (once.json["access_token"], again.json["access_token"]):
        address = f"/api/v1/public/tips/{once.json['reference']}"
        assert client.get(address, headers=bearer(token)).status_code == 200
    came_back = client.post("/api/v1/public/sessions", json={"receipt_code": again.json["receipt_code"]})
    assert came_back.json["reference"] == once.json["reference"]
    assert len(client.get(TIPS, headers=headers("partner")).json["items"]) == 1


def test_another_report_under_a_used_key_is_refused_and_changes_nothing(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers
) -> None:
    partner("k-1", external_id="M-1")
    partner("k-2", external_id="M-2")

    for again in (partner("k-1", text="别的事"), partner("k-1", external_id="M-2")):
        assert (again.status_code, again.json["code"]) == (409, "delivery:key-reused")
        assert "use a new one" in again.json["message"].lower()
    assert len(client.get(TIPS, headers=headers("partner")).json["items"]) == 2


def test_the_receipt_code_is_nowhere_in_the_database(partner: Callable[..., Any], services: Services) -> None:
    code = partner("k-1").json["receipt_code"]
    services.database.close()

    for path in services.settings.data.glob("tipline.db*"):
        held = path.read_bytes()
        assert code.encode() not in held
        assert code.replace("-", "").encode() not in held


def test_files_go_up_with_the_access_of_the_tip_and_custody_names_the_partner(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers, services: Services
) -> None:
    opened = partner("k-1", text=None).json
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, opened["reference"])
    assert tip.state == "draft"

    sent = Tus(client, opened["access_token"]).send(PHOTO, "door.jpg")

    assert sent.headers["Tipline-Sha256"] == sha256(PHOTO)
    assert now(services, tip).state == "received"
    received = [one for one in log_of(services, tip) if one.action == "evidence:receive"]
    assert [one.actor for one in received] == ["partner:mall"]
    told = client.get(f"{TIPS}/{opened['reference'].lower()}", headers=headers("partner")).json
    assert [(one["filename"], one["sha256"]) for one in told["evidence"]] == [("door.jpg", sha256(PHOTO))]
    assert told["evidence"][0]["state"] == "received"
    assert (told["state"], told["status"]) == ("received", "processing")


def test_of_an_anonymous_tip_a_partner_learns_the_hour_alone(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers
) -> None:
    opened = partner("k-1", text=None, anonymous=True).json
    Tus(client, opened["access_token"]).send(PHOTO, "door.jpg")

    told = client.get(f"{TIPS}/{opened['reference']}", headers=headers("partner")).json

    times = [told["created_at"], told["received_at"], told["evidence"][0]["received_at"]]
    assert [one[14:19] for one in times] == ["00:00"] * 3


def test_a_partner_sees_its_own_tips_alone_page_by_page(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers, services: Services, tip: tips.Tip
) -> None:
    with services.database.transaction() as tx:
        other = accounts.add(tx, SYSTEM, "bank", role="partner", password_hash=accounts.NO_PASSWORD)
        theirs = bearer(tokens.create(tx, services.key, SYSTEM, other))
    mine = [partner(external_id=f"M-{n}").json["reference"] for n in range(5)]
    foreign = client.post(TIPS, json={"category": "other", "text": "x"}, headers=theirs).json["reference"]

    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{TIPS}?limit=2&cursor={cursor}", headers=headers("partner")).json
        seen += [one["reference"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == mine[::-1]
    for reference in (foreign, tip.reference, "T-999999"):
        assert client.get(f"{TIPS}/{reference}", headers=headers("partner")).status_code == 404
    assert [one["reference"] for one in client.get(TIPS, headers=theirs).json["items"]] == [foreign]


def test_what_the_station_makes_of_a_tip_never_takes_it_away_from_its_partner(
    partner: Callable[..., Any], client: FlaskClient, headers: Headers, services: Services,
    people: dict[str, Account],
) -> None:  # fmt: skip
    """Else a partner would learn that its tip stands in a case of members alone."""
    reference = partner(external_id="M-17").json["reference"]
    lead = people["investigator"].actor
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, reference)
        incident = incidents.open_incident(tx, lead, tip, title="电瓶")
        case = cases.open_case(tx, lead, "closed to others")
        case.access = cases.MEMBERS
        links.link(tx, lead, case, tip, "same coat")

    for path in (TIPS, f"{TIPS}/{reference}", f"/api/v1/partner/incidents/{incident.reference}"):
        answer = client.get(path, headers=headers("partner"))
        assert (answer.status_code, reference in answer.text) == (200, True), path
    assert partner(external_id="M-17").json["reference"] == reference


def test_a_partner_does_not_rate_what_it_handed_in_and_whoever_holds_the_code_does(
    partner: Callable[..., Any], client: FlaskClient, services: Services
) -> None:
    made = partner().json
    own = f"/api/v1/public/tips/{made['reference']}"
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, made["reference"])
        tips.move(tx, SYSTEM, tip, "closed", reason="x")
    by_program = bearer(made["access_token"])

    told = client.get(own, headers=by_program).json
    refused = client.post(f"{own}/rating", json={"verdict": 1}, headers=by_program)
    by_form = client.post("/status/rating", data={"verdict": "1"}, headers=by_program)

    assert told["may_rate"] is False
    assert (refused.status_code, refused.json["code"]) == (403, "rating:for-another")
    assert by_form.status_code == 403
    with services.database.reading() as tx:
        assert tips.read_tip(tx, made["reference"]).rating is None
    assert "tip:rate" not in {one.action for one in log_of(services, tip)}

    code = {"receipt_code": made["receipt_code"]}
    in_person = bearer(client.post("/api/v1/public/sessions", json=code).json["access_token"])
    assert client.get(own, headers=in_person).json["may_rate"] is True
    assert client.post(f"{own}/rating", json={"verdict": 1}, headers=in_person).json["verdict"] == 1


def test_a_partner_never_signs_in_and_only_who_knows_the_password_is_told_why(
    app: APIFlask, people: dict[str, Account]
) -> None:
    refused = sign_in(browser(app), "mall", PASSWORD)
    assert refused.status_code == 403
    assert "does not sign in here" in refused.text
    wrong = sign_in(browser(app), "mall", "not the password")
    assert wrong.status_code == 401
    assert "does not sign in here" not in wrong.text


@pytest.mark.parametrize("role", ["investigator", "supervisor", "admin", "auditor"])
def test_nobody_of_the_desk_uses_the_partners_door(client: FlaskClient, headers: Headers, role: str) -> None:
    answer = client.post(TIPS, json={"category": "other", "text": "x"}, headers=headers(role))
    assert (answer.status_code, answer.json["code"]) == (403, "account:forbidden")


def test_faults_are_told_as_at_the_other_doors(partner: Callable[..., Any]) -> None:
    wrong = partner(category="nothing", beat="nowhere", external_id="x")
    assert wrong.status_code == 422
    too_long = partner(external_id="n" * 201)
    assert (too_long.status_code, list(too_long.json["fields"])) == (422, ["external_id"])
    assert partner(shop="NOSUCH").json["code"] == "tip:shop-unknown"


def test_the_page_for_partners_names_every_call_of_theirs() -> None:
    words = (ROOT / "docs/partner-api.md").read_text(encoding="utf-8")
    for said in ("POST /api/v1/partner/tips", "GET /api/v1/partner/tips", "Idempotency-Key", "external_id"):
        assert said in words
    assert re.search(r"tipline user add \w+ --role partner", words)
