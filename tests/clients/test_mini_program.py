"""The table of docs/mini-program.md, walked from top to bottom as a client without a browser would."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.laws.sources import ROOT
from tests.web.reporting import PHOTO, Tus, bearer

PAGE = (ROOT / "docs" / "mini-program.md").read_text(encoding="utf-8")


def test_a_mini_program_gets_along_with_the_calls_of_the_page(client: FlaskClient) -> None:
    kinds = client.get("/api/v1/public/categories").json["items"]
    assert {one["group"] for one in kinds} == {"tip", "now", "question", "request"}
    place = {"place": "学府路12号", "lat": 34.74, "lon": 113.62}
    body = {"category": "noise", "text": "楼下烧烤摊还在放音响", **place}
    begun = client.post("/api/v1/public/tips", json=body).json
    device = Tus(client, begun["access_token"])
    assert device.create(len(PHOTO), "IMG.jpg", data=PHOTO).status_code == 201
    about = f"/api/v1/public/tips/{begun['reference']}"
    told = client.get(about, headers=bearer(begun["access_token"]))
    assert (told.json["status"], len(told.json["evidence"])) != ("draft", 0)
    said = client.post(f"{about}/messages", json={"text": "又响了"}, headers=bearer(begun["access_token"]))
    assert said.status_code == 201
    back = client.post("/api/v1/public/sessions", json={"receipt_code": begun["receipt_code"]}).json
    assert back["reference"] == begun["reference"]
    as_json = bearer(back["access_token"]) | {"Accept": "application/json"}
    assert client.get(f"{about}/receipt", headers=as_json).status_code == 200


def test_every_address_of_the_page_is_there(client: FlaskClient) -> None:
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    named = re.findall(r"`(?:GET|POST) (/api/v1/[^`\s]+)`", PAGE)
    assert len(named) >= 6
    there = {re.sub(r"<(?:\w+:)?\w+>", "{}", one) for one in rules}
    assert {re.sub(r"\{\w+\}", "{}", one) for one in named} <= there
