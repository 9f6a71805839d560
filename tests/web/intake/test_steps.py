"""Report in four steps, each a form of its own: `tipline.web.intake.steps`."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import browser, csrf_of
from tests.web.reporting import PHOTO, PLAYLIST, FormFile, Tus, bearer, film, open_tip, sha256
from tipline import i18n
from tipline.domain import clock, evidence, tips
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import CATALOGUE
from tipline.services import Services

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")
PAGES = ("/", "/report", "/report/files", "/report/check", "/report/receipt", "/status")


def fill(client: FlaskClient, **typed: str) -> TestResponse:
    """Fill in and send step 1."""
    form = {"csrf_token": csrf_of(client.get("/report").text), "category": "theft", "text": "偷东西", **typed}
    return client.post("/report/what", data=form)


def send(client: FlaskClient, path: str, **typed: object) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client.get("/").text), **typed})


def only_tip(services: Services) -> Tip:
    with services.database.reading() as tx:
        return tips.read_tip(tx, "T-1001")


def test_the_first_page_shows_110_both_languages_and_all_kinds(client: FlaskClient) -> None:
    page = client.get("/").text

    assert '<html lang="en">' in page
    assert 'href="tel:110"' in page
    assert 'hreflang="zh-CN"' in page
    assert page.count('name="category"') == 4
    assert "style=" not in page
    assert "onclick" not in page


def test_the_chosen_language_stays(app: APIFlask) -> None:
    client = browser(app, "zh-CN")
    assert '<html lang="zh-CN">' in client.get("/").text

    assert '<html lang="en">' in client.get("/report?lang=en").text
    assert '<html lang="en">' in client.get("/status").text


def test_saving_makes_the_draft_and_its_receipt_before_any_file(
    client: FlaskClient, services: Services
) -> None:
    answer = fill(client, place="幸福超市", contact="138", occurred_date="2026-11-22", occurred_time="21:30")

    assert (answer.status_code, answer.location) == (303, "/report/files")
    tip = only_tip(services)
    assert (tip.state, tip.door, tip.place) == ("draft", "web", "幸福超市")
    assert tip.occurred_at
    assert clock.stamp(tip.occurred_at) == "2026-11-22T13:30:00.000000Z"
    assert CODE.search(client.get("/report/files").text)


def test_faults_are_listed_with_links_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    answer = fill(client, category="", text="我的话 <b>", place="p" * 201, occurred_date="soon")
    page = answer.text

    assert answer.status_code == 422
    assert "<title>Error:" in page
    for field in ("category", "place", "occurred_date"):
        assert f'href="#{field}"' in page
        assert f'id="{field}"' in page
    assert "data-focus" in page
    assert "我的话 &lt;b&gt;" in page
    assert "p" * 201 in page
    assert 'value="soon"' in page
    assert "Choose what it is about." in page


def test_a_text_of_100_kb_comes_back_whole(client: FlaskClient) -> None:
    text = "字" * 34_000
    answer = fill(client, text=text)

    assert answer.status_code == 422
    assert "The text is longer than 10000 characters." in answer.text
    assert text in answer.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"category": ""}, "tip:category-needed"),
        ({"category": "x"}, "tip:category-unknown"),
        ({"beat": "nowhere"}, "tip:beat-unknown"),
        ({"occurred_date": "2999-01-01"}, "tip:time-ahead"),
        ({"clock_way": "fast", "clock_minutes": "x"}, "tip:clock-unclear"),
    ],
)
def test_faults_are_told_in_the_askers_language(
    app: APIFlask, language: str, typed: dict[str, str], code: str
) -> None:
    page = fill(browser(app, language), **typed).text

    assert str(i18n.say(i18n.nearest(language) or "", CATALOGUE[code].sentence)) in html.unescape(page)


def test_a_page_open_too_long_comes_back_filled_in(client: FlaskClient) -> None:
    answer = client.post(
        "/report/what", data={"category": "theft", "text": "lang getippt", "csrf_token": "old"}
    )

    assert answer.status_code == 422
    assert "This page was open for too long." in answer.text
    assert "lang getippt" in answer.text
    again = client.post(
        "/report/what", data={"category": "theft", "text": "x", "csrf_token": csrf_of(answer.text)}
    )
    assert again.status_code == 303


def test_a_draft_is_corrected_not_doubled(client: FlaskClient, services: Services) -> None:
    fill(client, contact="138")
    page = client.get("/report?back=1").text
    assert "偷东西" in page
    assert 'value="138"' not in page
    assert "Given, and sealed" in page

    fill(client, text="两个人偷东西", contact="", back="1")
    assert not only_tip(services).anonymous
    answer = fill(client, text="两个人偷东西", contact="", contact_drop="yes", back="1")

    assert answer.location == "/report/check"
    tip = only_tip(services)
    assert (tip.text, tip.anonymous) == ("两个人偷东西", True)
    with services.database.reading() as tx:
        assert tips.find_tip(tx, "T-1002") is None


def test_one_may_begin_anew(client: FlaskClient) -> None:
    fill(client)
    assert send(client, "/report/new").status_code == 303

    assert "偷东西" not in client.get("/").text


def test_files_of_a_plain_form_arrive_whole(client: FlaskClient, services: Services) -> None:
    fill(client)
    data = film(300_000)

    answer = send(client, "/report/files", file=[FormFile(data, "cam1.mp4"), FormFile(PHOTO, "门口.jpg")])

    assert (answer.status_code, answer.location) == (303, "/report/files")
    with services.database.reading() as tx:
        found = {
            one.filename: (one.size, one.sha256, one.state)
            for one in evidence.list_of_tip(tx, only_tip(services))
        }
    assert found == {
        "cam1.mp4": (len(data), sha256(data), "received"),
        "门口.jpg": (len(PHOTO), sha256(PHOTO), "received"),
    }
    assert sha256(data) in client.get("/report/files").text


def test_a_file_that_is_not_taken_does_not_stop_the_others(client: FlaskClient, services: Services) -> None:
    fill(client)
    files = [FormFile(PLAYLIST, "list.mp4"), FormFile(b"", "empty.mp4"), FormFile(PHOTO, "a.jpg")]

    answer = send(client, "/report/files", file=files)

    assert answer.status_code == 422
    assert "list.mp4: This is not footage" in answer.text
    assert "empty.mp4: The file is empty" in answer.text
    assert sha256(PHOTO) in answer.text


def test_sending_no_file_says_so(client: FlaskClient) -> None:
    fill(client)

    answer = send(client, "/report/files", file=[FormFile(b"", "")])

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_a_form_without_its_token_changes_nothing(client: FlaskClient, services: Services) -> None:
    fill(client)
    answer = client.post("/report/files", data={"csrf_token": "x", "file": FormFile(PHOTO, "a.jpg")})

    assert answer.status_code == 422
    with services.database.reading() as tx:
        assert evidence.list_of_tip(tx, only_tip(services)) == []


def test_an_unfinished_file_can_be_taken_back_without_javascript(
    client: FlaskClient, services: Services
) -> None:
    fill(client)
    upload = services.receiver.begin(only_tip(services).id, Announced(100, "cut.mp4"))
    assert "Remove cut.mp4" in client.get("/report/files").text

    assert send(client, "/report/files/remove", upload=upload.id).status_code == 303

    assert "cut.mp4" not in client.get("/report/files").text


def test_the_answers_are_shown_again_with_ways_to_change_them(client: FlaskClient) -> None:
    fill(client, place="幸福超市", contact="138 1234", occurred_date="2026-11-22")
    send(client, "/report/files", file=[FormFile(PHOTO, "a.jpg")])

    page = client.get("/report/check").text

    for words in ("偷东西", "幸福超市", "given, and sealed", "22 Nov 2026", "(hour not known)", "1 file"):
        assert words in page
    assert "138 1234" not in page
    assert page.count(">Change<") == 6


def test_sending_needs_the_confirmation(client: FlaskClient, services: Services) -> None:
    fill(client)

    answer = send(client, "/report/check")

    assert answer.status_code == 422
    assert 'href="#confirm"' in answer.text
    assert only_tip(services).state == "draft"


def test_a_report_of_nothing_is_not_sent(client: FlaskClient, services: Services) -> None:
    fill(client, text="")

    answer = send(client, "/report/check", confirm="yes")

    assert answer.status_code == 422
    assert "Write what happened or attach a file." in answer.text
    assert only_tip(services).state == "draft"


def test_a_report_may_be_sent_while_its_file_still_uploads(client: FlaskClient, services: Services) -> None:
    fill(client, text="")
    services.receiver.begin(only_tip(services).id, Announced(100, "cam1.mp4"))

    answer = send(client, "/report/check", confirm="yes")

    assert (answer.status_code, answer.location) == (303, "/report/receipt")
    assert only_tip(services).state == "received"


def test_the_receipt_shows_the_code_a_picture_and_the_files(client: FlaskClient) -> None:
    fill(client)
    send(client, "/report/files", file=[FormFile(PHOTO, "a.jpg")])
    send(client, "/report/check", confirm="yes")

    page = client.get("/report/receipt").text

    code = CODE.search(page)
    assert code
    assert "T-1001" in page
    assert sha256(PHOTO) in page
    assert 'src="data:image/png;base64,' in page
    assert f'data-copy="{code[0]}"' in page
    # An address with the code in it would be logged on its way.
    assert code[0] not in "".join(re.findall(r'(?:href|action|src)="([^"]*)"', page))


def test_the_code_is_forgotten_once_it_is_kept(client: FlaskClient) -> None:
    fill(client)
    send(client, "/report/check", confirm="yes")

    assert send(client, "/report/kept").location == "/status"

    assert client.get("/report/receipt").location == "/status"
    assert not CODE.search(client.get("/status").text.replace("K7Q2-9MXW-3TDE-58RA", ""))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_way_to_110(client: FlaskClient, page: str) -> None:
    for step in (lambda: None, lambda: fill(client), lambda: send(client, "/report/check", confirm="yes")):
        step()
        assert 'href="tel:110"' in client.get(page, follow_redirects=True).text


@pytest.mark.parametrize("page", ["/report/files", "/report/check", "/report/receipt"])
def test_without_a_report_one_is_asked_for_the_code(client: FlaskClient, page: str) -> None:
    assert client.get(page).location == "/status"


def test_a_visit_that_has_ended_says_so_and_keeps_everything(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(client)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)

    page = client.get("/report/files", follow_redirects=True).text

    assert "Your visit has ended. Enter your receipt code again to go on" in page
    assert only_tip(services).text == "偷东西"


def test_the_uploader_is_told_what_can_be_gone_on_with(client: FlaskClient, services: Services) -> None:
    fill(client)
    upload = services.receiver.begin(only_tip(services).id, Announced(100, "cam1.mp4"))
    services.receiver.append(upload.id, only_tip(services).id, 0, [b"x" * 40])

    page = client.get("/report/files").text

    assert f'"upload": "{upload.id}"' in page
    assert '"offset": 40' in page


def test_a_poster_may_name_its_shop(client: FlaskClient) -> None:
    assert 'value="幸福超市"' in client.get("/?place=幸福超市").text


def test_the_token_of_the_api_opens_no_page_of_another(client: FlaskClient) -> None:
    opened = open_tip(client, text="secret words")
    Tus(client, opened["access_token"]).send(PHOTO)

    page = client.get("/status", headers=bearer("wrong")).text

    assert "secret words" not in page
