"""What is known of a file, composed from the results of its steps."""

from __future__ import annotations

from typing import Any

from tipline.domain import composing
from tipline.domain.composing import Done

MEDIA: dict[str, Any] = {
    "kind": "video", "failure": None, "duration_s": 60.0, "playable": "none", "warnings": ["media:sampled"],
    "timings_s": {"total": 1.0}, "tools": {"av": "18"}, "activity": None, "gps": None, "times": [],
}  # fmt: skip
PICTURE = {"t": 2.0, "file": "keyframe-0000002000.jpg"}


def first(plan: dict[str, Any] | None = None, **media: Any) -> Done:
    return Done("first", 0, {"media": {**MEDIA, **media}, "plan": plan or {}})


def test_the_first_step_alone_is_shown_as_it_is() -> None:
    media = composing.compose([first()], [PICTURE])
    assert media["keyframes"] == [PICTURE]
    assert (media["clock"], media["provenance"], media["playable"]) == (None, None, "none")


def test_later_steps_add_what_they_found() -> None:
    steps = [
        first(),
        Done(
            "clock", 0, {"clock": {"readings": []}, "timings_s": {"total": 2.0}, "tools": {"rapidocr": "3"}}
        ),
        Done("provenance", 0, {"encoders": ["x"]}),
        Done("copy", 0, {"playable": "proxy"}),
    ]
    media = composing.compose(steps, [])
    assert media["clock"] == {"readings": []}
    assert media["provenance"] == {"reencoded_by": "x"}
    assert media["playable"] == "proxy"
    assert media["warnings"] == ["media:sampled", "media:reencoded"]
    assert media["timings_s"]["clock"] == 2.0
    assert media["tools"] == {"av": "18", "rapidocr": "3"}


def test_the_clock_in_the_picture_dates_a_film_that_says_nothing_else() -> None:
    clock = {"offset_s": 1526905985.5, "started_at": "2018-05-21T12:33:05", "jumps": []}
    media = composing.compose([first(), Done("clock", 0, {"clock": clock, "texts": ["收银台 01"]})], [])

    assert (media["captured_at"], media["captured_at_source"]) == ("2018-05-21T12:33:05", "picture:clock")
    assert media["texts"] == ["收银台 01"]
    for doubt in ({"offset_s": None}, {"jumps": [{"start": 1.0}]}):
        media = composing.compose([first(), Done("clock", 0, {"clock": {**clock, **doubt}})], [])
        assert media["captured_at"] is None


def test_a_step_that_failed_takes_nothing_away() -> None:
    steps = [
        first(playable="original"),
        Done("clock", 0, {}, "media:crashed"),
        Done("copy", 0, {}, "media:timeout"),
    ]
    media = composing.compose(steps, [])
    assert (media["failure"], media["clock"], media["playable"]) == (None, None, "original")


def test_a_film_is_followed_by_its_suspects_its_clock_and_its_spans_then_its_copy() -> None:
    plan = {"suspects": [[1, 2]], "spans": [[0, 150], [150, 300]], "copy": "encode"}
    planned = composing.following({**MEDIA}, plan)
    assert [one.kind for one in planned] == ["suspects", "clock", "provenance", "span", "span", "copy"]
    assert [(one.start_s, one.end_s) for one in planned if one.kind == "span"] == [(0, 150), (150, 300)]


def test_what_failed_or_is_no_footage_has_nothing_to_follow() -> None:
    assert composing.following({**MEDIA, "failure": "media:corrupt"}, {}) == []
    assert composing.following({**MEDIA, "kind": "other"}, {}) == []


def test_a_short_film_waits_for_everything_a_long_one_only_for_what_it_is_judged_by() -> None:
    assert composing.is_awaited("span", {"duration_s": 60.0})
    assert not composing.is_awaited("span", {"duration_s": 3600.0})
    assert composing.is_awaited("suspects", {"duration_s": 3600.0})


def test_that_a_voice_note_has_no_picture_is_not_worth_a_word() -> None:
    sound = first(kind="audio", warnings=["media:no-picture", "media:damaged"])
    for name in ("voice-20240309-211400.webm", "msg_1.amr", "Recording 3.M4A"):
        assert composing.compose([sound], [], filename=name)["warnings"] == ["media:damaged"]
    # Who sent a film has to hear of it.
    assert "media:no-picture" in composing.compose([sound], [], filename="cam1.mp4")["warnings"]
