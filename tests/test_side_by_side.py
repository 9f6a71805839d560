"""Threads of tests: what they return, what they raise, and that none is waited for without end."""

from __future__ import annotations

import threading

import pytest

from tests.side_by_side import end_all, side_by_side


def test_each_answers_in_its_place_and_all_act_at_once() -> None:
    together = threading.Barrier(4, timeout=60)

    def act(number: int) -> int:
        together.wait()
        return number * 2

    assert side_by_side(act, range(4)) == [0, 2, 4, 6]
    assert side_by_side(act, []) == []


def test_what_one_raises_reaches_the_test() -> None:
    def act(number: int) -> None:
        if number:
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        side_by_side(act, range(3))


def test_one_that_never_ends_is_told_of_with_the_place_where_it_waits() -> None:
    for_ever = threading.Event()

    def wait_for_nothing(_: int) -> None:
        for_ever.wait()

    with pytest.raises(AssertionError, match=r"(?s)1 of 1 never ended.*wait_for_nothing"):
        side_by_side(wait_for_nothing, [0], within_s=0.1)
    for_ever.set()
    end_all(one for one in threading.enumerate() if one.name == "beside-0")
