"""A case that is open to its members alone is met by nobody else, whichever door is tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.conftest import csrf_of
from tipline.domain import acts, cases, links, members, merging, sightings, subjects, tasks
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.sightings import Said
from tipline.domain.tips import Tip
from tipline.services import Services

# What only the case holds.
SECRETS = ("暗线题名", "暗线理由", "暗线任务", "暗线人物", "暗线地点", "暗线所见", "暗线摘要")


class Hidden:
    """A case of the supervisor's that an old number leads to, with one of everything."""

    def __init__(self, services: Services, people: dict[str, Account], tip: Tip, file: Evidence) -> None:
        boss = people["supervisor"].actor
        with services.database.transaction() as tx:
            case = cases.open_case(tx, boss, "暗线题名", summary="暗线摘要", year=2031)
            old = cases.open_case(tx, boss, "暗线题名二", year=2031)
            here = tx.merge(tip)
            links.link(tx, boss, case, here, "暗线理由")
            tasks.add(tx, boss, case, "暗线任务", assignee="li")
            man = subjects.add(tx, boss, case, "person", "暗线人物")
            sightings.add(
                tx, boss, case,
                Said(evidence=tx.merge(file), t=1.0, place="暗线地点", text="暗线所见", subject_id=man.id),
            )  # fmt: skip
            merging.merge(tx, boss, old, case, "暗线理由")
            members.set_access(tx, boss, case, "members")
            self.numbers = (case.number, old.number)
            self.acts = [one.id for one in acts.list_latest(tx, people["supervisor"].id)]


@pytest.fixture
def hidden(
    services: Services, people: dict[str, Account], tip: Tip, add_file: Callable[..., Evidence]
) -> Hidden:
    return Hidden(services, people, tip, add_file(tip))


def _addresses(app: APIFlask, tip: Tip, file_id: str, number: str) -> Iterator[tuple[Rule, str]]:
    """Every page of the desk and of its programs, about this tip, its file and a case."""
    values = {"number": number, "reference": tip.reference, "evidence_id": file_id, "evidence": file_id}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/desk", "/api/v1")) and not rule.rule.startswith("/api/v1/public"):
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            yield rule, re.sub(r"<(?:[a-z]+:)?(\w+)>", lambda one: values.get(one[1], "1"), path)


def test_no_page_shows_anything_of_it(
    app: APIFlask, signed_in: Callable[..., FlaskClient], hidden: Hidden, tip: Tip, services: Services
) -> None:
    outsider = signed_in("investigator")
    with services.database.reading() as tx:
        file_id = tx.query(Evidence).one().id
    told, read = [], 0
    queries = ("", f"?q=暗线题&state=all&of=all&about=case:{hidden.numbers[0]}")
    for rule, path in _addresses(app, tip, file_id, "A-2031-999"):
        if "GET" in (rule.methods or ()) and rule.endpoint != "openapi.spec":
            for query in queries:
                answer = outsider.get(path + query)
                read += answer.status_code == 200
                body = answer.get_data().decode(errors="replace")
                shown = [one for one in SECRETS if one in body]
                shown += [one for one in hidden.numbers if one in body and one not in query]
                if shown:
                    told.append(f"{path}{query}: {answer.status_code} {shown}")
    assert told == []
    assert read > 40  # the tip stands in such cases alone, so its own pages are closed as well
    assert SECRETS[0] in signed_in("supervisor").get(f"/desk/cases/{hidden.numbers[0]}").text


def test_every_door_answers_as_if_it_had_never_been(
    app: APIFlask, signed_in: Callable[..., FlaskClient], headers: Callable[..., dict[str, str]],
    hidden: Hidden, tip: Tip, services: Services,
) -> None:  # fmt: skip
    outsider = signed_in("investigator")
    token = csrf_of(outsider.get("/desk/queue").text)
    with services.database.reading() as tx:
        file_id = tx.query(Evidence).one().id
    differing, tried = [], 0
    for number in hidden.numbers:
        for rule, path in _addresses(app, tip, file_id, number):
            nowhere = path.replace(number, "A-2031-999")
            if path == nowhere:
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                there, never = (
                    _answer(outsider, method, one, token, headers("investigator")) for one in (path, nowhere)
                )
                tried += 1
                if there != never:
                    differing.append(f"{method} {path}: {there[0]} is not {never[0]}")
    assert differing == []
    assert tried > 80


def _answer(
    outsider: FlaskClient, method: str, path: str, token: str, headers: dict[str, str]
) -> tuple[int, str]:
    if path.startswith("/api/"):
        body: dict[str, Any] = {"title": "x", "text": "x", "reason": "x", "tip": "T-1001", "member": "li"}
        answer = outsider.open(path, method=method, json=None if method == "GET" else body, headers=headers)
    else:
        form = {"csrf_token": token, "into": "A-2031-998", "reason": "x", "tip": "T-1001", "text": "x"}
        answer = outsider.open(path, method=method, data=None if method == "GET" else form)
    said = re.sub(r"A-2031-\d+", "#", answer.get_data().decode(errors="replace"))
    return answer.status_code, re.sub(r"[A-Za-z0-9_.-]{60,}|\b[0-9a-f]{6,}\b", "", said)


def test_what_was_done_in_it_cannot_be_taken_back_from_outside(
    signed_in: Callable[..., FlaskClient], headers: Callable[..., dict[str, str]], hidden: Hidden, tip: Tip
) -> None:
    outsider = signed_in("investigator")
    token = csrf_of(outsider.get("/desk/queue").text)
    form = {"csrf_token": token, "here": f"/desk/tips/{tip.reference}"}
    ahead = {"HX-Request": "true"}
    never = outsider.post("/desk/acts/999999/undo", data=form, headers=ahead)
    assert len(hidden.acts) > 4
    for one in hidden.acts:
        assert outsider.post(f"/api/v1/acts/{one}/undo", headers=headers("investigator")).status_code == 404
        assert outsider.post(f"/desk/acts/{one}/undo", data=form, headers=ahead).data == never.data
