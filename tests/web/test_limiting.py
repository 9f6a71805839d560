"""What one address may do in a while, and that no address is written down for it: `tipline.web.limiting`."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import structlog
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import browser, csrf_of
from tests.web.reporting import PHOTO, TIPS, FormFile, Tus, bearer, open_tip, rows
from tipline import i18n
from tipline.app import create_app
from tipline.bell import SilentBell
from tipline.broker import Broker
from tipline.domain import custody, receipts, tips
from tipline.domain.accounts import Account
from tipline.domain.uploads import Upload
from tipline.errors import CATALOGUE
from tipline.services import Services, build
from tipline.settings import Settings
from tipline.web import counting, limiting
from tipline.web.limiting import Budget

MALL, CAFE = "203.0.113.9", "198.51.100.7"
MOST = 2


def from_address(app: APIFlask, address: str, language: str = "en") -> FlaskClient:
    made = browser(app, language)
    made.environ_base["REMOTE_ADDR"] = address
    return made


@pytest.fixture(autouse=True)
def small_budgets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIPS", "MESSAGES", "UPLOADS", "FORMS", "WORDS"):
        budget: Budget = getattr(limiting, name)
        monkeypatch.setattr(limiting, name, budget._replace(most=MOST))


def tip_by_api(client: FlaskClient) -> TestResponse:
    return client.post(TIPS, json={"category": "theft", "text": "有人"})


def tip_by_page(client: FlaskClient) -> TestResponse:
    client.post("/report/new", data={"csrf_token": csrf_of(client.get("/report").text)})
    token = csrf_of(client.get("/report").text)
    return client.post("/report/what", data={"csrf_token": token, "category": "theft", "text": "有人 在店里"})


def tip_by_form(client: FlaskClient) -> TestResponse:
    return client.post("/report", data={"category": "theft", "text": "有人"})


@pytest.mark.parametrize("act", [tip_by_api, tip_by_page, tip_by_form])
def test_an_address_opens_so_many_tips_and_another_its_own(
    app: APIFlask, act: Callable[[FlaskClient], TestResponse]
) -> None:
    answers = [act(from_address(app, MALL)) for _ in range(MOST + 1)]

    assert all(one.status_code in (200, 201, 303) for one in answers[:-1])
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= limiting.WINDOW_S + 1
    assert "Yours is not sent yet: wait ten minutes" in answers[-1].text
    assert act(from_address(app, CAFE)).status_code in (200, 201, 303)


def test_all_doors_for_tips_have_one_budget(app: APIFlask) -> None:
    tip_by_api(from_address(app, MALL))
    tip_by_form(from_address(app, MALL))

    assert tip_by_page(from_address(app, MALL)).status_code == 429


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_keeps_what_was_typed(app: APIFlask, language: str) -> None:
    for _ in range(MOST + 1):
        answer = tip_by_page(from_address(app, MALL, language))

    assert "有人 在店里" in answer.text
    assert i18n.say(i18n.nearest(language) or "", CATALOGUE["tip:crowded"].sentence) in answer.text


def test_messages_are_bounded_on_the_page_and_by_the_api(app: APIFlask) -> None:
    opened = open_tip(browser(app), text="x")
    address = f"{TIPS}/{opened['reference']}/messages"
    client = from_address(app, MALL)
    headers = bearer(opened["access_token"])
    answers = [client.post(address, json={"text": "?"}, headers=headers) for _ in range(MOST + 1)]
    assert [one.status_code for one in answers] == [201] * MOST + [429]

    client.post("/status", data={
        "csrf_token": csrf_of(client.get("/status").text), "receipt_code": opened["receipt_code"],
    })  # fmt: skip
    form = {"csrf_token": csrf_of(client.get("/status").text), "text": "快 2 分钟"}
    page = client.post("/status/messages", data=form)
    assert page.status_code == 429
    assert "快 2 分钟" in page.text


def test_files_are_bounded_as_they_are_announced(app: APIFlask) -> None:
    token = open_tip(browser(app), text="x")["access_token"]
    tus = Tus(from_address(app, MALL), token)
    answers = [tus.create(10) for _ in range(MOST + 1)]

    assert [one.status_code for one in answers] == [201] * MOST + [429]
    assert answers[-1].headers["Tipline-Error"] == "upload:too-often"
    # What was let in goes on.
    assert tus.append(answers[0].headers["Location"], 0, b"x").status_code == 204


def test_forms_with_files_are_bounded(app: APIFlask) -> None:
    client = from_address(app, MALL)
    opened = open_tip(client, text="x")
    client.post("/status", data={
        "csrf_token": csrf_of(client.get("/status").text), "receipt_code": opened["receipt_code"],
    })  # fmt: skip
    token = csrf_of(client.get("/status").text)
    answers = [
        client.post("/status/files", data={"csrf_token": token, "file": FormFile(PHOTO, "a.jpg")})
        for _ in range(MOST + 1)
    ]
    assert [one.status_code for one in answers] == [303] * MOST + [429]


def test_each_file_of_a_form_counts_and_what_came_before_is_kept(app: APIFlask, services: Services) -> None:
    files = [FormFile(PHOTO + bytes([n]), f"{n}.jpg") for n in range(MOST + 1)]
    form = {"category": "theft", "text": "有人", "file": files}

    answer = from_address(app, MALL).post("/report", data=form)
    assert answer.status_code == 201
    assert CATALOGUE["upload:too-often"].sentence in html.unescape(answer.text)
    assert len(rows(services)) == MOST

    form["file"] = [FormFile(PHOTO, "a.jpg")]
    assert from_address(app, CAFE).post("/report", data=form).status_code == 201
    assert len(rows(services, "T-1002")) == 1


def test_what_is_told_of_a_tip_is_bounded_for_it_stands_in_the_log_for_ever(app: APIFlask) -> None:
    client = from_address(app, MALL)
    opened = open_tip(browser(app), text="x")
    client.post("/status", data={
        "csrf_token": csrf_of(client.get("/status").text), "receipt_code": opened["receipt_code"],
    })  # fmt: skip
    token = csrf_of(client.get("/status").text)
    answers = [
        client.post("/report/overwrite", data={"csrf_token": token, "overwrite_days": str(days)})
        for days in range(1, MOST + 2)
    ]
    assert [one.status_code for one in answers] == [303] * MOST + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= limiting.WORDS.window_s + 1
    assert "Wait a minute, then try again" in answers[-1].text

    clock = {"csrf_token": token, "way": "minutes", "clock_way": "right"}
    assert client.post("/report/clock", data=clock).status_code == 429
    claim = {"json": {"sha256": "ab" * 32}, "headers": bearer(opened["access_token"])}
    assert client.patch("/api/v1/public/evidence/nothing", **claim).status_code == 429  # type: ignore[arg-type]


def test_a_draft_is_corrected_only_so_often(app: APIFlask) -> None:
    answers = []
    client = from_address(app, MALL)
    for number in range(MOST + 2):
        form = {"csrf_token": csrf_of(client.get("/").text), "category": "theft", "text": f"有人 {number}"}
        answers.append(client.post("/report/what", data=form))
    assert [one.status_code for one in answers] == [303] * (MOST + 1) + [429]
    assert f"有人 {MOST + 1}" in answers[-1].text


def test_the_share_of_an_address_is_counted_in_the_rows(app: APIFlask, settings: Settings) -> None:
    token = open_tip(browser(app), text="x")["access_token"]
    Tus(from_address(app, MALL), token).create(10)
    Tus(browser(app), token).create(10)

    services: Services = app.extensions["tipline"]
    with services.database.reading() as tx:
        senders = [row.sender for row in tx.query(Upload).order_by(Upload.id)]
    assert sorted(one is None for one in senders) == [False, True]
    assert MALL not in str(senders)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_nobody_in_particular(app: APIFlask, address: str) -> None:
    """A proxy nobody declared and an onion service stand for everybody who comes through them."""
    answers = [tip_by_api(from_address(app, address)) for _ in range(MOST + 3)]

    assert {one.status_code for one in answers} == {201}


def test_an_ipv6_subscriber_is_one_however_the_address_changes(app: APIFlask) -> None:
    answers = [tip_by_api(from_address(app, f"2001:db8:1:2::{n}")) for n in range(MOST + 1)]
    assert answers[-1].status_code == 429

    assert tip_by_api(from_address(app, "2001:db8:1:3::1")).status_code == 201
    assert tip_by_api(from_address(app, f"::ffff:{CAFE}")).status_code == 201


def test_an_account_that_acts_for_many_has_a_larger_budget_of_its_own(
    app: APIFlask, services: Services, people: dict[str, Account]
) -> None:
    reference = open_tip(browser(app), text="x")["reference"]
    with services.database.transaction() as tx:
        token = receipts.open_access(
            tx, services.key, tips.read_tip(tx, reference), holder_id=people["investigator"].id
        )
    tus = Tus(from_address(app, MALL), token)
    answers = [tus.create(10) for _ in range(MOST * limiting.KNOWN + 1)]

    assert [one.status_code for one in answers] == [201] * (MOST * limiting.KNOWN) + [429]
    with services.database.reading() as tx:
        assert {row.sender for row in tx.query(Upload)} == {None}


# --- the broker


@pytest.fixture
def broker(settings: Settings) -> Iterator[Broker]:
    settings.data.mkdir(exist_ok=True)
    with Broker(settings.data) as running:
        yield running


def test_a_broker_that_is_down_closes_no_door_and_opens_none_wide(settings: Settings, tmp_path: Path) -> None:
    far = replace(settings, redis_url=f"unix://{tmp_path}/nobody.sock")
    app = create_app(build(far, bell=SilentBell()))
    answers = [tip_by_api(from_address(app, MALL)) for _ in range(MOST + 1)]

    assert [one.status_code for one in answers] == [201] * MOST + [429]


def test_web_hosts_count_together_and_no_address_is_written_down_anywhere(
    settings: Settings, broker: Broker, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts = [create_app(build(settings, bell=SilentBell())) for _ in range(2)]
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        answers = [tip_by_api(from_address(hosts[n % 2], MALL)) for n in range(MOST + 1)]
        opened = open_tip(from_address(hosts[0], CAFE), text="x")
        tus = Tus(from_address(hosts[1], MALL), opened["access_token"])
        tus.append(tus.create(len(PHOTO), "a.jpg").headers["Location"], 0, PHOTO)
        wrong = {"receipt_code": "AAAA-BBBB-CCCC-DDDD"}
        from_address(hosts[0], MALL).post("/api/v1/public/sessions", json=wrong)
    assert [one.status_code for one in answers] == [201] * MOST + [429]
    assert "tipline.counting" in hosts[0].extensions
    own: counting._Own = hosts[0].extensions["tipline.counting"]
    assert own.storage.storage == {}, "they counted by the broker"

    with redis.Redis.from_url(broker.url) as connection:
        names = [name.decode() for name in connection.scan_iter()]
        dump = " ".join(names) + " ".join(str(connection.dump(name)) for name in names)
    assert any("budget/tips" in name for name in names)
    for host in hosts:
        host.extensions["tipline"].close()
    kept = b"".join(path.read_bytes() for path in settings.data.rglob("*") if path.is_file())
    for address in (MALL, CAFE):
        assert address not in dump
        assert address.encode() not in kept
        assert [one[:80] for one in (str(logged), caplog.text, *capsys.readouterr()) if address in one] == []


def test_who_holds_a_code_cannot_fill_the_log_from_many_addresses_or_an_uncounted_one(
    app: APIFlask, services: Services, people: dict[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rating turned round and round; each time stands in custody for ever."""
    monkeypatch.setattr(limiting, "WORDS", limiting.WORDS._replace(most=100))
    monkeypatch.setattr(limiting, "WORDS_OF_ONE", limiting.WORDS_OF_ONE._replace(most=3))
    opened = open_tip(browser(app), text="x", category="noise")
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, opened["reference"])
        tips.move(tx, people["investigator"].actor, tip, "closed", reason="x")
    clients = [browser(app), *(from_address(app, f"203.0.113.{number}") for number in range(4))]
    answers = [
        client.post(
            f"{TIPS}/{opened['reference']}/rating", json={"verdict": (-1) ** at},
            headers=bearer(opened["access_token"]),
        )
        for at, client in enumerate(clients)
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [200] * 3 + [429] * 2
    assert answers[-1].json["code"] == "request:enough-today"
    with services.database.reading() as tx:
        assert len(custody.list_of(tx, subject=f"tip:{opened['reference']}", actions=["tip:rate"])) == 3
