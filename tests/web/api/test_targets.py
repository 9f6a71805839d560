"""Targets and ladder through the API: read and set as a whole, told in the log, taken back in one."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tipline.domain import acts, custody, ladder, targets, undoing
from tipline.domain.accounts import Account
from tipline.services import Services

Headers = Callable[..., dict[str, str]]
HERE = "/api/v1/targets"
STEPS = {"reminder": 50, "deputy": 75, "on_call": 100, "supervisor": 300}


def test_all_of_it_is_set_told_in_the_log_and_taken_back_in_one(
    client: FlaskClient, services: Services, headers: Headers, people: dict[str, Account]
) -> None:
    boss = headers("supervisor")
    before = client.get(HERE, headers=boss)
    assert before.json["default_minutes"] == 2
    assert set(before.json["minutes"].values()) == {None}
    assert (before.json["ladder"], before.json["changes"]) == (ladder.USUAL._asdict(), [])

    wanted = {"minutes": {"theft": 5, "noise": 10}, "ladder": STEPS}
    told = client.put(HERE, headers={**boss, "If-Match": before.headers["ETag"]}, json=wanted)

    assert told.status_code == 200
    assert {code: one for code, one in told.json["minutes"].items() if one} == wanted["minutes"]
    assert told.json["ladder"] == STEPS
    assert {(one["of"], one["by"]) for one in told.json["changes"]} == {
        (of, people["supervisor"].username) for of in ("theft", "noise", "ladder")
    }
    assert client.get(HERE, headers=boss).headers["ETag"] == told.headers["ETag"] != before.headers["ETag"]
    assert client.put(HERE, headers=boss, json=wanted).json == told.json
    with services.database.reading() as tx:
        said = custody.list_latest(tx, limit=20)
    assert sorted(one.subject for one in said if one.action in ("target:set", "ladder:set")) == [
        "ladder:station", "target:noise", "target:theft",
    ]  # fmt: skip
    with services.database.transaction() as tx:
        undoing.undo(tx, people["supervisor"].actor, acts.list_latest(tx, people["supervisor"].id)[0].id)
        assert targets.list_targets(tx) == {}
        assert ladder.now(tx) == ladder.USUAL


def test_a_kind_left_out_goes_by_the_setting_again_and_who_decided_on_an_older_state_hears_of_it(
    client: FlaskClient, headers: Headers
) -> None:
    boss = headers("admin")
    old = client.get(HERE, headers=boss).headers["ETag"]
    client.put(HERE, headers=boss, json={"minutes": {"theft": 5, "noise": 10}, "ladder": STEPS})

    late = client.put(HERE, headers={**boss, "If-Match": old}, json={"minutes": {}, "ladder": {}})
    told = client.put(HERE, headers=boss, json={"minutes": {"noise": 10, "theft": None}, "ladder": {}}).json

    assert (late.status_code, late.json["code"]) == (412, "target:changed")
    assert (told["minutes"]["theft"], told["minutes"]["noise"]) == (None, 10)
    assert told["ladder"] == ladder.USUAL._asdict()


def test_what_means_nothing_changes_nothing_and_is_said_at_its_field(
    client: FlaskClient, headers: Headers
) -> None:
    boss = headers("supervisor")
    for wanted, fields in (
        ({"minutes": {"theft": 0, "noise": 99_999}}, {"minutes.theft", "minutes.noise"}),
        ({"minutes": {"nothing": 3, "theft": 3}}, {"minutes.nothing"}),
        ({"minutes": {}, "ladder": {"deputy": 9}}, {"ladder.deputy"}),
        ({"minutes": {}, "ladder": {"on_call": 100}}, {"ladder.on_call"}),
        ({"minutes": {"theft": "soon"}}, {"minutes.theft"}),
        ({}, {"minutes"}),
        ({"minutes": {}, "minute": 3}, {"minute"}),
    ):
        refused = client.put(HERE, headers=boss, json={"ladder": {}, **wanted})
        assert refused.status_code == 422
        assert set(refused.json["fields"]) == fields
    assert client.get(HERE, headers=boss).json["changes"] == []
    # Only who sets them on the page may.
    for role in ("investigator", "auditor", "partner"):
        assert client.get(HERE, headers=headers(role)).status_code == 403
        assert client.put(HERE, headers=headers(role), json={"minutes": {}, "ladder": {}}).status_code == 403
