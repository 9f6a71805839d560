"""Contact details: sealed to the officers, opened in a visit alone, handed on by those who hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import PASSWORD, browser, csrf_of, sign_in
from tests.web.desk_forms import log_of
from tipline import keycheck, keyring, passwords
from tipline.domain import (
    accounts,
    clock,
    contact_keys,
    contacts,
    custody,
    envelopes,
    grants,
    officer_keys,
    unlocking,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.contact_keys import ContactGrant, ContactKey
from tipline.domain.contacts import Contact
from tipline.domain.custody import Custody
from tipline.domain.purposes import Purpose
from tipline.domain.sessions import DeskSession
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

CONTACT = "刘女士 13800001234"
WHY = "回电核实时间"
SignedIn = Callable[..., FlaskClient]


@pytest.fixture
def given(make_tip: Callable[..., Tip]) -> Tip:
    """A tip whose provider may be called back."""
    return make_tip(contact=CONTACT)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(TiplineError) as caught:
        yield
    assert caught.value.code == code


def ask(desk: FlaskClient, tip: Tip, **fields: str) -> Any:
    """Open the contact details on the page of the tip."""
    page = desk.get(f"/desk/tips/{tip.reference}").text
    form = {"csrf_token": csrf_of(page), "reason": WHY, **fields}
    return desk.post(f"/desk/tips/{tip.reference}/contact", data=form)


def entries(services: Services, action: str) -> list[Custody]:
    with services.database.reading() as tx:
        return custody.list_of(tx, actions=[action])


def held(services: Services, name: str) -> dict[str, bytes]:
    with services.database.reading() as tx:
        account = accounts.read_account(tx, name)
    return keyring.open_keys(services, account, PASSWORD)


def test_what_lies_in_the_database_is_noise_to_the_servers(services: Services, given: Tip) -> None:
    with services.database.reading() as tx:
        kept = tx.get_one(Contact, given.id)
        assert kept.text is None
        assert kept.sealed is not None
        for part in ("刘女士", "13800001234"):
            assert part not in kept.sealed
        with refused("contact:locked"):
            contacts.show_contact(tx, SYSTEM, given.id, given.reference, Purpose(WHY), {})
    raw = (services.settings.data / "tipline.db").read_bytes()
    raw += (services.settings.data / "tipline.db-wal").read_bytes()
    assert b"13800001234" not in raw


def test_an_officer_opens_it_with_a_reason_and_one_entry_says_so(
    signed_in: SignedIn, services: Services, given: Tip
) -> None:
    desk = signed_in()
    assert CONTACT not in desk.get(f"/desk/tips/{given.reference}").text

    assert CONTACT in ask(desk, given).text

    looks = [one for one in log_of(services, given) if one.action == "contact:read"]
    assert [(one.actor, one.reason) for one in looks] == [("staff:li", WHY)]
    assert "13800001234" not in "".join(one.detail + (one.reason or "") for one in log_of(services, given))
    assert CONTACT not in desk.get(f"/desk/tips/{given.reference}").text


def test_without_a_reason_nothing_is_opened(signed_in: SignedIn, services: Services, given: Tip) -> None:
    answer = ask(signed_in(), given, reason=" ")
    assert answer.status_code == 422
    assert CONTACT not in answer.text
    assert "contact:read" not in {one.action for one in log_of(services, given)}


def test_the_first_officer_takes_the_key_and_the_station_keeps_no_copy(
    signed_in: SignedIn, services: Services
) -> None:
    signed_in("investigator")
    with services.database.reading() as tx:
        key = contact_keys.read_active(tx)
        assert key.sealed is None
        assert [one.username for one in grants.list_holders(tx, key.id)] == ["li"]


def test_the_next_officer_waits_until_a_holder_lets_them_in(
    signed_in: SignedIn, services: Services, given: Tip, people: dict[str, Account]
) -> None:
    signed_in("admin")
    late = signed_in("investigator")
    assert "You cannot see contact details yet" in late.get(f"/desk/tips/{given.reference}").text
    assert ask(late, given).status_code == 403

    keys = held(services, "zhao")
    with services.database.transaction() as tx:
        grants.give(tx, people["admin"].actor, accounts.read_account(tx, "li"), keys)

    assert CONTACT in ask(late, given, proof=PASSWORD).text


def test_after_a_while_the_password_is_asked_for_once_more(
    signed_in: SignedIn, given: Tip, services: Services
) -> None:
    desk = signed_in()
    with services.database.transaction() as tx:
        (visit,) = tx.query(DeskSession).all()
        assert visit.unlocked
        visit.unlocked = None
    assert ask(desk, given).status_code == 403
    wrong = ask(desk, given, proof="not it")
    assert CONTACT not in wrong.text
    assert wrong.status_code in (401, 422)
    assert CONTACT in ask(desk, given, proof=PASSWORD).text
    assert CONTACT in ask(desk, given).text


def test_the_keys_of_a_visit_run_out_and_do_not_open_with_another_cookie(
    signed_in: SignedIn, services: Services
) -> None:
    desk = signed_in()
    with desk.session_transaction() as session:
        token = session["desk"]
    with services.database.reading() as tx:
        (visit,) = tx.query(DeskSession).all()
        assert unlocking.read(tx, visit.token_hash, token)
        assert token not in (visit.unlocked or "")
        assert unlocking.read(tx, visit.token_hash, "another") == {}
        with clock.frozen(datetime.now(UTC) + unlocking.LASTS + timedelta(seconds=1)):
            assert unlocking.read(tx, visit.token_hash, token) == {}


def test_no_token_opens_it_on_a_page_or_through_the_api(
    client: FlaskClient, given: Tip, headers: Callable[..., dict[str, str]], services: Services
) -> None:
    for answer in (
        client.get(f"/api/v1/tips/{given.reference}/contact", headers=headers("admin")),
        client.post(f"/desk/tips/{given.reference}/contact", headers=headers("admin"), data={"reason": WHY}),
    ):
        assert answer.status_code == 403
        assert "13800001234" not in answer.text
    assert "contact:read" not in {one.action for one in log_of(services, given)}


def test_ones_own_new_password_keeps_the_key_and_one_set_by_others_does_not(
    signed_in: SignedIn, services: Services, given: Tip, people: dict[str, Account]
) -> None:
    desk = signed_in()
    page = desk.get("/desk/password").text
    form = {
        "csrf_token": csrf_of(page),
        "current": PASSWORD,
        "new": "another-lantern-7",
        "again": "another-lantern-7",
    }
    assert desk.post("/desk/password", data=form).status_code == 303
    assert CONTACT in ask(desk, given).text

    with services.database.transaction() as tx:
        account = accounts.read_account(tx, "li")
        accounts.set_password(tx, people["admin"].actor, account, passwords.make_hash(PASSWORD))
        assert not grants.holds(tx, account)
    again = signed_in()
    assert ask(again, given).status_code == 403


def test_an_account_slipped_into_the_database_is_given_nothing(
    signed_in: SignedIn, services: Services, people: dict[str, Account]
) -> None:
    signed_in("admin")
    keys = held(services, "zhao")
    with services.database.transaction() as tx:
        key = contact_keys.read_active(tx)
        forged = accounts.read_account(tx, "li")
        forged.public_key = key.public
        with refused("contact:pair-changed"):
            grants.give(tx, people["admin"].actor, forged, keys)
        assert tx.get(ContactGrant, (key.id, forged.id)) is None
        with refused("contact:not-theirs"):
            grants.give(tx, people["admin"].actor, accounts.read_account(tx, "sun"), keys)


def test_a_grant_slipped_into_the_database_inherits_no_new_key(
    signed_in: SignedIn, services: Services, people: dict[str, Account]
) -> None:
    """Who waits to be let in writes a row for himself, and waits for the next key instead."""
    signed_in("admin"), signed_in()
    with services.database.transaction() as tx:
        key, admin, li = contact_keys.read_active(tx), people["admin"], accounts.read_account(tx, "li")
        assert li.public_key
        tx.add(
            ContactGrant(
                key_id=key.id, account_id=li.id, wrapped="x", granted_by="zhao", granted_at=clock.now()
            )
        )
        new = grants.rotate(tx, services.key, SYSTEM)
        assert [one.username for one in grants.list_holders(tx, new.id)] == [admin.username]


def test_nothing_is_ever_sealed_to_a_key_that_the_log_does_not_know(
    signed_in: SignedIn, services: Services, given: Tip, make_tip: Callable[..., Tip]
) -> None:
    """Somebody at the database puts a newer key of his own beside the station's; then in its place."""
    desk, his = signed_in("admin"), envelopes.make_pair()
    ours = contact_keys.name_of(his.public)
    with services.database.transaction() as tx:
        theirs = contact_keys.read_active(tx).id
        tx.add(ContactKey(id=ours, public=his.public, created_at=clock.now()))
    assert CONTACT in ask(desk, given).text, "looking seals nothing anew either"
    other = make_tip(contact="another")
    with services.database.reading() as tx:
        assert {tx.get_one(Contact, one.id).key_id for one in (given, other)} == {theirs}
    assert "the log does not know" in desk.get("/desk/admin/accounts").text
    assert keycheck.examine(services.settings.database_url)[0] == "FAIL"

    with services.database.transaction() as tx:
        tx.get_one(ContactKey, theirs).retired_at = clock.now()
    with refused("contact:no-key"):
        make_tip(contact="one more")
    assert make_tip(contact="").reference, "a report without it is taken"
    assert "none are taken" in desk.get("/desk/admin/accounts").text

    keyring.make_ready(services)
    made = make_tip(contact="at last")
    with services.database.reading() as tx:
        assert tx.get_one(Contact, made.id).key_id not in (ours, theirs)


