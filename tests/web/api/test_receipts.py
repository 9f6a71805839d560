"""Checking receipts by the API, and the public keys: `tipline.web.api.receipts`."""

from __future__ import annotations

import json

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser
from tests.web.reporting import PHOTO, TIPS, Tus, bearer, open_tip
from tipline.domain import checkpoints, custody, signatures, verifying
from tipline.domain.actors import SYSTEM
from tipline.services import Services

VERIFY = "/api/v1/public/receipts/verify"
KEYS = "/.well-known/tipline-keys.json"


@pytest.fixture
def receipt(client: FlaskClient) -> bytes:
    made = open_tip(client, text="x")
    Tus(client, made["access_token"]).send(PHOTO, "a.jpg")
    answer = client.get(f"{TIPS}/{made['reference']}/receipt", headers=bearer(made["access_token"]))
    return bytes(answer.data)


def test_a_true_receipt_is_valid_and_comes_back_as_signed(client: FlaskClient, receipt: bytes) -> None:
    answer = client.post(VERIFY, data=receipt, content_type="application/json")

    said = json.loads(receipt)
    assert answer.status_code == 200
    assert answer.json == {
        "valid": True, "reasons": [], "key_id": said["key_id"], "statement": said["statement"],
        "checkpoint": None,
    }  # fmt: skip


def test_the_first_checkpoint_over_a_receipt_is_told_once_there_is_one(
    client: FlaskClient, receipt: bytes, services: Services
) -> None:
    place = json.loads(receipt)["statement"]["custody"]["seq"]
    for _time in range(2):
        with services.database.transaction() as tx:
            checkpoints.make(tx, services.key)
            custody.append(tx, SYSTEM, "tip:x", "tip:T-1001")

    told = client.post(VERIFY, data=receipt, content_type="application/json").json["checkpoint"]
    page = client.post("/verify", data={"text": receipt.decode()}).text

    assert told["size"] >= place
    assert f"\n{told['size']}\n{told['root']}\n" in told["note"]
    with services.database.reading() as tx:
        assert told["size"] < checkpoints.latest(tx).size
    assert f"Entry {place}, under the signed checkpoint over {told['size']} entries" in page


def test_an_altered_one_is_not_and_says_why_in_the_askers_language(app: APIFlask, receipt: bytes) -> None:
    said = json.loads(receipt)
    said["statement"]["category"] = "other"

    answer = browser(app, "zh-CN").post(VERIFY, json=said).json

    assert answer["valid"] is False
    assert answer["statement"] is None
    assert [one["code"] for one in answer["reasons"]] == ["proof:signature", "proof:outside", "proof:altered"]
    assert answer["reasons"][2]["message"] == "与签名时不同：类型。"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "proof:not-json"), (b"[" * 99_999, "proof:nested"), (b'{"a":1,"a":2}', "proof:twice"),
     (b"%PDF-1.7 nothing", "proof:paper")],
)  # fmt: skip
def test_what_is_no_receipt_is_an_answer_not_a_failure(client: FlaskClient, body: bytes, code: str) -> None:
    answer = client.post(VERIFY, data=body, content_type="application/json")

    assert answer.status_code == 200
    assert [one["code"] for one in answer.json["reasons"]] == [code]


def test_ten_megabytes_are_refused(client: FlaskClient) -> None:
    answer = client.post(VERIFY, data=b'{"a": "' + b"x" * 10_000_000 + b'"}', content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (413, "request:too-large")


def test_the_list_of_keys_is_public_and_holds_the_old_ones(
    client: FlaskClient, receipt: bytes, services: Services
) -> None:
    with services.database.transaction() as tx:
        signatures.rotate(tx, services.key, SYSTEM)

    answer = client.get(KEYS)

    assert answer.json["station"] == "航海路派出所"
    old, new = answer.json["keys"]
    assert old["retired_at"]
    assert new["retired_at"] is None
    assert {"id", "algorithm", "public_key", "fingerprint", "created_at", "retired_at"} == set(old)
    assert "sealed" not in answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert verifying.check(receipt, verifying.read_keys(answer.text)).valid


def test_before_the_first_receipt_there_is_no_key_and_asking_makes_none(
    client: FlaskClient, services: Services
) -> None:
    assert client.get(KEYS).json["keys"] == []
    with services.database.reading() as tx:
        assert signatures.list_keys(tx) == []


def test_the_description_names_all_forms_of_a_receipt_and_what_checks_one(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]

    receipt = paths["/api/v1/public/tips/{reference}/receipt"]["get"]
    forms = receipt["responses"]["200"]["content"]
    assert set(forms) == {"application/json", "application/pdf", "text/html"}
    assert "format" in {one["name"] for one in receipt["parameters"]}
    check = paths["/api/v1/public/receipts/verify"]["post"]
    assert "application/json" in check["requestBody"]["content"]
    assert check["security"] == []
