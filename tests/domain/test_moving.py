"""Movement put together from looks at parts of a film."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tipline.domain import moving

SAMPLED = {"duration_s": 10.0, "activity": {"step_s": 1.0, "score": [0.3] * 10, "events": []}}


def stretch(start: float, end: float, *score: float) -> dict[str, Any]:
    return {"start": start, "end": end, "step_s": 1.0, "score": list(score)}


def look(*stretches: dict[str, Any], events: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"stretches": list(stretches), "events": events or [], "tally": {}, "whole": False}


def event(start: float, end: float, peak: float, area: float) -> dict[str, float]:
    return {"start": start, "end": end, "peak": peak, "area": area}


def merged(*looks: dict[str, Any], **media: Any) -> dict[str, Any]:
    found: dict[str, Any] = moving.merged({**SAMPLED, **media}, looks, spans_planned=0)["activity"]
    return found


def test_what_was_seen_frame_by_frame_takes_the_place_of_what_was_sampled() -> None:
    activity = merged(look(stretch(2, 5, 0.0, 0.9, 0.0)))
    assert activity["score"][3] == 0.9
    assert activity["score"][7] == 0.3, "nobody looked there"
    assert activity["seen"] == [[2.0, 5.0]]


def test_stretches_that_touch_are_one() -> None:
    assert merged(look(stretch(0, 4, 0.0)), look(stretch(4, 7, 0.0), stretch(8, 9, 0.0)))["seen"] == [
        [0, 7],
        [8, 9],
    ]


def test_an_event_that_goes_on_in_the_next_range_is_one_with_the_larger_peak() -> None:
    parts = (look(events=[event(3, 5, 4, 10)]), look(events=[event(5.2, 7, 6, 30), event(9, 9.5, 9.1, 2)]))
    assert merged(*parts)["events"] == [
        {"start": 3, "end": 7, "peak": 6},
        {"start": 9, "end": 9.5, "peak": 9.1},
    ]


def test_frames_are_counted_once_every_range_was_decoded() -> None:
    spans = [{**look(), "whole": True, "tally": {"frames": 50}} for _ in range(2)]
    assert moving.merged(SAMPLED, spans[:1], spans_planned=2).get("frame_count") is None
    assert moving.merged(SAMPLED, spans, spans_planned=2)["frame_count"] == 100
    # Of a short film the suspect stretch is all of it, and no span follows.
    assert moving.merged(SAMPLED, spans[:1], spans_planned=0)["frame_count"] == 50


MOMENTS = st.floats(0, 100, allow_nan=False)


@given(st.lists(st.tuples(MOMENTS, st.floats(0.1, 20))))
def test_seen_stretches_come_in_order_and_never_overlap(found: list[tuple[float, float]]) -> None:
    ranges = moving.joined([{"start": start, "end": start + length} for start, length in found])
    assert all(start < end for start, end in ranges)
    assert all(one[1] < other[0] for one, other in zip(ranges, ranges[1:], strict=False))
    for start, length in found:
        assert any(low <= start and start + length <= high for low, high in ranges)


def test_a_film_of_unknown_length_keeps_its_scores() -> None:
    assert len(merged(look(stretch(0, 3, 0.5)), duration_s=None)["score"]) == 10


@pytest.mark.parametrize("step", [0.2, 1.0, 3.7])
def test_a_grid_of_any_step_has_room_for_the_whole_film(step: float) -> None:
    media = {"duration_s": 60.0, "activity": {"step_s": step, "score": [], "events": []}}
    activity = moving.merged(media, [look(stretch(0, 60, *[0.4] * 60))], spans_planned=0)["activity"]
    assert len(activity["score"]) == int(60 / step) + 1
    assert activity["score"][len(activity["score"]) // 2] == 0.4


def test_the_most_telling_picture_is_the_one_of_movement_where_most_moved() -> None:
    times = {0.0: "first", 2.1: "activity", 3.4: "activity", 3.9: "activity", 6.0: "coverage"}
    pictures = [{"t": t, "reason": reason} for t, reason in times.items()]
    score, event = [0.0, 0.0, 0.3, 0.8, 0.2, 0.0, 0.9], {"start": 2.0, "end": 4.0, "peak": 3.5}
    activity = {"step_s": 1.0, "score": score, "events": [event]}
    assert moving.telling({"keyframes": pictures, "activity": activity}) == 3.4
    assert moving.telling({"keyframes": pictures[:1], "activity": activity}) is None
    assert moving.telling({"keyframes": [], "activity": None}) is None
