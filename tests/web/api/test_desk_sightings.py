"""The trail of a case through the API: marked, corrected, taken off, in the order of true time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests import factories
from tipline.domain import cases, custody, links, tips
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def film(
    services: Services, case: Case, tip: Tip, people: dict[str, Account], add_file: Callable[..., Evidence]
) -> Evidence:
    """A film of a tip of the case."""
    file = factories.examine(services, add_file(tip, b"film" * 64, "till.mp4"), pictures=3)
    with services.database.transaction() as tx:
        row = tips.read_tip(tx, tip.reference)
        links.link(tx, people["investigator"].actor, cases.read_case(tx, case.number), row, "同款外套")
    return file


def test_sightings_are_marked_corrected_and_taken_off_and_stand_in_the_log(
    client: FlaskClient, case: Case, film: Evidence, headers: Headers, services: Services
) -> None:
    url = f"/api/v1/cases/{case.number}/sightings"
    late = {"evidence": film.id, "t": 1.0, "at": "2026-11-22T21:40:00+08:00", "lat": 30.27, "lon": 120.15}
    early = {
        "at": "2026-11-22T21:30:00+08:00",
        "place": "北门",
        "lat": 30.26,
        "lon": 120.15,
        "text": "灰帽男子",
    }
    first = client.post(url, json=late, headers=headers())
    client.post(url, json=early, headers=headers())
    apart = client.post(url, json={"place": "不知何时"}, headers=headers()).json
    listed = client.get(url, headers=headers("auditor")).json["items"]
    one = f"{url}/{first.json['id']}"
    stale = client.patch(one, json={"text": "x"}, headers=headers(**{"If-Match": '"9"'}))
    changed = client.patch(one, json={"text": "手提黑袋", "t": 2.0}, headers=headers())
    gone = client.delete(f"{url}/{apart['id']}", headers=headers())

    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    assert [(row["number"], row["place"]) for row in listed] == [(1, "北门"), (2, ""), (None, "不知何时")]
    assert (listed[1]["way"], round(listed[1]["metres"])) == ("foot", 1112)
    assert (stale.status_code, stale.json["code"]) == (412, "sighting:changed")
    assert (changed.json["text"], changed.json["t"], changed.json["lat"]) == ("手提黑袋", 2.0, 30.27)
    assert gone.status_code == 204
    assert len(client.get(url, headers=headers()).json["items"]) == 2
    with services.database.reading() as tx:
        told = [entry.action for entry in custody.list_of(tx, subject=f"case:{case.number}")]
    assert told[-5:] == ["sighting:add"] * 3 + ["sighting:change", "sighting:remove"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422), ({"lat": 30.0}, 422), ({"lat": 91.0, "lon": 1.0}, 422), ({"at": "2026-11-22T21:40"}, 422),
        ({"evidence": "nothing"}, 404), ({"place": "x", "subject": 99}, 404), ({"plac": "x"}, 422),
        ({"evidence": "film", "t": 1e9}, 422),
    ],
)  # fmt: skip
def test_what_is_no_sighting_gets_a_sentence(
    body: dict[str, object], status: int, client: FlaskClient, case: Case, film: Evidence, headers: Headers
) -> None:
    told = {**body, **({"evidence": film.id} if body.get("evidence") == "film" else {})}
    answer = client.post(f"/api/v1/cases/{case.number}/sightings", json=told, headers=headers())

    assert answer.status_code == status
    assert answer.json["message"]


def test_an_auditor_reads_and_marks_nothing(client: FlaskClient, case: Case, headers: Headers) -> None:
    url = f"/api/v1/cases/{case.number}/sightings"
    assert client.get(url, headers=headers("auditor")).status_code == 200
    assert client.post(url, json={"place": "x"}, headers=headers("auditor")).status_code == 403
