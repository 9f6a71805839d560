"""The evidence queue through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tipline.domain import clock, renditions, tips, unread
from tipline.domain.accounts import Account
from tipline.domain.evidence import Evidence
from tipline.domain.hints import Hint
from tipline.domain.tips import Tip
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
MakeTip = Callable[..., Tip]


def queue(client: FlaskClient, headers: Headers, query: str = "") -> Any:
    return client.get(f"/api/v1/queue{query}", headers=headers()).json


def references(page: Any) -> list[str]:
    return [item["reference"] for item in page["items"]]


def test_an_item_holds_what_a_row_shows(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    page = queue(client, headers)
    assert set(page) == {"items", "next_cursor"}
    item = page["items"][0]
    documented = {
        "reference", "state", "category", "received_at", "place", "evidence_count", "keyframes", "assignee",
        "ack_due_at", "duplicates",
    }  # fmt: skip
    assert documented <= set(item)
    assert (item["evidence_count"], item["keyframes"], item["duplicates"]) == (0, [], [])
    assert (item["place"], item["state"]) == ("幸福超市", "received")


def test_keyframes_are_addresses_that_answer(
    client: FlaskClient,
    tip: Tip,
    headers: Headers,
    add_file: Callable[..., Evidence],
    services: Services,
) -> None:
    file = add_file(tip)
    with services.database.transaction() as tx:
        picture = renditions.keep(
            tx, file.id, name="k1-thumb.webp", provenance={}, kind=renditions.THUMBNAIL, mime="image/webp",
            size=4, sha256="a" * 64, width=2, height=2, t=0.5, frame=1, reason="first", sharpness=1.0,
        )  # fmt: skip
    services.store.put(picture.key, b"webp")
    item = queue(client, headers)["items"][0]
    assert item["evidence_count"] == 1
    assert len(item["keyframes"]) == 1
    answer = client.get(item["keyframes"][0], headers=headers())
    assert (answer.status_code, answer.data) == (200, b"webp")


def test_pages_follow_each_other_without_gaps(
    client: FlaskClient, make_tip: MakeTip, headers: Headers
) -> None:
    made = [make_tip(f"tip {at}").reference for at in range(5)]
    first = queue(client, headers, "?limit=2")
    second = queue(client, headers, f"?limit=2&cursor={first['next_cursor']}")
    third = queue(client, headers, f"?limit=2&cursor={second['next_cursor']}")
    assert references(first) + references(second) + references(third) == made[::-1]
    assert third["next_cursor"] is None


def test_each_filter_narrows(
    client: FlaskClient,
    make_tip: MakeTip,
    headers: Headers,
    beat: str,
    people: dict[str, Account],
    services: Services,
) -> None:
    plain, other, mine = make_tip("红色轿车"), make_tip(category="other", beat=beat), make_tip("assigned")
    with services.database.transaction() as tx:
        li = people["investigator"]
        tips.assign(tx, li.actor, tips.read_tip(tx, mine.reference), li.id, "li")
    assert references(queue(client, headers, "?category=other")) == [other.reference]
    assert references(queue(client, headers, f"?beat={beat}")) == [other.reference]
    assert references(queue(client, headers, "?assignee=li")) == [mine.reference]
    assert references(queue(client, headers, "?assignee=none")) == [other.reference, plain.reference]
    assert references(queue(client, headers, "?q=红色")) == [plain.reference]
    assert references(queue(client, headers, "?state=closed")) == []


def test_an_item_tells_what_is_new_and_where_hints_point(
    client: FlaskClient, make_tip: MakeTip, headers: Headers, people: dict[str, Account], services: Services
) -> None:
    first, second, third = make_tip(), make_tip(), make_tip()
    with services.database.transaction() as tx:
        unread.look(tx, people["investigator"].id, tips.read_tip(tx, first.reference))
        for kind, one in (("file", second), ("series", third)):
            tx.add(Hint(tip_id=one.id, other_id=first.id, kind=kind, score=12.0, at=clock.now()))
    found = {item["reference"]: item for item in queue(client, headers)["items"]}
    assert [found[one.reference]["unread"] for one in (first, second, third)] == [False, True, True]
    (pointer,) = found[second.reference]["duplicates"]
    assert (pointer["reference"], pointer["kind"], pointer["case"]) == (first.reference, "file", None)
    assert [one["reference"] for one in found[third.reference]["series"]] == [first.reference]
    assert references(queue(client, headers, "?unread=1")) == [third.reference, second.reference]
    page = client.get("/desk/queue", headers=headers()).text
    assert f"Possible duplicate {first.reference}" in page
    assert f"Possible series {first.reference}" in page


def test_only_what_waits_is_shown_unless_asked(
    client: FlaskClient, make_tip: MakeTip, headers: Headers, people: dict[str, Account], services: Services
) -> None:
    open_one, closed, draft = make_tip(), make_tip(), make_tip(submit=False)
    with services.database.transaction() as tx:
        tips.move(tx, people["investigator"].actor, tips.read_tip(tx, closed.reference), "closed")
    assert references(queue(client, headers)) == [open_one.reference]
    assert references(queue(client, headers, "?state=closed")) == [closed.reference]
    everything = references(queue(client, headers, "?state=all"))
    assert set(everything) == {open_one.reference, closed.reference}
    assert draft.reference not in everything


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?state=nonsense", "filter:state-unknown"),
        ("?state=draft", "filter:state-unknown"),
        ("?cursor=nonsense", "cursor:unclear"),
        ("?limit=0", "request:invalid"),
        ("?limit=201", "request:invalid"),
        ("?limit=many", "request:invalid"),
    ],
)
def test_a_question_that_makes_no_sense_is_told_so(
    client: FlaskClient, tip: Tip, headers: Headers, query: str, code: str
) -> None:
    answer = client.get(f"/api/v1/queue{query}", headers=headers())
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_times_are_told_with_their_offset(client: FlaskClient, tip: Tip, headers: Headers) -> None:
    item = queue(client, headers)["items"][0]
    assert item["received_at"].endswith("Z")
    assert item["received_at"][:16] == clock.stamp(tip.received_at or clock.now())[:16]
