"""Covers through the API: draft, searches, results, and the page that uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tipline.bell import SilentBell
from tipline.domain import derivatives, renditions
from tipline.domain.derivatives import Derivative
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
TRACK = {"id": "h-1", "source": "hand", "boxes": [[0, 0.1, 0.1, 0.2, 0.2]]}


@pytest.fixture
def film(services: Services, tip: Tip, add_file: Callable[..., Evidence]) -> Evidence:
    return factories.examine(services, add_file(tip, b"film" * 64, "till.mp4"), pictures=3)


def address(film: Evidence, path: str = "") -> str:
    return f"/api/v1/evidence/{film.id}/redaction{path}"


def test_a_draft_is_kept_with_a_version_and_an_older_one_is_refused(
    client: FlaskClient, film: Evidence, headers: Headers
) -> None:
    empty = client.get(address(film), headers=headers()).json
    first = client.put(address(film), json={"version": 0, "tracks": [TRACK]}, headers=headers())
    late = client.put(address(film), json={"version": 0, "tracks": []}, headers=headers("supervisor"))
    kept = client.get(address(film), headers=headers()).json

    assert (empty["version"], empty["tracks"], empty["changed_by"]) == (0, [], None)
    assert (first.status_code, first.json["version"], first.json["changed_by"]) == (200, 1, "li")
    assert (late.status_code, late.json["code"]) == (409, "redaction:changed")
    assert [one["id"] for one in kept["tracks"]] == ["h-1"]


@pytest.mark.parametrize(
    ("tracks", "status"),
    [
        ([{**TRACK, "boxes": [[0, 2, 2, 0.1, 0.1]]}], 422),
        ("all", 422),
        ([{**TRACK, "boxes": [[t, 0.1, 0.1, 0.1, 0.1] for t in range(10_000)]}], 413),
    ],
)
def test_hostile_boxes_get_a_sentence(
    tracks: Any, status: int, client: FlaskClient, film: Evidence, headers: Headers
) -> None:
    answer = client.put(address(film), json={"version": 0, "tracks": tracks}, headers=headers())
    nan = client.put(
        address(film), data='{"version": 0, "tracks": [{"boxes": [[NaN, 0, 0, 1, 1]]}]}',
        headers=headers(**{"Content-Type": "application/json"}),
    )  # fmt: skip

    assert answer.status_code == status
    assert answer.json["message"]
    assert nan.status_code in (400, 422)


def test_a_search_a_burn_and_a_result_are_told_and_confirmed(
    client: FlaskClient, film: Evidence, headers: Headers, services: Services, bell: SilentBell
) -> None:
    found = client.post(address(film, "/faces"), json={"range": [1, 4]}, headers=headers())
    follow = client.post(
        address(film, "/follow"), json={"t": 1.0, "box": [0.1, 0.1, 0.2, 0.2]}, headers=headers()
    )
    back = {"t": 1.0, "box": [0.1, 0.1, 0.2, 0.2], "back": True}
    before = client.post(address(film, "/follow"), json=back, headers=headers())
    wrong = client.post(address(film, "/follow"), json={**back, "until": 2.0}, headers=headers())
    nothing = client.post(address(film, "/burn"), json={"version": 0}, headers=headers())
    client.put(address(film), json={"version": 0, "tracks": [TRACK]}, headers=headers())
    burn = client.post(address(film, "/burn"), json={"version": 1}, headers=headers())
    long = {"version": 1, "tracks": [TRACK], "range": [0, 400]}
    client.put(address(film), json=long, headers=headers())
    smaller = client.post(address(film, "/burn"), json={"version": 2}, headers=headers())

    assert (found.status_code, found.json["wanted"]["range"]) == (202, [1.0, 4.0])
    assert follow.status_code == before.status_code == burn.status_code == 202
    assert (before.json["wanted"]["back"], before.json["wanted"]["until"] < 1.0) == (True, True)
    assert (wrong.status_code, wrong.json["code"]) == (422, "redaction:range-unclear")
    assert (nothing.status_code, nothing.json["code"]) == (409, "redaction:nothing-to-cover")
    assert "tracks" not in burn.json["wanted"]
    assert [one.json["wanted"]["widest"] for one in (burn, smaller)] == [3840, 1920]
    early = client.put(address(film, f"/jobs/{burn.json['number']}/looked"), headers=headers())
    assert (early.status_code, early.json["code"]) == (409, "redaction:not-made")
    finish(services, film, burn.json["number"])

    looked = client.put(address(film, f"/jobs/{burn.json['number']}/looked"), headers=headers())
    listed = client.get(address(film, "/jobs"), headers=headers("auditor")).json["items"]
    forbidden = client.put(address(film, f"/jobs/{burn.json['number']}/looked"), headers=headers("auditor"))
    back = client.delete(address(film, f"/jobs/{burn.json['number']}/looked"), headers=headers())

    assert looked.json["looked"]["by"]
    assert [one["kind"] for one in listed] == ["redaction", "redaction", "track", "track", "faces"]
    assert listed[1]["url"].endswith(f"/derivatives/{burn.json['number']}/file")
    assert forbidden.status_code == 403
    assert back.json["looked"] is None
    saved = client.get(listed[1]["url"] + "?download=1", headers=headers())
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "covered" in saved.headers["Content-Disposition"]


def finish(services: Services, film: Evidence, number: int) -> None:
    """As if a worker had made it."""
    data = b"\0\0\0\x20ftypisom"
    services.store.put(f"renditions/{film.id}/redaction-{number}.mp4", data)
    with services.database.transaction() as tx:
        row = renditions.keep(
            tx, film.id, name=f"redaction-{number}.mp4", kind="redaction", mime="video/mp4", size=len(data),
            sha256="0" * 64, width=2, height=2, provenance={},
        )  # fmt: skip
        services.store.put(row.key, data)
        tip = tx.get_one(Tip, film.tip_id).reference
        about = {
            "kind": "redaction",
            "tip": tip,
            "number": 1,
            "derivative": number,
            "frames": 3,
            "covered": 3,
        }
        derivatives.finish(tx, number, rendition=row.name, found=about, sha256=row.sha256)


def test_the_editor_shows_the_draft_the_moments_and_what_runs(
    signed_in: Callable[..., FlaskClient], film: Evidence, tip: Tip, client: FlaskClient, headers: Headers
) -> None:
    client.put(address(film), json={"version": 0, "tracks": [TRACK]}, headers=headers())
    client.post(address(film, "/faces"), json={}, headers=headers())
    page = signed_in().get(f"/desk/tips/{tip.reference}/evidence/{film.id}/redact")

    html = page.get_data(as_text=True)
    assert page.status_code == 200
    data = json.loads(html.split('id="redact-data">')[1].split("</script>")[0])
    assert [one["id"] for one in data["draft"]["tracks"]] == ["h-1"]
    assert data["jobs"][0]["state"] == "queued"
    assert len(data["moments"]) == 3
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    other = signed_in().get(f"/desk/tips/{tip.reference}/evidence/nothing/redact")
    assert other.status_code == 404


def test_a_failed_job_says_why_in_words(
    client: FlaskClient, film: Evidence, headers: Headers, services: Services
) -> None:
    asked = client.post(address(film, "/faces"), json={}, headers=headers()).json
    with services.database.transaction() as tx:
        derivatives.fail(tx, asked["number"], "media:timeout")
        assert tx.get_one(Derivative, asked["number"]).state == "failed"

    said = client.get(address(film, f"/jobs/{asked['number']}"), headers=headers()).json
    assert said["failure_text"].startswith("Examining the file took too long")
