"""What tests of the program share: an instance of its own for each test, on SQLite and a local store, with no
broker and no workers. Pages need the built front-end, as `make test` makes it.
"""

from __future__ import annotations

import gc
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests import compiled, long_first
from tests.told_at_once import ToldAtOnce
from tipline import db, passwords
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.domain import (
    accounts,
    beats,
    clock,
    contact_keys,
    envelopes,
    factors,
    onetime,
    sealing,
    tips,
)
from tipline.domain import tokens as api_tokens
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.cases import Case, open_case
from tipline.domain.contact_keys import ContactKey
from tipline.domain.evidence import Evidence
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.services import Services, build
from tipline.settings import Settings

compiled.once()
# A slow machine is no fault of the code: nothing here is judged by the clock, nor by the luck of a draw.
# `make test ARGS=--hypothesis-profile=searching` draws examples that nobody has seen yet.
PATIENT = examples(deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.register_profile("searching", PATIENT)
examples.register_profile("patient", PATIENT, derandomize=True)
examples.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ToldAtOnce(config))
    config.pluginmanager.register(long_first)
    gc.disable()  # collecting tests leaves no garbage, only ever more to look through


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What was loaded by now stays to the end: to look through it for garbage again and again is in vain."""
    gc.enable()
    gc.freeze()


SECRET = "k" * 48
KNOWN_KEYS: set[str] = set()  # ids of contact keys that tests begin with
LONG_AGO = timedelta(days=400)
PASSWORD = "harbour-lantern-42"
# Role → the person who holds it in tests.
PEOPLE = {"investigator": "li", "supervisor": "wang", "admin": "zhao", "auditor": "sun", "partner": "mall"}
# What the apps of those hold whose role needs a second factor.
APP_SECRET = b"harbour-lantern-app!"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(autouse=True)
def fresh_logs() -> Iterator[None]:
    """A test that sets logging up leaves nothing of it behind: the stream it chose is closed with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def cheap_keys() -> Iterator[None]:
    """Hashes and keys of passwords are dear on purpose; tests sign in hundreds of times."""
    dear = passwords.COST, passwords._HASHER
    passwords.COST, passwords._HASHER = (1, 64, 1), PasswordHasher(1, 64, 1)
    yield
    passwords.COST, passwords._HASHER = dear


def contact_key() -> ContactKey:
    """The station's key for contact data as a first start makes it, but for its entry in custody."""
    pair = envelopes.make_pair()
    name = contact_keys.name_of(pair.public)
    sealed = sealing.seal(SECRET, contact_keys.PURPOSE, pair.private, of=name)
    KNOWN_KEYS.add(name)
    return ContactKey(
        id=name, public=pair.public, sealed=sealed, created_at=clock.now() - timedelta(days=400)
    )


@pytest.fixture(scope="session", autouse=True)
def known_key() -> Iterator[None]:
    """Each test begins with an empty log; the key it begins with counts as if it stood there."""
    asked = contact_keys.is_as_made
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(contact_keys, "is_as_made", lambda tx, row: row.id in KNOWN_KEYS or asked(tx, row))
        yield


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in the newest shape; each test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "tipline.db"
    url = f"sqlite:///{path}"
    db.migrate(url)
    database = db.Database(url)
    with database.transaction() as tx:
        tx.add(contact_key())
    # The journal goes back into the file, so that the file alone is the database.
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def password_hash(cheap_keys: None) -> str:
    """Hash of PASSWORD, as the program makes it."""
    return passwords.make_hash(PASSWORD)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The settings of a test's instance, as the program reads them."""
    return {
        "TIPLINE_DATA": str(tmp_path / "var"),
        "TIPLINE_MIN_FREE_BYTES": "1000000",
        "TIPLINE_SECRET_KEY": SECRET,
        "TIPLINE_STATION": "航海路派出所",
        # Plain, so that tests may look at bytes as they lie; what runs as a whole runs on the default.
        "TIPLINE_ENCRYPT": "0",
    }


@pytest.fixture
def settings(environment: dict[str, str], migrated_file: Path) -> Settings:
    made = settings_module.load(environment)
    made.data.mkdir(parents=True)
    shutil.copy(migrated_file, made.data / "tipline.db")
    return made


@pytest.fixture
def bell() -> SilentBell:
    """Remembers who rang."""
    return SilentBell()


@pytest.fixture
def services(settings: Settings, bell: SilentBell) -> Iterator[Services]:
    made = build(settings, bell=bell)
    yield made
    made.close()


