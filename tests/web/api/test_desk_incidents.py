"""Incidents by the API: of the desk, and as the program of a reporter reads them."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tipline.domain import receipts, tips
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def test_a_whole_incident_by_the_api(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip], services: Services
) -> None:
    first, second, third = (make_tip("电梯停了", category="lift").reference for _ in range(3))
    told = {"title": "3号楼电梯困人", "tips": [first, second]}
    opened = client.post("/api/v1/incidents", json=told, headers=headers())
    assert opened.status_code == 201, opened.text
    here = f"/api/v1/incidents/{opened.json['reference']}"

    assert client.post(f"{here}/acknowledge", headers=headers()).status_code == 200
    client.post(f"{here}/tips", json={"tips": [third]}, headers=headers())
    once = client.post(f"/api/v1/tips/{third}/progress", json={"text": "维保正在赶来"}, headers=headers())
    assert (once.status_code, once.json["incident"], once.json["id"]) == (201, "E-1001", -1)

    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, second)
        access = receipts.open_access(tx, services.key, tip)
    read = client.get(f"/api/v1/public/tips/{second}", headers={"Authorization": f"Bearer {access}"}).json
    assert [(one["kind"], one["text"], one["incident"]) for one in read["messages"]] == [
        ("progress", "维保正在赶来", "E-1001")
    ]
    assert read["incident"] == {
        "reference": "E-1001", "title": "3号楼电梯困人", "reporters": 3, "state": "open", "outcome": "",
        "closing": "", "closed_at": None,
    }  # fmt: skip
    assert [one["code"] for one in read["timeline"]][-3:] == [
        "incident:attach", "tip:acknowledge", "incident:progress",
    ]  # fmt: skip
    assert "li" not in {one.get("author") for one in read["messages"]}

    assert client.delete(f"{here}/tips/{first}", headers=headers()).json["tips"] == [second, third]
    changed = client.patch(here, json={"lead": None, "title": "电梯困人"}, headers=headers()).json
    assert (changed["lead"], changed["title"]) == (None, "电梯困人")
    closed = client.post(f"{here}/close", json={"outcome": "settled"}, headers=headers()).json
    assert (closed["state"], closed["reporters"]) == ("closed", 2)
    again = client.post(f"{here}/close", json={"outcome": "settled"}, headers=headers())
    assert (again.status_code, again.json["code"]) == (409, "incident:closed")
    listed = client.get("/api/v1/incidents?state=closed", headers=headers()).json
    assert [one["reference"] for one in listed["items"]] == ["E-1001"]


def test_whoever_knows_the_newest_state_is_answered_with_nothing(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip], services: Services
) -> None:
    mine, other = (make_tip("电梯停了", category="lift") for _ in range(2))
    with services.database.transaction() as tx:
        access = receipts.open_access(tx, services.key, tips.read_tip(tx, mine.reference))
    bearer = {"Authorization": f"Bearer {access}"}
    client.post("/api/v1/incidents", json={"title": "电梯", "tips": [mine.reference]}, headers=headers())
    tag = client.get("/status/live", headers=bearer).headers["ETag"]
    assert client.get("/status/live", headers={**bearer, "If-None-Match": tag}).status_code == 304

    # Somebody else's report, and what is told to all, reach this page.
    for path, body in (("tips", {"tips": [other.reference]}), ("progress", {"text": "维保正在赶来"})):
        client.post(f"/api/v1/incidents/E-1001/{path}", json=body, headers=headers())
        news = client.get("/status/live", headers={**bearer, "If-None-Match": tag})
        assert news.status_code == 200
        tag = news.headers["ETag"]
    assert "You and 1 other person report this." in news.text


def test_what_may_be_the_same_thing_and_what_was_said_not_to_be(
    client: FlaskClient, headers: Headers, make_tip: Callable[..., Tip]
) -> None:
    first, second, third = (make_tip("电梯停了", category="lift").reference for _ in range(3))
    client.post("/api/v1/incidents", json={"title": "电梯困人", "tips": [first]}, headers=headers())
    here = f"/api/v1/tips/{third}"
    told = client.get(f"{here}/same", headers=headers()).json
    assert (told["incident"], told["tips"], told["apart"]) == (
        "E-1001", [{"reference": second, "reason": "place"}], [],
    )  # fmt: skip

    said = {"tips": [second], "incidents": ["E-1001"]}
    told = client.post(f"{here}/apart", json=said, headers=headers()).json
    assert (told["incident"], told["tips"]) == (None, [])
    assert {one["reference"] for one in told["apart"]} == {"E-1001", second}
    told = client.post(f"{here}/apart", json={**said, "apart": False}, headers=headers()).json
    assert (told["incident"], told["apart"]) == ("E-1001", [])
    assert client.post(f"{here}/apart", json=said, headers=headers("auditor")).status_code == 403
