"""Two officers at once: who is late reads what it was, what it is and what he chose, and loses nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.web.desk_forms import now, seen_on, send
from tipline.domain import cases
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def rows_of(page: str) -> list[list[str]]:
    """The cells of the box that tells the difference."""
    box = re.search(r'<div class="conflict">.*?</div>', page, re.DOTALL)
    assert box, "nothing tells what changed"
    rows = re.findall(r"<tr>(.*?)</tr>", box[0].partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(html.unescape(re.sub(r"<[^>]*>", " ", one)).split()) for one in row] for row in cells]


def again(page: str) -> tuple[str, dict[str, str]]:
    """The form that applies what was chosen on top."""
    form = re.search(r'<div class="conflict">.*?<form [^>]*action="([^"]+)".*?</form>', page, re.DOTALL)
    assert form
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[0].partition("<form")[2])
    return html.unescape(form[1]), {name: html.unescape(value) for name, value in fields}


def test_who_is_late_sees_the_difference_and_applies_his_on_top(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    seen = seen_on(client, tip.reference, headers())
    send(client, tip, "state", headers("supervisor"), state="snoozed", until="2036-01-02")
    answer = send(client, tip, "state", headers(), seen=seen, state="not_used", reason="画面太暗")
    assert answer.status_code == 412
    (row,) = rows_of(answer.text)
    assert row[:2] == ["State", "Awaiting review"]
    assert row[2].startswith("Snoozed wang · ")
    assert row[3] == "Not used"
    assert "画面太暗" in answer.text

    address, fields = again(answer.text)
    assert client.post(address, headers=headers(), data=fields).status_code == 303

    assert now(services, tip).state == "not_used"


def test_corrections_on_top_put_nothing_older_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers, beat: str
) -> None:
    seen = seen_on(client, tip.reference, headers())
    as_drawn = {"category": "theft", "beat": "", "offset": ""}
    send(client, tip, "change", headers("supervisor"), **{**as_drawn, "beat": beat})

    answer = send(client, tip, "change", headers(), seen=seen, **{**as_drawn, "category": "footage"})

    assert [row[0] for row in rows_of(answer.text)] == ["Kind", "Beat"]
    address, fields = again(answer.text)
    client.post(address, headers=headers(), data=fields)
    assert (now(services, tip).category, now(services, tip).beat) == ("footage", beat)


def test_a_form_that_says_nonsense_of_what_was_seen_is_refused_in_one_sentence(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    for seen in ("", "zz", "5b5d", "5b" * 3000, "7b7d", "[" * 9):
        answer = send(client, tip, "state", headers(), seen=seen, state="closed")
        assert answer.status_code == 412
        assert "Somebody changed this tip in the meantime" in answer.text


def case_form(page: str, act: str) -> dict[str, str]:
    form = re.search(rf'<form [^>]*action="/desk/cases/[^"]+/{act}".*?</form>', page, re.DOTALL)
    assert form
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in hidden if name != "csrf_token"}


def of(services: Services, case: Case) -> Case:
    with services.database.reading() as tx:
        return cases.read_case(tx, case.number)


def test_words_of_a_case_are_not_written_over(
    client: FlaskClient, services: Services, case: Case, people: dict[str, Account], headers: Headers
) -> None:
    url = f"/desk/cases/{case.number}"
    drawn = case_form(client.get(url, headers=headers()).text, "change")

    def changed(**values: Any) -> None:
        with services.database.transaction() as tx:
            row = cases.read_case(tx, case.number)
            cases.change(tx, people["supervisor"].actor, row, **values)

    changed(summary="王写的概况")
    # Of two fields each took another one: no question needs to be asked.
    mine = {**drawn, "title": "李改的标题", "summary": drawn["was_summary"]}
    assert client.post(f"{url}/change", headers=headers(), data=mine).status_code == 303
    assert (of(services, case).title, of(services, case).summary) == ("李改的标题", "王写的概况")

    both = client.post(f"{url}/change", headers=headers(), data={**mine, "summary": "李写的概况"})
    assert both.status_code == 412
    summary = next(row for row in rows_of(both.text) if row[0] == "Summary")
    assert summary[2].startswith("王写的概况 wang · ")
    assert summary[3] == "李写的概况"
    assert of(services, case).summary == "王写的概况"
    address, fields = again(both.text)
    client.post(address, headers=headers(), data=fields)
    assert of(services, case).summary == "李写的概况"


def test_a_program_is_told_what_stands_now(
    client: FlaskClient, services: Services, tip: Tip, case: Case, headers: Headers
) -> None:
    etag = client.get(f"/api/v1/tips/{tip.reference}", headers=headers()).headers["ETag"]
    send(client, tip, "assign", headers("supervisor"), assignee="wang")
    late = client.patch(
        f"/api/v1/tips/{tip.reference}", headers=headers(**{"If-Match": etag}),
        json={"assignee": "li", "category": "theft"},
    )  # fmt: skip
    assert late.status_code == 412
    assert late.json["present"] == {"assignee": "wang", "version": now(services, tip).version}
    assert set(late.json["fields"]) == {"assignee"}
    late = client.patch(
        f"/api/v1/cases/{case.number}", headers=headers(**{"If-Match": '"99"'}), json={"title": "x"}
    )
    assert late.json["present"]["title"] == case.title
