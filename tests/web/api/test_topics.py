"""Appointments and questions of a topic through the API: as the desk's pages do it, by who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.web.community.test_topics import opened, send
from tipline.domain import appointments, clock
from tipline.domain.accounts import Account
from tipline.domain.topics import Topic
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def topic(services: Services, people: dict[str, Account]) -> Topic:
    return opened(services, people)


@pytest.fixture
def at(topic: Topic) -> str:
    return f"/api/v1/topics/{topic.handle}"


def test_times_are_planned_withdrawn_and_brought_back(client: FlaskClient, headers: Headers, at: str) -> None:
    desk = headers()
    day = (clock.now() + timedelta(days=9)).date().isoformat()
    grid = {
        "first_day": day,
        "starts": "14:00",
        "ends": "15:00",
        "minutes": 30,
        "capacity": 2,
        "place": "二楼",
    }
    made = client.post(f"{at}/slots", json=grid, headers=desk)
    assert made.status_code == 201
    assert [(one["capacity"], one["free"], one["place"]) for one in made.json["items"]] == [
        (2, 2, "二楼")
    ] * 2
    assert client.post(f"{at}/slots", json=grid, headers=desk).json["code"] == "slot:none"
    for wrong in ({"minutes": 1}, {"weekdays": [8]}, {"first_day": "9999-12-31"}, {"capacity": 0}):
        assert client.post(f"{at}/slots", json={**grid, **wrong}, headers=desk).status_code == 422

    slot = f"{at}/slots/{made.json['items'][0]['id']}"
    gone = client.patch(slot, json={"cancelled": True}, headers=desk).json
    assert (gone["free"], gone["cancelled_at"] is None) == (0, False)
    back = client.patch(slot, json={"cancelled": False, "capacity": 3}, headers=desk).json
    assert (back["free"], back["cancelled_at"]) == (3, None)
    assert len(client.get(f"{at}/slots", headers=desk).json["items"]) == 6


def test_who_booked_is_for_the_desk_alone_and_is_noted_when_they_come(
    client: FlaskClient,
    headers: Headers,
    at: str,
    topic: Topic,
    services: Services,
) -> None:
    with services.database.reading() as tx:
        slot = appointments.list_slots(tx, topic)[0].slot
    page = f"/topics/{topic.handle}"
    send(client, page, f"{page}/bookings", slot=slot.id, name="小陈")
    day = slot.starts_at + timedelta(hours=8)
    asked = f"{at}/bookings?day={day.date().isoformat()}"
    assert client.get(asked, headers=headers("auditor")).status_code == 403
    assert "小陈" not in client.get(f"/api/v1/public/topics/{topic.handle}").text
    [booking] = client.get(asked, headers=headers()).json["items"]
    assert (booking["name"], booking["slot"], booking["state"]) == ("小陈", slot.id, "ahead")
    one = f"{at}/bookings/{booking['id']}"
    assert client.patch(one, json={"came": True}, headers=headers()).json["state"] == "came"
    undone = client.patch(one, json={"came": False, "cancelled": True}, headers=headers()).json
    assert undone["state"] == "called-off"
    assert client.get(f"{at}/bookings?day=9999-12-31", headers=headers()).status_code == 422
    assert client.get(f"{at}/bookings", headers=headers()).json["items"] == []


def test_waiting_questions_are_answered_and_refused(
    client: FlaskClient,
    headers: Headers,
    at: str,
    topic: Topic,
) -> None:
    page = f"/topics/{topic.handle}"
    for text in ("我是李雷，电话13812345678，能代办吗", "骂人的话"):
        send(client, page, f"{page}/questions", question=text)
    listed = client.get("/api/v1/topics", headers=headers()).json["items"]
    assert [one["waiting"] for one in listed] == [2]
    first, second = client.get(f"{at}/questions", headers=headers()).json["items"]
    assert "138" in first["asked"]
    assert "138" not in first["draft"]
    said = {"text": first["asked"], "answer": "可以。"}
    refused = client.post(f"{at}/questions/{first['id']}/answer", json=said, headers=headers())
    assert (refused.status_code, refused.json["code"]) == (422, "question:personal")
    said["text"] = "能代办吗？"
    told = client.post(f"{at}/questions/{first['id']}/answer", json=said, headers=headers()).json
    assert (told["state"], told["answer"]) == ("answered", "可以。")
    hidden = client.post(
        f"{at}/questions/{second['id']}/hide", json={"reason": "无关"}, headers=headers()
    ).json
    assert (hidden["state"], hidden["answer"]) == ("hidden", "无关")
    assert client.get(f"{at}/questions", headers=headers()).json["items"] == []
    again = client.post(f"{at}/questions/{second['id']}/restore", headers=headers()).json
    assert again["state"] == "waiting"
    public = client.get(f"/api/v1/public/topics/{topic.handle}").json["questions"]
    assert [one["question"] for one in public] == ["能代办吗？"]
