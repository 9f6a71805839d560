"""Stills and clips: asked for on a page or over the API, made by a worker, saved under a name of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests import counted
from tests.conftest import csrf_of
from tipline.bell import SilentBell
from tipline.domain import custody, derivatives
from tipline.domain.acts import Act
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import deriving

NAME = "עברית שלום.mp4"


@pytest.fixture
def film(services: Services, tip: Tip, add_file: Callable[..., Evidence], tmp_path: Path) -> Evidence:
    path = counted.film(tmp_path / "a.mp4", [at * 40 for at in range(30)])
    file = add_file(tip, path.read_bytes(), NAME)
    with services.database.transaction() as tx:
        row = tx.get_one(Evidence, file.id)
        row.kind, row.state = "video", "ready"
    return file


def post(page: FlaskClient, tip: Tip, path: str, **fields: Any) -> Any:
    token = csrf_of(page.get(f"/desk/tips/{tip.reference}").text)
    return page.post(f"/desk/tips/{tip.reference}/{path}", data={"csrf_token": token, **fields})


def test_a_still_is_asked_for_made_shown_saved_and_taken_off_again(
    services: Services, bell: SilentBell, tip: Tip, film: Evidence, signed_in: Callable[..., FlaskClient]
) -> None:
    desk, base = signed_in(), f"evidence/{film.id}/exports"
    assert post(desk, tip, base, kind="still", frame="7", format="jpeg", band="1").status_code == 303
    assert "waits for its turn" in desk.get(f"/desk/tips/{tip.reference}").text
    deriving.work(services, bell.rung[-1][1])
    page = desk.get(f"/desk/tips/{tip.reference}").text
    assert "exported by li" in page
    assert "File 1, Still 7: export made" in page
    (address,) = set(re.findall(r'href="([^"]+/file\?download=1)"', page))
    saved = desk.get(address)
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{tip.reference}-1-frame-7.jpg"'
    assert saved.data[:3] == b"\xff\xd8\xff"
    part = desk.get(address, headers={"Range": "bytes=0-9", "If-Range": saved.headers["ETag"]})
    assert (part.status_code, part.data) == (206, saved.data[:10])
    assert desk.get(address, headers={"If-None-Match": saved.headers["ETag"]}).status_code == 304
    number = int(address.split("/")[-2])
    assert post(desk, tip, f"{base}/{number}/remove").status_code == 303
    assert desk.get(address).status_code == 404
    with services.database.reading() as tx:
        act = max(one.id for one in tx.scalars(select(Act)))
    token = csrf_of(desk.get(f"/desk/tips/{tip.reference}").text)
    assert desk.post(f"/desk/acts/{act}/undo", data={"csrf_token": token}).status_code == 303
    assert desk.get(address).status_code == 200
    with services.database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx, tip=tip.reference)]
    for verb in ("ask", "make", "download", "remove"):
        assert f"derivative:{verb}" in acts


def test_a_clip_over_the_api_and_what_is_refused(
    client: FlaskClient,
    services: Services,
    bell: SilentBell,
    film: Evidence,
    headers: Callable[..., dict[str, str]],
) -> None:
    base = f"/api/v1/evidence/{film.id}/derivatives"
    asked = client.post(base, headers=headers(), json={"kind": "clip", "first": 3, "last": 9})
    assert (asked.status_code, asked.json["state"]) == (202, "queued")
    again = client.post(base, headers=headers(), json={"kind": "clip", "first": 3, "last": 9})
    assert again.json["number"] == asked.json["number"], "the same is not made twice"
    deriving.work(services, bell.rung[-1][1])
    told = client.get(base, headers=headers("auditor")).json["items"][0]
    assert (told["state"], told["about"]["frames"], told["about"]["filename"]) == ("done", 7, NAME)
    assert client.get(told["url"], headers=headers()).data[4:8] == b"ftyp"
    beside = client.get(told["url"].replace("/file", "/sidecar"), headers=headers()).json
    assert beside["source_sha256"] == film.sha256
    for body, code in (
        ({"kind": "clip", "first": 9, "last": 3}, "derivative:range-unclear"),
        ({"kind": "clip", "t": 0, "until": 5000}, "derivative:range-too-long"),
        ({"kind": "still"}, "derivative:frame-unclear"),
    ):
        refused = client.post(base, headers=headers(), json=body)
        assert refused.json["code"] == code
    assert (
        client.post(base, headers=headers("auditor"), json={"kind": "still", "frame": 1}).status_code == 403
    )
    assert client.delete(f"{base}/{told['number']}", headers=headers()).status_code == 204
    assert client.get(f"{base}/{told['number']}", headers=headers()).status_code == 404


def test_an_export_that_failed_says_why_and_is_tried_again(
    services: Services, bell: SilentBell, tip: Tip, film: Evidence, signed_in: Callable[..., FlaskClient]
) -> None:
    desk, base = signed_in(), f"evidence/{film.id}/exports"
    post(desk, tip, base, kind="still", frame="30", format="png")
    deriving.work(services, bell.rung[-1][1])
    page = desk.get(f"/desk/tips/{tip.reference}").text
    assert "This frame cannot be read from the original" in page
    (retry,) = set(re.findall(rf'action="/desk/tips/{tip.reference}/([^"]+/retry)"', page)) - {""}
    rung = len(bell.rung)
    assert post(desk, tip, retry).status_code == 303
    assert len(bell.rung) == rung + 1


def test_nobody_has_more_made_at_once_than_others_can_wait_for(
    client: FlaskClient, film: Evidence, headers: Callable[..., dict[str, str]], monkeypatch: Any
) -> None:
    monkeypatch.setattr(derivatives, "MOST_WAITING", 2)
    base = f"/api/v1/evidence/{film.id}/derivatives"

    def ask(frame: int, role: str = "investigator") -> Any:
        return client.post(base, headers=headers(role), json={"kind": "still", "frame": frame})

    first = [ask(number).json["number"] for number in (1, 2)]
    assert ask(2).status_code == 202, "the same again waits for what is under way"
    refused = ask(3)
    assert (refused.status_code, refused.json["code"]) == (409, "derivative:too-many")
    assert ask(3, "supervisor").status_code == 202
    assert client.delete(f"{base}/{first[0]}", headers=headers()).status_code == 204
    assert ask(3).status_code == 202
