"""A store that gives no answer: pages keep their words, operators hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import pytest
from flask.testing import FlaskClient

import storage
from storage.memory import MemoryStore
from tests import factories
from tipline import checks, doctor
from tipline.bell import SilentBell
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services, build
from tipline.settings import Settings

HERE = "All words are here; pictures and films come back by themselves."


class SilentStore(MemoryStore):
    """As a bucket whose server takes connections and says nothing."""

    is_silent = False

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        self.check()
        return super().open(key, start, length)

    def check(self) -> None:
        if self.is_silent:
            raise storage.Silent("nothing")


@pytest.fixture
def store() -> SilentStore:
    return SilentStore()


@pytest.fixture
def services(settings: Settings, bell: SilentBell, store: SilentStore) -> Iterator[Services]:
    made = build(settings, store=store, bell=bell)
    yield made
    made.close()


@pytest.fixture
def film(services: Services, tip: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    return factories.examine(
        services, add_file(tip, b"\0\0\0\x18ftypmp42" + bytes(900), "cam1.mp4"), pictures=1
    )


def test_pictures_say_when_to_ask_again_and_pages_keep_their_words(
    signed_in: Callable[..., FlaskClient], services: Services, store: SilentStore, tip: Tip, film: Evidence
) -> None:
    desk = signed_in("investigator")
    page = f"/desk/tips/{tip.reference}"
    assert HERE not in desk.get(page).text
    store.is_silent = True

    answer = desk.get(f"/api/v1/evidence/{film.id}/original")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["code"] == "service:store-silent"
    assert HERE in answer.json["message"]
    for one in (page, "/desk/queue"):
        told = desk.get(one)
        assert told.status_code == 200
        assert HERE in told.text
    assert tip.text in desk.get(page).text

    store.is_silent = False
    assert HERE not in desk.get(page).text
    assert desk.get(f"/api/v1/evidence/{film.id}/original").status_code == 200


def test_operators_are_told_in_a_sentence(
    signed_in: Callable[..., FlaskClient], store: SilentStore, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    admin = signed_in("admin")
    store.is_silent = True
    answer = admin.get("/readyz")
    assert (answer.status_code, answer.json["store"]) == (503, checks.SILENT)
    assert "Pages go on without pictures" in admin.get("/desk/admin/system").text

    monkeypatch.setattr(storage, "open_store", lambda _: store)
    found = doctor.look_at_store(settings)
    assert found.state is doctor.State.FAIL
    assert "endpoint_url" in found.sentence
