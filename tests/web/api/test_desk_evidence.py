"""Evidence through the API: facts, bytes, another try."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.bell import SilentBell
from tipline.domain import evidence, outbox, renditions
from tipline.domain.actors import SYSTEM
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
AddFile = Callable[..., Evidence]
MEDIA: dict[str, Any] = {
    "kind": "photo", "mime": "image/jpeg", "container": "jpeg", "width": 640, "height": 480,
    "keyframes": [{"t": 0.0, "file": "k1.jpg", "width": 640, "height": 480, "reason": "first"}],
    "warnings": [], "failure": None, "tools": {"pillow": "13.0.0"}, "playable": "original",
}  # fmt: skip


@pytest.fixture
def file(tip: Tip, add_file: AddFile) -> Evidence:
    return add_file(tip, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)


def settle(services: Services, file: Evidence, **changed: Any) -> None:
    """As if a worker had looked at it."""
    with services.database.transaction() as tx:
        row = evidence.read_evidence(tx, file.id)
        evidence.settle(tx, SYSTEM, row, {**MEDIA, **changed})


def test_a_file_that_nobody_has_looked_at_has_no_media_yet(
    client: FlaskClient, file: Evidence, tip: Tip, headers: Headers
) -> None:
    said = client.get(f"/api/v1/evidence/{file.id}", headers=headers()).json
    documented = {
        "id",
        "tip",
        "filename",
        "size",
        "sha256",
        "client_sha256",
        "state",
        "failure",
        "media",
        "renditions",
    }
    assert documented <= set(said)
    assert (said["id"], said["tip"], said["state"]) == (file.id, tip.reference, "received")
    assert (said["media"], said["renditions"], said["failure"]) == (None, [], None)
    assert said["sha256"] == file.sha256


def test_media_comes_through_just_as_the_worker_wrote_it(
    client: FlaskClient, file: Evidence, headers: Headers, services: Services
) -> None:
    settle(services, file)
    said = client.get(f"/api/v1/evidence/{file.id}", headers=headers()).json
    assert said["media"] == MEDIA
    assert said["state"] == "ready"


def test_renditions_have_addresses_that_answer(
    client: FlaskClient, file: Evidence, headers: Headers, services: Services
) -> None:
    data = b"RIFF....WEBP"
    with services.database.transaction() as tx:
        row = renditions.keep(
            tx, file.id, name="k1.webp", provenance={}, kind=renditions.KEYFRAME, mime="image/webp",
            size=len(data), sha256=hashlib.sha256(data).hexdigest(),
            width=640, height=480, t=1.25, frame=30, reason="scene",
            sharpness=2.0,
        )  # fmt: skip
    services.store.put(row.key, data)
    shown = client.get(f"/api/v1/evidence/{file.id}", headers=headers()).json["renditions"]
    assert [(one["kind"], one["name"], one["t"], one["sha256"]) for one in shown] == [
        ("keyframe", "k1.webp", 1.25, row.sha256)
    ]
    for address in (shown[0]["url"], f"/api/v1/evidence/{file.id}/renditions/k1.webp"):
        answer = client.get(address, headers=headers())
        assert (answer.status_code, answer.data, answer.mimetype) == (200, data, "image/webp")
    missing = client.get(f"/api/v1/evidence/{file.id}/renditions/k2.webp", headers=headers())
    assert (missing.status_code, missing.json["code"]) == (404, "rendition:not-found")


def test_the_original_comes_back_whole_in_pieces_and_not_twice(
    client: FlaskClient, file: Evidence, headers: Headers
) -> None:
    path = f"/api/v1/evidence/{file.id}/original"
    whole = client.get(path, headers=headers())
    assert hashlib.sha256(whole.data).hexdigest() == file.sha256
    assert whole.headers["ETag"] == f'"{file.sha256}"'
    piece = client.get(path, headers=headers(Range="bytes=4-9"))
    assert (piece.status_code, piece.data) == (206, whole.data[4:10])
    assert piece.headers["Content-Range"] == f"bytes 4-9/{file.size}"
    kept = client.get(path, headers=headers(**{"If-None-Match": whole.headers["ETag"]}))
    assert (kept.status_code, kept.data) == (304, b"")
    beyond = client.get(path, headers=headers(Range="bytes=999999-"))
    assert beyond.status_code == 416


def test_bytes_need_a_sign_in(client: FlaskClient, file: Evidence) -> None:
    for path in ("original", "renditions/k1.webp"):
        answer = client.get(f"/api/v1/evidence/{file.id}/{path}")
        assert (answer.status_code, answer.json["code"]) == (401, "account:sign-in-needed")


def test_an_unknown_file_is_a_404(client: FlaskClient, headers: Headers) -> None:
    for path in ("", "/original", "/renditions/x"):
        assert client.get(f"/api/v1/evidence/{'0' * 26}{path}", headers=headers()).status_code == 404
    assert client.post(f"/api/v1/evidence/{'0' * 26}/retry", headers=headers()).status_code == 404


def test_a_failure_is_told_as_a_code_and_as_a_sentence(
    client: FlaskClient, file: Evidence, headers: Headers, services: Services
) -> None:
    settle(services, file, failure="media:corrupt")
    said = client.get(f"/api/v1/evidence/{file.id}", headers=headers()).json
    assert (said["state"], said["failure"]) == ("undecodable", "media:corrupt")
    assert said["failure_text"].startswith("The file is damaged")


def test_another_try_is_accepted_once_the_last_one_is_over(
    client: FlaskClient, file: Evidence, headers: Headers, services: Services, bell: SilentBell
) -> None:
    path = f"/api/v1/evidence/{file.id}/retry"
    busy = client.post(path, headers=headers())
    assert (busy.status_code, busy.json["code"]) == (409, "evidence:not-ready")
    settle(services, file, failure="media:corrupt")
    rung = len(bell.rung)
    again = client.post(path, headers=headers())
    assert (again.status_code, again.json["state"]) == (202, "received")
    assert len(bell.rung) == rung + 1
    with services.database.reading() as tx:
        assert outbox.counts(tx)["queued"] == 2
    assert client.post(path, headers=headers("auditor")).status_code == 403


def test_a_file_shows_in_its_tip(client: FlaskClient, file: Evidence, tip: Tip, headers: Headers) -> None:
    whole = client.get(f"/api/v1/tips/{tip.reference}", headers=headers()).json
    assert [(one["id"], one["number"], one["sha256"]) for one in whole["evidence"]] == [
        (file.id, 1, file.sha256)
    ]
