"""A page of a case that stands open says what is new, and moves nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tipline.domain import cases, links, tasks, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.cases import pages

Headers = Callable[..., dict[str, str]]
People = dict[str, Account]
ASKED = re.compile(r'id="live" hidden hx-get="([^"]+)"')


def question(text: str) -> str:
    """What the page will ask next."""
    found = ASKED.search(text)
    assert found, "the page asks nothing"
    return html.unescape(found[1])


def linked(services: Services, people: People, case: Case, *some: Tip) -> None:
    with services.database.transaction() as tx:
        for tip in some:
            row = tips.read_tip(tx, tip.reference)
            links.link(tx, people["investigator"].actor, cases.read_case(tx, case.number), row, "同款外套")


def test_a_page_of_a_case_says_what_is_new_and_leads_to_where_one_was(
    client: FlaskClient, case: Case, people: People, headers: Headers, services: Services,
    make_tip: Callable[..., Tip], add_file: Callable[..., Evidence],
) -> None:  # fmt: skip
    tip = make_tip()
    add_file(tip)
    page = client.get(f"/desk/cases/{case.number}/evidence?sort=name", headers=headers()).text
    quiet = client.get(question(page), headers=headers())
    linked(services, people, case, tip)
    with services.database.transaction() as tx:
        tasks.add(tx, people["supervisor"].actor, cases.read_case(tx, case.number), "调取门口录像")
    told = client.get(question(page), headers=headers())
    again = client.get(question(told.text), headers=headers())

    assert (quiet.status_code, quiet.data) == (204, b"")
    assert told.status_code == 200
    for word in ("1 new tip", "1 new file", "1 new task"):
        assert word in told.text
    assert f'class="newer" href="/desk/cases/{case.number}/evidence?sort=name"' in told.text
    assert 'hx-target="#case-tabs"' in told.text
    assert "<tr" not in told.text
    assert again.status_code == 204


def test_what_changes_no_count_is_told_all_the_same_and_forged_questions_do_no_harm(
    client: FlaskClient, case: Case, people: People, headers: Headers, services: Services
) -> None:
    page = client.get(f"/desk/cases/{case.number}", headers=headers()).text
    with services.database.transaction() as tx:
        row = cases.read_case(tx, case.number)
        cases.change(tx, people["supervisor"].actor, row, title="换了标题")
    told = client.get(question(page), headers=headers()).text
    forged = client.get(
        f"/desk/cases/{case.number}/live?tab=//evil&tips=x&here=%22%3E%3Cscript%3E", headers=headers()
    )

    assert "This case has changed" in told
    assert forged.status_code == 200
    assert "<script>" not in forged.text
    assert f'href="/desk/cases/{case.number}?' in forged.text


@pytest.mark.parametrize("tab", ["/timeline", "/packages", "/merge"])
def test_pages_that_draw_by_themselves_ask_nothing_twice(
    tab: str, client: FlaskClient, case: Case, headers: Headers
) -> None:
    assert not ASKED.search(client.get(f"/desk/cases/{case.number}{tab}", headers=headers("supervisor")).text)


def test_tips_of_a_case_come_a_page_at_a_time_and_a_refused_form_stays_on_its_page(
    client: FlaskClient, case: Case, people: People, headers: Headers, services: Services,
    make_tip: Callable[..., Tip], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(pages, "TIPS_PAGE", 2)
    some = [make_tip() for _ in range(5)]
    linked(services, people, case, *some)
    address, seen = f"/desk/cases/{case.number}/tips", []
    for _ in range(3):
        page = client.get(address, headers=headers()).text
        seen += re.findall(r'class="row-link-plain" href="/desk/tips/([^"]+)"', page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1] if found else ""
    refused = client.post(
        f"/desk/cases/{case.number}/links/{some[3].reference}/end", data={"reason": ""}, headers=headers()
    )
    odd = client.get(f"/desk/cases/{case.number}/tips?after=x", headers=headers())

    assert seen == [one.reference for one in some]
    assert address == ""
    assert refused.status_code == 422
    assert re.findall(r'class="row-link-plain" href="/desk/tips/([^"]+)"', refused.text) == seen[2:4]
    assert odd.status_code == 422