def test_a_key_that_was_replaced_does_not_seal_again_when_somebody_brings_it_back(
    services: Services, make_tip: Callable[..., Tip]
) -> None:
    """Who was left out of the new one still knows the old one."""
    with services.database.transaction() as tx:
        old = grants.rotate(tx, services.key, SYSTEM)
        new = grants.rotate(tx, services.key, SYSTEM)
    with services.database.transaction() as tx:
        row = tx.get_one(ContactKey, old.id)
        row.retired_at, row.created_at = None, clock.now() + timedelta(days=1)
    made = make_tip(contact="new")
    with services.database.reading() as tx:
        assert tx.get_one(Contact, made.id).key_id == new.id


def test_a_contact_moved_to_another_tip_does_not_open(
    signed_in: SignedIn, services: Services, given: Tip, make_tip: Callable[..., Tip]
) -> None:
    desk, other = signed_in(), make_tip(contact="another")
    with services.database.transaction() as tx:
        tx.get_one(Contact, other.id).sealed = tx.get_one(Contact, given.id).sealed
    answer = ask(desk, other)
    assert answer.status_code == 409
    assert CONTACT not in answer.text


def test_closing_an_account_takes_its_key_away(
    signed_in: SignedIn, services: Services, people: dict[str, Account]
) -> None:
    signed_in("investigator")
    with services.database.transaction() as tx:
        account = accounts.read_account(tx, "li")
        accounts.set_active(tx, people["admin"].actor, account, False)
        assert (account.public_key, account.private_key) == (None, None)
        assert not grants.holds(tx, account)


