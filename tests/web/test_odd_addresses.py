"""Addresses that are none, or that lead elsewhere, in fields and headers: the usual page, never a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.conftest import csrf_of
from tipline.app import create_app
from tipline.services import Services
from tipline.web.accounts import places

NO_ADDRESS = "http://["
ONION = "http://tipsexample.onion"


@pytest.mark.parametrize(
    "path",
    [NO_ADDRESS, "//evil.example/desk", "/desk/../exit", "/desk/%2E%2e/exit", "/desk/.%2e/exit", "/desk\\..",
     "/desk/\r\nX: y", "/desktop", "https://\u2100.example/desk"],
)  # fmt: skip
def test_only_a_page_of_the_desk_is_gone_on_to(client: FlaskClient, path: str) -> None:
    assert places.safe(path) == places.START
    page = client.get("/desk/sign-in", query_string={"next": path})
    assert page.status_code == 200
    form = {"csrf_token": csrf_of(page.text), "username": "x", "password": "x", "next": path, "kept_to": path}
    answer = client.post("/desk/sign-in", data=form)
    assert answer.status_code == 401
    assert path not in answer.text


def test_a_script_that_says_nonsense_of_its_page_is_led_to_the_sign_in_all_the_same(
    client: FlaskClient,
) -> None:
    answer = client.get("/desk/queue", headers={"HX-Request": "true", "HX-Current-URL": NO_ADDRESS})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/desk/sign-in?")


def test_a_form_leads_back_to_the_desk_alone(signed_in: Callable[..., FlaskClient]) -> None:
    desk = signed_in()
    token = csrf_of(desk.get("/desk/queue").text)
    for here in ("/desk/\r\nX-Evil: 1", "/desk/../exit", NO_ADDRESS):
        answer = desk.post("/desk/incidents", data={"csrf_token": token, "here": here})
        assert (answer.status_code, answer.location) == (303, "/desk/queue"), here
    shown = {"HX-Request": "true", "HX-Current-URL": NO_ADDRESS}
    assert desk.get("/desk/queue", headers=shown).status_code == 200


@pytest.mark.parametrize(
    ("path", "told"), [("/x%0d%0aSet-Cookie:%20a=b", "/x%0D%0ASet-Cookie%3A%20a%3Db"), ("/北", "/%E5%8C%97")]
)
def test_the_onion_address_of_a_page_is_written_so_that_nothing_breaks_out(
    services: Services, path: str, told: str
) -> None:
    served = replace(services, settings=replace(services.settings, onion_url=ONION))
    answer = create_app(served).test_client().get(path)
    assert answer.status_code == 404
    assert answer.headers["Onion-Location"] == ONION + told
    assert "Set-Cookie" not in answer.headers
