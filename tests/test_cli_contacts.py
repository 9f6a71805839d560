"""`tipline contacts`: who holds the key, its recovery code, a new key; and old plain contacts at a start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.conftest import PASSWORD
from tipline import keyring
from tipline.cli import program
from tipline.domain import accounts, clock, contact_keys, contacts, envelopes, grants, recovery
from tipline.domain.actors import SYSTEM
from tipline.domain.contact_keys import ContactKey
from tipline.domain.contacts import Contact
from tipline.domain.purposes import Purpose
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.keycheck import examine
from tipline.services import Services

CONTACT = "刘女士 13800001234"
Run = Callable[..., Result]


@pytest.fixture
def run(environment: dict[str, str], services: Services, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of the program on the station of `services`."""
    for name, value in {**environment, "TIPLINE_LOCALE": "en"}.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(program, arguments, input=stdin)

    return call


def add(run: Run, name: str, role: str = "investigator") -> str:
    done = run("user", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD)
    assert done.exit_code == 0, done.output
    return done.output


def opened(services: Services, name: str, tip: Tip) -> str:
    """What this officer reads of the contact."""
    with services.database.reading() as tx:
        account = accounts.read_account(tx, name)
    keys = keyring.open_keys(services, account, PASSWORD)
    with services.database.transaction() as tx:
        return contacts.show_contact(tx, account.actor, tip.id, tip.reference, Purpose("x"), keys)


def test_the_first_account_takes_the_key_the_next_waits_and_a_holder_lets_them_in(
    run: Run, services: Services, make_tip: Callable[..., Tip]
) -> None:
    tip = make_tip(contact=CONTACT)
    assert "cannot see contact details" not in add(run, "li")
    assert "zhao cannot see contact details yet" in add(run, "zhao", "admin")
    assert opened(services, "li", tip) == CONTACT
    with pytest.raises(TiplineError):
        opened(services, "zhao", tip)

    wrong = run("contacts", "grant", "zhao", "--user", "li", stdin="guess")
    assert wrong.exit_code == 2
    assert run("contacts", "grant", "zhao", "--user", "li", stdin=PASSWORD).exit_code == 0

    assert opened(services, "zhao", tip) == CONTACT
    shown = run("contacts", "show").output
    assert "can open contact details: li, zhao" in shown
    assert "never written down" in shown


def test_the_code_from_the_safe_brings_the_key_back_when_nobody_is_left(
    run: Run, services: Services, make_tip: Callable[..., Tip]
) -> None:
    tip = make_tip(contact=CONTACT)
    add(run, "li")
    assert run("contacts", "recovery-key").exit_code == 2  # the station keeps no copy any more
    written = run("contacts", "recovery-key", "--user", "li", stdin=PASSWORD)
    code = written.output.splitlines()[0]
    run("user", "password", "li", "--password-stdin", stdin=PASSWORD)
    with pytest.raises(TiplineError):
        opened(services, "li", tip)

    slip = code.replace(code[0], "Z" if code[0] != "Z" else "Y", 1)
    refused = run("contacts", "recover", "--user", "li", "--stdin", stdin=f"{slip}\n{PASSWORD}")
    assert "no recovery code" in refused.output
    done = run("contacts", "recover", "--user", "li", "--stdin", stdin=f"{code.lower()}\n{PASSWORD}\n")

    assert done.exit_code == 0, done.output
    assert opened(services, "li", tip) == CONTACT
    assert PASSWORD not in done.output


def test_a_new_key_leaves_out_whom_it_is_told_to_and_older_contacts_follow(
    run: Run, services: Services, make_tip: Callable[..., Tip]
) -> None:
    old = make_tip(contact=CONTACT)
    add(run, "li")
    add(run, "zhao", "admin")
    run("contacts", "grant", "zhao", "--user", "li", stdin=PASSWORD)

    assert run("contacts", "rotate", "--yes", "--without", "zhao").exit_code == 0

    new = make_tip(contact="new")
    assert opened(services, "li", new) == "new"
    with pytest.raises(TiplineError):
        opened(services, "zhao", new)
    assert "Sealed to the present key: 1" in run("contacts", "reseal", "--user", "li", stdin=PASSWORD).output
    with pytest.raises(TiplineError):
        opened(services, "zhao", old)
    assert opened(services, "li", old) == CONTACT
    with services.database.reading() as tx:
        assert contacts.count_behind(tx) == 0
        assert contact_keys.read_active(tx).sealed is None


def test_plain_contacts_of_an_older_station_are_sealed_at_the_start_and_nothing_of_them_stays(
    run: Run, services: Services, make_tip: Callable[..., Tip]
) -> None:
    tip, empty = make_tip(contact="x"), make_tip(contact="x")
    with services.database.transaction() as tx:
        for one, words in ((tip, CONTACT), (empty, "")):
            row = tx.get_one(Contact, one.id)
            row.text, row.sealed, row.key_id = words, None, None
    services.close()

    assert run("migrate").exit_code == 0

    with services.database.reading() as tx:
        assert not contacts.has_plain(tx)
        assert not contacts.is_given(tx, empty.id)
    add(run, "li")
    assert opened(services, "li", tip) == CONTACT
    services.close()
    for file in services.settings.data.glob("tipline.db*"):
        assert b"13800001234" not in file.read_bytes(), file.name


def test_a_first_start_makes_the_key_with_its_entry(tmp_path: Path, services: Services) -> None:
    with services.database.transaction() as tx:
        tx.execute(text("DELETE FROM contact_key"))
    keyring.make_ready(services)
    keyring.make_ready(services)
    with services.database.reading() as tx:
        key = contact_keys.read_active(tx)
        assert key.sealed
        assert contact_keys.is_as_made(tx, key)


def test_the_doctor_tells_of_a_key_slipped_in_one_that_nobody_holds_and_a_code_never_written(
    run: Run, services: Services
) -> None:
    url = services.settings.database_url
    pair = envelopes.make_pair()
    with services.database.transaction() as tx:
        tx.add(ContactKey(id=contact_keys.name_of(pair.public), public=pair.public, created_at=clock.now()))
    assert examine(url)[0] == "FAIL"
    with services.database.transaction() as tx:
        grants.rotate(tx, services.key, SYSTEM)
    assert examine(url)[0] == "NOTE"
    add(run, "li")
    state, sentence, _ = examine(url)
    assert (state, "No recovery code" in sentence) == ("NOTE", True)
    run("contacts", "recovery-key", "--user", "li", stdin=PASSWORD)
    assert examine(url)[0] == "OK"
    run("user", "close", "li")
    assert examine(url)[0] == "FAIL"


def test_a_recovery_code_is_read_as_people_write_it_and_a_slip_is_told() -> None:
    private = bytes(range(32))
    code = recovery.spell(private)
    assert len(code.replace("-", "")) == recovery.LENGTH == 56
    assert recovery.parse(code.lower().replace("-", " ").replace("0", "o")) == private
    for at in range(0, len(code), 5):
        other = code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :]
        with pytest.raises(TiplineError):
            recovery.parse(other)
