"""Which tips may tell of one thing: `tipline.domain.alike`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.domain.conftest import EVENING, sent
from tipline.db import Transaction
from tipline.domain import alike, clock, incidents, tips
from tipline.domain.actors import Actor
from tipline.domain.alike import Seen
from tipline.domain.positions import Position

HERE = Position(34.7466, 113.6254)
LIFT = Seen(1, EVENING, "lift", "now", "north", place="幸福里3号楼", text="电梯停了，里面有人")


def later(minutes: float = 4, **changed: Any) -> Seen:
    return replace(LIFT, id=2, at=EVENING + timedelta(minutes=minutes), **changed)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (later(), "place"),
        (later(place="幸福里小区 ３号楼 2单元"), "place"),
        (later(place="幸福里5号楼", text="救命"), None),
        (later(place="", text="有人被困"), "beat"),
        (later(place="", text="有人被困", beat="south"), None),
        (later(place="", text="有人被困", minutes=121), None),
        (later(minutes=361), None),
        (later(category="noise"), None),
        (later(category="theft", group="tip", place=""), None),
        (later(place="不知道", text="电梯停了里面有人！"), "words"),
    ],
)
def test_the_same_kind_near_in_place_and_time_may_be_one_thing(other: Seen, reason: str | None) -> None:
    found = alike.why(LIFT, other)

    assert (found and found[0]) == reason
    assert alike.why(other, LIFT) == found


def test_positions_say_more_than_words() -> None:
    here = replace(LIFT, position=HERE, place="3号楼")
    beside = later(position=Position(HERE.lat + 0.001, HERE.lon), place="门口")
    far = later(position=Position(HERE.lat + 0.01, HERE.lon))

    found = alike.why(here, beside)
    assert found is not None
    assert found[0] == "near"
    assert 105 < found[1] < 117
    assert alike.why(here, far) is None


def test_a_poster_is_a_place() -> None:
    theft = replace(LIFT, category="theft", group="tip", shop="K7Q2", place="", beat=None)

    assert alike.why(theft, replace(theft, id=2)) == ("shop", 0.0)
    assert alike.why(theft, replace(theft, id=2, shop="K7Q3", text="别的")) is None


def test_a_flood_of_equal_reports_is_one_group_in_little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    really = alike.why
    monkeypatch.setattr(alike, "why", lambda one, other: asked.append(1) or really(one, other))
    flood = [replace(LIFT, id=at, at=EVENING + timedelta(seconds=at)) for at in range(1, 201)]
    noise = replace(LIFT, id=900, category="noise", place="长江路", text="施工")

    first, *others = alike.gather([noise, *flood])

    assert (len(first.loose), first.reasons) == (200, {"place"})
    assert [len(one.members) for one in others] == [1]
    assert len(asked) < 1000


def test_fresh_tips_of_one_thing_are_suggested_until_they_are_gathered(
    tx: Transaction, officer: Actor
) -> None:
    with clock.frozen(EVENING):
        first, second = (sent(tx, "门口有人打架", category="other", place="长江路 18 号") for _ in range(2))
        sent(tx, "另一件事", category="other", place="南北六街")

        found, incident = alike.suggest(tx, first)
        assert ([one[0].id for one in found], incident) == ([second.id], None)
        assert [len(one.loose) for one in alike.waiting_groups(tx)] == [2]

        made = incidents.open_incident(tx, officer, first, title="长江路打架")
        assert alike.suggest(tx, second) == ([], made)
        assert [(len(one.loose), one.incident_id) for one in alike.waiting_groups(tx)] == [(1, made.id)]
        incidents.attach(tx, officer, made, second)
        assert alike.waiting_groups(tx) == []


def test_who_reports_what_is_being_handled_is_led_to_that(tx: Transaction, officer: Actor) -> None:
    with clock.frozen(EVENING):
        made = incidents.open_incident(
            tx, officer, sent(tx, category="other", place="长江路 18 号"), title="打架"
        )
        tips.move(tx, officer, incidents.list_tips(tx, made)[0], "not_used", reason="已处理")
        late = sent(tx, "有人打架", category="other", place="长江路18号")

        assert alike.suggest(tx, late) == ([], made)
