"""The signed receipt as reporters get it: `tipline.web.intake.slips`."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.conftest import browser, csrf_of
from tests.printing.test_printing import fonts_of
from tests.web.reporting import PHOTO, TIPS, Tus, bearer, open_tip, sha256
from tipline import printing
from tipline.domain import custody, signatures
from tipline.domain.verifying import Key, check
from tipline.errors import TiplineError
from tipline.services import Services

Opened = dict[str, str]
WORDS, PLACE, CONTACT = "红衣男子拿走了现金", "幸福超市后门", "13800001234"


@pytest.fixture
def opened(client: FlaskClient) -> Opened:
    made = open_tip(client, text=WORDS, place=PLACE, contact=CONTACT)
    Tus(client, made["access_token"]).send(PHOTO, "门口.jpg")
    return made


def ask(client: FlaskClient, opened: Opened, query: str = "", **headers: str) -> TestResponse:
    address = f"{TIPS}/{opened['reference']}/receipt{query}"
    return client.get(address, headers=bearer(opened["access_token"], **headers))


def visit(client: FlaskClient, opened: Opened) -> FlaskClient:
    token = csrf_of(client.get("/status").text)
    client.post("/status", data={"csrf_token": token, "receipt_code": opened["receipt_code"]})
    return client


def keys(services: Services) -> dict[str, Key]:
    with services.database.reading() as tx:
        return {one.id: Key(one.raw) for one in signatures.list_keys(tx)}


def text_of(pdf: bytes) -> str:
    return "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)


def test_the_json_keeps_its_fields_and_holds_up(
    client: FlaskClient, opened: Opened, services: Services
) -> None:
    answer = ask(client, opened)

    said = answer.json
    assert said["signed"] is True
    assert (said["reference"], said["station"], said["category"]) == (
        opened["reference"],
        "航海路派出所",
        "theft",
    )
    assert said["evidence"][0]["sha256"] == said["statement"]["files"][0]["sha256"] == sha256(PHOTO)
    assert check(answer.data, keys(services)).faults == []
    assert ask(client, opened).json == said


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "application/pdf", "application/pdf"),
        ("?format=pdf", "application/json", "application/pdf"),
        ("", "text/html", "text/html"),
        ("?format=html", "*/*", "text/html"),
        ("", "*/*", "application/json"),
        ("", "image/png", "application/json"),
        ("?format=json", "text/html", "application/json"),
    ],
)
def test_the_form_is_chosen_by_header_or_by_name(
    client: FlaskClient, opened: Opened, query: str, accept: str, kind: str
) -> None:
    assert ask(client, opened, query, Accept=accept).mimetype == kind


def test_a_form_that_does_not_exist_is_refused(client: FlaskClient, opened: Opened) -> None:
    answer = ask(client, opened, "?format=docx")

    assert answer.status_code == 422
    assert answer.json["fields"]["format"]["code"] == "request:field-unclear"


def test_the_pdf_is_in_chinese_and_holds_the_same_receipt(
    app: APIFlask, opened: Opened, services: Services
) -> None:
    client = browser(app, "zh-CN")
    answer = ask(client, opened, Accept="application/pdf")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{opened["reference"]}.pdf"'
    text = text_of(answer.data)
    for said in ("线索回执", "航海路派出所", "门口.jpg", sha256(PHOTO)[:8], opened["reference"]):
        assert said in text
    assert all(fonts_of(answer.data).values())
    lying_in_it = dict(PdfReader(io.BytesIO(answer.data)).attachments)
    assert list(lying_in_it) == [f"{opened['reference']}.json"]
    inside = printing.attached(answer.data)
    assert inside is not None
    assert json.loads(inside) == ask(client, opened).json
    assert check(inside, keys(services)).valid


def test_no_form_of_it_holds_the_code_the_contact_the_place_or_the_words(
    client: FlaskClient, opened: Opened
) -> None:
    code = opened["receipt_code"]
    pdf = ask(client, opened, "?format=pdf").data
    inside = printing.attached(pdf)
    assert inside is not None
    for text in (
        ask(client, opened).text,
        ask(client, opened, "?format=html").text,
        text_of(pdf),
        inside.decode(),
    ):
        for secret in (code, code.replace("-", ""), WORDS, PLACE, CONTACT):
            assert secret not in text


def test_another_tips_receipt_is_as_if_it_were_not_there(client: FlaskClient, opened: Opened) -> None:
    other = open_tip(client, text="y")
    for query in ("", "?format=pdf", "?format=html"):
        answer = client.get(
            f"{TIPS}/{other['reference']}/receipt{query}", headers=bearer(opened["access_token"])
        )
        assert answer.status_code == 404


def test_asking_again_writes_nothing(client: FlaskClient, opened: Opened, services: Services) -> None:
    for query in ("", "?format=html", "", "?format=pdf"):
        ask(client, opened, query)

    with services.database.reading() as tx:
        assert len(custody.list_of(tx, tip=opened["reference"], actions=("receipt:sign",))) == 1


def test_the_page_shows_files_key_and_a_picture_and_leads_to_the_others(
    client: FlaskClient, opened: Opened
) -> None:
    page = visit(client, opened).get("/status/slip").text

    said = ask(client, opened).json
    assert "Signed by 航海路派出所" in page
    assert f'data-sha256="{sha256(PHOTO)}"' in page
    assert said["key_id"][:4] + " " + said["key_id"][4:8] in page
    assert 'src="data:image/png;base64,' in page
    for path in ("/status/slip.pdf", "/status/slip.json", "/verify"):
        assert f'href="{path}"' in page
    assert client.get("/status/slip.pdf").mimetype == "application/pdf"
    answer = client.get("/status/slip.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{opened["reference"]}.json"'
    assert answer.json == said


def test_progress_leads_to_the_receipt(client: FlaskClient, opened: Opened) -> None:
    page = visit(client, opened).get("/status").text

    assert 'href="/status/slip"' in page
    assert 'href="/status/slip.pdf"' in page


def test_long_numbers_are_grouped_for_the_eye_and_whole_for_the_clipboard(
    client: FlaskClient, opened: Opened
) -> None:
    page = visit(client, opened).get("/status/slip").text

    groups = re.findall(r'<span class="digits mono">(.*?)</span><wbr></span>', page)[0]
    shown = re.sub(r"<[^>]+>", "", groups)
    assert shown == sha256(PHOTO)
    assert groups.count("<wbr>") == 7


def test_the_picture_leads_to_the_check_and_its_proof_is_never_sent(
    client: FlaskClient, opened: Opened
) -> None:
    address = ask(client, opened).json["verify_url"]

    path, _, proof = address.partition("#")
    assert path == "http://127.0.0.1:8000/verify"
    assert proof.startswith("1.")
    assert len(address) <= 300


@pytest.fixture
def other_secret(services: Services) -> None:
    """The key in the database was made under another secret, as after a restore with the wrong settings."""
    with services.database.transaction() as tx:
        signatures.make(tx, "another secret", signatures.SYSTEM)


@pytest.mark.usefixtures("other_secret")
def test_with_a_wrong_secret_nothing_is_signed_and_the_list_is_shown_all_the_same(
    client: FlaskClient, opened: Opened, services: Services
) -> None:
    for query in ("", "?format=pdf"):
        answer = ask(client, opened, query)
        assert (answer.status_code, answer.json["code"]) == (503, "key:sealed")
        assert "TIPLINE_SECRET_KEY" in answer.json["message"]
    page = visit(client, opened).get("/status/slip")
    assert page.status_code == 200
    assert sha256(PHOTO) in page.text
    assert "This list bears no signature" in page.text
    assert len(keys(services)) == 1


def test_where_no_pdf_can_be_made_a_sentence_leads_to_the_page(
    client: FlaskClient, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_more: Any) -> bytes:
        raise TiplineError("print:failed")

    monkeypatch.setattr(printing, "pdf", fail)
    answer = ask(client, opened, "?format=pdf")
    assert (answer.status_code, answer.json["code"]) == (503, "print:failed")
    page = visit(client, opened).get("/status/slip.pdf")
    assert page.status_code == 503
    assert "Open the page instead and print that." in page.text


def test_pdfs_are_bounded_for_each_address(
    client: FlaskClient, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "pdf", lambda _html, **_more: b"%PDF-")
    answers = [ask(client, opened, "?format=pdf").status_code for _ in range(31)]

    assert answers == [200] * 30 + [429]
    assert ask(client, opened).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        '"><script>alert(1)</script>.mp4',
        "\u202egpj.exe",
        "长" * 1000 + ".mp4",
        "👮‍♀️🎥.mp4",
        "a\x00b\r\nX: y.mp4",
    ],
    ids=["markup", "direction", "long", "emoji", "control"],
)
def test_a_hostile_file_name_does_no_harm_in_any_form(
    client: FlaskClient, services: Services, name: str
) -> None:
    opened = open_tip(client, text="x")
    Tus(client, opened["access_token"]).send(PHOTO, name)

    said = ask(client, opened)
    pdf = ask(client, opened, "?format=pdf")
    page = ask(client, opened, "?format=html").text

    assert check(said.data, keys(services)).valid
    assert pdf.status_code == 200
    inside = printing.attached(pdf.data)
    assert inside is not None
    assert check(inside, keys(services)).valid
    assert "<script>alert" not in page
    assert "X" not in pdf.headers
