"""Administration: accounts, beats, the state of the system, settings, the log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, browser, csrf_of, sign_in
from tipline.bell import SilentBell
from tipline.domain import beats, clock, evidence, outbox
from tipline.domain import tokens as api_tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

SignedIn = Callable[..., FlaskClient]
PAGES = ("system", "accounts", "beats", "shops", "settings", "log")


def send(client: FlaskClient, path: str, **form: str) -> Any:
    token = csrf_of(client.get("/desk/password").text)
    return client.post(f"/desk/admin/{path}", data={"csrf_token": token, **form})


@pytest.mark.parametrize(
    ("role", "open_pages"),
    [
        ("admin", PAGES),
        ("supervisor", ("system", "beats", "shops", "settings", "log")),  # a rota is theirs to keep
        ("auditor", ("system", "settings", "log")),
        ("investigator", ("log",)),
    ],
)
def test_each_role_sees_its_pages_and_no_links_to_others(
    signed_in: SignedIn, role: str, open_pages: tuple[str, ...]
) -> None:
    client = signed_in(role)
    codes = {page: client.get(f"/desk/admin/{page}").status_code for page in PAGES}
    assert codes == {page: 200 if page in open_pages else 403 for page in PAGES}
    shown = client.get("/desk/admin/log").text
    assert [page for page in PAGES if f'href="/desk/admin/{page}"' in shown] == list(open_pages)


def test_pages_are_in_chinese_too(signed_in: SignedIn) -> None:
    client = signed_in("admin", "zh-CN")
    for page in PAGES:
        assert '<html lang="zh-CN"' in client.get(f"/desk/admin/{page}").text


def test_somebody_added_can_sign_in(app: APIFlask, signed_in: SignedIn) -> None:
    form = {"username": "qian", "display_name": "钱警官", "role": "investigator", "password": PASSWORD}
    answer = send(signed_in("admin"), "accounts", **form)
    assert answer.status_code == 303
    assert "qian can sign in now." in signed_in("admin").get(answer.location).text
    assert sign_in(browser(app), "qian").status_code == 303


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"username": "x"}, 422, "A name takes 2 to 40"),
        ({"username": "a b"}, 422, "A name takes 2 to 40"),
        ({"username": "li"}, 409, "There is an account with this name already"),
        ({"role": "boss"}, 422, "A role is one of"),
        ({"password": "12345678"}, 422, "must not be a common one"),
        ({"password": "short"}, 422, "at least 15 characters"),
    ],
)
def test_each_fault_stands_beside_its_field_and_what_was_typed_stays(
    signed_in: SignedIn, form: dict[str, str], status: int, words: str
) -> None:
    good = {"username": "qian", "display_name": "钱警官", "role": "auditor", "password": PASSWORD}
    answer = send(signed_in("admin"), "accounts", **{**good, **form})
    assert answer.status_code == status
    assert words in answer.text
    assert 'value="钱警官"' in answer.text
    assert PASSWORD not in answer.text


def test_a_closed_account_is_out_at_once_and_can_come_back(app: APIFlask, signed_in: SignedIn) -> None:
    admin, li = signed_in("admin"), signed_in("investigator")
    send(admin, "accounts/li/close")
    assert li.get("/desk/password").status_code == 303
    assert sign_in(browser(app), "li").status_code == 401
    send(admin, "accounts/li/open")
    assert sign_in(browser(app), "li").status_code == 303


def test_the_last_administrator_cannot_lock_everybody_out(signed_in: SignedIn) -> None:
    client = signed_in("admin")
    answer = send(client, "accounts/zhao/close")
    assert answer.status_code == 409
    assert "last open administrator" in answer.text
    assert client.get("/desk/admin/accounts").status_code == 200


def test_a_new_password_given_by_an_administrator_counts(app: APIFlask, signed_in: SignedIn) -> None:
    admin, li = signed_in("admin"), signed_in("investigator")
    weak = send(admin, "accounts/li/password", password="short")
    assert weak.status_code == 422
    assert li.get("/desk/password").status_code == 200
    assert send(admin, "accounts/li/password", password="quiet-river-bridge-77").status_code == 303
    assert li.get("/desk/password").status_code == 303
    assert sign_in(browser(app), "li", "quiet-river-bridge-77").status_code == 303


def test_withdrawn_tokens_open_nothing(
    client: FlaskClient, signed_in: SignedIn, headers: Callable[..., dict[str, str]]
) -> None:
    assert client.get("/api/v1/queue", headers=headers()).status_code == 200
    send(signed_in("admin"), "accounts/li/tokens")
    assert client.get("/api/v1/queue", headers=headers()).status_code == 401


def test_an_account_that_is_not_there_is_told_so(signed_in: SignedIn) -> None:
    assert send(signed_in("admin"), "accounts/nobody/close").status_code == 404


def test_the_done_line_cannot_be_made_to_say_anything(signed_in: SignedIn) -> None:
    page = signed_in("admin").get("/desk/admin/accounts?done=added&name=Call+this+number").text
    assert "Call this number" not in page


def test_a_beat_is_added_once(signed_in: SignedIn, services: Services) -> None:
    client = signed_in("admin")
    assert send(client, "beats", code="north-2", name="北二片区").status_code == 303
    again = send(client, "beats", code="north-2", name="x")
    assert (again.status_code, "There is a beat with this code" in again.text) == (409, True)
    for code, name in (("North", "x"), ("", "x"), ("a" * 41, "x"), ("ok", " "), ("ok", "x" * 201)):
        assert send(client, "beats", code=code, name=name).status_code == 422
    with services.database.reading() as tx:
        assert [(one.code, one.name) for one in beats.list_beats(tx)] == [("north-2", "北二片区")]


def dead_job(services: Services, file: Evidence) -> int:
    """The job of this file, given up by the workers."""
    with services.database.transaction() as tx:
        row = tx.scalars(outbox.select(outbox.Outbox).where(outbox.Outbox.subject == file.id)).one()
        taken = outbox.take(tx, row.id)
        assert taken
        assert taken.token
        evidence.fail(tx, SYSTEM, evidence.read_evidence(tx, file.id), "media:crashed")
        assert outbox.give_up(tx, row.id, taken.token, "media:crashed")
        return row.id


def test_a_failed_job_shows_its_cause_and_can_be_begun_anew(
    signed_in: SignedIn, services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    file = add_file(tip)
    number = dead_job(services, file)
    client = signed_in("admin")
    page = client.get("/desk/admin/system").text
    assert tip.reference in page
    assert "IMG_2201.jpg" in page
    assert "made the reader stop unexpectedly" in page
    rung = len(bell.rung)
    assert send(client, f"jobs/{number}/retry").status_code == 303
    assert len(bell.rung) == rung + 1
    assert "IMG_2201.jpg" not in client.get("/desk/admin/system").text
    assert send(signed_in("auditor"), f"jobs/{number}/retry").status_code == 403


def test_the_sandbox_line_tells_what_workers_found_and_how_fresh_it_is(
    signed_in: SignedIn, services: Services
) -> None:
    client, path = signed_in("admin"), services.settings.data / "run" / "worker.json"
    path.parent.mkdir()
    assert "No worker of this host has said yet" in client.get("/desk/admin/system").text

    def write(at: Any, **state: Any) -> str:
        path.write_text(json.dumps({"at": clock.stamp(at), **state}))
        return client.get("/desk/admin/system").text

    assert "Holds" in write(clock.now(), sandbox="holds", holes=[])
    assert "tcp" in write(clock.now(), sandbox="open", holes=["tcp"])
    assert "Switched off" in write(clock.now(), sandbox="off", holes=[])
    stale = write(clock.now() - timedelta(hours=1), sandbox="holds", holes=[])
    assert "No worker of this host has said yet" in stale


def test_a_queue_that_nobody_works_on_is_named_with_what_waits_there(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("admin")
    assert "Not known without the broker" in client.get("/desk/admin/system").text
    shared_out = {"media": ["first"], "soon": ["first"], "late": [], "desk": ["second"]}
    monkeypatch.setattr("tipline.checks.listening", lambda _: shared_out)
    page = client.get("/desk/admin/system").text
    assert "Nobody works on these queues" in page
    assert "browser copies and packages" in page
    assert "first media soon" in page
    shared_out["late"] = ["second"]
    assert "Every queue has one" in client.get("/desk/admin/system").text


def test_the_settings_page_hides_what_is_secret(signed_in: SignedIn, services: Services) -> None:
    page = signed_in("admin").get("/desk/admin/settings").text
    assert services.key not in page
    assert "TIPLINE_MAX_FILE_BYTES" in page


def test_the_log_narrows_pages_and_is_newest_first(
    signed_in: SignedIn, services: Services, make_tip: Callable[..., Tip]
) -> None:
    made = [make_tip().reference for _ in range(60)]
    client = signed_in("auditor")
    page = client.get("/desk/admin/log").text
    assert made[-1] in page
    assert f">{made[0]}<" not in page
    older = page.split("before=")[1].split('"')[0]
    assert f">{made[0]}<" in client.get(f"/desk/admin/log?before={older}").text
    mine = client.get(f"/desk/admin/log?about={made[5].lower()}").text
    assert f">{made[5]}<" in mine
    assert f">{made[6]}<" not in mine
    assert "Signed in" in client.get("/desk/admin/log?about=staff:sun").text
    assert client.get("/desk/admin/log?before=x").status_code == 422


def test_a_hostile_reason_stays_text(
    signed_in: SignedIn, services: Services, tip: Tip, people: dict[str, Account]
) -> None:
    from tipline.domain import tips

    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        tips.move(tx, people["investigator"].actor, row, "not_used", reason="<script>alert(1)</script>")
    page = signed_in("auditor").get("/desk/admin/log").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_name_is_not_taken_from_another_account_by_its_address(signed_in: SignedIn, app: APIFlask) -> None:
    """An investigator cannot act on accounts, not even on his own, through the doors of administration."""
    client = signed_in("investigator")
    for act in ("close", "open", "password", "tokens"):
        assert send(client, f"accounts/li/{act}", password="quiet-river-bridge-77").status_code == 403
    assert sign_in(browser(app), "li").status_code == 303


def test_accounts_are_listed_with_role_and_tokens(
    signed_in: SignedIn, tokens: dict[str, str], services: Services
) -> None:
    with services.database.reading() as tx:
        assert set(api_tokens.count(tx).values()) == {1}
    page = signed_in("admin").get("/desk/admin/accounts").text
    for word in ("Investigator", "Supervisor", "Administrator", "Auditor"):
        assert word in page
