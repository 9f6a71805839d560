"""Two files or tips side by side: only what differs is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import FILM, PHOTO, examine
from tipline.domain import hints
from tipline.domain.evidence import Evidence
from tipline.domain.hints import FILE, Found
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def pair(
    services: Services, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> list[tuple[Tip, Evidence]]:
    """Two tips with a film each; the second is shorter, otherwise they agree."""
    found = []
    for length in (12.0, 9.5):
        tip = make_tip()
        file = examine(services, add_file(tip, filename="cam1.mp4"), FILM, pictures=2, duration_s=length)
        found.append((tip, file))
    return found


def shown(client: FlaskClient, headers: dict[str, str], **wanted: str) -> str:
    answer = client.get("/desk/compare", query_string=wanted, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def differing(html: str) -> list[str]:
    table = html[html.index('<table class="compare-table"') : html.index("</table>")]
    return re.findall(r'<th scope="row">([^<]+)</th>', table)


def test_two_films_stand_side_by_side_and_only_what_differs_is_told(
    client: FlaskClient, pair: list[tuple[Tip, Evidence]], headers: Headers
) -> None:
    (one, first), (two, second) = pair
    html = shown(client, headers(), a=first.id, b=second.id)
    assert html.count("<video") == 2
    assert "Length" in differing(html)
    assert "Place" not in differing(html)
    assert "Text" not in differing(html)
    assert re.search(r"\d+ facts are the same", html)
    for word in ("same true time", "same position", f"/desk/compare?a={second.id}&amp;b={first.id}"):
        assert word in html
    for tip in (one, two):
        assert tip.reference in html


def test_two_tips_are_compared_by_their_first_film_and_the_matched_moment_is_kept_when_swapped(
    client: FlaskClient, pair: list[tuple[Tip, Evidence]], headers: Headers
) -> None:
    (one, first), (two, second) = pair
    html = shown(client, headers(), a=one.reference, b=two.reference, at="4.5", bt="2")
    assert f"/desk/compare?a={second.id}&amp;b={first.id}&amp;at=2&amp;bt=4.5" in html
    assert "same picture" in html
    assert 'data-at="4.5"' in html


def test_a_film_beside_a_photo_and_a_tip_without_a_file_are_shown_too(
    client: FlaskClient, services: Services, pair: list[tuple[Tip, Evidence]], make_tip: Callable[..., Tip],
    add_file: Callable[..., Evidence], headers: Headers,
) -> None:  # fmt: skip
    photo = examine(services, add_file(make_tip("另一件事")), PHOTO, pictures=1)
    html = shown(client, headers(), a=pair[0][1].id, b=photo.id)
    assert "same position" not in html
    assert "Text" in differing(html)
    bare = make_tip()
    assert "No file came with this tip." in shown(client, headers(), a=pair[0][0].reference, b=bare.reference)


def test_without_a_second_one_the_page_asks_for_it(
    client: FlaskClient, pair: list[tuple[Tip, Evidence]], make_tip: Callable[..., Tip], headers: Headers
) -> None:
    tip = pair[0][0]
    assert f"With which tip is {tip.reference} to be compared?" in shown(client, headers(), a=tip.reference)
    assert client.get("/desk/compare", headers=headers()).status_code == 422
    assert client.get(f"/desk/compare?a={tip.reference}&b=T-99999", headers=headers()).status_code == 404
    draft = make_tip(submit=False)
    assert client.get(f"/desk/compare?a={draft.reference}", headers=headers()).status_code == 404


def test_a_row_of_the_queue_leads_to_the_files_that_its_hint_names(
    client: FlaskClient, services: Services, pair: list[tuple[Tip, Evidence]], headers: Headers
) -> None:
    (one, first), (two, second) = pair
    plain = client.get(f"/desk/tips/{two.reference}/compare/{one.reference}", headers=headers())
    assert plain.location.endswith(f"/desk/compare?a={two.reference}&b={one.reference}")
    reason = {"code": "shown:recording", "bits": 30.0, "values": {"pictures": 4, "lasts_s": 6.0},
              "mine": {"evidence": second.id, "number": 1, "t": 2.0},
              "theirs": {"evidence": first.id, "number": 1, "t": 0.0}}  # fmt: skip
    with services.database.transaction() as tx:
        hints.keep(tx, two.id, [Found(one.id, FILE, 30.0, [reason])])
    led = client.get(f"/desk/tips/{one.reference}/compare/{two.reference}", headers=headers())
    assert led.location.endswith(f"/desk/compare?a={first.id}&b={second.id}&at=0.0&bt=2.0")
