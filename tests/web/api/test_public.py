"""The reporter's door for programs: `tipline.web.api.public`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser
from tests.web.reporting import PHOTO, TIPS, Tus, bearer, metadata, open_tip, sha256
from tipline.domain import clock, contacts, messages, tips, uploads
from tipline.domain.accounts import Account
from tipline.services import Services

SESSIONS = "/api/v1/public/sessions"


def test_categories_come_in_the_askers_language(app: APIFlask) -> None:
    items = browser(app).get("/api/v1/public/categories").json["items"]

    assert [(one["code"], one["group"]) for one in items] == [
        *((code, "tip") for code in ("theft", "footage", "recognised", "other")),
        *((code, "now") for code in ("noise", "lift", "dispute", "pet", "outage")),
        ("question", "question"), ("request", "request"),
    ]  # fmt: skip
    assert items[3]["label"] == "Something else"


def test_a_tip_with_text_is_handed_in_at_once(client: FlaskClient, services: Services) -> None:
    opened = open_tip(client, text="有人偷东西", language="zh-CN", place="幸福超市", contact="138")

    assert set(opened) == {"reference", "receipt_code", "access_token", "status_url"}
    assert opened["status_url"] == f"http://127.0.0.1:8000/status/{opened['reference']}"
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        assert (tip.state, tip.text, tip.door) == ("received", "有人偷东西", "api")
        assert tip.language == "zh_Hans_CN"
        assert contacts.is_given(tx, tip.id)


def test_a_tip_without_text_waits_as_a_draft_for_its_first_file(client: FlaskClient) -> None:
    opened = open_tip(client)
    assert _state(client, opened) == "draft"

    assert Tus(client, opened["access_token"]).send(PHOTO, "a.jpg").status_code == 204

    assert _state(client, opened) == "processing"


def test_a_file_that_is_refused_does_not_hand_in_a_draft(client: FlaskClient) -> None:
    opened = open_tip(client)

    assert Tus(client, opened["access_token"]).send(b"#EXTM3U\n", "a.mp4").status_code == 415

    assert _state(client, opened) == "draft"


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_a_tip_that_says_nothing_is_refused(client: FlaskClient, text: str) -> None:
    answer = client.post(TIPS, json={"category": "theft", "text": text})

    assert (answer.status_code, answer.json["code"]) == (422, "tip:empty")
    assert answer.json["message"] == "Write what happened or attach a file. One of the two is needed."
    assert answer.json["fields"]["text"]["code"] == "tip:empty"
    assert answer.json["ref"]


def test_a_text_of_100_kb_is_refused_with_the_limit(client: FlaskClient) -> None:
    answer = client.post(TIPS, json={"category": "theft", "text": "字" * 33_000})

    assert (answer.status_code, answer.json["code"]) == (422, "tip:text-too-long")
    assert "10000 characters" in answer.json["message"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("category", "murder", "tip:category-unknown"),
        ("beat", "nowhere", "tip:beat-unknown"),
        ("occurred_at", "yesterday", "tip:time-unclear"),
        ("occurred_at", "2999-01-01T00:00:00Z", "tip:time-ahead"),
        ("lat", 91, "tip:place-unclear"),
        ("place", "x" * 201, "tip:field-too-long"),
        ("lat", "north", "request:field-unclear"),
        ("clock_offset_s", 1e12, "tip:offset-unclear"),
    ],
)
def test_each_wrong_field_is_named(client: FlaskClient, field: str, value: Any, code: str) -> None:
    answer = client.post(TIPS, json={"category": "theft", "text": "x", field: value})

    assert answer.status_code == 422
    assert answer.json["fields"][field]["code"] == code
    assert answer.json["fields"][field]["message"]


def test_what_is_missing_or_no_json_is_told_in_the_same_shape(client: FlaskClient) -> None:
    missing = client.post(TIPS, json={"text": "x"})
    assert missing.status_code == 422
    needed = {"code": "request:field-needed", "message": "This is needed."}
    assert missing.json["fields"] == {"category": needed}

    broken = client.post(TIPS, data=b"{", content_type="application/json")
    assert (broken.status_code, broken.json["code"]) == (400, "request:invalid")
    assert client.post(TIPS, json=[1]).json["code"] == "request:invalid"


def test_json_of_many_megabytes_is_not_read(client: FlaskClient) -> None:
    answer = client.post(TIPS, data=b'{"text":"' + b"x" * 2_000_000 + b'"}', content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (413, "request:too-large")


@pytest.mark.parametrize("path", [TIPS, SESSIONS])
@pytest.mark.parametrize("body", [b"[" * 100_000, b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 50_000])
def test_json_that_is_nested_without_end_is_a_fault_of_the_sender(
    client: FlaskClient, path: str, body: bytes
) -> None:
    answer = client.post(path, data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "request:invalid")


def test_times_keep_their_offset_and_naive_ones_are_the_stations(
    client: FlaskClient, services: Services
) -> None:
    offset = open_tip(client, text="x", occurred_at="2026-01-02T03:04:05+01:00")
    naive = open_tip(client, text="x", occurred_at="2026-01-02T03:04", occurred_until="2026-01-02 04:00")

    with services.database.reading() as tx:
        first, second = (tips.read_tip(tx, one["reference"]) for one in (offset, naive))
        assert clock.stamp(first.occurred_at) == "2026-01-02T02:04:05.000000Z"
        assert clock.stamp(second.occurred_at) == "2026-01-01T19:04:00.000000Z"
        assert clock.stamp(second.occurred_until) == "2026-01-01T20:00:00.000000Z"


def test_the_receipt_code_opens_the_tip_again_however_it_is_typed(client: FlaskClient) -> None:
    opened = open_tip(client, text="x")
    typed = opened["receipt_code"].lower().replace("-", "　")

    answer = client.post(SESSIONS, json={"receipt_code": typed})

    assert answer.status_code == 201
    assert answer.json["reference"] == opened["reference"]
    assert answer.json["access_token"] != opened["access_token"]
    assert _state(client, answer.json) == "received"


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "No such code. Check the 16 characters (no I, L, O, U).")]
)
def test_a_wrong_code_is_told_kindly(app: APIFlask, language: str, sentence: str) -> None:
    answer = browser(app, language).post(SESSIONS, json={"receipt_code": "AAAA-BBBB-CCCC-DDDD"})

    assert (answer.status_code, answer.json["code"]) == (404, "receipt:unknown")
    assert answer.json["message"] == sentence


def test_progress_tells_all_that_is_promised(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    opened = open_tip(client, text="x")
    Tus(client, opened["access_token"]).send(PHOTO, "a.jpg")
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        messages.write(tx, people["investigator"].actor, tip, "快多少？", kind="question")
        messages.write(tx, people["investigator"].actor, tip, "内部", kind="note")

    told = client.get(f"{TIPS}/{opened['reference']}", headers=bearer(opened["access_token"])).json

    assert told["status"] == "need_info"
    assert [one["code"] for one in told["timeline"]][:2] == ["tip:create", "tip:submit"]
    assert told["timeline"][2]["text"] == "File 1 received and sealed"
    assert [one["text"] for one in told["messages"]] == ["快多少？"]
    assert told["evidence"][0]["sha256"] == sha256(PHOTO)
    assert told["evidence"][0]["filename"] == "a.jpg"
    assert told["evidence"][0]["state"] == "received"
    assert datetime.fromisoformat(told["ack_due_at"]).utcoffset() == timedelta(0)
    assert told["acknowledged_at"] is None
    assert "li" not in {word for one in told["messages"] for word in str(one).split()}


def test_an_answer_closes_the_officers_question(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    opened = open_tip(client, text="x")
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        messages.write(tx, people["investigator"].actor, tip, "?", kind="question")
    address = f"{TIPS}/{opened['reference']}/messages"

    assert client.post(address, json={"text": " "}, headers=bearer(opened["access_token"])).status_code == 422
    answer = client.post(address, json={"text": "快 2 分钟"}, headers=bearer(opened["access_token"]))

    assert (answer.status_code, answer.json["by_reporter"], answer.json["text"]) == (201, True, "快 2 分钟")
    told = client.get(f"{TIPS}/{opened['reference']}", headers=bearer(opened["access_token"])).json
    assert told["messages"][0]["answered_at"]
    assert told["status"] == "triage"


def test_another_reporters_tip_is_as_if_it_were_not_there(client: FlaskClient) -> None:
    mine, other = open_tip(client, text="x"), open_tip(client, text="y")
    Tus(client, other["access_token"]).send(PHOTO)
    evidence = _told(client, other)["evidence"][0]["id"]
    token = bearer(mine["access_token"])

    for reference in (other["reference"], "T-9999"):
        for address in (f"{TIPS}/{reference}", f"{TIPS}/{reference}/receipt"):
            answer = client.get(address, headers=token)
            assert (answer.status_code, answer.json["code"]) == (404, "tip:not-found")
        written = client.post(f"{TIPS}/{reference}/messages", json={"text": "x"}, headers=token)
        assert written.status_code == 404
    foreign = client.patch(f"/api/v1/public/evidence/{evidence}", json={"sha256": "0" * 64}, headers=token)
    assert (foreign.status_code, foreign.json["code"]) == (404, "evidence:not-found")


@pytest.mark.parametrize("token", [None, "nonsense"])
def test_without_access_one_is_sent_back_to_the_code(client: FlaskClient, token: str | None) -> None:
    opened = open_tip(client, text="x")
    headers = bearer(token) if token else {}

    for answer in (
        client.get(f"{TIPS}/{opened['reference']}", headers=headers),
        client.post(f"{TIPS}/{opened['reference']}/messages", json={"text": "x"}, headers=headers),
    ):
        assert (answer.status_code, answer.json["code"]) == (401, "receipt:expired")
        assert "Enter your receipt code again" in answer.json["message"]


def test_access_ends_after_its_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_tip(client, text="x")
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)

    answer = client.get(f"{TIPS}/{opened['reference']}", headers=bearer(opened["access_token"]))

    assert (answer.status_code, answer.json["code"]) == (401, "receipt:expired")


def test_the_device_may_say_afterwards_what_it_sent(client: FlaskClient) -> None:
    opened = open_tip(client, text="x")
    evidence = Tus(client, opened["access_token"]).send(PHOTO).headers["Tipline-Evidence"]
    address, token = f"/api/v1/public/evidence/{evidence}", bearer(opened["access_token"])

    said = client.patch(address, json={"sha256": sha256(PHOTO).upper()}, headers=token)
    assert (said.status_code, said.json["client_sha256"]) == (200, said.json["sha256"])
    unclear = client.patch(address, json={"sha256": "abc"}, headers=token)
    assert (unclear.status_code, unclear.json["code"]) == (422, "evidence:digest-unclear")


def test_the_description_of_the_api_names_every_call(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").json["paths"]

    for path in (
        "/api/v1/public/categories",
        "/api/v1/public/tips",
        "/api/v1/public/sessions",
        "/api/v1/public/tips/{reference}",
        "/api/v1/public/tips/{reference}/messages",
        "/api/v1/public/tips/{reference}/receipt",
        "/api/v1/public/evidence/{evidence_id}",
        "/api/v1/public/uploads",
        "/api/v1/public/uploads/{upload_id}",
    ):
        for operation in paths[path].values():
            assert operation["summary"], path


def test_a_page_of_another_site_cannot_send_for_a_reporter(client: FlaskClient) -> None:
    answer = client.post(
        TIPS, json={"category": "theft", "text": "x"}, headers={"Origin": "https://evil.example"}
    )

    assert (answer.status_code, answer.json["code"]) == (403, "request:foreign")


def test_no_answer_names_what_went_wrong_inside(
    app: APIFlask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(tips, "begin", broken)
    answer = browser(app).post(TIPS, json={"category": "theft", "text": "x"})

    assert (answer.status_code, answer.json["code"]) == (500, "request:failed")
    assert "secret detail" not in answer.text


def _told(client: FlaskClient, opened: dict[str, str]) -> Any:
    return client.get(f"{TIPS}/{opened['reference']}", headers=bearer(opened["access_token"])).json


def _state(client: FlaskClient, opened: dict[str, str]) -> str:
    return str(_told(client, opened)["status"])


def test_an_unfinished_file_says_how_far_it_is_and_until_when_it_is_kept(client: FlaskClient) -> None:
    opened = open_tip(client, text="x")
    tus = Tus(client, opened["access_token"])
    address = tus.create(len(PHOTO), "a.jpg").headers["Location"]
    tus.append(address, 0, PHOTO[:100])
    tus.send(PHOTO, "b.jpg")

    def files() -> list[dict[str, Any]]:
        path = f"{TIPS}/{opened['reference']}"
        told: list[dict[str, Any]] = client.get(path, headers=bearer(opened["access_token"])).json["evidence"]
        return told

    unfinished, whole = files()
    assert (unfinished["state"], unfinished["offset"]) == ("uploading", 100)
    kept = datetime.fromisoformat(unfinished["expires_at"]) - clock.now()
    assert timedelta(days=6, hours=23) < kept <= timedelta(days=7)
    assert (whole["offset"], whole["expires_at"]) == (None, None)

    tus.append(address, 100, PHOTO[100:])
    assert (files()[0]["offset"], files()[0]["expires_at"]) == (None, None)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_is_not_what_the_device_sent_is_asked_for_again_until_it_comes(
    client: FlaskClient, when: str
) -> None:
    opened = open_tip(client, text="x")
    headers = bearer(opened["access_token"])
    tus = Tus(client, opened["access_token"])
    damaged = PHOTO[:-1] + b"?"
    said = {"Upload-Metadata": metadata(filename="a.jpg", sha256=sha256(PHOTO))} if when == "before" else {}
    sent = tus.append(tus.create(len(damaged), **said).headers["Location"], 0, damaged)
    if when == "after":
        address = f"/api/v1/public/evidence/{sent.headers['Tipline-Evidence']}"
        answer = client.patch(address, json={"sha256": sha256(PHOTO)}, headers=headers)
        assert (answer.json["digest_matches"], answer.json["send_again"]) == (False, True)

    def told() -> tuple[list[Any], list[str]]:
        tip = client.get(f"{TIPS}/{opened['reference']}", headers=headers).json
        files = [(one["digest_matches"], one["send_again"], one["state"]) for one in tip["evidence"]]
        return files, [one["text"] for one in tip["timeline"]]

    files, lines = told()
    assert files == [(False, True, "received")]
    assert lines[-1] == "File 1 did not arrive as it left your device. Please send it again"

    tus.send(PHOTO, "a.jpg")
    files, lines = told()
    assert files == [(False, False, "received"), (None, False, "received")]
    assert lines[-1] == "File 1 came again whole, as file 2"


def test_the_notice_before_the_end_names_the_day_in_the_readers_way(
    app: APIFlask, services: Services
) -> None:
    client = browser(app, "zh-CN")
    opened = open_tip(client, text="x")
    Tus(client, opened["access_token"]).create(10, "a.jpg")
    with clock.frozen(clock.now() + uploads.LASTS - timedelta(hours=2)):
        with services.database.transaction() as tx:
            uploads.warn_of_end(tx)
        path = f"{TIPS}/{opened['reference']}"
        told = client.get(path, headers=bearer(opened["access_token"])).json

    until = datetime.fromisoformat(told["evidence"][0]["expires_at"])
    shown = until.astimezone(ZoneInfo("Asia/Shanghai"))
    line = told["timeline"][-1]
    assert line["code"] == "evidence:expiring"
    assert f"保留至 {shown.year}年{shown.month}月{shown.day}日 {shown:%H:%M}" in line["text"]


@pytest.mark.parametrize(
    "body",
    [
        '{"category": "theft", "text": "x", "text": "y"}',
        '{"category": "theft", "text": "x", "lat": NaN, "lon": 1}',
        '{"category": "theft", "text": "x", "clock_offset_s": 1e400}',
        "[" * 9_000,
    ],
)
def test_json_that_two_readers_would_understand_differently_is_refused(
    client: FlaskClient, body: str
) -> None:
    answer = client.post(TIPS, data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "request:invalid")