@pytest.fixture
def app(services: Services) -> APIFlask:
    from tipline.app import create_app

    made = create_app(services)
    made.config["TESTING"] = True
    # The product's own answers to faults are what tests look at.
    made.config["PROPAGATE_EXCEPTIONS"] = False
    return made


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A browser nobody has signed in with, reading English."""
    return browser(app)


def browser(app: APIFlask, language: str = "en") -> FlaskClient:
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return made


@pytest.fixture
def people(services: Services, password_hash: str) -> dict[str, Account]:
    """Role → an account that holds it; all have PASSWORD, and APP_SECRET those who need a second factor."""
    with services.database.transaction() as tx:
        made = {
            role: accounts.add(tx, SYSTEM, name, role=role, password_hash=password_hash)
            for role, name in PEOPLE.items()
        }
        for account in made.values():
            if factors.is_forced(account):
                give_app(services, account)
        return made


def give_app(services: Services, account: Account) -> None:
    """The account's app holds APP_SECRET from here on."""
    account.totp_sealed = sealing.seal(services.key, factors.TOTP, APP_SECRET, of=f"account:{account.id}")
    account.totp_since = clock.now()


@pytest.fixture
def tokens(services: Services, people: dict[str, Account]) -> dict[str, str]:
    """Role → an API token."""
    with services.database.transaction() as tx:
        return {
            role: api_tokens.create(tx, services.key, SYSTEM, tx.merge(account))
            for role, account in people.items()
        }


@pytest.fixture
def headers(tokens: dict[str, str]) -> Callable[..., dict[str, str]]:
    """`headers("auditor", **{"If-Match": etag})`: headers of a program that acts for this role."""

    def make(role: str = "investigator", **more: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens[role]}", "Accept-Language": "en", **more}

    return make


@pytest.fixture
def signed_in(app: APIFlask, people: dict[str, Account]) -> Callable[..., FlaskClient]:
    """`signed_in("admin")`: a browser in which somebody of this role has signed in."""

    def make(role: str = "investigator", language: str = "en") -> FlaskClient:
        made = browser(app, language)
        answer = sign_in(made, PEOPLE[role])
        assert answer.status_code in (302, 303), answer.text
        return made

    return make


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str) -> Any:
    """Fill in and send the form of the sign-in page, and the one after it if there is one."""
    page = client.get("/desk/sign-in")
    form = {"csrf_token": csrf_of(page.text), "username": username, "password": password, **more}
    answer = client.post("/desk/sign-in", data=form)
    if not (answer.location or "").startswith("/desk/sign-in/factor"):
        return answer
    form = {
        "csrf_token": csrf_of(client.get(answer.location).text),
        "code": next_code(client, username),
        **more,
    }
    return client.post("/desk/sign-in/factor", data=form)


def next_code(client: FlaskClient, username: str) -> str:
    """What the app shows; the last time a code was used counts as long ago."""
    services: Services = client.application.extensions["tipline"]
    with services.database.transaction() as tx:
        accounts.read_account(tx, username).totp_step = None
    return onetime.code_at(APP_SECRET, onetime.step_at(clock.now()))


def csrf_of(html: str) -> str:
    """The token of the first form on a page."""
    found = CSRF.search(html)
    assert found, "no form with a token on this page"
    return found[1]


@pytest.fixture
def make_tip(services: Services) -> Callable[..., Tip]:
    """`make_tip("text", category="theft", submit=True, **fields of a Report)`."""

    def make(text: str = "有人从收银台拿走了现金", *, submit: bool = True, **fields: Any) -> Tip:
        with services.database.transaction() as tx:
            report = Report(**{"category": "theft", "text": text, "place": "幸福超市", **fields})
            tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=2)
            if submit:
                tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
        return tip

    return make


@pytest.fixture
def tip(make_tip: Callable[..., Tip]) -> Tip:
    return make_tip()


@pytest.fixture
def add_file(services: Services) -> Callable[..., Evidence]:
    """`add_file(tip, data, "cam1.mp4")`: received and sealed as from a reporter; nobody has looked at it."""

    def add(
        tip: Tip, data: bytes = b"\xff\xd8\xff\xe0" + bytes(400), filename: str = "IMG_2201.jpg"
    ) -> Evidence:
        upload = services.receiver.begin(tip.id, Announced(len(data), filename))
        services.receiver.append(upload.id, tip.id, 0, [data])
        with services.database.reading() as tx:
            return tx.get_one(Evidence, upload.evidence_id)

    return add


@pytest.fixture
def case(services: Services, people: dict[str, Account]) -> Case:
    with services.database.transaction() as tx:
        return open_case(tx, people["investigator"].actor, "便利店系列盗窃", year=2026)


@pytest.fixture
def beat(services: Services) -> str:
    """The code of a beat."""
    with services.database.transaction() as tx:
        return beats.add(tx, SYSTEM, "north", "北片区").code
