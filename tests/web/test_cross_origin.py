"""Forms of other sites do nothing anywhere: every address of the URL map that takes one is tried."""

from __future__ import annotations

import re
from collections.abc import Callable

from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.domain import custody
from tipline.services import Services
from tipline.web import security

SignedIn = Callable[..., FlaskClient]
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def _doors(app: APIFlask) -> list[tuple[str, str]]:
    return [
        (method, re.sub(r"<[^>]+>", "1", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & CHANGING)
    ]


def _size(services: Services) -> int:
    with services.database.reading() as tx:
        return custody.size(tx)


def test_no_form_of_another_site_changes_anything(
    app: APIFlask, services: Services, signed_in: SignedIn
) -> None:
    """The visit's cookie goes along, as a browser without SameSite would send it; even the token is right."""
    client = signed_in("admin")
    token, before, open_ones = csrf_of(client.get("/desk/password").text), _size(services), []
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for method, path in _doors(app):
            answer = client.open(path, method=method, headers=headers, data={"csrf_token": token})
            if answer.status_code != 403:
                open_ones.append(f"{method} {path}: {answer.status_code}")
    assert open_ones == []
    assert _size(services) == before
    assert client.get("/desk/queue").status_code == 200, "not even signed out"


def test_no_form_without_the_token_changes_anything(
    app: APIFlask, services: Services, signed_in: SignedIn
) -> None:
    """As from an old browser that names no origin. What needs no token acts with nothing a browser adds."""
    client = signed_in("admin")
    before, open_ones = _size(services), []
    for method, path in _doors(app):
        if f"{method} {path}" in security.OPEN_DOORS | security.OWN_CHECK:
            continue
        if security.END_OF_NEWS.fullmatch(path):
            continue  # Mail programs press it; what its link ends, tests/web/test_channels.py tries.
        answer = client.open(path, method=method, data={"text": "x"})
        if answer.status_code < 400:
            open_ones.append(f"{method} {path}: {answer.status_code}")
    assert open_ones == []
    assert _size(services) == before
    assert client.get("/desk/queue").status_code == 200
