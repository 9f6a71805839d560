"""Gaps and overlaps of what cameras saw: together they tell every moment just once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.domain import clips
from tipline.domain.clips import Span

START = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)


def _span(start: int, length: int, lane: str) -> Span:
    return Span(START + timedelta(seconds=start), START + timedelta(seconds=start + length), lane)


some_spans = st.lists(
    st.builds(_span, st.integers(0, 200), st.integers(1, 60), st.sampled_from("abc")), max_size=8
)


@given(some_spans)
@settings(max_examples=60)
def test_each_second_is_seen_by_none_one_or_several_just_as_it_is_told(spans: list[Span]) -> None:
    gaps, together = clips.gaps(spans), clips.together(spans)
    edges = [edge for span in spans for edge in span[:2]]
    for second in range(300):
        at = START + timedelta(seconds=second + 0.5)
        lanes = {span.lane for span in spans if span.start <= at < span.end}
        inside = bool(edges) and min(edges) <= at <= max(edges)

        assert any(start <= at < end for start, end in gaps) == (inside and not lanes)
        told = [one.lanes for one in together if one.start <= at < one.end]
        assert told == ([tuple(sorted(lanes))] if len(lanes) > 1 else [])


def test_what_goes_on_is_told_once() -> None:
    found = clips.together([_span(0, 100, "till"), _span(10, 20, "door"), _span(30, 20, "door")])

    assert [(one.start - START).seconds for one in found] == [10]
    assert found[0].end == START + timedelta(seconds=50)
