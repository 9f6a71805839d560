"""Bulletins for residents: the list, one of them, the feed, the way to answer, and a count without trace."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conftest import csrf_of
from tipline.domain import clock, posting, reads
from tipline.domain.accounts import Account
from tipline.domain.bulletins import Bulletin
from tipline.domain.posting import Said
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.community import reading

ATOM = "{http://www.w3.org/2005/Atom}"
BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"}


@pytest.fixture
def put_up(services: Services, people: dict[str, Account]) -> Any:
    def make(kind: str = "news", title: str = "通知", beat: str = "", **when: Any) -> Bulletin:
        with services.database.transaction() as tx:
            row = posting.draft(tx, people["supervisor"].actor, Said(kind, title, "正文 <b>", beat))
            posting.publish(tx, people["supervisor"].actor, row, **when)
            return row

    return make


def test_the_list_shows_what_is_current_for_the_chosen_kind_and_area(
    client: Any, put_up: Any, beat: str
) -> None:
    put_up("news", "所有人")
    put_up("warning", "北片区的事", beat)
    put_up("news", "以后", at=clock.now() + timedelta(hours=1))
    everything, warnings = client.get("/bulletins").text, client.get("/bulletins?kind=warning").text
    assert [one in everything for one in ("所有人", "北片区的事", "以后")] == [True, True, False]
    assert ("所有人" in warnings, "北片区的事" in warnings) == (False, True)
    assert "所有人" in client.get(f"/bulletins?beat={beat}").text
    for wrong in ("kind=gossip", "beat=moon", "before=soon", "before=0001-01-01T00:00:00%2B14:00~1",
                  "before=9999-12-31T23:59:59-14:00~1"):  # fmt: skip
        assert client.get(f"/bulletins?{wrong}").status_code == 422


def test_the_list_is_paged_newest_first_and_loses_nothing(client: Any, put_up: Any) -> None:
    for number in range(22):
        put_up("news", f"第{number:02}号")
    first = client.get("/bulletins").text
    assert "第21号" in first
    assert "第01号" not in first
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = client.get(older).text
    assert [f"第{number:02}号" in second for number in (2, 1, 0)] == [False, True, True]


def test_the_feed_is_atom_with_stable_ids_and_answers_that_nothing_changed(
    client: Any, put_up: Any, services: Services, people: dict[str, Account], beat: str
) -> None:
    row = put_up("warning", "小心 & <谨慎>")
    put_up("news", "北片区", beat)
    answer = client.get("/bulletins/feed.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.data)  # noqa: S314 - our own answer
    entries = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}title") for one in entries] == ["北片区", "小心 & <谨慎>"]
    for node in (feed, *entries):
        assert all(node.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    again = client.get("/bulletins/feed.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = client.get("/bulletins/feed.atom", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert since.status_code == 304

    with services.database.transaction() as tx:
        posting.edit(tx, people["supervisor"].actor, tx.merge(row), Said("warning", "更正", "正文"))
    changed = client.get("/bulletins/feed.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200
    found = ElementTree.fromstring(changed.data).findall(f"{ATOM}entry")  # noqa: S314
    assert [one.findtext(f"{ATOM}id") for one in found] == [one.findtext(f"{ATOM}id") for one in entries]
    assert "北片区" in client.get(f"/bulletins/feed.atom?beat={beat}").text
    assert client.get("/bulletins/feed.atom?beat=moon").status_code == 422


def test_i_know_something_opens_a_report_that_belongs_to_the_bulletin(
    client: Any, put_up: Any, services: Services, signed_in: Any
) -> None:
    row = put_up("appeal", "您见过此人吗")
    page = client.get(f"/bulletins/{row.handle}").text
    assert f'href="/report?bulletin={row.handle}"' in page
    form = client.get(f"/report?bulletin={row.handle}").text
    assert "您见过此人吗" in form
    assert 'value="recognised" checked' in form
    data = {
        "csrf_token": csrf_of(form),
        "category": "recognised",
        "text": "在我店里见过",
        "bulletin": row.handle,
    }
    assert client.post("/report/what", data=data).status_code == 303
    # The draft keeps it, also when the form is opened again without the link.
    assert row.handle in client.get("/report").text
    client.post(
        "/report/check", data={"csrf_token": csrf_of(client.get("/report/check").text), "confirm": "1"}
    )
    with services.database.reading() as tx:
        (tip,) = posting.list_tips(tx, row)
    desk = signed_in("investigator")
    assert "Answers a bulletin" in desk.get(f"/desk/tips/{tip.reference}").text
    assert tip.reference in desk.get(f"/desk/bulletins/{row.handle}").text


def test_reads_are_counted_in_this_process_and_written_together(
    client: Any, app: Any, put_up: Any, services: Services
) -> None:
    row = put_up("news")
    for headers in (
        BROWSER, BROWSER, {"User-Agent": "Googlebot/2.1"}, {**BROWSER, "Sec-Purpose": "prefetch"},
        {**BROWSER, "Sec-Fetch-Dest": "empty"},
    ):  # fmt: skip
        client.get(f"/bulletins/{row.handle}", headers=headers)
    with services.database.reading() as tx:
        assert reads.totals(tx, [row]) == {}
    with app.app_context():
        reading.gathered().flush()
    with services.database.reading() as tx:
        assert reads.totals(tx, [row]) == {row.id: 2}
        assert tx.query(Tip).count() == 0


def revision_on(page: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found, "the form does not say what it was made of"
    return found[1]


def test_an_investigator_is_shown_no_way_to_publish_and_is_refused_one(
    signed_in: Any, people: dict[str, Account], services: Services
) -> None:
    desk = signed_in("investigator")
    new = desk.get("/desk/bulletins/new?template=burglary&in=zh_Hans_CN").text
    assert "室内盗窃防范提示" in new
    form = {
        "csrf_token": csrf_of(new),
        "kind": "advice",
        "title": "室内盗窃防范",
        "text": "锁好门窗。",
        "beat": "",
    }
    assert desk.post("/desk/bulletins", data={**form, "title": " "}).status_code == 422
    address = desk.post("/desk/bulletins", data=form).location
    assert "Review and publish" not in desk.get(address).text
    token = {"csrf_token": form["csrf_token"]}
    assert desk.post(f"{address}/acts/propose", data=token).status_code == 303
    assert desk.post(f"{address}/publish", data=token).status_code == 403
    assert "锁好门窗" in desk.post("/desk/bulletins/preview", data=form).text
    chief = signed_in("supervisor")
    token = {"csrf_token": csrf_of(chief.get(f"{address}/check").text)}
    late = {**token, "when": "later", "at": "when pigs fly", "until": ""}
    assert chief.post(f"{address}/publish", data=late).status_code == 422
    seen = {**token, "when": "now", "revision": revision_on(chief.get(f"{address}/check").text)}
    assert desk.post(address, data={**form, "text": "锁好门窗，别信来电。"}).status_code == 303
    unseen = chief.post(f"{address}/publish", data=seen)
    assert unseen.status_code == 409, "what its author changed since was not looked at"
    assert "别信来电" in unseen.text
    seen["revision"] = revision_on(unseen.text)
    assert chief.post(f"{address}/publish", data=seen).status_code == 303
    assert chief.post(f"{address}/acts/withdraw", data={**token, "words": ""}).status_code == 422
    assert chief.post(f"{address}/acts/withdraw", data={**token, "words": "有误。"}).status_code == 303
    assert chief.post(f"{address}/acts/restore", data=token).status_code == 303
    mine = chief.get("/desk/acts").text
    assert "bulletin withdrawn <a href" in " ".join(mine.split())
    undo = re.search(r"/desk/acts/(\d+)/undo", mine)
    assert undo
    undone = chief.post(undo[0], data={**token, "here": "/desk/acts"}, follow_redirects=True).text
    assert "Taken back: bulletin put back (“室内盗窃防范”)." in undone
    assert desk.get(address.replace("/desk", "")).status_code == 410
    assert "Taken back: bulletin put back." in chief.get(address).text
    assert "Neighbourhood news" not in chief.get("/desk/bulletins").text
    assert chief.get("/desk/bulletins?state=published").status_code == 200
