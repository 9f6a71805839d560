"""Filters kept under a name, what an officer has read, and who looks at what."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.web.desk_forms import undo_of
from tests.web.review.test_queue import live_url, references
from tipline.domain import clock, messages, tips
from tipline.domain.actors import reporter
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]
TABS = re.compile(r'class="tab-kept">.*?</svg>([^<]+) <span class="count[^>]*>(\d+)')


def kept(client: FlaskClient, headers: dict[str, str], query: str, name: str) -> str:
    """Where one stands after keeping a filter."""
    answer = client.post("/desk/filters", headers=headers, data={"query": query, "name": name})
    assert answer.status_code == 303
    return str(answer.location)


def test_a_kept_filter_is_a_tab_of_its_owner_with_its_count(
    client: FlaskClient, make_tip: MakeTip, headers: Headers
) -> None:
    footage = make_tip(category="footage")
    make_tip()
    where = kept(client, headers(), "category=footage&cursor=x&nonsense=1", "夜间 影像")
    assert where == "/desk/queue?category=footage"
    page = client.get(where, headers=headers()).text
    assert references(page) == [footage.reference]
    assert re.search(
        r'aria-current="page" class="tab-kept">.*?夜间 影像 <span class="count[^>]*>1<', page, re.DOTALL
    )
    assert "夜间 影像" not in client.get("/desk/queue", headers=headers("supervisor")).text


def test_late_first_is_an_order_that_tabs_keep_and_a_kept_filter_holds(
    client: FlaskClient, make_tip: MakeTip, headers: Headers
) -> None:
    late, later = make_tip(), make_tip()
    page = client.get("/desk/queue?order=late", headers=headers()).text
    assert references(page) == [late.reference, later.reference]
    assert references(client.get("/desk/queue", headers=headers()).text) == [later.reference, late.reference]
    assert 'href="/desk/queue?state=received&amp;order=late"' in page
    assert re.search(r'href="/desk/queue\?order=late" aria-current="page"', page)
    assert "Clear filters" not in page, "an order hides nothing"

    where = kept(client, headers(), "order=late", "超时优先")
    assert where == "/desk/queue?order=late"
    assert re.search(
        r'aria-current="page" class="tab-kept">.*?超时优先', client.get(where, headers=headers()).text
    )
    assert client.get("/desk/queue?order=longest", headers=headers()).status_code == 422
    told = client.get("/api/v1/queue?order=late&limit=1", headers=headers()).json
    rest = client.get(f"/api/v1/queue?order=late&cursor={told['next_cursor']}", headers=headers()).json
    assert [one["reference"] for one in (*told["items"], *rest["items"])] == [late.reference, later.reference]
    assert client.get(f"/api/v1/queue?cursor={told['next_cursor']}", headers=headers()).status_code == 422


def test_kept_filters_are_ordered_renamed_deleted_and_brought_back(
    signed_in: Callable[..., FlaskClient], tip: Tip
) -> None:
    browser = signed_in()
    token = csrf_of(browser.get("/desk/queue").text)

    def send(path: str, **fields: str) -> str:
        answer = browser.post(path, data={"csrf_token": token, **fields})
        assert answer.status_code == 303
        return browser.get(answer.location).text

    for name, query in (("one", "category=theft"), ("two", "category=footage"), ("three", "footage=with")):
        page = send("/desk/filters", name=name, query=query)
    assert [name for name, _ in TABS.findall(page)] == ["one", "two", "three"]
    number = re.findall(r"/desk/filters/(\d+)/move", page)[0]
    send(f"/desk/filters/{number}/move", step="-1")
    assert [name for name, _ in TABS.findall(browser.get("/desk/queue").text)] == ["one", "three", "two"]
    assert "another filter under this name" in send(f"/desk/filters/{number}/name", name="one")
    send(f"/desk/filters/{number}/name", name="drei")
    page = send(f"/desk/filters/{number}/remove")
    assert "Filter “drei” deleted." in page
    assert [name for name, _ in TABS.findall(page)] == ["one", "two"]
    address, fields = undo_of(page)
    browser.post(address, data=fields)
    assert [name for name, _ in TABS.findall(browser.get("/desk/queue").text)] == ["one", "drei", "two"]
    assert "up to 30 characters" in send("/desk/filters", name=" ", query="category=theft")


def test_opening_a_tip_reads_it_fetching_it_ahead_does_not_and_it_can_be_left_unread(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    def is_unread() -> bool:
        return "is-unread" in client.get("/desk/queue", headers=headers()).text

    assert is_unread()
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers(**{"Sec-Purpose": "prefetch"})).text
    assert is_unread()
    url = re.search(r'hx-get="(/desk/tips/T-\d+/lookers[^"]+)" hx-trigger="load, ', page)
    assert url
    client.get(html.unescape(url[1]), headers=headers())
    assert not is_unread()
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        messages.write(tx, reporter(row.reference), row, "还有一段")
    assert is_unread()
    client.get(f"/desk/tips/{tip.reference}", headers=headers())
    assert not is_unread()
    assert client.post(f"/desk/tips/{tip.reference}/unread", headers=headers()).location == "/desk/queue"
    assert is_unread()
    assert references(client.get("/desk/queue?unread=1", headers=headers()).text) == [tip.reference]


def test_who_looks_at_a_tip_is_seen_on_its_page_and_in_the_row_until_he_has_left(
    client: FlaskClient, tip: Tip, headers: Headers
) -> None:
    url = live_url(client.get("/desk/queue", headers=headers()).text)
    client.get(f"/desk/tips/{tip.reference}", headers=headers("supervisor"))
    told = client.get(url, headers=headers()).text
    assert "wang is looking at it" in told
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert "wang is looking at it" in page
    again = live_url(client.get("/desk/queue", headers=headers()).text)
    with clock.frozen(clock.now() + timedelta(seconds=60)):
        assert "is looking" not in client.get(again, headers=headers()).text
        assert "is looking" not in client.get(f"/desk/tips/{tip.reference}", headers=headers()).text


def test_a_decision_leads_on_to_the_next_tip_for_whoever_wants_that(
    signed_in: Callable[..., FlaskClient], make_tip: MakeTip
) -> None:
    older, newer = make_tip(), make_tip()
    browser = signed_in()
    token = csrf_of(browser.get("/desk/queue").text)
    page = f"/desk/tips/{newer.reference}"

    def decide(verb: str, **fields: str) -> str:
        return str(browser.post(f"{page}/{verb}", data={"csrf_token": token, **fields}).location)

    assert decide("assign", assignee="li") == page
    assert decide("advance", on="1") == page
    assert decide("acknowledge") == page
    assert decide("state", state="need_info") == page
    assert decide("state", state="not_used", reason="x") == f"/desk/tips/{older.reference}"
    told = browser.get(f"/desk/tips/{older.reference}").text
    assert f"{newer.reference}: State: Not used." in told
    assert undo_of(told)
