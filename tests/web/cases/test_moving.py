"""Merging, parting and telling tip providers, through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.desk_forms import undo_of
from tipline.domain import cases, links, members, messages, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
People = dict[str, Account]


@pytest.fixture
def other(services: Services, people: People) -> Case:
    with services.database.transaction() as tx:
        return cases.open_case(tx, people["supervisor"].actor, "南北街盗窃", year=2026)


@pytest.fixture
def linked(services: Services, people: People, case: Case, tip: Tip) -> Tip:
    with services.database.transaction() as tx:
        links.link(
            tx, people["investigator"].actor, cases.read_case(tx, case.number),
            tips.read_tip(tx, tip.reference), "同款外套",
        )  # fmt: skip
    return tip


def tips_of(services: Services, case: Case) -> list[str]:
    with services.database.reading() as tx:
        return [tip.reference for _link, tip in links.list_tips_of(tx, case)]


def test_a_merger_is_shown_first_then_made_then_taken_back(
    client: FlaskClient, services: Services, case: Case, other: Case, linked: Tip, headers: Headers
) -> None:
    base = f"/desk/cases/{case.number}"
    assert other.title in client.get(f"{base}/merge", headers=headers()).text
    shown = client.get(f"{base}/merge?into={other.number}", headers=headers()).text
    for words in ("1 tip", linked.reference, "Why they belong together"):
        assert words in shown, words
    refused = client.post(f"{base}/merge", headers=headers(), data={"into": other.number, "reason": " "})
    assert refused.status_code == 422
    assert "What moves" in refused.text
    answer = client.post(f"{base}/merge", headers=headers(), data={"into": other.number, "reason": "同一人"})
    assert answer.location == f"/desk/cases/{other.number}"
    page = client.get(answer.location, headers=headers()).text
    assert f"{case.number} was merged into {other.number}." in page
    assert (tips_of(services, other), tips_of(services, case)) == ([linked.reference], [])
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert (tips_of(services, other), tips_of(services, case)) == ([], [linked.reference])


def test_what_was_chosen_stays_chosen_when_the_choices_are_drawn_anew(
    client: FlaskClient, services: Services, people: People, case: Case, other: Case, headers: Headers
) -> None:
    with services.database.transaction() as tx:
        cases.open_case(tx, people["supervisor"].actor, "东街盗窃", year=2026)
    for path, field in (("/desk/case-targets", "into"), ("/desk/case-choices", "case")):
        page = client.get(path, query_string={field: other.number}, headers=headers()).text
        assert re.findall(r'value="([^"]+)"[^>]* checked', page) == [other.number]
        assert " checked" not in client.get(path, headers=headers()).text
        (one,) = re.findall(r"<input[^>]+ checked", client.get(f"{path}?number=东街", headers=headers()).text)
        assert other.number not in one


def test_an_old_number_leads_on_with_a_sentence_and_its_log_stays(
    client: FlaskClient, case: Case, other: Case, linked: Tip, headers: Headers
) -> None:
    base = f"/desk/cases/{case.number}"
    client.post(f"{base}/merge", headers=headers(), data={"into": other.number, "reason": "同一人"})
    answer = client.get(base, headers=headers("supervisor"))
    assert answer.location == f"/desk/cases/{other.number}"
    for path in (f"{base}?stay=1", f"{base}/log", f"{base}/evidence"):
        page = client.get(path, headers=headers()).text
        assert f"{case.number} was merged into {other.number}." in page
    assert "同一人" in client.get(f"{base}/log", headers=headers()).text
    assert f"{base}?stay=1" in client.get(f"/desk/cases/{other.number}", headers=headers()).text


def test_a_case_that_is_not_yours_to_see_is_no_target(
    client: FlaskClient, services: Services, people: People, case: Case, other: Case, headers: Headers
) -> None:
    with services.database.transaction() as tx:
        members.set_access(tx, people["supervisor"].actor, cases.read_case(tx, other.number), cases.MEMBERS)
    base = f"/desk/cases/{case.number}"
    for path in (
        f"{base}/merge",
        "/desk/case-targets",
        "/desk/cases",
        f"/desk/case-choices?q={other.number}",
    ):
        assert other.number not in client.get(path, headers=headers()).text
    page = client.get(f"{base}/merge?into={other.number}", headers=headers()).text
    assert other.title not in page
    answer = client.post(f"{base}/merge", headers=headers(), data={"into": other.number, "reason": "x"})
    assert answer.status_code == 404
    for tab in ("", "/tips", "/evidence", "/evidence.csv", "/log", "/tasks", "/subjects", "/print", "/merge"):
        assert client.get(f"/desk/cases/{other.number}{tab}", headers=headers()).status_code == 404
        assert client.get(f"/desk/cases/{other.number}{tab}", headers=headers("admin")).status_code == 200


def test_chosen_tips_get_a_case_of_their_own(
    client: FlaskClient, services: Services, case: Case, linked: Tip, headers: Headers
) -> None:
    url = f"/desk/cases/{case.number}/split"
    assert linked.reference in client.get(url, headers=headers()).text
    form = {"tip": linked.reference, "title": "另一伙", "reason": " "}
    refused = client.post(url, headers=headers(), data=form)
    assert refused.status_code == 422
    assert 'value="另一伙"' in refused.text
    assert f'value="{linked.reference}" checked' in refused.text
    answer = client.post(url, headers=headers(), data=form | {"reason": "手法不同"})
    page = client.get(answer.location, headers=headers()).text
    assert "另一伙" in page
    assert tips_of(services, case) == []
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    assert tips_of(services, case) == [linked.reference]


def test_closing_offers_to_tell_whose_footage_was_used(
    client: FlaskClient, services: Services, case: Case, linked: Tip, headers: Headers
) -> None:
    base = f"/desk/cases/{case.number}"
    client.post(f"{base}/state", headers=headers(), data={"state": "closed", "outcome": "solved"})
    assert f'href="{base}/thanks"' in client.get(base, headers=headers()).text
    form = client.get(f"{base}/thanks", headers=headers()).text
    assert f'value="{linked.reference}" checked' in form
    assert "谢谢您" in form
    data = {"tip": linked.reference, "text-zh_Hans_CN": f"案号 {case.number}"}
    refused = client.post(f"{base}/thanks", headers=headers(), data=data)
    assert refused.status_code == 422
    assert f"案号 {case.number}</textarea>" in refused.text
    data["text-zh_Hans_CN"] = "谢谢您的录像。"
    assert client.post(f"{base}/thanks", headers=headers(), data=data).status_code == 303
    with services.database.reading() as tx:
        sent = messages.list_public(tx, tips.read_tip(tx, linked.reference))
    assert [(one.kind, one.text) for one in sent] == [("progress", "谢谢您的录像。")]
    assert f'href="{base}/thanks"' not in client.get(base, headers=headers()).text


@pytest.mark.parametrize("path", ["merge", "split", "thanks"])
def test_whoever_only_looks_is_not_offered_these(
    client: FlaskClient, case: Case, headers: Headers, path: str
) -> None:
    assert client.get(f"/desk/cases/{case.number}/{path}", headers=headers("auditor")).status_code == 403
