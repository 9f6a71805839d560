"""Incidents at the desk: the list, the page of one, the acts on it, and gathering tips by one tap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask.testing import FlaskClient

from tests.conftest import browser, csrf_of
from tests.web.desk_forms import undo_of
from tipline import i18n
from tipline.domain import accounts, incidents, partners, receipts, referring, tips
from tipline.domain.tips import Tip
from tipline.services import Services

MakeTip = Callable[..., Tip]


@pytest.fixture
def officer(signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in("investigator")


@pytest.fixture
def three(make_tip: MakeTip) -> list[Tip]:
    return [make_tip(f"电梯停了，里面有人 {at}", category="lift", place="幸福里3号楼") for at in range(3)]


def send(client: FlaskClient, path: str, **fields: object) -> str:
    """A form of the desk, sent and followed; the page after it."""
    token = csrf_of(client.get("/desk/incidents").text)
    answer = client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)
    return answer.text


def gathered(officer: FlaskClient, three: list[Tip]) -> str:
    page = send(officer, "/desk/incidents", tip=[one.reference for one in three])
    assert "E-1001" in page
    return page


def test_the_queue_says_that_several_report_one_thing_and_one_tap_gathers_them(
    officer: FlaskClient, three: list[Tip], services: Services
) -> None:
    assert "3 people may report one thing" in officer.get("/desk/queue").text
    assert "2 other people may report the same" in officer.get(f"/desk/tips/{three[0].reference}").text

    page = gathered(officer, three)

    assert "E-1001: 3 people report the same." in page
    queue = officer.get("/desk/queue").text
    assert "may report one thing" not in queue
    assert queue.count('class="row row-') == 1
    assert "E-1001 · 3 reporters" in queue
    each = officer.get("/desk/queue?state=all&incident=E-1001").text
    assert each.count('class="row row-') == 3
    # Its title is read by everyone, so it holds no word that a reporter typed.
    with services.database.reading() as tx:
        assert incidents.read_incident(tx, "E-1001").title == "电梯困人"


def test_whoever_reports_later_is_offered_to_the_incident(
    officer: FlaskClient, three: list[Tip], make_tip: MakeTip
) -> None:
    gathered(officer, three)
    late = make_tip("电梯还没好", category="lift", place="幸福里 3 号楼")

    assert "1 more person may report 电梯困人" in officer.get("/desk/queue").text
    page = send(officer, "/desk/incidents", tip=late.reference, into="E-1001")
    assert "E-1001: 4 people report the same." in page


def test_not_the_same_thing_is_said_once_for_everybody_seen_and_taken_back(
    officer: FlaskClient, three: list[Tip], make_tip: MakeTip, signed_in: Callable[..., FlaskClient]
) -> None:
    gathered(officer, three)
    late, later = (make_tip(f"电梯 {at}", category="lift", place="幸福里3号楼").reference for at in range(2))
    here = f"/desk/tips/{late}"
    assert "None of them is the same thing" in officer.get(here).text

    page = send(officer, f"{here}/apart", other=later, incident="E-1001")
    assert "it is not offered as the same thing again" in page
    assert "Add to E-1001" not in page
    kept = page.partition('class="same-apart"')[2].partition("</details>")[0]
    assert "E-1001" in kept
    assert later in kept
    assert "1 more person may report 电梯困人" in officer.get("/desk/queue").text
    boss = signed_in("supervisor")
    assert 'class="same-apart"' in boss.get(here).text, "for everybody"

    address, fields = undo_of(page)
    officer.post(address, data=fields)
    assert "Add to E-1001" in officer.get(here).text
    send(officer, f"{here}/apart", incident="E-1001")
    page = send(officer, f"{here}/again", incident="E-1001")
    assert "Add to E-1001" in page
    assert "Nothing had to be changed" in send(officer, f"{here}/again", incident="E-1001")
    assert "There is no such incident" in send(officer, f"{here}/apart", incident="E-9999")


def test_the_list_of_acts_and_the_key_name_the_incident_that_was_told(
    officer: FlaskClient, three: list[Tip]
) -> None:
    """Several told on one evening would otherwise be lines that look alike."""
    gathered(officer, three)
    send(officer, "/desk/incidents/E-1001/progress", text="维保正在赶来")

    listed = officer.get("/desk/acts").text
    assert 'progress told to everyone <a href="/desk/incidents/E-1001">E-1001</a>' in listed
    page = send(officer, "/desk/acts/last/undo", here="/desk/queue")
    assert "Taken back: progress told to everyone (E-1001)." in page
    assert '<a href="/desk/incidents/E-1001">Look at it</a>' in page


def test_acknowledging_telling_and_closing_reach_everyone(
    officer: FlaskClient, three: list[Tip], services: Services
) -> None:
    gathered(officer, three)

    assert "Acknowledged. All 3 tip providers" in send(officer, "/desk/incidents/E-1001/acknowledge")
    assert "Sent. All 3 people" in send(officer, "/desk/incidents/E-1001/progress", text="维保正在赶来")
    # A private message stays with one; progress on the page of a tip goes to all.
    tip = f"/desk/tips/{three[0].reference}/messages"
    assert "Sent. The tip provider reads it" in send(officer, tip, kind="message", text="只告诉您")
    assert "Sent. All 3 people" in send(officer, tip, kind="progress", text="人已救出")
    with services.database.reading() as tx:
        tokens = [receipts.open_access(tx, services.key, tips.read_tip(tx, one.reference)) for one in three]
        tx.commit()
    read = [_read(officer, token) for token in tokens]
    assert all("维保正在赶来" in page and "人已救出" in page for page in read)
    assert ["只告诉您" in page for page in read] == [True, False, False]

    page = send(officer, "/desk/incidents/E-1001/close", outcome="settled", words="感谢大家")
    assert "Closed, with 3 tips." in page
    assert all("感谢大家" in _read(officer, token) for token in tokens)
    assert "Opened again" in send(officer, "/desk/incidents/E-1001/reopen")


def _read(officer: FlaskClient, token: str) -> str:
    reporter = browser(officer.application)
    return reporter.get("/status/live", headers={"Authorization": f"Bearer {token}"}).text


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("progress", {"text": " "}, "Write something first."),
        ("close", {"outcome": "won"}, "Say how it ended."),
        ("tips", {"tip": ""}, "Write which tip tells of the same"),
        ("tips", {"tip": "T-9999"}, "There is no such tip"),
        ("change", {"title": ""}, "Say in a few words what it is"),
        ("merge", {"into": "E-1001"}, "cannot be merged into itself"),
        ("lead", {"lead": "nobody-known"}, "account"),
        ("progress/99/withdraw", {}, "There is no such note"),
    ],
)
def test_bad_input_is_answered_by_a_sentence(
    officer: FlaskClient, three: list[Tip], path: str, fields: dict[str, str], sentence: str
) -> None:
    gathered(officer, three)

    assert sentence in send(officer, f"/desk/incidents/E-1001/{path}", **fields)


def test_an_open_page_asks_for_changes_alone(officer: FlaskClient, three: list[Tip]) -> None:
    import re

    gathered(officer, three)
    page = officer.get("/desk/incidents/E-1001").text
    live = re.search(r'hx-get="([^"]+/live[^"]*)"', page)
    assert live
    address = live[1].replace("&amp;", "&")

    assert officer.get(address).status_code == 204
    send(officer, "/desk/incidents/E-1001/progress", text="维保正在赶来")
    assert "维保正在赶来" in officer.get(address).text


def test_lists_say_what_to_do_when_they_are_empty(officer: FlaskClient) -> None:
    assert "Nothing is going on." in officer.get("/desk/incidents").text
    assert "You handle no incident now." in officer.get("/desk/incidents?state=mine").text
    assert "No incident fits these words." in officer.get("/desk/incidents?q=xyz").text


def test_an_auditor_reads_and_changes_nothing(
    officer: FlaskClient, signed_in: Callable[..., FlaskClient], three: list[Tip]
) -> None:
    gathered(officer, three)
    auditor = signed_in("auditor")

    page = auditor.get("/desk/incidents/E-1001").text
    assert "Your role reads incidents and changes nothing." in page
    assert "/progress" not in page


def test_what_a_company_called_in_presses_is_read_by_everyone(
    officer: FlaskClient, three: list[Tip], services: Services
) -> None:
    gathered(officer, three)
    with services.database.transaction() as tx:
        staff = accounts.read_account(tx, "li").actor
        partner = partners.add(tx, staff, partners.Described(name="迅达维保", kind="lift"))
        tip = tips.read_tip(tx, three[0].reference)
        referral = referring.make(tx, services.key, staff, tip, partner, referring.Wish(words="请来救人"))
        last = receipts.open_access(tx, services.key, tips.read_tip(tx, three[2].reference))
        revision = incidents.read_incident(tx, "E-1001").revision
        referring.step(tx, referral, "come", minutes=12, say=partial(i18n.say, "en"))
        assert incidents.read_incident(tx, "E-1001").revision > revision

    page = _read(officer, last)
    assert "expected in about 12 minutes" in page
    assert "迅达维保" not in page
    assert "迅达维保" in officer.get("/desk/incidents/E-1001").text
