"""A tip through the desk's API: read it, act on it, and never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.domain import accounts, clock, messages, tips
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
WHOLE = {
    "reference", "state", "category", "text", "language", "occurred_at", "occurred_until", "place", "lat",
    "lon", "beat", "anonymous", "clock_offset_s", "clock_source", "clock_reading", "overwrites_at",
    "awaits_footage", "door", "origin", "taken_by", "shop", "assignee", "created_at", "received_at",
    "ack_due_at", "acknowledged_at", "clock", "snoozed_until", "changed_at", "version", "evidence",
    "messages", "cases", "duplicates", "duplicate_of",
}  # fmt: skip


def path(tip: Tip, act: str = "") -> str:
    return f"/api/v1/tips/{tip.reference}{act}"


def etag(client: FlaskClient, tip: Tip, headers: Headers) -> str:
    return client.get(path(tip), headers=headers()).headers["ETag"]


def change(client: FlaskClient, tip: Tip, headers: Headers, **wanted: Any) -> Any:
    """PATCH on the newest state."""
    return client.patch(path(tip), json=wanted, headers=headers(**{"If-Match": etag(client, tip, headers)}))


def test_a_whole_tip_has_every_documented_part(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    answer = client.get(path(tip), headers=headers())
    assert answer.status_code == 200
    assert set(answer.json) == WHOLE
    assert answer.json["text"] == tip.text
    assert answer.json["received_at"].endswith("Z")
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_a_reference_is_read_in_small_letters_too(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    assert client.get(path(tip).lower(), headers=headers()).status_code == 200


def test_contact_details_are_never_read_by_the_way_and_by_no_token(
    client: FlaskClient, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    tip = make_tip(contact="138 0013 8000")
    assert "13800138000" not in client.get(path(tip), headers=headers()).text.replace(" ", "")
    refused = client.get(path(tip, "/contact"), headers=headers())
    assert (refused.status_code, refused.json["code"]) == (403, "contact:desk-only")
    assert client.get(path(tip, "/contact"), headers=headers("auditor")).json["code"] == "account:forbidden"


def test_a_draft_is_not_there_for_the_desk(
    client: FlaskClient, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    answer = client.get(path(make_tip(submit=False)), headers=headers())
    assert (answer.status_code, answer.json["code"]) == (404, "tip:not-found")


def test_an_unknown_tip_is_a_404_in_the_askers_language(client: FlaskClient, headers: Headers) -> None:
    answer = client.get("/api/v1/tips/T-9", headers=headers())
    assert answer.status_code == 404
    assert set(answer.json) == {"code", "message", "ref"}
    assert answer.json["message"].startswith("There is no such tip")


def test_a_change_needs_the_version_it_was_decided_on(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    answer = client.patch(path(tip), json={"state": "triage"}, headers=headers())
    assert (answer.status_code, answer.json["code"]) == (428, "tip:version-needed")


def test_a_change_on_an_old_version_is_refused(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    old = etag(client, tip, headers)
    assert change(client, tip, headers, state="triage").status_code == 200
    answer = client.patch(path(tip), json={"state": "closed"}, headers=headers(**{"If-Match": old}))
    assert (answer.status_code, answer.json["code"]) == (412, "tip:changed")
    assert client.get(path(tip), headers=headers()).json["state"] == "triage"


def test_a_star_overrides_whatever_stands(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    answer = client.patch(path(tip), json={"state": "triage"}, headers=headers(**{"If-Match": "*"}))
    assert answer.status_code == 200


def test_the_answer_to_a_change_carries_the_next_version(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    first = change(client, tip, headers, state="triage")
    headers_then = headers(**{"If-Match": first.headers["ETag"]})
    assert client.patch(path(tip), json={"state": "received"}, headers=headers_then).status_code == 200


def test_several_things_change_at_once(client: FlaskClient, tip: Tip, headers: Headers, beat: str) -> None:
    answer = change(
        client,
        tip,
        headers,
        state="triage",
        assignee="wang",
        category="footage",
        beat=beat,
        clock_offset_s=120.5,
    )
    said = answer.json
    assert (said["state"], said["assignee"], said["category"]) == ("triage", "wang", "footage")
    assert (said["beat"], said["clock_offset_s"]) == (beat, 120.5)


def test_null_takes_away_and_absence_leaves_alone(
    client: FlaskClient, tip: Tip, headers: Headers, beat: str
) -> None:
    change(client, tip, headers, assignee="wang", beat=beat)
    assert change(client, tip, headers, state="triage").json["assignee"] == "wang"
    said = change(client, tip, headers, assignee=None, beat=None).json
    assert (said["assignee"], said["beat"]) == (None, None)


def test_a_change_with_one_fault_changes_nothing(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    answer = change(client, tip, headers, category="footage", state="linked")
    assert (answer.status_code, answer.json["code"]) == (422, "tip:state-unknown")
    assert client.get(path(tip), headers=headers()).json["category"] == "theft"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"state": "nonsense"}, "state"),
        ({"state": "not_used"}, "reason"),
        ({"category": "nonsense"}, "category"),
        ({"category": None}, "category"),
        ({"beat": "nowhere"}, "beat"),
        ({"clock_offset_s": "soon"}, "clock_offset_s"),
        ({"clock_offset_s": 1e12}, "clock_offset_s"),
        ({"assigne": "wang"}, "assigne"),
        ({"state": "snoozed", "until": "tomorrow"}, "until"),
        ({"state": "snoozed", "until": "2026-12-01T08:00:00"}, "until"),
        ({"state": ["triage"]}, "state"),
    ],
)
def test_each_fault_names_its_field_in_the_one_shape(
    client: FlaskClient, tip: Tip, headers: Headers, wanted: dict[str, Any], field: str
) -> None:
    answer = change(client, tip, headers, **wanted)
    assert answer.status_code == 422
    assert set(answer.json) == {"code", "message", "fields", "ref"}
    assert set(answer.json["fields"]) == {field}
    assert set(answer.json["fields"][field]) == {"code", "message"}


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "", "null", '{"state": NaN'])
def test_a_body_that_is_no_object_is_answered_calmly(
    client: FlaskClient, tip: Tip, headers: Headers, body: str
) -> None:
    given = headers(**{"If-Match": "*", "Content-Type": "application/json"})
    answer = client.patch(path(tip), data=body, headers=given)
    # `null` says nothing, so nothing changes.
    assert answer.status_code in ((200,) if body == "null" else (400, 422))
    if answer.status_code != 200:
        assert answer.json["code"] == "request:invalid"


def test_a_tip_is_given_only_to_somebody_who_can_work_on_it(
    client: FlaskClient, tip: Tip, headers: Headers, services: Services
) -> None:
    assert change(client, tip, headers, assignee="sun").json["code"] == "account:not-found"
    assert change(client, tip, headers, assignee="nobody").json["code"] == "account:not-found"
    with services.database.transaction() as tx:
        accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "wang"), False)
    assert change(client, tip, headers, assignee="wang").json["code"] == "account:not-found"


def test_a_snoozed_tip_says_until_when(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    until = (clock.now() + timedelta(days=2)).isoformat(timespec="seconds")
    said = change(client, tip, headers, state="snoozed", until=until).json
    assert said["state"] == "snoozed"
    assert said["snoozed_until"].startswith(until[:19])


def test_the_first_acknowledgement_counts(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    answer = client.post(path(tip, "/acknowledge"), headers=headers())
    assert (answer.status_code, answer.json["state"]) == (200, "triage")
    assert answer.json["acknowledged_at"]
    again = client.post(path(tip, "/acknowledge"), headers=headers())
    assert (again.status_code, again.json["code"]) == (409, "tip:already-acknowledged")


def test_a_sentence_goes_along_with_the_acknowledgement(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    body = {"text": "民警已收到，正在处理"}
    answer = client.post(path(tip, "/acknowledge"), json=body, headers=headers())
    assert [one["text"] for one in answer.json["messages"]] == [body["text"]]
    assert answer.json["clock"]["state"] == "done"


def test_a_question_waits_for_its_answer(
    client: FlaskClient, tip: Tip, headers: Headers, services: Services
) -> None:
    asked = client.post(
        path(tip, "/messages"), json={"text": "收银台快吗？", "question": True}, headers=headers()
    )
    assert (asked.status_code, asked.json["kind"], asked.json["author"]) == (201, "question", "li")
    assert client.get(path(tip), headers=headers()).json["state"] == "need_info"
    with services.database.transaction() as tx:
        messages.write(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference), "快两分钟")
    whole = client.get(path(tip), headers=headers()).json
    assert whole["state"] == "triage"
    assert [one["by_reporter"] for one in whole["messages"]] == [False, True]
    assert whole["messages"][0]["answered_at"]


def test_a_note_is_for_the_desk_alone(
    client: FlaskClient, tip: Tip, headers: Headers, services: Services
) -> None:
    for act, kind in (("/notes", "note"), ("/progress", "progress"), ("/messages", "message")):
        answer = client.post(path(tip, act), json={"text": f"a {kind}"}, headers=headers())
        assert (answer.status_code, answer.json["kind"]) == (201, kind)
    with services.database.reading() as tx:
        shown = [one.text for one in messages.list_public(tx, tips.read_tip(tx, tip.reference))]
    assert shown == ["a progress", "a message"]
    assert len(client.get(path(tip), headers=headers()).json["messages"]) == 3


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_message_must_say_something_and_not_too_much(
    client: FlaskClient, tip: Tip, headers: Headers, text: str
) -> None:
    answer = client.post(path(tip, "/messages"), json={"text": text}, headers=headers())
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == ["text"]


def test_an_auditor_reads_and_changes_nothing(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    assert client.get(path(tip), headers=headers("auditor")).status_code == 200
    refused = [
        client.patch(path(tip), json={}, headers=headers("auditor", **{"If-Match": "*"})),
        client.post(path(tip, "/acknowledge"), headers=headers("auditor")),
        client.post(path(tip, "/notes"), json={"text": "x"}, headers=headers("auditor")),
    ]
    assert [one.status_code for one in refused] == [403, 403, 403]
    assert refused[0].json["code"] == "account:forbidden"


def test_a_signed_in_browser_may_use_the_api_with_its_form_token(
    signed_in: Callable[..., FlaskClient], tip: Tip
) -> None:
    client = signed_in()
    assert client.get(path(tip)).status_code == 200
    bare = client.post(path(tip, "/acknowledge"))
    assert (bare.status_code, bare.json["code"]) == (422, "request:expired")
    from tests.conftest import csrf_of

    token = csrf_of(client.get("/desk/password").text)
    assert client.post(path(tip, "/acknowledge"), headers={"X-CSRFToken": token}).status_code == 200


def test_a_withdrawn_token_opens_nothing(
    client: FlaskClient, tip: Tip, headers: Headers, services: Services
) -> None:
    given = headers()
    with services.database.transaction() as tx:
        accounts.end_tokens(tx, SYSTEM, accounts.read_account(tx, "li"))
    answer = client.get(path(tip), headers=given)
    assert (answer.status_code, answer.json["code"]) == (401, "token:unknown")


def test_a_reporters_token_is_none_of_the_desks(client: FlaskClient, tip: Tip, services: Services) -> None:
    from tipline.domain import receipts

    with services.database.transaction() as tx:
        token = receipts.open_access(tx, services.key, tips.read_tip(tx, tip.reference))
    answer = client.get(path(tip), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_progress_of_a_file_does_not_outdate_a_decision(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    seen = client.get(f"/api/v1/tips/{tip.reference}", headers=headers("investigator")).headers["ETag"]
    with services.database.transaction() as tx:
        tips.touch(tips.read_tip(tx, tip.reference))

    answer = client.patch(
        f"/api/v1/tips/{tip.reference}",
        json={"state": "triage"},
        headers={**headers("investigator"), "If-Match": seen},
    )

    assert answer.status_code == 200
