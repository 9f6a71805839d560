"""Bulletins through the API: drafted by an investigator, published by a supervisor, read by everybody."""

from __future__ import annotations

from typing import Any


def test_a_bulletin_goes_from_draft_to_withdrawn_and_its_case_is_told_to_nobody(
    client: Any, headers: Any, case: Any
) -> None:
    said = {"kind": "appeal", "title": "征集线索", "text": "您见过此人吗？", "case": case.number}
    made = client.post("/api/v1/bulletins", json=said, headers=headers())
    assert made.status_code == 201
    assert (made.json["state"], made.json["case"]) == ("draft", case.number)
    address = f"/api/v1/bulletins/{made.json['handle']}"
    public = f"/api/v1/public/bulletins/{made.json['handle']}"
    assert client.get(public).status_code == 404
    assert client.post(f"{address}/publish", json={}, headers=headers()).status_code == 403
    naive = client.post(
        f"{address}/publish", json={"at": "2026-12-01T10:00:00"}, headers=headers("supervisor")
    )
    assert (naive.status_code, naive.json["code"]) == (422, "bulletin:time-unclear")
    assert (
        client.post(f"{address}/publish", json={}, headers=headers("supervisor")).json["state"] == "published"
    )
    stale = client.patch(address, json={"title": "改", "revision": 1}, headers=headers("supervisor"))
    assert (stale.status_code, stale.json["code"]) == (409, "bulletin:changed")

    read = client.get(public)
    assert read.json["report_url"].endswith(f"/report?bulletin={made.json['handle']}")
    assert case.number not in read.text
    assert [one["handle"] for one in client.get("/api/v1/public/bulletins").json["items"]] == [
        read.json["handle"]
    ]
    report = {"category": "recognised", "text": "在我店里见过", "bulletin": read.json["handle"]}
    tip = client.post("/api/v1/public/tips", json=report).json["reference"]
    assert client.get(address, headers=headers("auditor")).json["tips"] == [tip]

    words = client.post(f"{address}/withdraw", json={"words": "人已找到。"}, headers=headers("supervisor"))
    assert words.json["state"] == "withdrawn"
    assert client.get(public).status_code == 410
