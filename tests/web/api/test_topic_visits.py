"""Booking and asking by a program without an account: known by a code alone, under the caps of the page."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.community.test_topics import opened
from tipline.domain import appointments, custody, questions, topics
from tipline.domain.accounts import Account
from tipline.domain.topics import Topic
from tipline.services import Services
from tipline.web.community import topics as topic_pages

MINE = "/api/v1/public/topics/mine"


@pytest.fixture
def topic(services: Services, people: dict[str, Account]) -> Topic:
    return opened(services, people)


@pytest.fixture
def at(topic: Topic) -> str:
    return f"/api/v1/public/topics/{topic.handle}"


@pytest.fixture
def slots(client: FlaskClient, at: str) -> list[int]:
    return [one["id"] for one in client.get(at).json["times"]]


def book(client: FlaskClient, at: str, slot: int, **more: Any) -> Any:
    return client.post(f"{at}/bookings", json={"slot": slot, **more})


def test_a_time_is_booked_asked_after_moved_and_called_off_by_its_code(
    client: FlaskClient, services: Services, topic: Topic, at: str, slots: list[int]
) -> None:
    made = book(client, at, slots[0], name="小陈")
    assert made.status_code == 201
    code = made.json["receipt_code"]
    assert (made.json["state"], made.json["place"], made.json["name"]) == ("ahead", "户籍窗口", "小陈")
    assert "STATUS:CONFIRMED" in made.json["calendar"]
    assert code not in made.json["calendar"]
    assert [one["text"] for one in made.json["papers"]] == ["毕业证原件", "户口迁移证"]

    other = client.application.test_client()
    assert book(other, at, slots[0]).json["code"] == "slot:full"
    by_code = {"receipt_code": code.lower().replace("-", " ")}
    told = other.post(MINE, json=by_code).json
    assert (told["booking"]["number"], told["question"]) == (made.json["number"], None)
    assert "receipt_code" not in told["booking"]
    moved = other.post(f"{MINE}/move", json={**by_code, "slot": slots[1]}).json
    assert (moved["slot"], moved["number"]) == (slots[1], made.json["number"])
    assert book(other, at, slots[0]).status_code == 201
    off = [other.post(f"{MINE}/cancel", json=by_code).json["state"] for _ in range(2)]
    assert off == ["called-off", "called-off"]
    assert other.post(f"{MINE}/move", json={**by_code, "slot": slots[2]}).json["code"] == "booking:cancelled"

    with services.database.reading() as tx:
        acted = [one.action for one in custody.list_of(tx, subject=f"topic:{topic.handle}")]
    assert [one for one in acted if one.startswith("booking:")] == [
        "booking:make", "booking:move", "booking:make", "booking:cancel",
    ]  # fmt: skip


def test_who_asked_reads_the_answer_by_the_code_and_nobody_else_the_words(
    client: FlaskClient, services: Services, topic: Topic, at: str, people: dict[str, Account]
) -> None:
    asked = "我是李雷，没有档案能办吗"
    made = client.post(f"{at}/questions", json={"question": asked})
    assert (made.status_code, made.json["state"], made.json["answer"]) == (201, "waiting", "")
    code = made.json["receipt_code"]
    again = client.post(f"{at}/questions", json={"question": asked, "receipt_codes": [code]})
    assert (again.json["number"], again.json["receipt_code"]) == (made.json["number"], code)
    assert "李雷" not in client.get(at).text

    with services.database.transaction() as tx:
        (question,) = questions.list_questions(tx, topics.read_topic(tx, topic.handle))
        questions.answer(tx, people["investigator"].actor, question, "没有档案能办吗？", "可以。")
    told = client.post(MINE, json={"receipt_code": code})
    assert (told.json["booking"], told.json["question"]["answer"]) == (None, "可以。")
    assert people["investigator"].username not in told.text
    for act in ("move", "cancel"):
        body = {"receipt_code": code, **({"slot": 1} if act == "move" else {})}
        refused = client.post(f"{MINE}/{act}", json=body)
        assert (refused.status_code, refused.json["code"]) == (409, "booking:code-other")


def test_one_person_holds_so_many_and_one_network_books_so_many_a_day(
    client: FlaskClient, at: str, slots: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The codes sent along are the person, as the session of a browser is; the network is counted anyhow."""
    monkeypatch.setattr(topic_pages, "BOOKINGS_OF_A_DAY", topic_pages.BOOKINGS_OF_A_DAY._replace(most=6))
    monkeypatch.setattr(topic_pages, "QUESTIONS_OF_A_DAY", topic_pages.QUESTIONS_OF_A_DAY._replace(most=5))
    client.environ_base["REMOTE_ADDR"] = "203.0.113.44"
    codes = [book(client, at, one).json["receipt_code"] for one in slots[:3]]
    strange = "K7Q2-9MXW-3TDE-58RA"
    held = book(client, at, slots[3], receipt_codes=[strange, *codes])
    assert (held.status_code, held.json["code"]) == (409, "booking:many")
    client.post(f"{MINE}/cancel", json={"receipt_code": codes[0]})
    assert book(client, at, slots[3], receipt_codes=[strange, *codes]).status_code == 201
    assert book(client, at, slots[0]).status_code == 201
    full = book(client, at, slots[0])
    assert (full.status_code, full.json["code"]) == (429, "booking:day-full")
    assert int(full.headers["Retry-After"]) > 0

    sent = [client.post(f"{at}/questions", json={"question": f"第{number}问"}) for number in range(6)]
    assert [one.status_code for one in sent] == [201] * 5 + [429]
    mine = [one.json["receipt_code"] for one in sent[:3]]
    client.environ_base["REMOTE_ADDR"] = "203.0.113.45"
    many = client.post(f"{at}/questions", json={"question": "又一问", "receipt_codes": mine})
    assert many.json["code"] == "question:many"


