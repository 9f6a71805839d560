"""Hints and duplicates for programs: `GET …/suggestions`, `duplicate_of`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.web.review.test_hints import NEAR, SAME
from tipline.domain import cases, hints, links
from tipline.domain.accounts import Account
from tipline.domain.hints import FILE, SERIES, Found
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]


def asked(client: FlaskClient, tip: Tip, headers: dict[str, str]) -> Any:
    answer = client.get(f"/api/v1/tips/{tip.reference}/suggestions", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_suggestions_tell_tips_and_cases_with_reasons_as_sentences(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], people: dict[str, Account],
    headers: Headers,
) -> None:  # fmt: skip
    first, second, third = make_tip("要订包间"), make_tip(), make_tip("又来订包间")
    with services.database.transaction() as tx:
        hints.keep(tx, third.id, [Found(first.id, SERIES, 9.64, NEAR), Found(second.id, FILE, 40.0, SAME)])
        for role, title, tip in (("investigator", "甲", first), ("supervisor", "乙", second)):
            case = cases.open_case(tx, people[role].actor, title, year=2026)
            case.access = cases.MEMBERS
            links.link(tx, people[role].actor, case, tx.get_one(Tip, tip.id), "首起")

    # The second tip stands in a case that is closed to this officer, and so it is closed too.
    told = asked(client, third, headers())
    assert [(one["reference"], one["kind"]) for one in told["tips"]] == [(first.reference, "series")]
    assert [(one["number"], one["tip"], one["score"]) for one in told["cases"]] == [
        ("A-2026-1", first.reference, 9.6)
    ]
    all_of_it = headers("supervisor")
    told = asked(client, third, all_of_it)
    assert [(one["reference"], one["kind"]) for one in told["tips"]] == [
        (second.reference, "file"), (first.reference, "series"),
    ]  # fmt: skip
    series = told["tips"][1]["reasons"]
    assert [one["text"] for one in series if one["against"]] == ["Another time of day: 9 h apart"]
    assert told["tips"][0]["reasons"][0]["evidence"] == "e2"
    chinese = asked(client, third, {**all_of_it, "Accept-Language": "zh-CN"})
    assert chinese["tips"][1]["reasons"][0]["text"] == "相距 400 米"
    assert asked(client, second, all_of_it)["tips"][0]["reasons"][0]["evidence"] == "e1"


def test_a_duplicate_is_marked_with_its_target_and_chains_are_followed(
    client: FlaskClient, make_tip: Callable[..., Tip], headers: Headers
) -> None:
    first, second, third = (make_tip() for _ in range(3))

    def mark(tip: Tip, of: str, **more: str) -> Any:
        return client.patch(
            f"/api/v1/tips/{tip.reference}",
            headers=headers(**{"If-Match": "*"}),
            json={"duplicate_of": of, **more},
        )

    answer = mark(second, first.reference, state="duplicate")
    assert (answer.json["state"], answer.json["duplicate_of"]) == ("duplicate", first.reference)
    assert mark(third, second.reference).json["duplicate_of"] == first.reference
    whole = client.get(f"/api/v1/tips/{first.reference}", headers=headers()).json
    assert whole["duplicates"] == [second.reference, third.reference]
    assert mark(first, third.reference).json["code"] == "duplicate:circle"
    assert mark(third, third.reference).json["code"] == "duplicate:itself"
    assert mark(third, "T-77777").json["code"] == "duplicate:unknown"
    assert mark(third, first.reference, state="triage").status_code == 422
    back = client.patch(
        f"/api/v1/tips/{third.reference}", headers=headers(**{"If-Match": "*"}), json={"state": "triage"}
    )
    assert back.json["duplicate_of"] is None
