"""Which tips may tell of one thing: `tipline.domain.alike`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.domain.conftest import EVENING, sent
from tipline.db import Transaction
from tipline.domain import (
    acts,
    alike,
    apart,
    beats,
    clock,
    concluding,
    custody,
    erasing,
    incidents,
    tips,
    undoing,
)
from tipline.domain.actors import Actor
from tipline.domain.alike import Seen
from tipline.domain.positions import Position
from tipline.domain.tips import Tip

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


def groups_of(*seen: Seen) -> list[list[int]]:
    return sorted(sorted(one.id for one in group.members) for group in alike.gather(seen))


def at(number: int, place: str = "", **changed: Any) -> Seen:
    moment = EVENING + timedelta(minutes=number)
    return replace(LIFT, id=number, at=moment, place=place, text=f"困{number}", **changed)


NOWHERE, ALSO_NOWHERE = at(3), at(4)


@pytest.mark.parametrize("silent", [(NOWHERE,), (NOWHERE, ALSO_NOWHERE)])
def test_who_does_not_say_where_makes_no_one_thing_of_two_places(silent: tuple[Seen, ...]) -> None:
    mine = [one.id for one in silent]
    here, there = [at(1, "幸福里3号楼"), at(5, "幸福里3号楼")], [at(2, "长江路5号楼"), at(6, "长江路5号楼")]

    assert groups_of(*here, *silent) == [[1, *mine, 5]]
    assert groups_of(*here, *there, *silent) == sorted([[1, 5], [2, 6], mine])


def test_who_is_not_the_same_as_the_one_may_still_be_the_same_as_the_other() -> None:
    here, there = at(1, "幸福里3号楼"), at(2, "长江路5号楼")
    foes = apart.Foes({NOWHERE.id: {here.id}, here.id: {NOWHERE.id}}, {})

    found = alike.gather([here, there, NOWHERE], foes)

    assert sorted(sorted(one.id for one in group.members) for group in found) == [[1], [2, 3]]


def test_a_tip_without_a_place_is_not_led_to_either_of_two_places(tx: Transaction, officer: Actor) -> None:
    with clock.frozen(EVENING):
        beats.add(tx, officer, "north", "北片")
        silent = sent(tx, "有人被困", category="lift", beat="north", place="")
        here = sent(tx, "电梯停了", category="lift", beat="north", place="幸福里3号楼")
        assert pointed_at(tx, silent) == ([here.reference], None)
        lift = incidents.open_incident(tx, officer, here, title="幸福里")
        assert pointed_at(tx, silent) == ([], lift.reference)

        there = sent(tx, "电梯坏了", category="lift", beat="north", place="长江路5号楼")
        assert pointed_at(tx, silent) == ([], None)
        assert [one.loose for one in alike.waiting_groups(tx) if len(one.members) > 1] == []
        other = incidents.open_incident(tx, officer, there, title="长江路")
        assert pointed_at(tx, silent) == ([], None)
        assert pointed_at(tx, sent(tx, category="lift", beat="north", place="长江路5号楼")) == (
            [], other.reference,
        )  # fmt: skip


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


# --- what officers said is not the same


def lifts(tx: Transaction, count: int) -> list[Tip]:
    return [sent(tx, f"电梯停了 {number}", category="lift", place="幸福里3号楼") for number in range(count)]


def pointed_at(tx: Transaction, tip: Tip) -> tuple[list[str], str | None]:
    found, incident = alike.suggest(tx, tip)
    return sorted(one.reference for one, *_why in found), incident.reference if incident else None


def undo_last(tx: Transaction, officer: Actor) -> None:
    act = acts.recorded(tx)
    assert act
    undoing.undo(tx, officer, act.id)


def test_what_is_not_the_same_is_not_pointed_at_again_from_neither_side_until_somebody_says_so(
    tx: Transaction, officer: Actor
) -> None:
    mine, other, third = lifts(tx, 3)
    assert apart.say(tx, officer, mine, [other, third]) == 2
    assert apart.say(tx, officer, third, [mine]) == 0, "said once"

    assert pointed_at(tx, mine) == ([], None)
    assert pointed_at(tx, other) == ([third.reference], None)
    assert [one.what for one in apart.list_of(tx, mine)] == [third, other]
    entry = custody.list_of(tx, tip=mine.reference)[-1]
    assert (entry.action, entry.facts()["others"]) == ("same:apart", [other.reference, third.reference])

    undo_last(tx, officer)
    assert pointed_at(tx, mine) == ([other.reference, third.reference], None)
    apart.say(tx, officer, mine, [other])
    apart.unsay(tx, officer, other, [mine])
    assert apart.list_of(tx, mine) == []
    undo_last(tx, officer)
    assert pointed_at(tx, mine) == ([third.reference], None)


def test_a_group_holds_no_two_that_were_kept_apart_whatever_a_third_is_like(
    tx: Transaction, officer: Actor
) -> None:
    one, other, third, last = lifts(tx, 4)
    lift = incidents.open_incident(tx, officer, one, title="电梯困人")
    (group,) = alike.waiting_groups(tx)
    assert (len(group.loose), group.incident_id) == (3, lift.id)

    apart.say(tx, officer, other, [lift, third])
    groups = alike.waiting_groups(tx)
    assert [(sorted(seen.id for seen in each.loose), each.incident_id) for each in groups] == [
        ([third.id, last.id], lift.id)
    ]
    assert pointed_at(tx, other) == ([last.reference], None)


def test_an_incident_is_not_offered_that_holds_what_a_tip_is_not_the_same_as(
    tx: Transaction, officer: Actor
) -> None:
    mine, other, third = lifts(tx, 3)
    lift = incidents.open_incident(tx, officer, other, title="电梯困人")
    incidents.attach(tx, officer, lift, third)
    assert pointed_at(tx, mine) == ([], lift.reference)

    apart.say(tx, officer, mine, [other])
    assert pointed_at(tx, mine) == ([], None)


def test_what_was_said_of_an_incident_holds_for_the_one_it_went_into(tx: Transaction, officer: Actor) -> None:
    mine, one, other = lifts(tx, 3)
    small, large = (incidents.open_incident(tx, officer, tip, title="电梯") for tip in (one, other))
    apart.say(tx, officer, mine, [small])
    assert pointed_at(tx, mine) == ([], large.reference)

    concluding.merge(tx, officer, small, large)
    assert pointed_at(tx, mine) == ([], None)


def test_what_was_taken_out_of_an_incident_is_not_offered_for_it_again(
    tx: Transaction, officer: Actor
) -> None:
    one, other = lifts(tx, 2)
    lift = incidents.open_incident(tx, officer, one, title="电梯困人")
    incidents.attach(tx, officer, lift, other)
    apart.detach(tx, officer, lift, other)
    assert pointed_at(tx, other) == ([], None)

    undo_last(tx, officer)
    assert (other.incident_id, apart.list_of(tx, other)) == (lift.id, [])


def test_an_erased_tip_takes_what_was_said_of_it_along(tx: Transaction, officer: Actor) -> None:
    one, other = lifts(tx, 2)
    apart.say(tx, officer, other, [one])
    erasing.wipe(tx, one)
    assert apart.list_of(tx, other) == []
    (third,) = lifts(tx, 1)
    apart.say(tx, officer, other, [third])
    apart.unsay(tx, officer, other, [third])
    erasing.wipe(tx, third)
    third.erased_at = clock.now()
    undo_last(tx, officer)
    assert apart.list_of(tx, other) == [], "undoing brings back nothing of an erased one"
