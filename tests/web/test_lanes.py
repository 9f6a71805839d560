"""How many may send at once, altogether and from one address: `tipline.web.lanes`, at every door."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import browser, csrf_of
from tests.web.reporting import PHOTO, FormFile, Tus, open_tip
from tipline.errors import TiplineError
from tipline.web import lanes, limiting


@pytest.fixture
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> threading.BoundedSemaphore:
    made = threading.BoundedSemaphore(3)
    monkeypatch.setattr(lanes, "LANES", made)
    monkeypatch.setattr(lanes, "OF_ONE", 2)
    return made


@pytest.mark.usefixtures("nobody_else")
def test_one_address_has_a_part_of_the_lanes_and_gives_them_back() -> None:
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(lanes.lane("mall"))
        with pytest.raises(TiplineError, match="Very many uploads"), lanes.lane("mall"):
            pass
        held.enter_context(lanes.lane("cafe"))
        with pytest.raises(TiplineError, match="Very many uploads"), lanes.lane("station"):
            pass
    assert lanes._held == {}
    with ExitStack() as again:
        for sender in ("mall", "mall", "cafe"):
            again.enter_context(lanes.lane(sender))


@pytest.mark.usefixtures("nobody_else")
def test_a_sender_without_an_address_is_bounded_by_all_alone() -> None:
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(lanes.lane(None))
        with pytest.raises(TiplineError, match="Very many uploads"), lanes.lane(None):
            pass


def test_every_form_with_files_takes_a_lane(app: APIFlask, nobody_else: threading.BoundedSemaphore) -> None:
    client = browser(app)
    opened = open_tip(client, text="x")
    enter(client, opened["receipt_code"])
    token = csrf_of(client.get("/status").text)
    with ExitStack() as held:
        for sender in ("a", "b", "c"):
            held.enter_context(lanes.lane(sender))
        for path in ("/report", "/report/files", "/status/files"):
            form = {"csrf_token": token, "category": "theft", "file": FormFile(PHOTO, "a.jpg")}
            answer = client.post(path, data=form)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), path
    form = {"csrf_token": token, "file": FormFile(PHOTO, "a.jpg")}
    assert client.post("/status/files", data=form).status_code == 303


def test_an_address_that_fills_its_lanes_is_asked_to_wait_and_others_are_not(
    app: APIFlask, nobody_else: threading.BoundedSemaphore
) -> None:
    token = open_tip(browser(app), text="x")["access_token"]
    mall, cafe = browser(app), browser(app)
    mall.environ_base["REMOTE_ADDR"], cafe.environ_base["REMOTE_ADDR"] = "203.0.113.9", "198.51.100.7"
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        sender = limiting.sender()
    with lanes.lane(sender), lanes.lane(sender):
        for client, status in ((mall, 503), (cafe, 204)):
            tus = Tus(client, token)
            assert tus.append(tus.create(10).headers["Location"], 0, b"x").status_code == status


def enter(client: FlaskClient, code: str) -> None:
    form = {"csrf_token": csrf_of(client.get("/status").text), "receipt_code": code}
    assert client.post("/status", data=form).status_code == 303
