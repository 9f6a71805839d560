"""Threat 29: nobody looks at a contact or takes an original away without saying what for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.conftest import csrf_of
from tipline.domain import cases, clock, custody, purposes
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def told(make_tip: Callable[..., Tip]) -> Tip:
    return make_tip(contact="刘女士 13800001234")


@pytest.fixture
def film(services: Services, told: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    return factories.examine(services, add_file(told, b"\0\0\0\x18ftypmp42" + bytes(500), "cam1.mp4"))


def log(services: Services, tip: Tip, *actions: str) -> list[Custody]:
    with services.database.reading() as tx:
        return custody.list_of(tx, tip=tip.reference, actions=actions)


def send(client: FlaskClient, tip: Tip, path: str, **typed: str) -> object:
    token = csrf_of(client.get(f"/desk/tips/{tip.reference}").text)
    return client.post(f"/desk/tips/{tip.reference}/{path}", data={"csrf_token": token, **typed})


def test_a_contact_is_not_shown_without_a_reason_and_the_log_says_that_it_was_asked_for(
    signed_in: SignedIn, services: Services, told: Tip
) -> None:
    client = signed_in()
    for typed in ({}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": "call", "case": "A-2026-99"}):
        answer = send(client, told, "contact", **typed)
        assert answer.status_code == 422, typed
        assert "13800001234" not in answer.text
        assert "aria-invalid" in answer.text
    assert log(services, told, "contact:read") == []
    refused = [(one.actor, one.facts()) for one in log(services, told, "purpose:refuse")]
    # A number that cannot be found is a slip of the pen, no wish to look without a reason.
    assert refused == [("staff:li", {"wanted": "contact:read"})] * 3
    assert (
        "Wanted without a reason and refused: contact details"
        in client.get(f"/desk/tips/{told.reference}").text
    )


def test_what_was_typed_stays_after_a_refusal(signed_in: SignedIn, told: Tip) -> None:
    answer = send(
        signed_in(), told, "contact", reason="call back", case="A-2026-99", usual="Take a statement"
    )
    assert 'value="call back"' in answer.text
    assert 'value="A-2026-99"' in answer.text
    assert 'value="Take a statement" checked' in answer.text
    assert "There is no such case that you may see" in answer.text


def test_the_case_stands_in_the_log_by_its_row_alone(
    signed_in: SignedIn, services: Services, told: Tip, case: Case
) -> None:
    """Its number would tell whoever reads the tip of a case that is perhaps open to members alone."""
    answer = send(signed_in(), told, "contact", reason="statement", case=case.number.lower())
    assert "13800001234" in answer.text
    (look,) = log(services, told, "contact:read")
    assert (look.reason, look.facts()) == ("statement", {"for_case": case.id})


def test_a_case_that_somebody_may_not_see_is_none_for_a_reason_either(
    signed_in: SignedIn, services: Services, told: Tip, people: dict[str, Account]
) -> None:
    with services.database.transaction() as tx:
        hidden = cases.open_case(tx, people["supervisor"].actor, "内部", year=2026)
        hidden.access = cases.MEMBERS
    there = send(signed_in(), told, "contact", reason="x", case=hidden.number)
    nowhere = send(signed_in(), told, "contact", reason="x", case="A-2026-77")
    assert there.status_code == nowhere.status_code == 422
    assert "There is no such case that you may see" in there.text


def test_saving_an_original_asks_once_a_tip_and_each_file_is_an_entry_of_its_own(
    signed_in: SignedIn, services: Services, told: Tip, film: Evidence, add_file: Callable[..., Evidence]
) -> None:
    client, other = signed_in(), add_file(told, b"\xff\xd8\xff\xe0" + bytes(900), "door.jpg")
    save = f"evidence/{film.id}/save"
    assert client.get(f"/api/v1/evidence/{film.id}/original?download=1").status_code == 422
    page = client.get(f"/desk/tips/{told.reference}/{save}")
    assert (page.status_code, "Save the original" in page.text) == (200, True)
    assert send(client, told, save).status_code == 422
    begun = send(client, told, save, usual="For the case file")
    assert f'content="0; url=/api/v1/evidence/{film.id}/original?download=1"' in begun.text

    for file in (film, other):
        onward = client.get(f"/desk/tips/{told.reference}/evidence/{file.id}/save")
        assert onward.status_code == 303
        assert client.get(onward.location).status_code == 200
    saved = log(services, told, "evidence:download")
    assert [(one.facts()["number"], one.reason) for one in saved] == [
        (1, "For the case file"),
        (2, "For the case file"),
    ]
    assert [one.facts()["wanted"] for one in log(services, told, "purpose:refuse")] == [
        "evidence:download"
    ] * 2


def test_a_reason_lasts_ten_minutes_for_its_tip_and_its_person(
    signed_in: SignedIn, services: Services, told: Tip, film: Evidence, people: dict[str, Account],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    client, url = signed_in(), f"/api/v1/evidence/{film.id}/original?download=1"
    send(client, told, f"evidence/{film.id}/save", reason="expert opinion")
    assert client.get(url).status_code == 200
    assert signed_in("auditor").get(url).status_code == 422

    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    # The download just now was recalled itself, so it does not lengthen anything.
    assert client.get(url).status_code == 422
    assert client.get(url, headers={"Range": "bytes=100-"}).status_code == 206
    with services.database.reading() as tx:
        assert purposes.recall(tx, people["investigator"].actor, told.reference) is None


def test_playing_in_the_page_asks_nothing(
    signed_in: SignedIn, services: Services, film: Evidence, told: Tip
) -> None:
    answer = signed_in().get(f"/api/v1/evidence/{film.id}/original", headers={"Range": "bytes=0-"})
    assert (answer.status_code, answer.mimetype) == (206, "video/mp4")
    assert log(services, told, "evidence:download", "purpose:refuse") == []


def test_a_program_says_why_in_a_header_or_its_token_stands_for_it(
    client: FlaskClient, services: Services, told: Tip, film: Evidence, headers: Headers, case: Case
) -> None:
    said = {"Tipline-Reason": "%E9%80%81%E6%A3%80", "Tipline-Case": case.number}
    url = f"/api/v1/evidence/{film.id}/original"
    assert client.get(url, headers=headers(**said)).status_code == 200
    # No reason opens to a program what is sealed to officers.
    assert client.get(f"/api/v1/tips/{told.reference}/contact", headers=headers(**said)).status_code == 403
    assert client.get(url, headers=headers("auditor")).status_code == 200
    too_long = client.get(url, headers=headers(**{"Tipline-Reason": "x" * 501}))
    assert (too_long.status_code, too_long.json["code"]) == (422, "purpose:too-long")
    entries = log(services, told, "evidence:download", "contact:read")
    assert [one.facts().get("for_case") for one in entries] == [case.id, None]
    assert entries[0].reason == "送检"
    assert entries[1].reason.startswith("API token ")
