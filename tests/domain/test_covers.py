"""What a track may be: boxes from a browser or a program are believed in nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tipline.domain import covers
from tipline.errors import TiplineError

NAN = float("nan")


def track(**changed: Any) -> dict[str, Any]:
    return {"id": "h-1", "source": "hand", "boxes": [[0, 0.1, 0.1, 0.2, 0.2]], **changed}


def test_a_track_is_kept_with_known_keys_alone_and_its_boxes_in_order() -> None:
    rows = [[2, 0.5, 0.5, 0.1, 0.1], [1, 0.1, 0.1, 0.2, 0.2]]
    (kept,) = covers.cleaned(
        [track(boxes=rows, label=" clerk\n", start=1, end=4, evil="<b>", bridged=[[1, 2], [3]], job=7)]
    )

    assert kept == {
        "id": "h-1", "source": "hand", "label": "clerk", "start": 1.0, "end": 4.0,
        "boxes": [[1.0, 0.1, 0.1, 0.2, 0.2], [2.0, 0.5, 0.5, 0.1, 0.1]], "bridged": [[1.0, 2.0]],
        "lost": None, "lost_back": None, "job": 7, "edited": False,
    }  # fmt: skip


def test_a_box_that_reaches_over_the_edge_is_cut_to_the_picture() -> None:
    (kept,) = covers.cleaned([track(boxes=[[0, -0.1, 0.9, 0.3, 0.5]])])

    assert kept["boxes"] == [[0.0, 0.0, 0.9, 0.2, 0.1]]


@pytest.mark.parametrize(
    "wrong",
    [
        None, "x", [7], [{}], [track(id="../x")], [track(id="a"), track(id="a")], [track(boxes=[])],
        [track(boxes=[[0, 1.2, 0.1, 0.1, 0.1]])], [track(boxes=[[NAN, 0.1, 0.1, 0.1, 0.1]])],
        [track(boxes=[[0, NAN, 0.1, 0.1, 0.1]])], [track(boxes=[[0, 0.1, 0.1, 0, 0.1]])],
        [track(boxes=[[0, 0.1, 0.1, 0.1]])], [track(boxes=[[0, True, 0.1, 0.1, 0.1]])],
        [track(boxes=[[0, 0.1, 0.1, 0.1, 0.1]] * 2)], [track(start=5, end=4)], [track(start="now")],
        [track(boxes=[[1e300, 0.1, 0.1, 0.1, 0.1]])], [track(boxes=[[0, 1e300, 0.1, 0.1, 0.1]])],
    ],
)  # fmt: skip
def test_what_is_no_box_is_refused(wrong: Any) -> None:
    with pytest.raises(TiplineError) as said:
        covers.cleaned(wrong)
    assert said.value.code == "redaction:boxes-unclear"


def test_ten_thousand_boxes_are_too_many_and_the_answer_says_how_many_may_be() -> None:
    rows = [[t, 0.1, 0.1, 0.1, 0.1] for t in range(10_000)]
    for many in ([track(boxes=rows)], [track(id=f"h-{at}") for at in range(500)]):
        with pytest.raises(TiplineError) as refused:
            covers.cleaned(many)
        assert refused.value.code == "redaction:too-many-boxes"
        assert refused.value.values == {"tracks": covers.MOST_TRACKS, "boxes": covers.MOST_BOXES}


def test_a_range_has_a_beginning_before_its_end() -> None:
    assert covers.range_of(None) is None
    assert covers.range_of([1, 2.5]) == [1.0, 2.5]
    for wrong in ([2, 1], [1, 1], [0], "all", [0, NAN], [0, float("inf")]):
        with pytest.raises(TiplineError) as said:
            covers.range_of(wrong)
        assert said.value.code == "redaction:range-unclear"


def test_the_digest_tells_results_that_hide_the_same_from_others() -> None:
    one = {"tracks": covers.burned(covers.cleaned([track(label="a")])), "margin": 0.2, "range": None}
    same = {"tracks": covers.burned(covers.cleaned([track(label="b")])), "margin": 0.2, "range": None}

    assert covers.digest(one) == covers.digest(same)
    assert covers.digest(one) != covers.digest({**one, "margin": 0.1})
    assert covers.margin_of(NAN) == covers.margin_of("x") == 0.2
    assert covers.margin_of(5) == 0.35
