"""The table of docs/mini-program.md, walked from top to bottom as a client without a browser would."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.laws.sources import ROOT
from tests.web.community.test_topics import opened
from tests.web.reporting import PHOTO, Tus, bearer
from tipline.domain.accounts import Account
from tipline.services import Services

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


def test_a_mini_program_books_asks_and_comes_back_with_the_codes(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    handle = opened(services, people).handle
    assert [one["handle"] for one in client.get("/api/v1/public/topics").json["items"]] == [handle]
    at = f"/api/v1/public/topics/{handle}"
    first, second, *_ = client.get(at).json["times"]
    booked = client.post(f"{at}/bookings", json={"slot": first["id"], "name": "小陈"}).json
    asked = client.post(f"{at}/questions", json={"question": "能代办吗"}).json
    codes = [booked["receipt_code"], asked["receipt_code"]]
    again = client.post(f"{at}/questions", json={"question": "能代办吗", "receipt_codes": codes}).json
    assert again["number"] == asked["number"]
    mine = [client.post("/api/v1/public/topics/mine", json={"receipt_code": one}).json for one in codes]
    assert [one["booking"] is None for one in mine] == [False, True]
    moved = {"receipt_code": codes[0], "slot": second["id"]}
    assert client.post("/api/v1/public/topics/mine/move", json=moved).json["slot"] == second["id"]
    off = client.post("/api/v1/public/topics/mine/cancel", json={"receipt_code": codes[0]}).json
    assert off["state"] == "called-off"


def test_every_address_of_the_page_is_there(client: FlaskClient) -> None:
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    named = re.findall(r"`(?:GET|POST) (/api/v1/[^`\s]+)`", PAGE)
    assert len(named) >= 12
    there = {re.sub(r"<(?:\w+:)?\w+>", "{}", one) for one in rules}
    assert {re.sub(r"\{\w+\}", "{}", one) for one in named} <= there
