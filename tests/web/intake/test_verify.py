"""The page that checks receipts: `tipline.web.intake.verify`. It works without JavaScript."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import browser
from tests.web.reporting import PHOTO, TIPS, Tus, bearer, open_tip, sha256
from tipline.domain import signatures
from tipline.domain.actors import SYSTEM
from tipline.services import Services


@pytest.fixture
def opened(client: FlaskClient) -> dict[str, str]:
    made = open_tip(client, text="x")
    Tus(client, made["access_token"]).send(PHOTO, "门口.jpg")
    return made


@pytest.fixture
def receipt(client: FlaskClient, opened: dict[str, str]) -> bytes:
    answer = client.get(f"{TIPS}/{opened['reference']}/receipt", headers=bearer(opened["access_token"]))
    return bytes(answer.data)


def send(client: FlaskClient, data: bytes, name: str = "T-1001.json") -> TestResponse:
    return client.post(
        "/verify", data={"receipt": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


def altered(receipt: bytes, **changes: Any) -> bytes:
    said = json.loads(receipt)
    said["statement"].update(changes)
    return json.dumps(said).encode()


@pytest.mark.parametrize(("language", "words"), [("en", "Check a receipt"), ("zh-CN", "核验回执")])
def test_anybody_may_open_it_in_either_language(app: APIFlask, language: str, words: str) -> None:
    page = browser(app, language).get("/verify")

    assert page.status_code == 200
    assert f"<h1>{words}</h1>" in page.text
    assert "sha256sum" not in page.text


def test_a_true_receipt_is_shown_with_its_files_and_how_to_compare_one(app: APIFlask, receipt: bytes) -> None:
    page = send(browser(app), receipt).text

    assert "Genuine. This station signed it, and nothing was changed since." in page
    assert f'data-sha256="{sha256(PHOTO)}"' in page
    assert "门口.jpg" in page
    assert "The next signed checkpoint will be over it; none is yet." in page
    assert "sha256sum" in page


def test_it_may_be_pasted(app: APIFlask, receipt: bytes) -> None:
    page = browser(app).post("/verify", data={"text": f"\n {receipt.decode()} "}).text

    assert "Genuine." in page


def test_the_pdf_is_read_too(client: FlaskClient, opened: dict[str, str]) -> None:
    address = f"{TIPS}/{opened['reference']}/receipt?format=pdf"
    pdf = client.get(address, headers=bearer(opened["access_token"])).data

    assert "Genuine." in send(client, pdf, "T-1001.pdf").text
    assert "No receipt lies in this PDF." in send(client, pdf[:2000], "T-1001.pdf").text


def test_what_was_altered_is_named_and_not_shown_as_if_it_were_true(app: APIFlask, receipt: bytes) -> None:
    files = json.loads(receipt)["statement"]["files"]
    files[0]["size"], files[0]["sha256"] = 5, "f" * 64
    page = send(browser(app), altered(receipt, files=files, received_at="2026-01-01T00:00:00+08:00")).text

    assert "Do not rely on this receipt." in page
    assert "Genuine" not in page.split('id="spoken"')[0]
    for part in ("list of files › 1 › SHA-256", "list of files › 1 › size", "time of receipt"):
        assert f"Not as it was signed: {part}." in page
    assert "f" * 64 not in page


def test_a_receipt_of_another_station_is_told_by_its_key(
    app: APIFlask, receipt: bytes, services: Services
) -> None:
    with services.database.transaction() as tx:
        for row in signatures.list_keys(tx):
            tx.execute(signatures.SignedReceipt.__table__.delete())
            tx.delete(row)

    assert "which is not a key of this station" in send(browser(app), receipt).text


def test_what_a_replaced_key_signed_stays_valid(app: APIFlask, receipt: bytes, services: Services) -> None:
    with services.database.transaction() as tx:
        signatures.rotate(tx, services.key, SYSTEM)

    page = send(browser(app), receipt).text
    assert "Genuine." in page
    assert "replaced since; what it signed before stays valid" in page


@pytest.mark.parametrize("sent", [{}, {"text": "  "}, {"receipt": (io.BytesIO(b""), "")}])
def test_nothing_sent_is_told_at_the_field(app: APIFlask, sent: dict[str, Any]) -> None:
    answer = browser(app).post("/verify", data=sent)

    assert answer.status_code == 422
    assert "Choose the receipt or paste it first." in answer.text
    assert 'href="#receipt"' in answer.text


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 1000,
        b"[" * 100_000,
        b'{"statement":' * 9000,
        "回执".encode("gbk"),
        b"<script>alert(1)</script>",
    ],
)
def test_what_is_no_receipt_is_told_kindly(app: APIFlask, data: bytes) -> None:
    answer = send(browser(app), data)

    assert answer.status_code == 200
    assert "Do not rely on this receipt." in answer.text
    assert "<script>alert" not in answer.text


def test_ten_megabytes_are_not_read(app: APIFlask) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="receipt"; filename="x"\r\n\r\n'
    form = head + b"x" * 10_000_000 + b"\r\n--b--\r\n"
    answer = browser(app).post("/verify", data=form, content_type="multipart/form-data; boundary=b")

    assert answer.status_code == 413


def test_pasted_markup_comes_back_as_text(app: APIFlask) -> None:
    page = browser(app).post("/verify", data={"text": '</textarea><script>alert("x")</script>'}).text

    assert "<script>alert" not in page


def test_checking_is_bounded_for_each_address_and_shared_with_the_api(app: APIFlask, receipt: bytes) -> None:
    client = browser(app)
    by_page = [client.post("/verify", data={"text": "{"}).status_code for _ in range(30)]
    by_api = [client.post("/api/v1/public/receipts/verify", data=b"{").status_code for _ in range(31)]

    assert by_page == [200] * 30
    assert by_api == [200] * 30 + [429]


def test_checking_writes_nothing(app: APIFlask, services: Services, receipt: bytes) -> None:
    def entries() -> int:
        with services.database.reading() as tx:
            from tipline.domain import custody

            return custody.size(tx)

    before = entries()
    send(browser(app), receipt)
    browser(app).get("/verify")

    assert entries() == before
