"""Rotas, absences, photos and pages of beats as supervisors keep them, and an officer's own duty."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

import storage
from tests.conftest import csrf_of
from tipline.domain import beats, clock, custody, duties
from tipline.domain.accounts import Account
from tipline.domain.duties import Absence
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]
LINE = {"who": "li", "part": "officer", "weekdays": ["1", "2", "3"], "starts": "20:00", "ends": "08:00"}


def send(client: FlaskClient, path: str, **form: Any) -> Any:
    token = csrf_of(client.get("/desk/password").text)
    return client.post(f"/desk{path}", data={"csrf_token": token, **form})


def rota_of(services: Services, beat: str | None) -> list[tuple[str, str, str]]:
    with services.database.reading() as tx:
        return [(one.weekdays, one.starts, one.ends) for one in duties.list_of(tx, beat)]


def photo(size: tuple[int, int] = (300, 400)) -> bytes:
    out = io.BytesIO()
    book = Image.Exif()
    book[0x010F] = "a phone that tells"
    Image.new("RGB", size, (40, 90, 160)).save(out, "JPEG", exif=book)
    return out.getvalue()


def test_a_line_is_added_changed_shown_and_taken_out(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("supervisor")
    assert send(client, "/admin/duty", beat=beat, **LINE).status_code == 303
    page = client.get(f"/desk/admin/beats/{beat}").text

    assert rota_of(services, beat) == [("123", "20:00", "08:00")]
    assert "20:00–08:00" in page
    assert "Then nobody of the beat is there" in page
    with services.database.reading() as tx:
        number = duties.list_of(tx, beat)[0].id
    send(client, f"/admin/duty/{number}", **{**LINE, "weekdays": ["6", "7"]})
    assert rota_of(services, beat) == [("67", "20:00", "08:00")]
    send(client, f"/admin/duty/{number}/remove")
    assert rota_of(services, beat) == []
    assert 'action="/desk/acts/' in client.get(f"/desk/admin/beats/{beat}").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"weekdays": []}, "Choose at least one day"),
        ({"starts": "8"}, "hours and minutes"),
        ({"who": "sun"}, "Nobody with this name can be on duty"),
        ({"since": "2026-02-31"}, "The day could not be read"),
    ],
)
def test_a_line_that_means_nothing_is_answered_beside_its_field(
    signed_in: SignedIn, services: Services, beat: str, wrong: dict[str, Any], sentence: str
) -> None:
    answer = send(signed_in("supervisor"), "/admin/duty", beat=beat, **{**LINE, **wrong})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="20:00"' in answer.text or "starts" in wrong
    assert rota_of(services, beat) == []


def test_who_is_on_call_is_told_for_the_whole_station(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    send(client, "/admin/duty", who="wang", weekdays=list("1234567"), starts="00:00", ends="00:00")
    page = client.get("/desk/admin/duty").text

    assert rota_of(services, None) == [("1234567", "00:00", "00:00")]
    assert "all day" in page
    assert "Nobody is on call:" not in page
    assert "Nobody is on duty now" not in page


def test_an_officer_tells_of_being_away_and_comes_back(
    signed_in: SignedIn, services: Services, people: dict[str, Account], beat: str
) -> None:
    client = signed_in("investigator")
    now = clock.now()
    since, until = (f"{now + timedelta(days=one):%Y-%m-%dT%H:%M}" for one in (1, 3))
    for stand_in, status, words in (
        ("li", 422, "Nobody stands in for themselves"), ("wang", 303, ""),
        ("wang", 409, "told for this time already"),
    ):  # fmt: skip
        answer = send(client, "/duty/absences", since=since, until=until, stand_in=stand_in)
        assert (answer.status_code, words in answer.text) == (status, True)
    assert "The time could not be read" in send(client, "/duty/absences", since="soon", until=until).text
    page = client.get("/desk/duty").text

    assert "stands in" in page
    with services.database.reading() as tx:
        (row,) = tx.scalars(select(Absence)).all()
        assert row.deputy_id == people["supervisor"].id
        (entry,) = custody.list_of(tx, subject="account:li", actions=["absence:add"])
    assert entry.facts()["stand_in"] == "wang"
    assert send(signed_in("investigator"), f"/duty/absences/{row.id}/end").status_code == 303
    with services.database.reading() as tx:
        assert tx.scalars(select(Absence)).all() == []


def test_an_absence_that_ends_before_it_begins_is_refused(signed_in: SignedIn, beat: str) -> None:
    answer = send(
        signed_in("supervisor"),
        "/admin/duty/absences",
        person="li",
        since="2126-01-02T08:00",
        until="2126-01-01T08:00",
    )

    assert answer.status_code == 422
    assert "The end has to lie after the beginning" in answer.text


def test_nobody_ends_the_absence_of_another(
    signed_in: SignedIn, services: Services, people: dict[str, Account]
) -> None:
    with services.database.transaction() as tx:
        now = clock.now()
        row = Absence(
            account_id=people["admin"].id, since=now, until=now + timedelta(days=1), created_at=now, words=""
        )
        tx.add(row)
    assert send(signed_in("investigator"), f"/duty/absences/{row.id}/end").status_code == 403


def test_what_the_page_of_a_beat_says_is_kept_and_can_be_taken_back(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    send(
        client,
        f"/admin/beats/{beat}",
        name="北片区",
        officer_name="陈警官",
        greeting="有事请留言",
        reach="0371-1",
    )
    with services.database.reading() as tx:
        kept = beats.read_beat(tx, beat)
    assert (kept.officer_name, kept.greeting, kept.listed) == ("陈警官", "有事请留言", False)
    answer = send(client, f"/admin/beats/{beat}", name="北片区", officer_name="陈" * 41)
    assert answer.status_code == 422


def test_a_photo_is_drawn_anew_and_deleted_for_good(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    sent = photo()
    assert send(client, f"/admin/beats/{beat}/photo", photo=(io.BytesIO(sent), "me.jpg")).status_code == 303
    shown = client.get(f"/desk/admin/beats/{beat}/photo")

    with Image.open(io.BytesIO(shown.data)) as image:
        assert (image.size, len(image.getexif())) == ((300, 300), 0)
    assert b"a phone that tells" not in shown.data
    with services.database.reading() as tx:
        key = beats.read_beat(tx, beat).photo
    assert key is not None
    assert services.store.stat(key).size == len(shown.data)
    send(client, f"/admin/beats/{beat}/photo", what="remove")
    with pytest.raises(storage.Missing):
        services.store.stat(key)
    assert client.get(f"/desk/admin/beats/{beat}/photo").status_code == 404


def test_what_is_no_photo_is_refused_and_changes_nothing(
    signed_in: SignedIn, services: Services, beat: str
) -> None:
    client = signed_in("admin")
    for data in (b"GIF89a" + bytes(90), b"\xff\xd8\xff" + bytes(900)):
        answer = send(client, f"/admin/beats/{beat}/photo", photo=(io.BytesIO(data), "me.jpg"))
        assert (answer.status_code, "no photo that can be read" in answer.text) == (422, True)
    with services.database.reading() as tx:
        assert beats.read_beat(tx, beat).photo is None
