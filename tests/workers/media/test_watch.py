"""Parts of a film decoded one by one tell the same as the whole; pictures are found again by their times."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.footage import Clip
from workers.media import frames, looks, moments, opening, overview, picks, timeline, watch, wire
from workers.media.film import Film
from workers.media.job import Job, Limits
from workers.media.report import Report
from workers.media.walk import Walk
from workers.media.watch import Seen, Stretch


@pytest.fixture
def film(clip: Clip) -> Iterator[Film]:
    descriptor = os.open(clip.path, os.O_RDONLY)
    job = Job(descriptor, os.fstat(descriptor).st_size, os.getpid(), Limits())
    made = Film(job, Report(io.BytesIO(), []), frames.Budget(job.limits), picks.Picker(most=96))
    made.line = timeline.read(job, made.budget)
    yield made
    os.close(descriptor)


def anew(film: Film) -> Film:
    return Film(film.job, film.report, film.budget, picks.Picker(most=96), line=film.line)


def looked(film: Film, *stretches: Stretch) -> list[Seen]:
    seen: list[Seen] = []
    watch.over(film, list(stretches), seen)
    return seen


def test_spans_together_see_what_one_look_at_all_sees(film: Film, clip: Clip) -> None:
    assert clip.person_at is not None
    whole, first, second = anew(film), anew(film), anew(film)
    (all_of_it,) = looked(whole, Stretch(0.0, 8.0, is_all=True, is_last=True))
    (early,) = looked(first, Stretch(0.0, 4.0, is_all=True))
    (late,) = looked(second, Stretch(4.0, 8.0, is_all=True, is_last=True))
    assert all_of_it.frames == clip.frames == early.frames + late.frames
    assert (early.start, early.end, late.start, late.end) == (0.0, 4.0, 4.0, 8.0)
    (event,) = whole.samples.judge().events
    (before,) = first.samples.judge(early.start, early.judged_to).events
    (after,) = second.samples.judge(late.start, late.judged_to).events
    assert before.start == pytest.approx(event.start, abs=0.3)
    assert after.end == pytest.approx(event.end, abs=0.3)
    # Nothing is lost where they meet: the person walks on there.
    assert after.start - before.end < 0.6


def test_every_frame_is_handed_on_once_and_in_order(film: Film, clip: Clip) -> None:
    handed: list[float] = []
    for stretch in (Stretch(0.0, 4.0, is_all=True), Stretch(4.0, 8.0, is_all=True, is_last=True)):
        watch.over(anew(film), [stretch], [], lambda frame, t: handed.append(t))
    assert len(handed) == clip.frames
    assert handed == sorted(handed)


def test_stretches_of_a_film_are_told_apart(film: Film) -> None:
    seen = looked(film, Stretch(0.0, 2.0), Stretch(6.0, 8.0))
    assert [(one.start, one.end, one.frames, one.is_complete) for one in seen] == [
        (0.0, 2.0, 20, True),
        (6.0, 8.0, 20, True),
    ]
    assert film.samples.judge(6.0, 8.0).events == []


def test_a_jump_and_reading_on_come_to_the_same_frame(film: Film) -> None:
    found = []
    for way in (Walk.jump, Walk.skip):
        with opening.opened(film.job) as container:
            stream = opening.picture_stream(container, film.job.limits)
            assert stream is not None
            walk = Walk(container, stream, film.budget)
            way(walk, 4.0)
            found.append([t for _, t in walk.until(5.0)])
            assert walk.began == pytest.approx(4.0)
            found[-1].append(next(iter(walk.until(6.0)))[1])
    assert found[0] == found[1]
    assert len(found[0]) == 11


def test_a_budget_that_ends_leaves_what_was_seen(film: Film) -> None:
    film.budget = frames.Budget(Limits(frames=30))
    seen: list[Seen] = []
    with pytest.raises(frames.Spent):
        watch.over(film, [Stretch(0.0, 8.0, is_all=True)], seen)
    assert [one.is_complete for one in seen] == [False]
    assert 2.5 < seen[0].end < 3.1


def test_key_frames_that_differ_mark_what_lies_between(film: Film) -> None:
    seen = overview.look(film)
    assert seen.times == pytest.approx(film.line.key_times if film.line else [])
    assert seen.cuts == []
    score = seen.score(1.0, 8.0)
    assert len(score) == 8
    assert all(0 <= one <= 1 for one in score)


def test_pictures_of_the_whole_film_are_taken_at_key_frames_and_at_its_very_end(film: Film) -> None:
    assert film.line is not None
    moments.cover(film, film.line)
    times = [t for t, _ in film.picker.kept]
    assert times[-1] == pytest.approx(7.9)
    assert times[:-1]
    assert all(np.isclose(t % 2.0, 0.0) for t in times[:-1])


def test_the_picture_of_a_moment_lies_in_its_window(film: Film) -> None:
    wanted = [picks.Window(2.3, 2.6, 0, opens=True), picks.Window(4.2, 4.5, 0, opens=True)]
    moments.visit(film, wanted, picks.ACTIVITY)
    times = [t for t, _ in film.picker.kept]
    assert len(times) == 2
    assert all(window.start - 0.05 <= t <= window.end + 0.05 for window, t in zip(wanted, times, strict=True))


def given(film: Film, **more: Any) -> Job:
    """The job of a later step, as the parent hands it out."""
    media = {"rotation": 0, "vfr": False, "fps": 10.0, "duration_s": 8.0, "frame_count": 80}
    plan = {"suspects": [[0.0, 2.0], [4.0, 6.0]], "spans": [[0.0, 4.0], [4.0, 8.0]]}
    told = {"media": media, "plan": plan, "range": [None, None], "kept": [], "room": 96}
    return replace(film.job, given={**told, **more})


def test_a_step_over_suspects_tells_which_parts_it_saw(film: Film) -> None:
    report = Report(io.BytesIO(), [])
    looks.suspects(given(film), report)
    found = report.result
    assert [(one["start"], one["end"], len(one["score"])) for one in found["stretches"]] == [
        (0.0, 2.0, 2),
        (4.0, 6.0, 2),
    ]
    assert found["whole"] is False
    assert found["tally"]["frames"] == 40
    assert all(4.0 <= one["start"] <= one["peak"] <= one["end"] + 0.5 <= 6.5 for one in found["events"])
    assert found["events"]
    assert report.pictures


def test_a_step_over_a_span_counts_it_and_repeats_no_picture(film: Film) -> None:
    first, second = Report(io.BytesIO(), []), Report(io.BytesIO(), [])
    looks.span(given(film, range=[4.0, 8.0]), first)
    assert first.result["whole"] is True
    assert first.result["tally"] == {"frames": 40, "errors": 0, "corrupt": 0, "last_s": pytest.approx(7.9)}
    assert first.media["warnings"] == []
    said = first._out.getvalue()  # type: ignore[attr-defined]
    kept = [[body["t"], body["pdq"]] for body in headers(said)]
    assert len(kept) == first.pictures > 0
    looks.span(given(film, range=[4.0, 8.0], kept=kept), second)
    assert second.pictures == 0
    assert second.result == first.result


def headers(said: bytes) -> list[dict[str, Any]]:
    return [message.body for message in wire.Reader().feed(said) if message.kind == "keyframe"]


def test_numbers_of_frames_are_told_only_where_they_follow_from_the_pace(film: Film) -> None:
    for media, expected in (({}, True), ({"vfr": True}, False), ({"frame_count": 70}, False)):
        job = given(film, range=[4.0, 8.0])
        job.given["media"].update(media)
        report = Report(io.BytesIO(), [])
        looks.span(job, report)
        told = [body["frame"] for body in headers(report._out.getvalue())]  # type: ignore[attr-defined]
        assert told
        assert all((one is not None) is expected for one in told)
