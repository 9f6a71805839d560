"""What a captured child says at the end of a step costs those who believe it no more than honesty would."""

from __future__ import annotations

from typing import Any

from tipline.domain import composing
from tipline.domain.composing import Done
from workers import untrusted, untrusted_results

FILM = {"kind": "video", "duration_s": 60.0, "activity": {"step_s": 1.0, "score": [0.2] * 60, "events": []}}


def composed(**said: Any) -> dict[str, Any]:
    first = Done("first", 0, {"media": untrusted.media(FILM), "plan": untrusted_results.plan(None)})
    look = Done("suspects", 0, untrusted_results.of("suspects", said))
    return composing.compose([first, look], [])


def stretch(start: float, end: float) -> dict[str, Any]:
    return {"start": start, "end": end, "step_s": 1.0, "score": [0.9]}


def test_a_stretch_from_the_beginning_of_time_is_laid_over_the_film_alone() -> None:
    activity = composed(stretches=[stretch(-1e9, 1e9)])["activity"]
    assert activity["score"][:60] == [0.0] * 60


def test_what_lies_before_the_film_is_not_laid_over_its_end() -> None:
    activity = composed(stretches=[stretch(-5.0, -2.0)])["activity"]
    assert activity["score"][:60] == [0.2] * 60


def test_stretches_over_each_other_are_laid_once() -> None:
    kept = untrusted_results.of("suspects", {"stretches": [stretch(0, 1e9)] * 4000})["stretches"]
    assert kept == [stretch(0, 1e9)]
    honest = [stretch(0, 10), stretch(9.98, 20), stretch(30, 40)]
    assert untrusted_results.of("suspects", {"stretches": honest})["stretches"] == honest


def test_a_stretch_that_ends_before_it_began_is_none() -> None:
    assert untrusted_results.of("suspects", {"stretches": [stretch(5, 4)]})["stretches"] == []


def test_a_plan_of_thousands_of_jobs_is_cut() -> None:
    spans = untrusted_results.plan({"spans": [[at, at + 1] for at in range(4000)]})["spans"]
    assert len(spans) == untrusted_results.SPANS
