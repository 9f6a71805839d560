"""The description of the API, made from its routes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.web.reporting import UPLOADS, Tus, open_tip

METHODS = {"get", "post", "patch", "delete", "put", "head", "options"}
DOCUMENTED = {
    "get /api/v1/queue", "get /api/v1/tips/{reference}", "patch /api/v1/tips/{reference}",
    "post /api/v1/tips/{reference}/acknowledge", "post /api/v1/tips/{reference}/messages",
    "post /api/v1/tips/{reference}/notes", "post /api/v1/tips/{reference}/progress",
    "get /api/v1/evidence/{evidence_id}", "get /api/v1/evidence/{evidence_id}/original",
    "get /api/v1/evidence/{evidence_id}/renditions/{name}", "post /api/v1/evidence/{evidence_id}/retry",
    "get /api/v1/cases", "post /api/v1/cases", "get /api/v1/cases/{number}", "patch /api/v1/cases/{number}",
    "post /api/v1/cases/{number}/links", "delete /api/v1/cases/{number}/links/{tip}", "get /api/v1/custody",
    "get /api/v1/search", "post /api/v1/public/tips", "post /api/v1/public/sessions",
    "get /api/v1/public/tips/{reference}", "post /api/v1/public/tips/{reference}/messages",
    "get /api/v1/public/tips/{reference}/receipt", "post /api/v1/public/receipts/verify",
}  # fmt: skip


@pytest.fixture
def described(client: FlaskClient) -> Any:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json


def operations(described: Any) -> dict[str, Any]:
    return {
        f"{method} {path}": operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_it_is_openapi_3_1_and_holds_every_promised_call(described: Any) -> None:
    assert described["openapi"].startswith("3.1")
    assert set(operations(described)) >= DOCUMENTED
    assert all(path.startswith("/api/") for path in described["paths"])


def test_every_call_says_who_may_call_it_and_what_it_does(described: Any) -> None:
    for name, operation in operations(described).items():
        assert operation.get("summary"), name
        assert "security" in operation, name
        if "/public/" not in name:
            assert operation["security"] == [{"token": []}, {"session": []}], name
            assert operation["x-roles"], name
            assert {"401", "403"} <= set(operation["responses"]), name
    assert operations(described)["post /api/v1/public/tips"]["security"] == []
    assert operations(described)["get /api/v1/public/tips/{reference}"]["security"] == [{"access": []}]
    assert set(described["components"]["securitySchemes"]) == {"token", "session", "access"}


def test_headers_that_decide_are_described(described: Any) -> None:
    calls = operations(described)
    uploads = "/api/v1/public/uploads"
    for name, headers in {
        f"post {uploads}": {"Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Checksum"},
        f"head {uploads}/{{upload_id}}": {"Tus-Resumable"},
        f"patch {uploads}/{{upload_id}}": {"Tus-Resumable", "Upload-Offset", "Upload-Checksum"},
        f"delete {uploads}/{{upload_id}}": {"Tus-Resumable"},
        "patch /api/v1/tips/{reference}": {"If-Match"},
        "patch /api/v1/cases/{number}": {"If-Match"},
    }.items():
        told = {one["name"] for one in calls[name]["parameters"] if one["in"] == "header"}
        assert told == headers, name
    assert calls[f"patch {uploads}/{{upload_id}}"]["requestBody"]["required"]
    assert {"412", "428"} <= set(calls["patch /api/v1/tips/{reference}"]["responses"])
    assert "409" in calls["post /api/v1/cases/{number}/links"]["responses"]


def test_every_call_of_the_api_is_described(app: APIFlask, described: Any) -> None:
    calls = {re.sub(r"{.*?}", "{}", name) for name in operations(described)}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint != "openapi.spec":
            # HEAD goes with GET, and OPTIONS is the protocol's own, but for a rule that has nothing else.
            methods = (rule.methods or set()) - {"OPTIONS"}
            for method in methods - {"HEAD"} or methods:
                assert f"{method.lower()} {re.sub('<.*?>', '{}', rule.rule)}" in calls, rule


def test_each_noun_is_named_once_and_each_call_belongs_to_one(described: Any) -> None:
    tags = [one["name"] for one in described["tags"]]
    assert len(set(tags)) == len(tags)
    assert all(set(operation["tags"]) <= set(tags) for operation in operations(described).values())


def test_every_reference_leads_somewhere(described: Any) -> None:
    def look(part: Any) -> None:
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str):
                found: Any = described
                for step in reference.removeprefix("#/").split("/"):
                    found = found[step]
            for one in part.values():
                look(one)
        elif isinstance(part, list):
            for one in part:
                look(one)

    look(described)


def test_the_error_described_is_the_error_sent(described: Any, client: FlaskClient) -> None:
    shape = described["components"]["schemas"]["Error"]["properties"]
    assert set(client.get("/api/v1/queue").json) <= set(shape)


def test_refusals_of_uploads_are_described_as_they_are_sent(described: Any, client: FlaskClient) -> None:
    tus = Tus(client, open_tip(client, text="x")["access_token"])
    address = tus.create(10).headers["Location"]
    one, all_ = described["paths"][f"{UPLOADS}/{{upload_id}}"], described["paths"][UPLOADS]
    refused = [
        (all_["post"], tus.create(0)),
        (all_["post"], tus.create(10, **{"Upload-Concat": "partial"})),
        (one["patch"], tus.append(address, 5, b"x")),
        (one["patch"], tus.append(address, 0, b"x", **{"Content-Type": "text/plain"})),
        (one["patch"], tus.append(address + "x", 0, b"x")),
        (one["head"], tus.look(address + "x")),
        (one["delete"], tus.remove(address + "x")),
        (one["delete"], Tus(client, "nonsense").remove(address)),
    ]

    for operation, answer in refused:
        told = operation["responses"][str(answer.status_code)]
        assert answer.mimetype in told["content"]
        assert set(told["headers"]) <= set(answer.headers.keys())


def test_pages_for_people_stay_out_of_it(app: APIFlask, described: Any) -> None:
    assert not any("desk" in path for path in described["paths"])
