"""Marks over the API: set, listed in the order of the film, taken off, refused in words."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tipline.domain import custody
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services


def test_marks_are_set_listed_and_taken_off(
    client: FlaskClient, services: Services, tip: Tip, add_file: Callable[..., Evidence],
    headers: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    file = add_file(tip, filename="cam1.mp4")
    base = f"/api/v1/evidence/{file.id}/marks"
    for t, text in ((8.5, "goes out"), (2.25, "comes  in")):
        assert client.post(base, headers=headers(), json={"t": t, "text": text}).status_code == 201
    told = client.get(base, headers=headers("auditor")).json["items"]
    assert [(one["t"], one["text"]) for one in told] == [(2.25, "comes in"), (8.5, "goes out")]
    assert client.delete(f"{base}/{told[0]['id']}", headers=headers()).status_code == 204
    assert len(client.get(base, headers=headers()).json["items"]) == 1
    assert client.delete(f"{base}/{told[0]['id']}", headers=headers()).json["code"] == "mark:not-found"
    long = client.post(base, headers=headers(), json={"t": 1, "text": "a" * 201})
    assert long.json["code"] == "mark:text-too-long"
    assert client.post(base, headers=headers("auditor"), json={"t": 1}).status_code == 403
    with services.database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx, tip=tip.reference)]
    assert acts.count("mark:add") == 2
    assert acts.count("mark:remove") == 1
