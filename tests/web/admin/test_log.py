"""The page of the custody log: its state, search, files to save, the checkpoint to take away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from tests.conftest import csrf_of
from tipline.domain import custody, merkle, notes, tips
from tipline.domain.accounts import Account
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import nightly

SignedIn = Callable[..., FlaskClient]


def post(client: FlaskClient, path: str, **form: str) -> Any:
    token = csrf_of(client.get("/desk/admin/log").text)
    return client.post(f"/desk/admin/log/{path}", data={"csrf_token": token, **form})


def test_a_check_is_asked_for_and_what_it_finds_is_shown(
    signed_in: SignedIn, services: Services, tip: Tip
) -> None:
    client = signed_in("auditor")
    assert "was not checked yet" in client.get("/desk/admin/log").text
    assert post(client, "verify").status_code == 303
    assert "A check is under way" in client.get("/desk/admin/log").text
    nightly.take_turn(services)
    assert "stand as they were written" in client.get("/desk/admin/log").text
    assert "Log checked" in client.get("/desk/admin/log").text

    with services.database.engine.connect() as connection:
        connection.execute(text("DROP TRIGGER custody_no_update"))
        connection.execute(text("UPDATE custody SET actor = 'staff:nobody' WHERE seq = 2"))
        connection.commit()
    nightly.do(services, "verify")
    assert "The log is broken at entry 2" in client.get("/desk/admin/log").text
    assert "Broken or rewritten" in client.get("/desk/admin/system").text


def test_an_auditor_searches_and_that_is_an_entry_too(
    signed_in: SignedIn, services: Services, make_tip: Callable[..., Tip], people: dict[str, Account]
) -> None:
    one, other = make_tip(), make_tip()
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, one.reference)
        tips.move(tx, people["investigator"].actor, row, "not_used", reason="画面看不清")
    client = signed_in("auditor")

    def found(query: str) -> str:
        return client.get(f"/desk/admin/log?{query}").text.partition("<tbody>")[2].partition("</tbody>")[0]

    assert f">{one.reference}<" in found("words=看不清")
    assert f">{other.reference}<" not in found("words=看不清")
    assert "Not used" in found("who=staff:li&kind=tip")
    assert "Tip provider" in found("who=reporter:")
    assert found("since=2031-01-01") == ""
    assert f">{one.reference}<" in found("since=2020-01-01&until=2099-12-31&kind=tip")
    assert client.get("/desk/admin/log?since=yesterday").status_code == 422
    with services.database.reading() as tx:
        told = [row.facts() for row in custody.list_latest(tx, limit=9) if row.action == "log:search"]
    assert {"words": "看不清"} in told


def test_what_was_found_is_saved_as_a_table_without_formulas_or_with_proofs(
    signed_in: SignedIn, services: Services, tip: Tip, people: dict[str, Account]
) -> None:
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        tips.move(tx, people["investigator"].actor, row, "not_used", reason="=1+1")
    client = signed_in("auditor")
    table = post(client, "export", form="csv", about=tip.reference).text
    assert "'=1+1" in table
    assert tip.reference in table

    saved = post(client, "export", form="jsonl", about=tip.reference)
    first, *entries = [json.loads(line) for line in saved.text.splitlines()]
    head = notes.read(first["checkpoint"])
    assert entries
    for one in entries:
        path = [bytes.fromhex(step) for step in one["proof"]["path"]]
        assert one["proof"]["size"] == head.size
        assert merkle.includes(head.root, head.size, one["seq"] - 1, bytes.fromhex(one["hash"]), path)
    with services.database.reading() as tx:
        exports = [row for row in custody.list_latest(tx, limit=9) if row.action == "log:export"]
    assert [row.facts()["form"] for row in exports] == ["jsonl", "csv"]
    assert post(signed_in("investigator"), "export", form="csv").status_code == 403


def test_a_checkpoint_is_taken_away_and_shown_for_printing(
    signed_in: SignedIn, services: Services, tip: Tip
) -> None:
    client = signed_in("auditor")
    assert "No checkpoint was signed yet" in client.get("/desk/admin/log/checkpoint").text
    saved = post(client, "checkpoint")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    head = notes.read(saved.text)
    page = client.get("/desk/admin/log/checkpoint").text
    assert saved.text.splitlines()[2] in page
    assert "<svg" in page
    assert f"<dd>{head.size}</dd>" in page


def test_a_program_fetches_the_checkpoint_and_a_proof(
    client: FlaskClient, headers: Callable[..., dict[str, str]], services: Services, tip: Tip
) -> None:
    mine = headers("auditor")
    assert client.get("/api/v1/custody/checkpoint", headers=mine).status_code == 404
    nightly.do(services, "checkpoint")

    told = client.get("/api/v1/custody/checkpoint", headers=mine).get_json()
    proof = client.get("/api/v1/custody/2/proof", headers=mine).get_json()

    head = notes.read(proof["note"])
    assert proof["note"] == told["note"]
    path = [bytes.fromhex(step) for step in proof["path"]]
    assert merkle.includes(head.root, proof["size"], 1, bytes.fromhex(proof["hash"]), path)
    for beyond in (0, told["size"] + 1, 10**18):
        assert client.get(f"/api/v1/custody/{beyond}/proof", headers=mine).status_code == 404
