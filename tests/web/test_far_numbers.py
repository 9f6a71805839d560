"""Numbers that no column holds, in addresses, in what is sent, in days; words that no cookie holds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import topics
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

FAR = "9" * 24


def test_a_number_in_an_address_that_no_column_holds_leads_nowhere(
    app: APIFlask, signed_in: Callable[..., FlaskClient], headers: Callable[..., dict[str, str]],
    tip: Tip, case: Case, add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    desk, file = signed_in("admin"), add_file(tip)
    form = {"csrf_token": csrf_of(desk.get("/desk/queue").text)}
    values = {"reference": tip.reference, "number": case.number, "evidence_id": file.id}
    wrong, tried = [], 0
    for rule in app.url_map.iter_rules():
        if "<int:" not in rule.rule:
            continue
        path = re.sub(r"<int:\w+>", FAR, rule.rule)
        path = re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda one: values.get(one[1], "remove"), path)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            is_api = path.startswith("/api/")
            more = {"json": {}, "headers": headers("admin")} if is_api else {"data": form}
            answer = desk.open(path, method=method, **more)
            tried += 1
            if answer.status_code not in (404, 405):
                wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []
    assert tried > 25


def test_marks_and_days_at_the_ends_of_all_numbers_are_refused_in_words(
    client: FlaskClient, tip: Tip, case: Case, add_file: Callable[..., Evidence],
    headers: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    base = f"/api/v1/evidence/{add_file(tip, filename='cam1.mp4').id}/marks"
    for body in ({"t": 1, "frame": int(FAR)}, {"t": 1, "until": 1e300}, {"t": 1e300}):
        assert client.post(base, headers=headers(), json=body).status_code == 422
    for at in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        answer = client.post(f"/api/v1/cases/{case.number}/sightings", headers=headers(), json={"at": at})
        assert (answer.status_code, answer.json["code"]) == (422, "request:invalid")
    for day in ("9999-12-31", "never"):
        answer = client.get(f"/desk/cases/{case.number}/timeline?day={day}", headers=headers())
        assert answer.status_code == 422


def test_an_act_with_many_words_is_still_told_and_can_be_taken_back(
    signed_in: Callable[..., FlaskClient], case: Case
) -> None:
    desk, words = signed_in(), "".join(chr(0x4E00 + number) for number in range(1000))
    at = f"/desk/cases/{case.number}/tasks"
    form = {"csrf_token": csrf_of(desk.get(at).text), "text": words}
    desk.post(at, data=form)
    (number,) = set(re.findall(r"/tasks/(\d+)/done", desk.get(at).text))
    done = desk.post(f"{at}/{number}/done", data=form)
    assert len(done.headers["Set-Cookie"]) < 4000
    assert "/undo" in desk.get(at).text


@pytest.mark.parametrize("typed", ["²", "٣", "9" * 5_000])
def test_signs_that_only_look_like_numbers_are_answered_in_words(
    signed_in: Callable[..., FlaskClient], services: Services, people: dict[str, Account], typed: str
) -> None:
    desk = signed_in()
    with services.database.transaction() as tx:
        handle = topics.begin(tx, people["investigator"].actor, "落户").handle
    page = "/desk/preferences/channels"
    form = {"csrf_token": csrf_of(desk.get(page).text), "way": "mail", "to": "a@example.org",
            "server": "smtp.example.org", "port": typed}  # fmt: skip
    answer = desk.post(page, data=form)
    assert answer.status_code == 422
    assert "a port from 1 to 65535" in answer.text
    kept = desk.post(f"/desk/topics/{handle}", data={**form, "title": "落户", "seen": typed})
    assert kept.status_code < 500
