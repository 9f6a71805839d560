"""The commander's page: what it shows, how it is narrowed and saved, what it says to an unclear question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.desk_forms import counted
from tipline.domain import custody, tips
from tipline.domain.tips import Tip
from tipline.services import Services
from tipline.web.overview import drawing
from tipline.web.overview.tables import Table

Sign = Callable[..., FlaskClient]


def test_every_drawing_has_its_table_and_its_file(signed_in: Sign, make_tip: Callable[..., Tip]) -> None:
    make_tip("=1+1", place="=HYPERLINK(1)", lat=34.7, lon=113.6)
    make_tip("x", place="=HYPERLINK(1)", lat=34.7, lon=113.6)
    desk = signed_in("supervisor")
    page = desk.get("/desk/overview").text
    titles = ("Day by day", "Hour of the day", "By kind", "By beat", "Hours of the week", "Where it happens")
    assert [one for one in titles if one not in page] == []
    assert page.count(".csv") == 8
    saved = desk.get("/desk/overview/places.csv")
    assert saved.mimetype == "text/csv"
    assert "'=HYPERLINK(1),2," in saved.text


def test_saving_a_table_stands_in_the_log(signed_in: Sign, services: Services) -> None:
    assert signed_in("auditor").get("/desk/overview/kinds.csv?span=30d&category=now").status_code == 200
    with services.database.reading() as tx:
        (entry,) = custody.list_of(tx, actions=["figures:save"])
        assert (entry.facts()["table"], entry.facts()["category"]) == ("kinds", "now")


@pytest.mark.parametrize("asked", ["first=x&last=y", "first=2026-11-27&last=2026-11-01", "category=nothing",
    "first=9999-12-31&last=9999-12-31", "first=0001-01-01&last=0001-01-01"])  # fmt: skip
def test_an_unclear_question_is_answered_in_a_sentence_and_with_the_usual_days(
    signed_in: Sign, make_tip: Callable[..., Tip], asked: str
) -> None:
    make_tip()
    answer = signed_in("supervisor").get(f"/desk/overview?{asked}")
    assert answer.status_code == 422
    assert "The last 7 days are shown." in answer.text
    assert "Day by day" in answer.text


def test_days_without_a_tip_say_so_and_offer_a_way(signed_in: Sign) -> None:
    page = signed_in("supervisor").get("/desk/overview?first=2020-01-01&last=2020-01-02").text
    assert "No tip came in these days." in page


def test_the_number_of_queries_does_not_grow_with_the_tips(
    services: Services, signed_in: Sign, make_tip: Callable[..., Tip]
) -> None:
    desk = signed_in("supervisor")
    make_tip()
    with counted(services) as few:
        desk.get("/desk/overview")
    for _ in range(8):
        tip = make_tip(category="noise")
        with services.database.transaction() as tx:
            tips.read_tip(tx, tip.reference).beat = None
    with counted(services) as many:
        desk.get("/desk/overview")
    assert len(many) == len(few)


def test_a_drawing_leaves_a_gap_where_nobody_was_answered() -> None:
    rows: list[list[str | int | float | None]] = [
        ["2026-11-23", 4, 1.0, 2.0, 2.0], ["2026-11-24", 0, None, None, None],
        ["2026-11-25", 8, 2.5, 9.0, 9.0], ["2026-11-26", 1, 1.5, 4.0, 4.0],
    ]  # fmt: skip
    made = drawing.columns(Table("days", "", ["Day", "Tips", "50", "90", "95"], rows, []))
    assert [one.label for one in made.columns] == ["11-23", "11-24", "11-25", "11-26"]
    assert (made.most, made.most_minutes) == (10, 10.0)
    assert [len(line.parts) for line in made.lines] == [1, 1]
    assert all(0 <= one.y <= one.y + one.height <= drawing.HEIGHT for one in made.columns)
