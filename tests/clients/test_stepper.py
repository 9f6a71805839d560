"""Exact steps by a player that is late, silent or on its way: in every order its answers may come."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.clients.node import HERE, find_node

EVEN = [at / 25 for at in range(20)]
UNEVEN = [0.0, 0.033, 0.067, 0.1, 0.22, 0.237, 0.278, 0.311, 0.345, 0.378, 0.498, 0.515, 0.556]
PROMPT = ["there", "frame"]
EARLY = ["frame", "there"]
# A film that has just come: its first frame is told when the player was already sent elsewhere.
LATE = ["before", "there", "frame"]
ORDERS = [
    PROMPT,
    EARLY,
    LATE,
    ["before", "frame", "there"],
    ["there", "before", "frame"],
    ["there", "before", "before", "frame"],
    ["there"],  # and nothing is told
]  # fmt: skip


def played(*wishes: dict[str, Any]) -> list[dict[str, Any]]:
    """What came of each wish."""
    usual = {"times": EVEN, "late": 0, "answers": [PROMPT], "hands": [["step", 1]]}
    said = subprocess.check_output(
        [find_node(), str(HERE / "stepper.mjs"), json.dumps([usual | one for one in wishes])],
        text=True, timeout=60,
    )  # fmt: skip
    told: list[dict[str, Any]] = json.loads(said)
    return told


def test_a_frame_told_late_moves_the_player_no_further() -> None:
    for order, found in zip(ORDERS, played(*({"answers": [one, PROMPT]} for one in ORDERS)), strict=True):
        assert (found["told"], found["screen"]) == ([0, 1], 1), order
        assert set(found["asked"]) == {60}, f"the moment was right, and another was asked for: {order}"


def test_a_film_on_its_way_is_asked_for_the_same_moment_until_it_is_there() -> None:
    (found,) = played({"answers": [[], [], ["before"], PROMPT]})

    assert (found["told"], found["screen"], found["asked"]) == ([0, 1], 1, [60] * 4)


def test_where_a_moment_gives_another_frame_the_right_moment_is_found() -> None:
    hands = [["step", 1], ["settle"]] * (len(UNEVEN) - 1)
    orders = (PROMPT, EARLY, LATE)
    wishes = ({"times": UNEVEN, "late": 0.012, "answers": [one], "hands": hands} for one in orders)
    for order, found in zip(orders, played(*wishes), strict=True):
        assert found["told"] == list(range(len(UNEVEN))), order
        assert found["screen"] == len(UNEVEN) - 1, order


def test_a_step_right_after_a_jump_counts_from_where_the_jump_leads() -> None:
    # Before the page hears of the jump, while the player goes there, and before it tells what stands there.
    passed = range(3)
    wishes = ({"hands": [["jump", 0.5], ["next", one], ["step", 1]]} for one in passed)
    for one, found in zip(passed, played(*wishes), strict=True):
        assert (found["told"][-1], found["screen"]) == (13, 13), one


def test_steps_while_a_list_of_frames_is_on_its_way_count_once() -> None:
    steps = [["wait", 0], *[["step", by] for by in (1, 1, -1, 1)], ["list", 0]]
    first, anew = played({"hands": steps}, {"hands": [["step", 1], ["settle", 0], *steps]})

    assert (first["told"][-1], first["screen"]) == (2, 2)
    assert (anew["told"][-1], anew["screen"]) == (3, 3)
