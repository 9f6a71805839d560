"""Cases are merged and parted without losing a trace, and back again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.conftest import file_of, sent
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    acts,
    cases,
    clock,
    custody,
    exhibits,
    links,
    members,
    merging,
    splitting,
    subjects,
    tasks,
    undoing,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.cases import Case
from tipline.domain.links import Link
from tipline.domain.sightings import Sighting
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


class Two:
    """A case of two tips with all that hangs on it, and another one that has one of the two already."""

    def __init__(self, tx: Transaction, officer: Actor) -> None:
        self.source = cases.open_case(tx, officer, "便利店系列盗窃", year=2026)
        self.into = cases.open_case(tx, officer, "南北街盗窃", year=2026)
        self.both, self.one = sent(tx, "两案都有"), sent(tx, "只在一案")
        self.file = file_of(tx, self.one)
        file_of(tx, self.both)
        for case, tip in ((self.source, self.both), (self.source, self.one), (self.into, self.both)):
            links.link(tx, officer, case, tip, "同款外套")
        accounts.add(tx, SYSTEM, "chen", role="investigator", password_hash="not a hash")
        members.add(tx, officer, self.source, "chen")
        tasks.add(tx, officer, self.source, "走访店主")
        self.man = subjects.add(tx, officer, self.source, "person", "灰帽男子")
        self.sighting = sighted(tx, officer, self.source, self.file.id, self.man.id)


@pytest.fixture
def two(tx: Transaction, officer: Actor) -> Two:
    return Two(tx, officer)


def sighted(tx: Transaction, actor: Actor, case: Case, evidence_id: str, subject_id: int | None) -> Sighting:
    row = Sighting(
        case_id=case.id, evidence_id=evidence_id, subject_id=subject_id, t=1.0, author_id=actor.user_id or 0,
        at=clock.now(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def held(tx: Transaction, case: Case) -> dict[str, Any]:
    """What hangs on a case."""
    tx.flush()
    return {
        "tips": sorted(tip.reference for _link, tip in links.list_tips_of(tx, case)),
        "numbers": [one.number for one in exhibits.list_exhibits(tx, case).exhibits],
        "tasks": [one.text for one in tasks.list_of(tx, case)],
        "subjects": [one.label for one in subjects.list_of(tx, case)],
        "sightings": [one.id for one in tx.query(Sighting).filter_by(case_id=case.id)],
        "members": [one.username for _row, one in members.list_members(tx, case)],
        "state": (case.state, case.outcome, case.closed_at, case.merged_into_id, case.access),
    }


def undo_last(tx: Transaction, actor: Actor) -> None:
    done = acts.recorded(tx)
    assert done is not None
    undoing.undo(tx, actor, done.id)


def test_everything_goes_on_in_the_other_case(tx: Transaction, officer: Actor, two: Two) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    now = held(tx, two.into)
    assert now["tips"] == sorted([two.both.reference, two.one.reference])
    assert now["numbers"] == ["1-1", "2-1"]
    assert (now["tasks"], now["subjects"], now["sightings"]) == (
        ["走访店主"],
        ["灰帽男子"],
        [two.sighting.id],
    )
    assert now["members"] == ["li", "chen"]
    assert held(tx, two.source)["tips"] == []
    assert (two.source.state, two.source.outcome, two.source.merged_into_id) == (
        "closed",
        "merged",
        two.into.id,
    )
    assert two.one.state == "linked"


def test_both_logs_and_each_new_link_tell_where_it_came_from(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    last = custody.list_of(tx, subject=f"case:{two.source.number}")[-1]
    assert (last.action, last.reason, last.facts()["into"]) == ("case:merged", "同一嫌疑人", two.into.number)
    gained = custody.list_of(tx, subject=f"case:{two.into.number}")[-1]
    assert (gained.action, gained.facts()["source"]) == ("case:merge", two.source.number)
    link = links.find_link(tx, two.into, two.one)
    assert link is not None
    assert link.reason == f"同款外套 (← {two.source.number})"
    ended = [one.ended_reason for one, _tip in links.list_ended(tx, two.source)]
    assert ended == [f"→ {two.into.number}: 同一嫌疑人"] * 2
    gaps = exhibits.gaps(tx, two.source, exhibits.places(tx, two.source))
    assert [one.place for one in gaps] == [1, 2]


def test_a_merger_that_is_taken_back_leaves_both_as_they_were(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    before = held(tx, two.source), held(tx, two.into)
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    undo_last(tx, officer)
    assert (held(tx, two.source), held(tx, two.into)) == before
    assert custody.list_of(tx, subject=f"case:{two.source.number}")[-1].action == "case:unmerged"
    assert custody.verify(tx) is None


def test_what_was_decided_since_a_merger_stays(tx: Transaction, officer: Actor, two: Two) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    act = acts.recorded(tx)
    assert act is not None
    links.unlink(tx, officer, two.into, two.one, "另一个人")
    tasks.add(tx, officer, two.into, "新任务")
    undoing.undo(tx, officer, act.id)
    assert held(tx, two.source)["tips"] == [two.both.reference]
    assert held(tx, two.into)["tasks"] == ["新任务"]


def test_a_merger_shows_nothing_to_anybody_new(tx: Transaction, officer: Actor, two: Two) -> None:
    members.set_access(tx, officer, two.into, cases.MEMBERS)
    assert merging.preview(tx, two.source, two.into).shuts
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    assert {two.source.access, two.into.access} == {cases.MEMBERS}
    undo_last(tx, officer)
    assert (two.source.access, two.into.access) == (cases.STATION, cases.MEMBERS)


def test_the_preview_tells_what_will_move(tx: Transaction, officer: Actor, two: Two) -> None:
    shown = merging.preview(tx, two.source, two.into)
    assert ([one.reference for one in shown.tips], [one.reference for one in shown.doubled]) == (
        [two.one.reference],
        [two.both.reference],
    )
    assert (shown.joining, shown.shuts, shown.holdings.sightings) == (["chen"], False, 1)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("same", "merge:same"),
        ("closed", "merge:closed"),
        ("twice", "case:merged"),
        ("why", "link:reason-needed"),
    ],
)  # fmt: skip
def test_a_merger_that_makes_no_sense_is_refused(
    tx: Transaction, officer: Actor, two: Two, how: str, code: str
) -> None:
    into = two.source if how == "same" else two.into
    if how == "closed":
        cases.change(tx, officer, two.into, state="closed")
    if how == "twice":
        merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    with pytest.raises(TiplineError) as caught:
        merging.merge(tx, officer, two.source, into, "" if how == "why" else "同一嫌疑人")
    assert caught.value.code == code


def test_nothing_is_linked_to_a_number_that_is_a_pointer_and_it_does_not_open_again(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    for do in (
        lambda: links.link(tx, officer, two.source, sent(tx), "x"),
        lambda: cases.change(tx, officer, two.source, state="open"),
    ):
        with pytest.raises(TiplineError) as caught:
            do()
        assert caught.value.code == "case:merged"
        assert two.into.number in str(caught.value)


def test_parted_tips_take_their_sightings_along(tx: Transaction, officer: Actor, two: Two) -> None:
    new = splitting.split(tx, officer, two.source, [two.one.reference], "另一伙", "手法不同", year=2026)
    assert new.number == "A-2026-3"
    assert held(tx, new)["tips"] == [two.one.reference]
    assert (held(tx, new)["subjects"], held(tx, new)["sightings"]) == (["灰帽男子"], [two.sighting.id])
    assert held(tx, two.source)["tips"] == [two.both.reference]
    assert held(tx, two.source)["numbers"] == ["1-1"]
    assert [one.action for one in custody.list_of(tx, subject=f"case:{new.number}")][-1] == "case:split"


def test_a_description_that_both_need_is_copied_and_goes_again(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    other = file_of(tx, two.both, number=2)
    stays = sighted(tx, officer, two.source, other.id, two.man.id)
    before = held(tx, two.source)
    new = splitting.split(tx, officer, two.source, [two.one.reference], "另一伙", "手法不同", year=2026)
    assert held(tx, new)["subjects"] == held(tx, two.source)["subjects"] == ["灰帽男子"]
    assert stays.subject_id == two.man.id
    assert two.sighting.subject_id != two.man.id
    undo_last(tx, officer)
    assert held(tx, two.source) == before
    assert two.sighting.subject_id == two.man.id
    assert (new.state, new.merged_into_id) == ("closed", two.source.id)
    assert held(tx, new)["subjects"] == []


def test_a_new_case_that_has_grown_is_not_taken_back(tx: Transaction, officer: Actor, two: Two) -> None:
    new = splitting.split(tx, officer, two.source, [two.one.reference], "另一伙", "手法不同", year=2026)
    act = acts.recorded(tx)
    links.link(tx, officer, new, sent(tx), "同伙")
    assert act is not None
    with pytest.raises(TiplineError) as caught:
        undoing.undo(tx, officer, act.id)
    assert caught.value.code == "act:superseded"
    assert tx.query(Link).filter_by(case_id=new.id, ended_at=None).count() == 2


@pytest.mark.parametrize(
    ("references", "reason", "title", "code"),
    [
        ([], "x", "y", "split:tips-needed"), (["T-1"], "x", "y", "split:tips-needed"),
        (["one"], " ", "y", "link:reason-needed"), (["one"], "x", " ", "case:title-needed"),
    ],
)  # fmt: skip
def test_parting_needs_tips_a_reason_and_a_title(
    tx: Transaction, officer: Actor, two: Two, references: list[str], reason: str, title: str, code: str
) -> None:
    chosen = [two.one.reference if one == "one" else one for one in references]
    with pytest.raises(TiplineError) as caught:
        splitting.split(tx, officer, two.source, chosen, title, reason)
    assert caught.value.code == code


def test_only_those_who_may_act_on_both_merge_them(tx: Transaction, officer: Actor, two: Two) -> None:
    stranger = accounts.add(tx, SYSTEM, "wu", role="investigator", password_hash="not a hash").actor
    members.set_access(tx, officer, two.into, cases.MEMBERS)
    with pytest.raises(TiplineError) as caught:
        merging.merge(tx, stranger, two.source, two.into, "x")
    assert caught.value.code == "case:not-found"


def test_places_of_tips_stay_after_a_merger_is_taken_back_and_made_again(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    first: Tip = two.one
    place = exhibits.places(tx, two.into)[first.id]
    undo_last(tx, officer)
    links.link(tx, officer, two.into, sent(tx), "x")
    merging.merge(tx, officer, two.source, two.into, "还是同一人")
    assert exhibits.places(tx, two.into)[first.id] == place


def test_an_old_number_is_as_open_as_the_case_it_leads_to(tx: Transaction, officer: Actor, two: Two) -> None:
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    members.set_access(tx, officer, two.into, cases.MEMBERS)
    stranger = accounts.add(tx, SYSTEM, "wu", role="investigator", password_hash="not a hash").actor
    assert cases.list_cases(tx, stranger) == []
    undo_last(tx, officer)
    assert len(cases.list_cases(tx, stranger)) == 2


def test_older_numbers_follow_when_a_merger_shuts_a_case_and_when_it_is_taken_back(
    tx: Transaction, officer: Actor, two: Two
) -> None:
    older, other = (cases.open_case(tx, officer, "旧案", year=2026) for _ in range(2))
    merging.merge(tx, officer, older, two.source, "同一嫌疑人")
    merging.merge(tx, officer, other, two.into, "同一嫌疑人")
    stranger = accounts.add(tx, SYSTEM, "wu", role="investigator", password_hash="not a hash").actor
    two.source.access = older.access = cases.MEMBERS
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    assert cases.list_cases(tx, stranger) == []
    undo_last(tx, officer)
    assert {one.number for one in cases.list_cases(tx, stranger)} == {two.into.number, other.number}


def test_a_number_that_leads_on_is_not_opened_by_itself(tx: Transaction, officer: Actor, two: Two) -> None:
    members.set_access(tx, officer, two.source, cases.MEMBERS)
    shut = acts.list_latest(tx, officer.user_id or 0)[0]
    merging.merge(tx, officer, two.source, two.into, "同一嫌疑人")
    with pytest.raises(TiplineError) as refused:
        members.set_access(tx, officer, two.source, cases.STATION)
    assert refused.value.code == "case:merged"
    with pytest.raises(TiplineError) as late:
        undoing.undo(tx, officer, shut.id)
    assert late.value.code == "act:superseded"
    assert two.source.access == cases.MEMBERS
