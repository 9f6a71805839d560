"""What is drawn under a film: movement that was seen, and stretches that were only sampled."""

from __future__ import annotations

from typing import Any

from tipline.web.review import strip


def media(
    score: list[float], *, seen: list[list[float]] | None, step: float = 1.0, **more: Any
) -> dict[str, Any]:
    activity: dict[str, Any] = {"step_s": step, "score": score, "events": []}
    if seen is not None:
        activity["seen"] = seen
    return {"duration_s": len(score) * step, "activity": activity, "warnings": [], **more}


def heights(path: str) -> set[str]:
    return {piece.split("H")[0].split(" ")[1] for piece in path.split("L")[1:]}


def test_what_was_only_sampled_is_a_gap_and_its_guess_is_drawn_apart() -> None:
    drawn = strip.drawn(media([0.0] * 4 + [0.5] + [0.0] * 4 + [0.9], seen=[[0.0, 6.0]]), [])
    assert drawn is not None
    assert drawn.gaps == [(600.0, 400.0)]
    assert not drawn.is_whole
    assert round(drawn.seen_part, 2) == 0.6
    assert heights(drawn.seen_area) == {"40", "22"}
    assert heights(drawn.sampled_area) == {"40", "7.6"}


def test_nothing_seen_yet_is_one_gap_not_calm() -> None:
    drawn = strip.drawn(media([0.0] * 10, seen=[]), [])
    assert drawn is not None
    assert drawn.gaps == [(0.0, 1000.0)]
    assert drawn.seen_part == 0


def test_a_film_seen_in_pieces_is_whole() -> None:
    drawn = strip.drawn(media([0.2] * 10, seen=[[5.0, 10.0], [0.0, 5.0]]), [2.0])
    assert drawn is not None
    assert (drawn.gaps, drawn.is_whole, drawn.marks) == ([], True, [200.0])


def test_a_look_of_an_older_version_is_read_as_it_was_meant() -> None:
    whole = strip.drawn(media([0.2] * 10, seen=None), [])
    broken_off = strip.drawn(media([0.2] * 5, seen=None, duration_s=10.0, warnings=["media:sampled"]), [])
    assert whole is not None
    assert whole.is_whole
    assert broken_off is not None
    assert broken_off.gaps == [(500.0, 500.0)]


def test_a_long_film_is_drawn_with_as_many_steps_as_can_be_seen() -> None:
    score = [0.0] * 20_000
    score[7_777] = 1.0
    drawn = strip.drawn(media(score, seen=[[0.0, 20_000.0]]), [])
    assert drawn is not None
    assert drawn.seen_area.count("L") <= strip.COLUMNS
    assert "4" in heights(drawn.seen_area)


def test_there_is_no_strip_without_scores() -> None:
    assert strip.drawn(media([], seen=[]), []) is None
    assert strip.drawn({"duration_s": None, "activity": None}, []) is None
