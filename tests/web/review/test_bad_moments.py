"""Bad moments of footage on a tip's page: very many files, very long films, bytes that the store lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from flask.testing import FlaskClient

from tests import factories
from tests.web.desk_forms import counted
from tipline.domain import evidence, renditions
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.review import folding

AddFile = Callable[..., Evidence]
Headers = Callable[..., dict[str, str]]


def many(services: Services, tip: Tip, number: int) -> list[str]:
    """Files that were examined, each with two small pictures; nothing of them is in the store."""
    made = []
    with services.database.transaction() as tx:
        mine = tx.get_one(Tip, tip.id)
        for at in range(number):
            file = evidence.add(
                tx,
                mine,
                evidence_id=evidence.new_id(),
                filename=f"عربي {at}.mp4",
                filetype="",
                size=1,
                sha256=None,
            )
            file.state, file.kind, file.sha256, file.duration_s = "ready", "video", "ab" * 32, 3.0
            file.received_at, file.media = mine.received_at, json.dumps({"kind": "video", "duration_s": 3.0})
            for t in (0, 1):
                renditions.keep(
                    tx, file.id, name=f"keyframe-{t}-320.webp", kind=renditions.THUMBNAIL, mime="image/webp",
                    size=1, sha256="cd" * 32, width=320, height=180, t=float(t), frame=t, provenance={},
                )  # fmt: skip
            made.append(file.id)
    return made


def test_a_tip_with_very_many_files_shows_one_and_folds_the_others_at_the_price_of_few(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    few, lots = make_tip(), make_tip()
    many(services, few, folding.MOST_OPEN + 2)
    ids = many(services, lots, 120)
    client.get("/desk/queue", headers=headers())  # a token's first use is written down
    with counted(services) as of_few:
        client.get(f"/desk/tips/{few.reference}", headers=headers())
    with counted(services) as of_lots:
        page = client.get(f"/desk/tips/{lots.reference}", headers=headers()).text
    # One of the two has a neighbour in the queue more.
    assert abs(len(of_lots) - len(of_few)) <= 1, "each file costs queries of its own"
    assert page.count("data-file>") + page.count("data-file ") == 1
    assert page.count("data-unfold") == 119
    assert page.count("<bdi") > 120, "a name that runs the other way turns its neighbours around"
    part = client.get(f"/desk/tips/{lots.reference}/evidence/{ids[77]}/part", headers=headers()).text
    assert 'id="file-78"' in part
    assert "data-unfold" not in part
    plain = client.get(f"/desk/tips/{lots.reference}?file=78", headers=headers()).text
    assert 'href="?file=78#file-78"' not in plain


def test_a_film_of_thirty_hours_draws_its_strip_and_its_page_at_once(
    client: FlaskClient, services: Services, tip: Tip, headers: Headers
) -> None:
    (file_id,) = many(services, tip, 1)
    length = 30 * 3600.0
    with services.database.transaction() as tx:
        file = tx.get_one(Evidence, file_id)
        activity = {
            "step_s": 1.0, "score": [(at % 97) / 97 for at in range(int(length))],
            "events": [{"start": at * 60.0, "end": at * 60.0 + 9, "peak": at * 60.0} for at in range(1700)],
            "seen": [[0.0, length]],
        }  # fmt: skip
        file.duration_s = length
        file.media = json.dumps({"kind": "video", "duration_s": length, "activity": activity})
    begun = time.process_time()
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers())
    assert page.status_code == 200
    assert time.process_time() - begun < 5
    assert len(page.data) < 600_000
    assert "30:00:00" in page.text


def test_bytes_that_the_store_lost_are_told_as_lost_and_can_be_made_again(
    client: FlaskClient, services: Services, tip: Tip, add_file: AddFile, headers: Headers
) -> None:
    file = factories.examine(services, add_file(tip, filename="cam1.mp4"))
    with services.database.reading() as tx:
        picture = renditions.list_of(tx, file.id, renditions.KEYFRAME)[0]
    services.store.delete(picture.key)
    answer = client.get(f"/api/v1/evidence/{file.id}/renditions/{picture.name}", headers=headers())
    assert (answer.status_code, answer.json["code"]) == (410, "store:lost")
    page = client.get(f"/desk/tips/{tip.reference}", headers=headers()).text
    assert "data-lost hidden" in page
    assert "Make it again" in page
