"""Originals read again and compared: `tipline.domain.scrubbing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from storage import Unavailable
from storage.local import LocalStore
from tipline.domain import clock, custody, scrubbing
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import nightly

AddFile = Callable[..., Evidence]


def change_a_byte(services: Services, evidence: Evidence) -> None:
    assert isinstance(services.store, LocalStore)
    path = services.store.path_of(evidence.key)
    path.chmod(0o640)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def read(services: Services, evidence: Evidence) -> Evidence:
    with services.database.reading() as tx:
        return tx.get_one(Evidence, evidence.id)


def actions(services: Services) -> list[str]:
    with services.database.reading() as tx:
        return [one.action for one in custody.list_latest(tx, limit=3)]


def test_a_changed_byte_is_found_at_the_next_scrub_and_told_of_once(
    services: Services, tip: Tip, add_file: AddFile
) -> None:
    kept, changed = add_file(tip, b"kept"), add_file(tip, b"changed")
    change_a_byte(services, changed)

    assert nightly.do(services, "scrub")
    found = scrubbing.scrub(services.database, services.store, everything=True)

    assert found.damaged == [changed.id]
    assert (read(services, kept).scrub_fault, read(services, changed).scrub_fault) == (
        None,
        scrubbing.ALTERED,
    )
    with services.database.reading() as tx:
        told = custody.list_of(tx, subject=f"evidence:{changed.id}", actions={"evidence:scrub-fault"})
    assert [one.facts()["sha256"] for one in told] == [changed.sha256]


def test_an_original_that_is_gone_is_found_and_one_brought_back_is_good_again(
    services: Services, tip: Tip, add_file: AddFile
) -> None:
    file = add_file(tip, b"footage")
    services.store.delete(file.key)
    scrubbing.scrub(services.database, services.store, everything=True)
    assert read(services, file).scrub_fault == scrubbing.MISSING

    services.store.put(file.key, b"footage")
    scrubbing.scrub(services.database, services.store, everything=True)

    assert read(services, file).scrub_fault is None
    assert actions(services)[:2] == ["log:scrub", "evidence:scrub-mended"]


def test_each_night_has_its_share_and_all_are_read_within_a_month(
    services: Services, tip: Tip, add_file: AddFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "NIGHTS", 3)
    files = {add_file(tip, bytes([n]) * 10).id for n in range(6)}
    nights = []
    for night in range(3):
        with clock.frozen(clock.now() + timedelta(days=night)):
            before = {one for one in files if _scrubbed(services, one)}
            nights.append(scrubbing.scrub(services.database, services.store).files)
            assert {one for one in files if _scrubbed(services, one)} > before

    assert nights == [2, 2, 2]
    with services.database.reading() as tx:
        assert scrubbing.count_unread(tx) == 0


def _scrubbed(services: Services, evidence_id: str) -> bool:
    with services.database.reading() as tx:
        return tx.get_one(Evidence, evidence_id).scrubbed_at is not None


def test_a_store_that_is_away_damages_nothing(
    services: Services, tip: Tip, add_file: AddFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = add_file(tip)

    def away(*_: object) -> None:
        raise Unavailable("no network")

    monkeypatch.setattr(type(services.store), "open", away)
    monkeypatch.setattr(type(services.store), "check", away)
    with pytest.raises(Unavailable):
        scrubbing.scrub(services.database, services.store)

    assert read(services, file).scrub_fault is None
    assert read(services, file).scrubbed_at is None


def test_a_changed_byte_is_found_at_the_next_read_and_never_served_whole(
    services: Services, tip: Tip, add_file: AddFile, signed_in: Callable[..., FlaskClient]
) -> None:
    file = add_file(tip, b"\xff\xd8\xff\xe0" + bytes(400))
    change_a_byte(services, file)
    with services.database.transaction() as tx:
        tx.get_one(Evidence, file.id).media = '{"mime": "image/jpeg", "kind": "photo"}'
    browser = signed_in()

    with pytest.raises(Unavailable, match="not what was received"):
        browser.get(f"/api/v1/evidence/{file.id}/original").get_data()

    assert read(services, file).scrub_fault == scrubbing.ALTERED
    refused = browser.get(f"/api/v1/evidence/{file.id}/original", headers={"Range": "bytes=0-3"})
    assert refused.status_code == 409
    page = browser.get(f"/desk/tips/{tip.reference}")
    assert "no longer what was received" in page.text
