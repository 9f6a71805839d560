"""Packages for programs and at the page: asked for, watched, fetched in pieces, removed, refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from storage import keys
from tipline.domain import custody, links
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.packages import Package
from tipline.domain.tips import Tip
from tipline.services import Services
from workers.packing import job

Headers = Callable[..., dict[str, str]]


def _linked(services: Services, people: dict[str, Account], case: Case, tip: Tip) -> None:
    with services.database.transaction() as tx:
        row = tx.get_one(Tip, tip.id)
        links.link(tx, people["investigator"].actor, tx.get_one(Case, case.id), row, "x")


def test_a_program_asks_without_a_body_watches_fetches_in_pieces_and_removes(
    client: FlaskClient, services: Services, people: dict[str, Account], case: Case, tip: Tip,
    headers: Headers, add_file: Callable[..., Any], monkeypatch: Any,
) -> None:  # fmt: skip
    add_file(tip)
    _linked(services, people, case, tip)
    monkeypatch.setattr("tipline.printing.pdf", lambda *_, **__: b"%PDF-1.7")

    asked = client.post(f"/api/v1/cases/{case.number}/packages", headers=headers())
    assert asked.status_code == 202, asked.text
    url = f"/api/v1/packages/{asked.json['id']}"
    assert client.get(url, headers=headers()).json["state"] == "queued"
    assert client.get(f"{url}/download", headers=headers()).json["code"] == "package:not-ready"
    with services.database.reading() as tx:
        job.work(services, tx.query(job.Outbox).filter_by(subject=asked.json["id"]).one().id)

    told = client.get(url, headers=headers()).json
    assert (told["state"], told["progress"]) == ("done", 1.0)
    whole = client.get(f"{url}/download", headers=headers())
    assert whole.headers["ETag"] == f'"{told["sha256"]}"'
    assert len(whole.data) == told["size"]
    half = {"Range": f"bytes={told['size'] // 2}-", "If-Range": whole.headers["ETag"]}
    rest = client.get(f"{url}/download", headers=headers(**half))
    # Who has begun none and leaves the first byte out has all the others.
    assert client.get(f"{url}/download", headers=headers("admin", Range="bytes=1-")).status_code == 206
    assert rest.status_code == 206
    assert whole.data[: told["size"] // 2] + rest.data == whole.data
    with services.database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx, subject=f"case:{case.number}")]
    assert acts.count("package:download") == 2

    assert client.delete(url, headers=headers()).status_code == 204
    assert client.get(f"{url}/download", headers=headers()).status_code == 410
    assert list(services.store.list(keys.PACKAGES)) == []


def test_what_makes_no_package_is_refused_in_a_sentence(
    client: FlaskClient, case: Case, headers: Headers
) -> None:
    url = f"/api/v1/cases/{case.number}/packages"
    for body, code in (
        ({"parts": []}, "package:nothing"),
        ({"parts": ["redacted", "keyframes"]}, "package:uncovered"),
        ({"parts": ["redacted", "report"]}, "package:no-copies"),
        ({"reason": " "}, "purpose:needed"),
    ):
        answer = client.post(url, json=body, headers=headers())
        assert 400 <= answer.status_code < 500
        assert answer.json["code"] == code
    assert client.post(url, json={"parts": ["all"]}, headers=headers()).status_code in (400, 422)
    assert client.post(url, headers=headers("auditor")).status_code == 403
    assert client.post("/api/v1/cases/A-2026-999/packages", headers=headers()).status_code == 404


def test_the_page_asks_why_keeps_what_was_typed_and_lists_what_was_made(
    signed_in: Callable[..., FlaskClient], services: Services, case: Case
) -> None:
    from tests.conftest import csrf_of

    desk = signed_in()
    url = f"/desk/cases/{case.number}/packages"
    form = {
        "csrf_token": csrf_of(desk.get(url).text),
        "parts": ["originals"],
        "recipient": "检察院",
        "language": "en",
    }

    refused = desk.post(url, data=form)
    assert refused.status_code in (400, 422)
    assert 'value="检察院"' in refused.text
    assert "fault" in refused.text

    assert desk.post(url, data=form | {"usual": "Expert opinion"}).status_code == 303
    page = desk.get(url).text
    assert "Waits for its turn" in page
    assert "检察院" in page
    assert "every 2s" in desk.get(f"{url}/live").text
    with services.database.reading() as tx:
        row = tx.query(Package).one()
    assert row.reason == "Expert opinion"
    assert desk.post(f"{url}/{row.id}/remove", data=form).status_code == 303
    assert "Removed, file deleted" in desk.get(url).text
