"""Cases: the list, the page of one, its evidence under numbers that stay, and the acts on it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import counted, undo_of
from tipline.domain import cases, custody, links, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]
AddFile = Callable[..., Evidence]
People = dict[str, Account]
TABS = ("", "/tips", "/evidence", "/subjects", "/tasks", "/log", "/print", "/evidence/print")


def page_of(
    client: FlaskClient, case: Case, headers: Headers, role: str = "investigator", tab: str = ""
) -> str:
    answer = client.get(f"/desk/cases/{case.number}{tab}", headers=headers(role))
    assert answer.status_code == 200
    return answer.text


def now(services: Services, case: Case) -> Case:
    with services.database.reading() as tx:
        return cases.read_case(tx, case.number)


def link(services: Services, people: People, case: Case, tip: Tip, reason: str = "同款外套") -> None:
    with services.database.transaction() as tx:
        links.link(
            tx, people["investigator"].actor, cases.read_case(tx, case.number),
            tips.read_tip(tx, tip.reference), reason,
        )  # fmt: skip


def unlink(services: Services, people: People, case: Case, tip: Tip) -> None:
    with services.database.transaction() as tx:
        links.unlink(
            tx, people["investigator"].actor, cases.read_case(tx, case.number),
            tips.read_tip(tx, tip.reference), "误关联",
        )  # fmt: skip


def numbers(page: str) -> list[tuple[str, str]]:
    """Number and file name of each row of evidence."""
    return re.findall(r'<td class="reference">([\d-]+)</td>.*?<bdi>([^<]+)</bdi>', page, re.DOTALL)


def test_opening_a_case(client: FlaskClient, services: Services, people: People, headers: Headers) -> None:
    answer = client.post("/desk/cases", headers=headers(), data={"title": "超市盗窃", "summary": "夜间"})
    assert answer.status_code == 303
    page = client.get(answer.location, headers=headers()).text
    for words in ("超市盗窃", "夜间", "opened."):
        assert words in page
    refused = client.post("/desk/cases", headers=headers(), data={"title": " ", "summary": "保留我"})
    assert refused.status_code == 422
    assert "保留我</textarea>" in refused.text


def test_the_list_divides_open_and_closed_and_is_searched(
    client: FlaskClient, services: Services, case: Case, people: People, headers: Headers
) -> None:
    with services.database.transaction() as tx:
        other = cases.open_case(tx, people["investigator"].actor, "饭店", year=2026)
        cases.change(tx, people["investigator"].actor, other, state="closed")
    shown = {
        query: client.get(f"/desk/cases?{query}", headers=headers()).text
        for query in ("", "state=closed", "state=all", "state=all&q=饭店", "q=zzz")
    }
    found = {query: re.findall(r'href="/desk/cases/(A-[\d-]+)"', page) for query, page in shown.items()}
    assert found == {
        "": [case.number], "state=closed": [other.number], "state=all": [other.number, case.number],
        "state=all&q=饭店": [other.number], "q=zzz": [],
    }  # fmt: skip
    assert "No case fits these words" in shown["q=zzz"]


def test_a_long_list_goes_on_where_it_ended(
    client: FlaskClient, services: Services, people: People, headers: Headers
) -> None:
    with services.database.transaction() as tx:
        for at in range(52):
            cases.open_case(tx, people["investigator"].actor, f"案件{at}", year=2026)
    first = client.get("/desk/cases", headers=headers()).text
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = client.get(html.unescape(older[1]), headers=headers()).text
    found = re.findall(r'href="/desk/cases/A-2026-(\d+)"', first + second)
    assert [int(one) for one in found] == list(range(52, 0, -1))


def test_the_page_tells_why_each_tip_belongs_to_it(
    client: FlaskClient, services: Services, case: Case, tip: Tip, add_file: AddFile, people: People,
    headers: Headers,
) -> None:  # fmt: skip
    factories.examine(services, add_file(tip, filename="cam1.mp4"))
    link(services, people, case, tip)
    page = page_of(client, case, headers, tab="/tips")
    for words in (tip.reference, "同款外套"):
        assert words in page, words
    assert page.count("/renditions/") == 4
    assert f"{tip.reference} linked to {case.number}" in page_of(client, case, headers, tab="/log")
    assert "cam1.mp4" in page_of(client, case, headers, tab="/evidence")


def test_numbers_of_evidence_never_change(
    client: FlaskClient, services: Services, case: Case, make_tip: MakeTip, add_file: AddFile, people: People,
    headers: Headers,
) -> None:  # fmt: skip
    made = [make_tip() for _at in range(3)]
    for at, tip in enumerate(made):
        add_file(tip, filename=f"{at}a.jpg"), add_file(tip, filename=f"{at}b.jpg")
        link(services, people, case, tip)
    everything = numbers(page_of(client, case, headers, tab="/evidence"))
    assert everything == [
        ("1-1", "0a.jpg"), ("1-2", "0b.jpg"), ("2-1", "1a.jpg"), ("2-2", "1b.jpg"), ("3-1", "2a.jpg"),
        ("3-2", "2b.jpg"),
    ]  # fmt: skip
    unlink(services, people, case, made[0])
    page = page_of(client, case, headers, tab="/evidence")
    assert numbers(page) == everything[2:]
    for words in ("Places that stand empty", made[0].reference, "误关联"):
        assert words in page, words
    link(services, people, case, made[0])
    assert numbers(page_of(client, case, headers, tab="/evidence")) == everything


def test_links_taken_back_stay_to_be_read(
    client: FlaskClient, services: Services, case: Case, tip: Tip, people: People, headers: Headers
) -> None:
    link(services, people, case, tip)
    answer = client.post(
        f"/desk/cases/{case.number}/links/{tip.reference}/end", headers=headers(), data={"reason": " "}
    )
    assert answer.status_code == 422
    answer = client.post(
        f"/desk/cases/{case.number}/links/{tip.reference}/end", headers=headers(), data={"reason": "误关联"}
    )
    page = client.get(answer.location, headers=headers()).text
    assert "Links taken back" in page
    assert "误关联" in page
    address, fields = undo_of(page)
    client.post(address, headers=headers(), data=fields)
    with services.database.reading() as tx:
        assert len(links.list_tips_of(tx, case)) == 1


def test_corrections_rest_on_the_version_that_was_seen(
    client: FlaskClient, services: Services, case: Case, headers: Headers
) -> None:
    form = {"title": "新标题", "summary": "新概况", "version": str(case.version)}
    assert client.post(f"/desk/cases/{case.number}/change", headers=headers(), data=form).status_code == 303
    assert (now(services, case).title, now(services, case).summary) == ("新标题", "新概况")
    late = client.post(
        f"/desk/cases/{case.number}/change", headers=headers("supervisor"), data=form | {"title": "晚了"}
    )
    assert late.status_code == 412
    assert 'value="晚了"' in late.text
    assert now(services, case).title == "新标题"
    assert client.post(f"/desk/cases/{case.number}/change", headers=headers(), data={}).status_code == 412


def test_closing_takes_an_outcome_and_opening_again_a_reason(
    client: FlaskClient, services: Services, case: Case, headers: Headers
) -> None:
    url = f"/desk/cases/{case.number}/state"

    def move(state: str, reason: str, outcome: str = "") -> int:
        data = {"state": state, "reason": reason, "outcome": outcome}
        return client.post(url, headers=headers(), data=data).status_code

    assert move("closed", "已移送") == 422
    assert move("closed", "已移送", "merged") == 422
    assert move("closed", " ", "other") == 422
    assert move("closed", "已移送", "handed_over") == 303
    assert (now(services, case).state, now(services, case).outcome) == ("closed", "handed_over")
    assert move("closed", "又一次", "solved") == 409
    assert move("open", " ") == 422
    assert move("open", "发现新线索") == 303
    assert (now(services, case).state, now(services, case).outcome) == ("open", None)
    assert move("open", "又一次") == 409
    assert move("lost", "x") == 422
    with services.database.reading() as tx:
        log = [(one.action, one.reason) for one in custody.list_of(tx, subject=f"case:{case.number}")]
    assert log[1:] == [("case:close", "已移送"), ("case:reopen", "发现新线索")]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", {"title": "x"}),
        ("/A-2026-1/change", {"title": "x", "version": "1"}),
        ("/A-2026-1/state", {"state": "closed", "outcome": "solved"}),
        ("/A-2026-1/members", {"member": "li"}),
        ("/A-2026-1/access", {"access": "members"}),
        ("/A-2026-1/tasks", {"text": "x"}),
        ("/A-2026-1/subjects", {"kind": "person", "label": "x"}),
        ("/A-2026-1/links/T-1001/end", {"reason": "x"}),
    ],
)
def test_an_auditor_looks_and_does_not_act(
    client: FlaskClient, case: Case, tip: Tip, headers: Headers, path: str, fields: dict[str, str]
) -> None:
    assert client.post(f"/desk/cases{path}", headers=headers("auditor"), data=fields).status_code == 403
    assert 'action="/desk/cases/' not in page_of(client, case, headers, "auditor")


def test_a_case_of_many_tips_asks_the_database_no_more(
    client: FlaskClient, services: Services, case: Case, make_tip: MakeTip, add_file: AddFile, people: People,
    headers: Headers,
) -> None:  # fmt: skip
    def fill(number: int) -> None:
        for _at in range(number):
            tip = make_tip()
            add_file(tip)
            link(services, people, case, tip)

    def asked() -> list[int]:
        numbers = []
        for tab in TABS:
            with counted(services) as sent:
                page_of(client, case, headers, tab=tab)
            numbers.append(len(sent))
        return numbers

    fill(2)
    page_of(client, case, headers)  # a token's first use is written down
    few = asked()
    fill(10)
    assert asked() == few


def test_the_print_sheet_is_the_list_with_digests_and_lines_to_sign(
    client: FlaskClient, services: Services, case: Case, tip: Tip, add_file: AddFile, people: People,
    headers: Headers,
) -> None:  # fmt: skip
    file = add_file(tip)
    link(services, people, case, tip)
    page = client.get(f"/desk/cases/{case.number}/evidence/print", headers=headers()).text
    for words in (
        "Extraction and preservation list",
        str(file.sha256),
        "1-1",
        "Holder (provider)",
        "Witness",
    ):
        assert words in page, words


def test_words_of_people_stay_words(
    client: FlaskClient, services: Services, people: People, headers: Headers
) -> None:
    evil = "<script>alert(1)</script>"
    with services.database.transaction() as tx:
        made = cases.open_case(tx, people["investigator"].actor, evil, summary=evil, year=2026)
    for path in ("/desk/cases", f"/desk/cases/{made.number}", f"/desk/cases/{made.number}/print"):
        page = client.get(path, headers=headers()).text
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_a_case_that_is_not_there_is_not_found(client: FlaskClient, headers: Headers) -> None:
    for tab in (*TABS, "/evidence.csv"):
        assert client.get(f"/desk/cases/A-1999-1{tab}", headers=headers()).status_code == 404
    data = {"title": "x", "version": "1"}
    assert client.post("/desk/cases/A-1999-1/change", headers=headers(), data=data).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages_of_cases_speak_both_languages(
    signed_in: Callable[..., FlaskClient], case: Case, language: str
) -> None:
    browser = signed_in("investigator", language)
    for path in ("/desk/cases", "/desk/tasks", *(f"/desk/cases/{case.number}{tab}" for tab in TABS)):
        assert f'<html lang="{language}"' in browser.get(path).text
