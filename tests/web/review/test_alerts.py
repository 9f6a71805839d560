"""Threat 29: unusually many looks, and a look at a decoy, are told to supervisors and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import alerts, custody
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
SignedIn = Callable[..., FlaskClient]


def raised(services: Services) -> list[tuple[str, str, dict[str, object]]]:
    with services.database.reading() as tx:
        return [(one.action, one.subject, one.facts()) for one in alerts.list_latest(tx)]


def test_more_downloads_than_work_asks_for_raise_one_alert_an_hour(
    client: FlaskClient, services: Services, tip: Tip, add_file: Callable[..., Evidence], headers: Headers,
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(alerts.USUAL, "evidence:download", 2)
    url = f"/api/v1/evidence/{add_file(tip).id}/original"
    for _each in range(2):
        client.get(url, headers=headers())
    assert raised(services) == []
    for _each in range(3):
        client.get(url, headers=headers())
    assert raised(services) == [("alert:volume", "alert:li", {"did": "evidence:download", "number": 3})]

    boss = signed_in("supervisor")
    assert '<span class="bar-count">1</span>' in boss.get("/desk/queue").text
    page = boss.get("/desk/admin/alerts").text
    assert "3 originals saved within an hour" in page
    boss.post("/desk/admin/alerts/seen", data={"csrf_token": csrf_of(page)})
    assert "bar-count" not in boss.get("/desk/queue").text
    assert signed_in("investigator").get("/desk/admin/alerts").status_code == 403


def test_who_opens_a_decoy_is_told_on_and_nobody_can_tell_it_from_another_tip(
    client: FlaskClient, services: Services, tip: Tip, add_file: Callable[..., Evidence], headers: Headers,
    people: dict[str, Account], signed_in: SignedIn,
) -> None:  # fmt: skip
    add_file(tip)
    before = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    admin = signed_in("admin")
    token = csrf_of(admin.get(f"/desk/tips/{tip.reference}").text)
    data = {"csrf_token": token, "decoy": "1"}
    assert admin.post(f"/desk/tips/{tip.reference}/decoy", data=data).status_code == 303
    assert "This tip is a decoy" in admin.get(f"/desk/tips/{tip.reference}").text
    assert "decoy" not in signed_in("supervisor").get(f"/desk/tips/{tip.reference}").text

    assert client.get(f"/desk/tips/{tip.reference}", headers=headers()).text.count("decoy") == before.count(
        "decoy"
    )
    with services.database.reading() as tx:
        about = [one.detail + one.subject for one in custody.list_of(tx) if one.action == "decoy:set"]
    assert tip.reference not in str(about)

    with services.database.transaction() as tx:
        alerts.noticed(tx, services.key, people["investigator"].actor, "contact:read", tip.reference)
    assert raised(services)[0][:2] == ("alert:decoy", "alert:li")
    for path in ("/desk/admin/log", "/api/v1/custody?limit=200"):
        assert "alert:" not in client.get(path, headers=headers()).text
        assert "alert:li" in client.get(path, headers=headers("auditor")).text
