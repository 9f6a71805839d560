"""The queue as a page, and what it says while it stands open."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import counted, selects
from tipline.domain import evidence, tips
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]
AddFile = Callable[..., Evidence]
QUEUE_ASKS = 25  # whoever needs more looks first at what the page knows already


def references(page: str) -> list[str]:
    return re.findall(r'<li class="row[^"]*" id="row-(T-\d+)"', page)


def live_url(page: str) -> str:
    found = re.search(r'id="live" hidden hx-get="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_a_row_tells_what_a_person_needs_to_choose(
    client: FlaskClient, services: Services, make_tip: MakeTip, add_file: AddFile, headers: Headers, beat: str
) -> None:
    tip = make_tip("穿深色外套的人", beat=beat)
    factories.examine(services, add_file(tip, filename="cam1.mp4"))
    page = client.get("/desk/queue", headers=headers()).text
    row = page[page.index(f'id="row-{tip.reference}"') :].split("</li>")[0]
    for words in (
        "Theft on the premises · 幸福超市", tip.reference, "穿深色外套的人", "1 file", "0:12", "北片区",
        "nobody yet", "Awaiting review", " left",
    ):  # fmt: skip
        assert words in row, words
    assert row.count("<img") == 4
    assert len(re.findall(r'src="/api/v1/evidence/\w+/renditions/[\w.-]+\?v=\w{12}"', row)) == 4


def test_an_empty_queue_says_what_to_expect(client: FlaskClient, headers: Headers) -> None:
    assert "new tips appear here by themselves" in client.get("/desk/queue", headers=headers()).text
    assert "No tip fits these filters" in client.get("/desk/queue?q=nothing", headers=headers()).text


def test_drafts_are_nobodys_business_yet(client: FlaskClient, make_tip: MakeTip, headers: Headers) -> None:
    draft = make_tip(submit=False)
    assert references(client.get("/desk/queue?state=all", headers=headers()).text) == []
    assert client.get(f"/desk/tips/{draft.reference}", headers=headers()).status_code == 404


def test_filters_stand_in_the_address_and_travel_with_rows_and_pages(
    client: FlaskClient, make_tip: MakeTip, headers: Headers, beat: str
) -> None:
    wanted = make_tip("白色面包车", category="footage", beat=beat)
    make_tip("别的事情")
    page = client.get(f"/desk/queue?category=footage&beat={beat}&q=面包车", headers=headers()).text
    assert references(page) == [wanted.reference]
    assert f"/desk/tips/{wanted.reference}?category=footage&amp;beat={beat}&amp;q=" in page
    assert "1 hidden" in page


def test_tabs_count_and_choose(
    client: FlaskClient, services: Services, make_tip: MakeTip, people: dict[str, Account], headers: Headers
) -> None:
    mine, closed, _other = make_tip(), make_tip(), make_tip()
    li = people["investigator"]
    with services.database.transaction() as tx:
        tips.assign(tx, li.actor, tips.read_tip(tx, mine.reference), li.id, "li")
        tips.move(tx, li.actor, tips.read_tip(tx, closed.reference), "closed")
    page = client.get("/desk/queue", headers=headers()).text
    counts = dict(re.findall(r">([A-Z][a-z ]+) <span class=\"count[^>]*>(\d+)</span>", page))
    assert (counts["To do"], counts["New"], counts["Mine"], counts["All"]) == ("2", "2", "1", "3")
    assert references(client.get("/desk/queue?assignee=li", headers=headers()).text) == [mine.reference]
    assert len(references(client.get("/desk/queue?state=all", headers=headers()).text)) == 3
    assert client.get("/desk/queue?state=draft", headers=headers()).status_code == 422


def test_pages_follow_each_other_without_gap_or_double(
    client: FlaskClient, make_tip: MakeTip, headers: Headers
) -> None:
    made = [make_tip(str(at)).reference for at in range(53)]
    first = client.get("/desk/queue", headers=headers()).text
    older = re.search(r'href="(/desk/queue\?cursor=[^"]+)" rel="next"', first)
    assert older
    second = client.get(html.unescape(older[1]), headers=headers()).text
    assert references(first) + references(second) == made[::-1]
    assert 'rel="next"' not in second
    newer = re.search(r'href="(/desk/queue\?cursor=[^"]+)" rel="prev"', second)
    assert newer
    assert references(client.get(html.unescape(newer[1]), headers=headers()).text) == references(first)


def test_a_queue_ten_times_as_long_asks_the_database_no_more(
    client: FlaskClient, services: Services, make_tip: MakeTip, add_file: AddFile, headers: Headers
) -> None:
    def fill(number: int) -> None:
        for _at in range(number):
            factories.examine(services, add_file(make_tip()), pictures=1)

    fill(5)
    client.get("/desk/queue", headers=headers())  # a token's first use is written down
    with counted(services) as few:
        client.get("/desk/queue", headers=headers())
    fill(45)
    with counted(services) as many:
        page = client.get("/desk/queue", headers=headers()).text
    assert len(references(page)) == 50
    assert len(many) == len(few)
    assert len(selects(many)) <= QUEUE_ASKS


def _age_changes(services: Services) -> None:
    """As if the last change lay minutes back, so that nothing can still be under way."""
    with services.database.transaction() as tx:
        from sqlalchemy import text

        tx.execute(text("UPDATE tip SET changed_at = '2026-01-01 00:00:00.000000'"))


def test_asking_again_costs_nothing_while_nothing_happens(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    _age_changes(services)
    url = live_url(client.get("/desk/queue", headers=headers()).text)
    with counted(services) as sent:
        answer = client.get(url, headers=headers())
    assert (answer.status_code, answer.data) == (204, b"")
    # Who asks, what is closed to them, whether anything changed, who looks.
    assert len([one for one in sent if one.startswith("SELECT")]) <= 4


def test_only_rows_that_changed_are_sent(
    client: FlaskClient, services: Services, make_tip: MakeTip, add_file: AddFile, headers: Headers
) -> None:
    calm, busy = make_tip(), make_tip()
    file = add_file(busy)
    url = live_url(client.get("/desk/queue", headers=headers()).text)
    with services.database.transaction() as tx:
        evidence.advance(tx, evidence.read_evidence(tx, file.id), 0.62)
    answer = client.get(url, headers=headers()).text
    assert references(answer) == [busy.reference]
    assert "Processing 62%" in answer
    assert f"row-{calm.reference}" not in answer
    assert 'hx-trigger="every 3s"' in answer


def test_new_tips_are_announced_and_never_pushed_in(
    client: FlaskClient, make_tip: MakeTip, headers: Headers
) -> None:
    make_tip()
    url = live_url(client.get("/desk/queue", headers=headers()).text)
    make_tip(), make_tip()
    answer = client.get(url, headers=headers()).text
    assert "2 new tips" in answer
    assert references(answer) == []


def test_a_broken_question_is_answered_with_a_sentence(client: FlaskClient, headers: Headers) -> None:
    for query in ("", "?since=x&top=y", "?since=2026-01-01T00:00:00&top=2026-01-01T00:00:00"):
        assert client.get(f"/desk/queue/live{query}", headers=headers()).status_code == 422


def test_numbers_that_are_none_are_passed_over(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    for sign in ("²", "9" * 5000):
        shown = f"since=2026-01-01T00:00:00Z&top=2026-01-01T00:00:00Z&shown={tip.reference}.{sign}"
        assert client.get(f"/desk/queue/live?{shown}", headers=headers()).status_code == 200
        numbers = f"version=0&busy={sign}&last={sign}"
        assert client.get(f"/desk/tips/{tip.reference}/live?{numbers}", headers=headers()).status_code == 200


@pytest.mark.parametrize("path", ["/desk", "/desk/queue", "/desk/cases", "/desk/tips/T-1001"])
def test_nobody_sees_the_desk_without_signing_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/desk/sign-in?next=%2Fdesk")


def test_the_desk_begins_at_the_queue(client: FlaskClient, headers: Headers) -> None:
    assert client.get("/desk", headers=headers()).location == "/desk/queue"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pages_speak_both_languages(
    signed_in: Callable[..., Any], services: Services, tip: Tip, add_file: AddFile, language: str
) -> None:
    factories.examine(services, add_file(tip))
    browser = signed_in("investigator", language)
    for path in (
        "/desk/queue",
        f"/desk/tips/{tip.reference}",
        "/desk/cases",
        f"/desk/tips/{tip.reference}/print",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        assert "%(" not in answer.text
