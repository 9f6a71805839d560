"""How an officer likes the desk: kept with the account, checked, and read by every page."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.laws.sources import files
from tipline.domain import preferences
from tipline.domain.accounts import Account
from tipline.domain.preferences import Preferences
from tipline.services import Services
from tipline.web.review import keys

Headers = Callable[..., dict[str, str]]
URL = "/desk/preferences"


def told(page: str) -> dict[str, Any]:
    """What a page tells the script of keys."""
    found = re.search(r'data-keys="([^"]*)"', page)
    assert found
    table: dict[str, Any] = json.loads(html.unescape(found[1]))
    return table


def test_what_is_chosen_holds_on_every_page_and_for_its_officer_alone(
    client: FlaskClient, headers: Headers
) -> None:
    form = {"theme": "dark", "density": "compact", "advance": "on", "key-undo": "z"}
    answer = client.post(URL, headers=headers(), data=form)
    assert answer.location == URL
    page = client.get("/desk/queue", headers=headers()).text
    assert 'data-theme="dark" data-density="compact"' in page
    undo = next(one for one in told(page)["table"] if one[0] == "undo")
    assert undo[1:3] == ["z", "u"]
    assert 'name="advance" checked' in client.get(URL, headers=headers()).text
    other = client.get("/desk/queue", headers=headers("supervisor")).text
    assert 'data-theme="system" data-density="comfortable"' in other
    client.post(URL, headers=headers(), data={**form, "reset": "1"})
    assert (
        next(one for one in told(client.get(URL, headers=headers()).text)["table"] if one[0] == "undo")[1]
        == "u"
    )


def test_two_things_on_one_key_are_refused_with_both_names_and_what_was_typed(
    client: FlaskClient, headers: Headers
) -> None:
    answer = client.post(URL, headers=headers(), data={"theme": "dark", "key-undo": "r"})
    assert answer.status_code == 422
    assert "The key r is chosen twice: for “Write to the tip provider” and for “Undo”" in answer.text
    assert 'name="theme" value="dark" checked' in answer.text
    assert 'name="key-undo" value="r"' in answer.text
    for wrong in ("", "ß", "Ctrl+Z", "??", "Enter"):
        answer = client.post(URL, headers=headers(), data={"key-undo": wrong})
        assert answer.status_code == 422
        assert "This is no key for “Undo”" in answer.text
    assert client.post(URL, headers=headers(), data={"theme": "pink"}).status_code == 422


def test_single_keys_are_switched_off_from_any_page(client: FlaskClient, headers: Headers) -> None:
    assert client.post(f"{URL}/keys", headers=headers(), data={"off": "1"}).status_code == 204
    assert told(client.get("/desk/queue", headers=headers()).text)["off"] is True
    client.post(f"{URL}/keys", headers=headers(), data={"off": "0"})
    assert told(client.get("/desk/queue", headers=headers()).text)["off"] is False


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"theme": 3, "keys": {"undo": "??"}, "more": 1}'])
def test_what_is_no_longer_understood_counts_as_not_chosen(
    services: Services, people: dict[str, Account], kept: str
) -> None:
    account = people["investigator"]
    account.preferences = kept
    assert preferences.of(account) == Preferences()


def test_the_table_of_keys_is_whole() -> None:
    """No two share a key, and no template names a key that the table does not know."""
    assert keys.clash(keys.bound(Preferences())) is None
    assert all(preferences.KEY.fullmatch(one.key) for one in keys.TABLE)
    named = {
        key
        for path in files("templates", ".html")
        for key in re.findall(r'data-key="([^"{]+)"', path.read_text(encoding="utf-8"))
    }
    assert named - {one.key for one in keys.TABLE} - set("123456789") == set()
