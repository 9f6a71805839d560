"""Which part numbers a turn may send in S3, and how far what older turns hold still counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.s3_turn import NO_END, RestingTurns, Turn, first_free, limit_of


def turn(order: int, first: int = 1, end: int = NO_END) -> Turn:
    return Turn(order, f"{order:08x}", first, end)


def test_nobody_before_means_the_first_number() -> None:
    assert first_free([], []) == 1


@pytest.mark.parametrize(
    ("turns", "numbers", "expected"),
    [
        ([turn(1)], [], 2),  # it may be sending 1
        ([turn(1)], [1, 2, 3], 5),  # or 4, after the three it recorded
        ([turn(1), turn(2, first=7)], [1, 2, 3], 8),  # the newer one may be sending 7
        ([turn(1), turn(2, first=7)], [1, 2, 3, 7, 8], 10),
    ],
)
def test_a_turn_begins_above_all_that_can_be_on_its_way(
    turns: list[Turn], numbers: list[int], expected: int
) -> None:
    assert first_free(turns, numbers) == expected


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_turns_that_follow_each_other_never_send_a_number_twice(sent: list[int]) -> None:
    """Each records so many parts, and has one more on its way when the next one comes."""
    turns: list[Turn] = []
    recorded: list[int] = []
    used: list[int] = []
    for parts in sent:
        mine = Turn.after_all(turns, recorded, NO_END)
        used += range(mine.first, mine.first + parts + 1)
        recorded += range(mine.first, mine.first + parts)
        turns.append(mine)

    assert len(used) == len(set(used))
    assert used == sorted(used)


def test_a_name_says_all_and_the_newest_is_the_last_by_name() -> None:
    older = turn(9, 3, 70)
    newer = Turn.after_all([older], [], 50)

    assert [Turn.parse(one.name) for one in (older, newer)] == [older, newer]
    assert sorted([newer.name, older.name]) == [older.name, newer.name]
    assert older < newer
    assert older.mark < newer.mark


def test_what_was_written_counts_as_far_as_every_newer_turn_lets_it() -> None:
    turns: list[Turn] = []
    for end in (NO_END, 100, NO_END, 60):
        turns.append(Turn.after_all(turns, [], end))

    limits = [limit_of(one.mark, turns) for one in turns]

    assert limits == [60, 60, 60, NO_END]
    assert limit_of(turns[0].mark, turns[:3]) == 100


def test_a_turn_that_was_put_late_voids_nothing_it_had_not_seen() -> None:
    first = Turn.after_all([], [], NO_END)
    late = Turn.after_all([first], [], 10)
    meanwhile = Turn.after_all([first], [], 10)

    assert limit_of(first.mark, [first, late, meanwhile]) == 10
    assert limit_of(meanwhile.mark, [first, late, meanwhile]) == NO_END


def test_a_turn_that_rests_is_handed_out_once() -> None:
    resting = RestingTurns()
    resting.keep("session", turn(1))

    assert resting.take("session") == turn(1)
    assert resting.take("session") is None
