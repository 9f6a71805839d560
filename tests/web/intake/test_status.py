"""The way back: `tipline.web.intake.status`."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import browser, csrf_of
from tests.web.reporting import PHOTO, FormFile, Tus, film, open_tip, sha256
from tipline import i18n
from tipline.domain import cases, contacts, custody, links, messages, tips
from tipline.domain.accounts import Account
from tipline.domain.uploads import Announced
from tipline.errors import CATALOGUE
from tipline.services import Services

Opened = dict[str, str]


@pytest.fixture
def opened(client: FlaskClient) -> Opened:
    """A tip handed in elsewhere; this browser knows nothing of it."""
    return open_tip(client, text="红衣男子", place="幸福超市")


def enter(client: FlaskClient, code: str) -> TestResponse:
    token = csrf_of(client.get("/status").text)
    return client.post("/status", data={"csrf_token": token, "receipt_code": code})


def send(client: FlaskClient, path: str, **typed: object) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client.get("/status").text), **typed})


def act(services: Services, reference: str, what: str, people: dict[str, Account], text: str = "") -> None:
    actor = people["investigator"].actor
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, reference)
        if what == "acknowledge":
            tips.acknowledge(tx, actor, tip)
        elif what == "link":
            links.link(
                tx, actor, cases.open_case(tx, actor, "便利店系列盗窃", year=2026), tip, reason="同款外套"
            )
        else:
            messages.write(tx, actor, tip, text, kind=what)


def test_the_code_opens_the_tip_however_it_is_typed(client: FlaskClient, opened: Opened) -> None:
    typed = f"  {opened['receipt_code'].lower().replace('-', ' ')} "

    assert enter(client, typed).location == "/status"

    page = client.get(f"/status/{opened['reference']}").text
    assert f"Progress of {opened['reference']}" in page
    assert "Received, waiting for an officer to look at it" in page


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC-DDDD", "", "short", "<script>", "U" * 500])
def test_a_wrong_code_is_told_kindly_and_kept_in_the_field(app: APIFlask, language: str, code: str) -> None:
    answer = enter(browser(app, language), code)

    assert answer.status_code == 404
    assert i18n.say(i18n.nearest(language) or "", CATALOGUE["receipt:unknown"].sentence) in answer.text
    assert "<script>" not in answer.text.replace("<script src", "").replace("<script type", "")


def test_an_address_without_its_visit_asks_for_the_code(client: FlaskClient, opened: Opened) -> None:
    page = client.get(f"/status/{opened['reference']}").text

    assert "Your receipt code" in page
    assert "红衣男子" not in page


def test_another_tips_address_shows_nothing_of_it(client: FlaskClient, opened: Opened) -> None:
    other = open_tip(client, text="y")
    enter(client, opened["receipt_code"])

    assert "Your receipt code" in client.get(f"/status/{other['reference']}").text


def test_a_question_is_shown_and_answered(
    client: FlaskClient, opened: Opened, services: Services, people: dict[str, Account]
) -> None:
    enter(client, opened["receipt_code"])
    act(services, opened["reference"], "question", people, "收银台快吗？")
    page = client.get("/status").text
    assert "The officer has 1 question" in page
    assert '<blockquote class="question">收银台快吗？' in page

    assert send(client, "/status/messages", text="快 2 分钟").location == "/status#messages"

    page = client.get("/status").text
    assert "快 2 分钟" in page
    assert '<blockquote class="question">' not in page


def test_an_empty_or_long_message_is_told_and_kept(client: FlaskClient, opened: Opened) -> None:
    enter(client, opened["receipt_code"])

    assert "Write something first." in send(client, "/status/messages", text="  ").text
    answer = send(client, "/status/messages", text="长" * 4001)
    assert answer.status_code == 422
    assert "longer than 4000 characters" in answer.text
    assert "长" * 4001 in answer.text


def test_the_reporter_reads_officer_and_never_a_name_or_a_case(
    client: FlaskClient, opened: Opened, services: Services, people: dict[str, Account]
) -> None:
    enter(client, opened["receipt_code"])
    act(services, opened["reference"], "acknowledge", people)
    act(services, opened["reference"], "note", people, "内部备注")
    act(services, opened["reference"], "progress", people, "正在核查录像")
    act(services, opened["reference"], "link", people)

    page = client.get("/status").text

    assert "Used, and being checked" in page
    assert "An officer took note at" in page
    assert "正在核查录像" in page
    for secret in ("内部备注", "A-2026", "便利店系列盗窃", "同款外套", "investigator", "staff:li"):
        assert secret not in page


def test_the_files_are_listed_with_their_digests_and_never_played(
    client: FlaskClient, opened: Opened
) -> None:
    Tus(client, opened["access_token"]).send(PHOTO, "a<b>.jpg")
    enter(client, opened["receipt_code"])

    page = client.get("/status").text

    assert "a&lt;b&gt;.jpg" in page
    assert sha256(PHOTO) in page
    for player in ("<video", "<audio", "/original", "/renditions"):
        assert player not in page


def test_more_files_can_be_added_without_javascript(
    client: FlaskClient, opened: Opened, services: Services
) -> None:
    enter(client, opened["receipt_code"])
    data = film(300_000)

    answer = send(client, "/status/files", file=[FormFile(data, "cam2.mp4")])

    assert (answer.status_code, answer.location) == (303, "/status")
    assert sha256(data) in client.get("/status").text


def test_a_file_still_missing_is_said_plainly(
    client: FlaskClient, opened: Opened, services: Services
) -> None:
    enter(client, opened["receipt_code"])
    with services.database.reading() as tx:
        tip = tips.read_tip(tx, opened["reference"])
    services.receiver.begin(tip.id, Announced(100, "cam1.mp4"))

    assert "not every file has arrived" in client.get("/status").text


def test_the_live_part_is_empty_until_something_changes(
    client: FlaskClient, opened: Opened, services: Services, people: dict[str, Account]
) -> None:
    enter(client, opened["receipt_code"])
    small = {"Accept-Encoding": "gzip, br"}
    first = client.get("/status/live", headers=small)
    same = client.get("/status/live", headers={**small, "If-None-Match": first.headers["ETag"]})
    act(services, opened["reference"], "question", people, "?")
    changed = client.get("/status/live", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert same.text == ""
    assert "The officer has 1 question" in changed.text
    assert f'data-title="(1) Progress of {opened["reference"]} · ' in changed.text
    assert "<html" not in changed.text


def test_leaving_closes_the_visit_for_good(client: FlaskClient, opened: Opened) -> None:
    enter(client, opened["receipt_code"])
    cookie = client.get_cookie("tipline")
    assert cookie

    assert send(client, "/status/leave").location == "/status"
    assert "Your receipt code" in client.get("/status").text

    client.set_cookie("tipline", cookie.value)
    assert "Your receipt code" in client.get("/status").text
    assert client.get("/status/live").status_code == 401


def test_forms_of_other_sites_do_nothing(client: FlaskClient, opened: Opened) -> None:
    enter(client, opened["receipt_code"])
    for path in ("/status/messages", "/status/leave", "/report/kept"):
        foreign = {"Origin": "https://evil.example"}
        assert client.post(path, data={"text": "x"}, headers=foreign).status_code == 403
        assert client.post(path, data={"text": "x"}).status_code == 422


def test_a_tip_is_withdrawn_until_an_officer_has_taken_note(
    client: FlaskClient, services: Services, opened: Opened, people: dict[str, Account]
) -> None:
    enter(client, opened["receipt_code"])
    page = client.get("/status").text
    assert "Withdraw this tip" in page

    assert "An officer should take note by" in client.get("/status").text
    assert send(client, "/status/withdraw", what="tip").status_code == 303
    # Nobody is awaited any more.
    assert "An officer should take note by" not in client.get("/status").text
    assert "You withdrew it" in client.get("/status").text
    with services.database.reading() as tx:
        assert tips.read_tip(tx, opened["reference"]).state == "withdrawn"


def test_a_tip_that_is_being_looked_at_stays(
    client: FlaskClient, services: Services, opened: Opened, people: dict[str, Account]
) -> None:
    enter(client, opened["receipt_code"])
    act(services, opened["reference"], "acknowledge", people)
    assert "Withdraw this tip" not in client.get("/status").text

    answer = send(client, "/status/withdraw", what="tip")

    assert answer.status_code == 409
    assert "An officer is already looking at this tip" in answer.text


def test_withdrawing_contact_details_that_were_never_given_changes_nothing(
    client: FlaskClient, services: Services
) -> None:
    opened = open_tip(client, text="x")
    enter(client, opened["receipt_code"])
    with services.database.reading() as tx:
        before = tips.read_tip(tx, opened["reference"]).revision

    assert send(client, "/status/withdraw", what="contact").status_code == 303

    with services.database.reading() as tx:
        assert tips.read_tip(tx, opened["reference"]).revision == before


def test_contact_details_are_withdrawn_at_any_time(
    client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    opened = open_tip(client, text="x", contact="138 0000 1234")
    enter(client, opened["receipt_code"])
    act(services, opened["reference"], "acknowledge", people)

    assert send(client, "/status/withdraw", what="contact").status_code == 303

    with services.database.reading() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        assert (tip.anonymous, contacts.is_given(tx, tip.id), tip.state) == (True, False, "triage")
        actions = [one.action for one in custody.list_of(tx, tip=tip.reference)]
    assert actions[-1] == "contact:withdraw"
    assert "Withdraw my contact details" not in client.get("/status").text
