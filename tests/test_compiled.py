"""What test runs compile once serves every application as if it had been compiled for it alone."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map, Rule

from tests.compiled import Routes

ASKED = (("/tips/<int:number>", "tip", {"GET"}), ("/tips/new", "new", {"GET", "POST"}))


def routes(*asked: tuple[str, str, set[str]], **manner: bool) -> Routes:
    made = Routes(**manner)
    for path, endpoint, methods in asked:
        made.add(Rule(path, endpoint=endpoint, methods=methods))
    made.update()
    return made


def found(made: Map, path: str, method: str = "GET") -> tuple[str, dict[str, object]]:
    endpoint, values = made.bind("here").match(path, method)
    return endpoint, dict(values)


def test_a_second_map_takes_over_the_rules_of_the_first() -> None:
    first, second = routes(*ASKED), routes(*ASKED)
    assert second._matcher is first._matcher
    assert found(second, "/tips/7") == ("tip", {"number": 7})
    assert found(second, "/tips/new", "POST") == ("new", {})
    assert second.bind("here").build("tip", {"number": 8}) == "/tips/8"


def test_what_is_added_to_one_map_later_stands_in_no_other() -> None:
    first, second = routes(*ASKED), routes(*ASKED)
    second.add(Rule("/cases", endpoint="cases"))
    assert found(second, "/cases") == ("cases", {})
    assert found(second, "/tips/7") == ("tip", {"number": 7})
    with pytest.raises(NotFound):
        found(first, "/cases")
    with pytest.raises(NotFound):
        found(routes(*ASKED), "/cases")


@pytest.mark.parametrize(
    "other",
    [
        (("/tips/<int:number>", "tip", {"GET", "PUT"}), ASKED[1]),
        (("/tips/<int:number>", "another", {"GET"}), ASKED[1]),
        (("/tips/<string:number>", "tip", {"GET"}), ASKED[1]),
        ASKED[:1],
    ],
)
def test_rules_that_differ_in_anything_are_made_anew(other: tuple[tuple[str, str, set[str]], ...]) -> None:
    assert routes(*other)._matcher is not routes(*ASKED)._matcher


def test_another_manner_or_another_converter_is_made_anew() -> None:
    class Doubled(BaseConverter):
        def to_python(self, value: str) -> str:
            return value * 2

    assert routes(*ASKED, strict_slashes=False)._matcher is not routes(*ASKED)._matcher
    other = Routes(converters={"int": Doubled})
    other.add(Rule("/tips/<int:number>", endpoint="tip", methods={"GET"}))
    other.add(Rule("/tips/new", endpoint="new", methods={"GET", "POST"}))
    assert found(other, "/tips/7") == ("tip", {"number": "77"})


def test_two_applications_answer_by_their_own_functions() -> None:
    def application(word: str) -> Flask:
        made = Flask("tipline")
        made.add_url_rule("/word", "word", lambda: f"{word} {url_for('word')}")
        return made

    first, second = application("one"), application("two")
    assert [one.test_client().get("/word").text for one in (first, second)] == ["one /word", "two /word"]
    assert set(second.test_client().options("/word").allow) == {"GET", "HEAD", "OPTIONS"}
