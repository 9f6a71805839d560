"""Channels, webhooks and the reporter's choice through their pages and the API."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.conftest import csrf_of
from tipline.bell import SilentBell
from tipline.domain import (
    accounts,
    acts,
    clock,
    events,
    reachable,
    receipts,
    receivers,
    tips,
    undoing,
)
from tipline.domain.actors import reporter
from tipline.domain.channels import Channel, ReporterChannel
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.intake import news

MINE, STATION = "/desk/preferences/channels", "/desk/admin/channels"
KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TIPLINE_MAIL_URL": "mailtos://smtp.example.org:465?from=station@example.org"}


def post(client: FlaskClient, page: str, there: str = "", **form: Any) -> Any:
    token = csrf_of(client.get(page).text)
    return client.post(there or page, data={"csrf_token": token, **form}, follow_redirects=True)


def one(services: Services, table: Any) -> Any:
    with services.database.reading() as tx:
        return tx.scalar(select(table))


def test_a_pasted_robot_is_tried_at_once_and_its_address_never_seen_again(
    services: Services, signed_in: Callable[..., FlaskClient], bell: SilentBell
) -> None:
    client = signed_in()
    page = post(client, MINE, way="robot", address=f" {WECOM} ", event=["tip:new"], quiet_from="22:00",
                quiet_until="7:00", through="on", digest="15")  # fmt: skip
    row = one(services, Channel)

    assert "The trial is on its way" in page.text
    assert KEY not in page.text
    assert KEY not in row.sealed
    assert (row.scheme, row.quiet_from, row.quiet_until, row.digest_minutes) == (
        "wecombot",
        "22:00",
        "07:00",
        15,
    )
    assert bell.rung[-1][0] == "notice.send"
    shown = client.get(f"{MINE}/live").text
    assert 'value="22:00"' in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("file:///etc/passwd", "cannot be sent this way"),
        ("syslog://localhost", "cannot be sent this way"),
        ("dbus://", "cannot be sent this way"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "not whole"),
        ("https://example.org/some/page", "no robot known here"),
        ("jsons://169.254.169.254/latest", "lies in this house"),
        ("jsons://[::1]/x", "lies in this house"),
        ("jsons://2130706433/x", "lies in this house"),
        ("jsons://redis/x", "lies in this house"),
        ("json://example.org/x", "encrypted alone"),
        ("jsons://example.org/?verify=no", "a part that is not allowed"),
        ("mailtos://a:b@example.org?pgppub=/etc/passwd", "a part that is not allowed"),
        ("hello", "cannot be sent this way"),
        ("", "no whole web address"),
    ],
)
def test_an_address_that_must_not_be_used_is_answered_by_a_sentence_and_kept_in_the_field(
    services: Services, signed_in: Callable[..., FlaskClient], typed: str, said: str
) -> None:
    page = post(signed_in(), MINE, way="robot", address=typed)

    assert page.status_code == 422
    assert said in page.text
    assert one(services, Channel) is None


def test_a_channel_is_its_owner_s_alone_and_goes_with_its_address(
    services: Services, signed_in: Callable[..., FlaskClient]
) -> None:
    client, boss = signed_in(), signed_in("supervisor")
    post(client, MINE, way="mail", to="li@example.org", label="我的邮箱")
    row = one(services, Channel)
    for do in ("test", "remove", "off", "save"):
        assert post(boss, STATION, f"{STATION}/{row.id}", do=do, label="x").status_code == 404

    assert "Switched off" in post(client, MINE, f"{MINE}/{row.id}", do="off").text
    assert "Off" in client.get(MINE).text
    post(client, MINE, f"{MINE}/{row.id}", do="save", label="夜班", category=["theft"], digest="60")
    assert json.loads(one(services, Channel).categories) == ["theft"]
    removed = post(client, MINE, f"{MINE}/{row.id}", do="remove").text
    assert "stays sealed for 12 hours" in removed
    assert 'id="channel-1"' not in removed
    assert one(services, Notice).state == "dropped"
    assert post(client, MINE, f"{MINE}/{row.id}", do="test").status_code == 404
    with services.database.transaction() as tx:
        assert events.tell(tx, "tip:new") == []
        assert receivers.forget_removed(tx) == 0

    act = re.findall(r"/desk/acts/(\d+)/undo", removed)[0]
    post(boss, STATION, f"/desk/acts/{act}/undo")
    assert one(services, Channel).removed_at is not None
    assert 'id="channel-1"' in post(client, MINE, f"/desk/acts/{act}/undo", here=MINE).text
    assert one(services, Channel).categories == '["theft"]'
    switched = post(client, MINE, f"{MINE}/{row.id}", do="on").text
    post(client, MINE, f"/desk/acts/{re.findall(r'/desk/acts/([0-9]+)/undo', switched)[0]}/undo")
    assert not one(services, Channel).active

    again = re.findall(r"/desk/acts/(\d+)/undo", post(client, MINE, f"{MINE}/{row.id}", do="remove").text)[0]
    later = clock.now() + timedelta(hours=13)
    with clock.frozen(later), services.database.transaction() as tx:
        assert receivers.forget_removed(tx) == 1
    assert (one(services, Channel), one(services, Notice)) == (None, None)
    assert "Something else was decided here" in post(client, MINE, f"/desk/acts/{again}/undo").text


def test_a_paused_channel_is_told_at_the_desk_and_to_the_administrator(
    services: Services, signed_in: Callable[..., FlaskClient]
) -> None:
    client = signed_in()
    post(client, MINE, way="robot", address=WECOM)
    with services.database.transaction() as tx:
        row = tx.scalars(select(Channel)).one()
        row.failures, row.failure, row.failed_at = 20, "notice:key-refused", row.created_at
    assert "data-paused" in client.get("/desk/queue").text
    assert "failed 20 times in a row" in client.get(MINE).text
    assert "Channels that fail" in signed_in("admin").get("/desk/admin/system").text
    post(client, MINE, f"{MINE}/{row.id}", do="on")
    assert "data-paused" not in client.get("/desk/queue").text


def test_a_program_sets_a_webhook_up_and_learns_its_secret_once(
    services: Services, client: FlaskClient, headers: Callable[..., dict[str, str]]
) -> None:
    admin = headers("admin")
    made = client.post(
        "/api/v1/webhooks",
        headers=admin,
        json={"label": "指挥中心", "address": "https://example.org/x?k=1", "events": ["tip:new"]},
    )  # noqa: E501
    assert made.status_code == 201, made.json
    assert made.json["secret"].startswith("whsec_")
    listed = client.get("/api/v1/webhooks", headers=admin).json["items"]
    assert [(one["host"], one["state"]) for one in listed] == [("example.org", "new")]
    assert "secret" not in listed[0]
    other = client.post(f"/api/v1/webhooks/{listed[0]['id']}/secret", headers=admin).json["secret"]
    assert other != made.json["secret"]
    inside = client.post(
        "/api/v1/webhooks", headers=admin, json={"label": "x", "address": "https://10.0.0.1/"}
    )
    assert inside.json["code"] == "channel:inside"
    assert client.delete(f"/api/v1/webhooks/{listed[0]['id']}", headers=admin).status_code == 204
    assert client.get("/api/v1/webhooks", headers=admin).json["items"] == []
    with services.database.transaction() as tx:
        zhao = accounts.read_account(tx, "zhao")
        undoing.undo(tx, zhao.actor, acts.list_latest(tx, zhao.id)[0].id)
    (back,) = client.get("/api/v1/webhooks", headers=admin).json["items"]
    assert back["id"] == listed[0]["id"]


def test_a_reporter_leaves_an_address_and_takes_it_back_in_one_tap(
    services: Services, client: FlaskClient, tip: Tip
) -> None:
    with services.database.transaction() as tx:
        code = receipts.open_access(tx, services.key, tips.read_tip(tx, tip.reference))
    with client.session_transaction() as session:
        session["access"] = code
    assert "Phone number" not in client.get("/status").text, "the station has no gateway"
    assert "not whole" in post(client, "/status", "/status/news", way="mail", news="nonsense").text
    page = post(client, "/status", "/status/news", way="mail", news="wang@example.net")
    assert "w…@example.net" in page.text
    assert "wang" not in one(services, ReporterChannel).sealed
    assert "w…@example.net" not in post(client, "/status", "/status/news", stop="1").text
    assert one(services, ReporterChannel) is None

    for typed in ("Wang@example.net", *["wang@example.net"] * (news.MOST_OF_ONE - 2)):
        assert post(client, "/status", "/status/news", way="mail", news=typed).status_code == 200
    flooded = post(client, "/status", "/status/news", way="mail", news="wang@example.net")
    assert flooded.status_code == 429, "nobody fills a stranger's mailbox by a thousand reports"
    assert "many reports today" in flooded.text


def test_the_link_of_a_mail_ends_it_by_a_button_that_mail_programs_press_too(
    services: Services, client: FlaskClient, tip: Tip
) -> None:
    with services.database.transaction() as tx:
        mine = tips.read_tip(tx, tip.reference)
        row = reachable.leave(tx, services.key, reporter(tip.reference), mine, "mail", "wang@example.net")
        link = f"/news/{tip.reference}/{reachable.stop_token(services.key, mine, row)}"
    assert client.get(link).status_code == 200
    wrong = client.post(f"/news/{tip.reference}/{'0' * 32}")
    other = client.post(f"/news/{tip.reference}/é")
    assert other.status_code == client.post("/news/T-9/é").status_code == 200, "no answer tells what there is"
    assert one(services, ReporterChannel) is not None, "neither looking nor guessing ends it"

    right = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert right.status_code == wrong.status_code == 200
    assert one(services, ReporterChannel) is None