def test_a_pair_opens_with_its_password_alone(services: Services, people: dict[str, Account]) -> None:
    account = people["investigator"]
    keyring.enrol(services, SYSTEM, account, PASSWORD)
    with services.database.reading() as tx:
        row = accounts.read_account(tx, "li")
        lock = officer_keys.lock_of(row)
        assert lock
        with refused("contact:key-unopened"):
            officer_keys.open_private(row, passwords.key_of(lock, "guess"))
    assert held(services, "li")


def test_signing_in_works_even_if_the_stations_secret_was_lost(
    app: Any, client: FlaskClient, services: Services, people: dict[str, Account]
) -> None:
    with services.database.transaction() as tx:
        contact_keys.read_active(tx).sealed = "1.AAAA"
    assert sign_in(client, "li").status_code == 303


def test_a_holder_who_adds_somebody_lets_them_in_and_one_who_waits_is_let_in_by_a_button(
    signed_in: SignedIn, app: Any, services: Services, given: Tip
) -> None:
    admin = signed_in("admin")
    page = admin.get("/desk/admin/accounts").text
    form = {"csrf_token": csrf_of(page), "username": "qian", "role": "investigator", "password": PASSWORD}
    assert admin.post("/desk/admin/accounts", data=form).status_code == 303
    new = browser(app)
    sign_in(new, "qian")
    assert CONTACT in ask(new, given).text

    late = signed_in("investigator")
    assert ask(late, given).status_code == 403
    page = admin.get("/desk/admin/accounts").text
    assert 'action="/desk/admin/accounts/li/contacts"' in page
    assert "No recovery code is written down yet" in page
    token = {"csrf_token": csrf_of(page)}
    assert admin.post("/desk/admin/accounts/li/contacts", data=token).status_code == 303
    assert CONTACT in ask(late, given, proof=PASSWORD).text
    told = [one.facts() for one in entries(services, "contact-key:grant")]
    assert told[-1] == {"account": "li"}


def test_a_button_on_the_page_seals_older_contacts_to_the_new_key(
    signed_in: SignedIn, services: Services, given: Tip
) -> None:
    admin = signed_in("admin")
    with services.database.transaction() as tx:
        grants.rotate(tx, services.key, SYSTEM)
    page = admin.get("/desk/admin/accounts").text
    assert "1 contact is still sealed to an older key." in page
    form = {"csrf_token": csrf_of(page), "proof": PASSWORD}
    assert admin.post("/desk/admin/contacts/reseal", data=form).status_code == 303
    with services.database.reading() as tx:
        assert contacts.count_behind(tx) == 0
    assert CONTACT in ask(admin, given).text
