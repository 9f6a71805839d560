"""Acts on several rows of the queue: what was done, what was refused and why, and one way back for all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.desk_forms import log_of, now, undo_of
from tipline.domain import links, messages, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]


def ticked(client: FlaskClient, headers: dict[str, str], *wanted: Tip) -> list[str]:
    """What the boxes of these rows send, as the page was drawn."""
    page = client.get("/desk/queue?state=all", headers=headers).text
    values = re.findall(r'name="tip" value="(T-\d+\.\w+)"', page)
    return [value for one in wanted for value in values if value.startswith(f"{one.reference}.")]


def act(client: FlaskClient, headers: dict[str, str], boxes: list[str], name: str, **fields: str) -> Any:
    form = {"tip": boxes, "act": name, **fields}
    return client.post("/desk/queue/acts", headers={**headers, "HX-Request": "true"}, data=form)


def test_one_command_acts_on_all_ticked_rows_and_one_undo_takes_all_of_it_back(
    client: FlaskClient, services: Services, make_tip: MakeTip, people: dict[str, Account], headers: Headers
) -> None:
    one, two, other = make_tip(), make_tip(), make_tip()
    answer = act(client, headers(), ticked(client, headers(), one, two), "assign", assignee="wang")

    assert answer.status_code == 200
    assert f"Assigned to wang · {one.reference}, {two.reference}" in answer.text
    assert len(re.findall(r'<li class="row', answer.text)) == 2
    assert [now(services, tip).assignee_id for tip in (one, two, other)] == [
        people["supervisor"].id, people["supervisor"].id, None,
    ]  # fmt: skip

    address, fields = undo_of(answer.text)
    assert client.post(address, headers=headers(), data=fields).status_code == 303
    assert [now(services, tip).assignee_id for tip in (one, two)] == [None, None]
    for tip in (one, two):
        assert [entry.action for entry in log_of(services, tip)][-2:] == ["tip:assign", "act:undo"]


def test_a_row_that_somebody_changed_meanwhile_is_refused_and_the_others_are_done(
    client: FlaskClient, services: Services, make_tip: MakeTip, people: dict[str, Account], headers: Headers
) -> None:
    calm, changed = make_tip(), make_tip()
    boxes = ticked(client, headers(), calm, changed)
    with services.database.transaction() as tx:
        tips.acknowledge(tx, people["supervisor"].actor, tips.read_tip(tx, changed.reference))
    answer = act(client, headers(), boxes, "not_used", reason_not_used="画面太暗")

    assert answer.status_code == 200
    assert f"Not used · {calm.reference}" in answer.text
    assert f"Not done: {changed.reference} – Somebody changed this tip" in answer.text
    assert f'data-refused="{changed.reference}"' in answer.text
    assert (now(services, calm).state, now(services, changed).state) == ("not_used", "triage")


def test_the_reason_is_told_only_if_that_was_ticked_and_in_the_reporters_language(
    client: FlaskClient, services: Services, make_tip: MakeTip, headers: Headers
) -> None:
    silent, told = make_tip(), make_tip()
    reason = "Too dark or too blurred to recognise anybody"
    act(client, headers(), ticked(client, headers(), silent), "not_used", reason_not_used=reason)
    act(client, headers(), ticked(client, headers(), told), "not_used", reason_not_used=reason, tell="1")
    with services.database.reading() as tx:
        assert messages.list_public(tx, tips.read_tip(tx, silent.reference)) == []
        (line,) = messages.list_public(tx, tips.read_tip(tx, told.reference))
    assert (line.kind, line.text) == ("progress", "画面过暗或模糊，无法辨认人员")


def test_each_act_does_what_its_name_says(
    client: FlaskClient, services: Services, make_tip: MakeTip, case: Case, headers: Headers
) -> None:
    first, other = make_tip(), make_tip()

    def do(name: str, **fields: str) -> Tip:
        answer = act(client, headers(), ticked(client, headers(), first), name, **fields)
        assert answer.status_code == 200, answer.text
        return now(services, first)

    assert do("acknowledge").acknowledged_at
    assert do("snooze", until="2036-01-01").state == "snoozed"
    assert do("reply", text="请补充原始录像", question="1").state == "snoozed"
    assert do("duplicate", of=other.reference.lower()).state == "duplicate"
    assert do("link", case=case.number, reason_link="同一件外套").state == "linked"
    with services.database.reading() as tx:
        assert [one.number for _link, one in links.list_cases_of(tx, now(services, first), None)] == [
            case.number
        ]
    for name, is_unread in (("read", False), ("unread", True)):
        do(name)
        row = client.get("/desk/queue?state=linked", headers=headers()).text
        assert ("is-unread" in row) is is_unread


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("assign", {"assignee": "nobody-known"}, "account"),
        ("not_used", {}, "reason"),
        ("snooze", {"until": "yesterday"}, "day"),
        ("duplicate", {}, "T-"),
        ("duplicate", {"of": "T-999999"}, "tip"),
        ("link", {"reason_link": "x"}, "case"),
        ("dance", {}, "Choose it again"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_done(
    client: FlaskClient,
    services: Services,
    tip: Tip,
    headers: Headers,
    name: str,
    fields: dict[str, str],
    words: str,
) -> None:
    before = now(services, tip).version
    answer = act(client, headers(), ticked(client, headers(), tip), name, **fields)
    assert 400 <= answer.status_code < 500
    assert "notice-fault" in answer.text
    assert words in answer.text
    assert now(services, tip).version == before


def test_without_a_script_the_queue_comes_back_with_the_notice(
    client: FlaskClient, tip: Tip, signed_in: Callable[..., FlaskClient]
) -> None:
    browser = signed_in()
    page = browser.get("/desk/queue?category=theft").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "tip": ticked(browser, {}, tip), "act": "acknowledge"}
    answer = browser.post("/desk/queue/acts?category=theft", data=form)
    assert (answer.status_code, answer.location) == (303, "/desk/queue?category=theft")
    assert f"Acknowledged · {tip.reference}" in browser.get(answer.location).text
    nothing = browser.post("/desk/queue/acts", data={"csrf_token": token[1], "act": "acknowledge"})
    assert "No tip is selected" in browser.get(nothing.location).text


def test_who_may_only_read_may_mark_as_read_and_nothing_more(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    boxes = ticked(client, headers("auditor"), tip)
    assert act(client, headers("auditor"), boxes, "assign", assignee="li").status_code == 403
    assert act(client, headers("auditor"), boxes, "read").status_code == 200
    assert now(services, tip).assignee_id is None
