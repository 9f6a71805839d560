"""Retention, holds and erasures for programs: what a token may do, and what needs a person."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.conftest import PEOPLE
from tipline.domain.cases import Case
from tipline.domain.tips import Tip

Headers = Callable[..., dict[str, str]]


def test_a_program_sets_a_hold_and_is_refused_an_erasure_then(
    client: FlaskClient, headers: Headers, tip: Tip, case: Case
) -> None:
    at, why = f"/api/v1/tips/{tip.reference}", {"reason": "court"}
    assert client.post(f"{at}/holds", json=why, headers=headers()).status_code == 403
    made = client.post(f"{at}/holds", json=why, headers=headers("supervisor"))
    assert (made.status_code, made.json["tip"], made.json["author"]) == (
        201, tip.reference, PEOPLE["supervisor"],
    )  # fmt: skip
    refused = client.post(f"{at}/erasures", json=why, headers=headers())
    assert (refused.status_code, refused.json["code"]) == (409, "hold:stands")
    kept = client.get(f"{at}/retention", headers=headers("auditor"))
    assert kept.json["state"] == "held"
    of_case = client.post(f"/api/v1/cases/{case.number}/holds", json={"reason": ""}, headers=headers("admin"))
    assert of_case.json["code"] == "hold:reason-needed"
    listed = client.get("/api/v1/holds", headers=headers("auditor"))
    assert [one["reason"] for one in listed.json["items"]] == ["court"]


def test_a_program_asks_and_calls_off_but_never_approves(
    client: FlaskClient, headers: Headers, tip: Tip
) -> None:
    at, why = f"/api/v1/tips/{tip.reference}/erasures", {"reason": "by mistake"}
    asked = client.post(at, json=why, headers=headers())
    assert (asked.status_code, asked.json["state"]) == (201, "asked")
    number = asked.json["id"]
    assert client.post(at, json=why, headers=headers()).json["code"] == "erasure:exists"
    approve = f"/desk/admin/erasures/{number}/approve"
    assert client.post(approve, headers=headers("admin")).status_code in (401, 403, 422)
    assert client.post(f"/api/v1/erasures/{number}/cancel", json=why, headers=headers()).status_code == 403
    done = client.post(f"/api/v1/erasures/{number}/cancel", json=why, headers=headers("admin"))
    assert done.json["state"] == "cancelled"
    listed = client.get("/api/v1/erasures", headers=headers("auditor")).json["items"]
    assert [one["state"] for one in listed] == ["cancelled"]
    assert client.get("/api/v1/retention", headers=headers("auditor")).json["rules"]["theft"] is None
