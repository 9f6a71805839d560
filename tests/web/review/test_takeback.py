"""Taking acts back at the desk: from a notice, by the key U, from the list of one's acts, and by the API."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tests.web.desk_forms import now, send, undo_of
from tipline.domain import acts, cases, messages, tips, undoing
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.review import acted

Headers = Callable[..., dict[str, str]]


def test_two_people_taking_the_same_act_back_learn_who_was_first(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    page = client.get(send(client, tip, "assign", headers(), assignee="li").location, headers=headers()).text
    address, fields = undo_of(page)
    first = client.post(address, headers=headers("supervisor"), data=fields)
    assert first.location == f"/desk/tips/{tip.reference}"
    assert "Taken back: assigned to li" in client.get(first.location, headers=headers("supervisor")).text

    second = client.post(address, headers=headers(**{"HX-Request": "true"}), data=fields)

    assert second.status_code == 409
    assert "taken back already, by wang" in second.text
    assert now(services, tip).assignee_id is None


def test_the_key_takes_the_last_act_back_from_any_page_and_says_what_it_was(
    signed_in: Callable[..., FlaskClient], services: Services, make_tip: Callable[..., Tip]
) -> None:
    browser, one, other = signed_in(), make_tip(), make_tip()
    page = browser.get(f"/desk/tips/{one.reference}").text
    form = {"csrf_token": csrf_of(page), "state": "not_used", "reason": "画面太暗"}
    browser.post(f"/desk/tips/{one.reference}/state", data=form)
    page = browser.get(f"/desk/tips/{other.reference}").text
    assert 'action="/desk/acts/last/undo" data-undo-last' in page

    answer = browser.post(
        "/desk/acts/last/undo", data={"csrf_token": csrf_of(page), "here": f"/desk/tips/{other.reference}"}
    )

    # On the page of another tip it is said first, and carried out when it is asked for again.
    assert answer.location == f"/desk/tips/{other.reference}"
    assert now(services, one).state == "not_used"
    page = browser.get(answer.location).text
    assert f"Your last act was elsewhere: state: Not used ({one.reference})." in page
    address, fields = undo_of(page)
    answer = browser.post(address, data={**fields, "here": f"/desk/tips/{other.reference}"})
    assert now(services, one).state == "received"
    page = browser.get(answer.location).text
    assert f"Taken back: state: Not used ({one.reference})." in page
    assert f'<a href="/desk/tips/{one.reference}">Look at it</a>' in page
    assert "may have seen the former state" in page
    again = browser.post("/desk/acts/last/undo", data={"csrf_token": csrf_of(page), "here": "//evil/desk/"})
    assert again.location == "/desk/queue"
    assert "nothing in the last half hour" in browser.get(again.location).text


def test_on_a_tip_the_key_takes_back_what_was_done_to_this_very_tip(
    signed_in: Callable[..., FlaskClient], services: Services, make_tip: Callable[..., Tip]
) -> None:
    browser, one, other = signed_in(), make_tip(), make_tip()
    page = browser.get(f"/desk/tips/{one.reference}").text
    for tip in (one, other):
        form = {"csrf_token": csrf_of(page), "state": "not_used", "reason": "画面太暗"}
        browser.post(f"/desk/tips/{tip.reference}/state", data=form)
    # So it is on the pages below it: the act on the other tip is asked about, not taken back.
    for here in (f"/desk/tips/{one.reference}?state=all", f"/desk/tips/{one.reference}/print"):
        browser.post("/desk/acts/last/undo", data={"csrf_token": csrf_of(page), "here": here})
        assert (now(services, one).state, now(services, other).state) == ("received", "not_used")


def test_my_acts_are_listed_with_the_way_back_as_long_as_there_is_one(
    client: FlaskClient, services: Services, tip: Tip, people: dict[str, Account], headers: Headers
) -> None:
    empty = client.get("/desk/acts", headers=headers()).text
    assert "You have not decided anything yet" in empty
    with services.database.transaction() as tx:
        mine = tx.merge(tip)
        tips.acknowledge(tx, people["investigator"].actor, mine)
        tips.assign(tx, people["investigator"].actor, mine, people["investigator"].id, "li")
        last = acts.recorded(tx)
        assert last is not None
        undoing.undo(tx, people["supervisor"].actor, last.id)
    page = client.get("/desk/acts", headers=headers()).text
    assert page.count('class="acts-one') == 2
    assert "taken back by wang" in page
    assert page.count('/undo"><input type="hidden" name="csrf_token"') == 1
    assert client.get("/desk/acts", headers=headers("supervisor")).text.count('class="acts-one') == 0
    assert client.get("/desk/acts", headers=headers("auditor")).status_code == 403


def test_a_case_is_changed_back(
    client: FlaskClient, services: Services, case: Case, headers: Headers
) -> None:
    form = {"version": str(case.version), "title": "新题", "summary": "新摘要"}
    answer = client.post(f"/desk/cases/{case.number}/change", headers=headers(), data=form)
    address, fields = undo_of(client.get(answer.location, headers=headers()).text)
    client.post(address, headers=headers(), data=fields)
    with services.database.reading() as tx:
        assert cases.read_case(tx, case.number).title == case.title


def test_a_withdrawn_message_is_told_as_such_on_both_sides(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    answer = send(client, tip, "messages", headers(), kind="message", text="请到所里来一趟")
    address, fields = undo_of(client.get(answer.location, headers=headers()).text)
    answer = client.post(address, headers=headers(), data=fields)
    page = client.get(answer.location, headers=headers()).text
    assert "<s>请到所里来一趟</s>" in page
    assert "The tip provider had not read it on the progress page" in page
    with services.database.reading() as tx:
        assert [one.text for one in messages.list_public(tx, tips.read_tip(tx, tip.reference))] == [""]


def test_a_program_reads_its_acts_and_takes_one_back(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    client.post(f"/api/v1/tips/{tip.reference}/acknowledge", headers=headers())
    (one,) = client.get("/api/v1/acts", headers=headers()).json["items"]
    assert (one["kind"], one["tip"], one["undone_at"]) == ("tip:acknowledge", tip.reference, None)
    undone = client.post(f"/api/v1/acts/{one['id']}/undo", headers=headers("supervisor"))
    assert undone.json["done"][0]["undone_by"] == "wang"
    assert now(services, tip).acknowledged_at is None
    again = client.post(f"/api/v1/acts/{one['id']}/undo", headers=headers())
    assert (again.status_code, again.json["code"]) == (409, "act:undone")
    assert client.post("/api/v1/acts/999/undo", headers=headers()).json["code"] == "act:not-found"


def test_every_kind_of_act_has_a_name_in_words() -> None:
    assert set(undoing.WAYS) == set(acted.NAMES)