def test_what_is_wrong_is_said_at_its_field(
    client: FlaskClient,
    services: Services,
    topic: Topic,
    at: str,
    slots: list[int],
    people: dict[str, Account],
) -> None:
    for body, field, code in (
        ({}, "slot", "request:field-needed"),
        ({"slot": 10**30}, "slot", "request:field-unclear"),
        ({"slot": slots[0], "name": "长" * 41}, "name", "tip:field-too-long"),
        ({"slot": slots[0], "code": "x"}, "code", "request:field-unclear"),
    ):
        refused = client.post(f"{at}/bookings", json=body)
        assert (refused.status_code, refused.json["fields"][field]["code"]) == (422, code)
    assert book(client, at, 999_999).json["code"] == "slot:not-found"
    assert client.post(f"{at}/questions", json={"question": " "}).json["code"] == "question:empty"
    assert client.post(MINE, json={"receipt_code": "K7Q2-9MXW-3TDE-58RA"}).json["code"] == "receipt:unknown"
    nowhere = client.post("/api/v1/public/topics/nothng/questions", json={"question": "在吗"})
    assert (nowhere.status_code, nowhere.json["code"]) == (404, "topic:not-found")
    code = book(client, at, slots[0]).json["receipt_code"]
    with services.database.transaction() as tx:
        topics.close(tx, people["investigator"].actor, topics.read_topic(tx, topic.handle))
    for path, closed in (("bookings", {"slot": slots[1]}), ("questions", {"question": "还能办吗"})):
        assert client.post(f"{at}/{path}", json=closed).json["code"] == "topic:closed"
    told = client.post(MINE, json={"receipt_code": code}).json["booking"]
    assert (told["state"], told["topic"]["state"]) == ("ahead", "closed"), "what was made holds"


def test_somebody_who_tries_codes_is_stopped_and_the_owner_is_not(
    client: FlaskClient, services: Services, at: str, slots: list[int]
) -> None:
    client.environ_base["REMOTE_ADDR"] = "203.0.113.46"
    code = book(client, at, slots[0]).json["receipt_code"]
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    tried = [client.post(MINE, json={"receipt_code": f"{one}{alphabet[:15]}"}) for one in alphabet[:12]]

    assert {one.status_code for one in tried} == {404, 429}
    assert tried[-1].json["code"] in ("receipt:wait", "receipt:too-many")
    assert client.post(MINE, json={"receipt_code": code}).status_code == 200
    with services.database.reading() as tx:
        assert appointments.find_by_code(tx, services.key, code) is not None
