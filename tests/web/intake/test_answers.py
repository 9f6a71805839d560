"""What stands in the report form: `tipline.web.intake.answers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from apiflask import APIFlask

from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web.intake.answers import Answers


@pytest.fixture(autouse=True)
def _asked(app: APIFlask) -> Iterator[None]:
    with app.test_request_context():
        yield


def report(**typed: str) -> Report:
    return Answers.of_form({"category": "theft", **typed}).report()


def faults(**typed: str) -> dict[str, str]:
    with pytest.raises(TiplineError) as caught:
        report(**typed)
    return caught.value.fields


def test_no_contact_is_anonymous() -> None:
    assert report(text="x").anonymous
    assert not report(text="x", contact="138").anonymous
    assert report(contact="138", anonymous="yes").contact == ""


@pytest.mark.parametrize("told", ["false", "0", "No", "off"])
def test_who_says_not_to_be_anonymous_keeps_the_contact(told: str) -> None:
    assert report(contact="138", anonymous=told).contact == "138"


@pytest.mark.parametrize(
    ("way", "minutes", "offset"),
    [
        ("fast", "2", 120.0),
        ("slow", "2.5", -150.0),
        ("", "5", None),
        ("fast", "", None),
        ("slow", "1，5", -90.0),
    ],
)
def test_the_cameras_clock_is_camera_minus_true_time(way: str, minutes: str, offset: float | None) -> None:
    assert report(clock_way=way, clock_minutes=minutes).clock_offset_s == offset


@pytest.mark.parametrize(("typed", "days"), [("", None), ("7", 7), ("30", 30)])
def test_days_until_the_recorder_writes_over_are_whole(typed: str, days: int | None) -> None:
    assert report(overwrites_in_days=typed).overwrites_in_days == days


@pytest.mark.parametrize("typed", ["0", "1.5", "-3", "many", "400", "1e999"])
def test_days_that_cannot_be_are_told(typed: str) -> None:
    assert faults(overwrites_in_days=typed) == {"overwrites_in_days": "tip:days-unclear"}


def test_all_faults_are_told_at_once_and_at_their_fields() -> None:
    found = faults(
        category="", text="x" * 10_001, occurred_date="soon", place="p" * 201, contact="c" * 201,
        clock_way="fast", clock_minutes="many",
    )  # fmt: skip

    assert found == {
        "category": "tip:category-needed",
        "text": "tip:text-too-long",
        "occurred_date": "tip:time-unclear",
        "place": "tip:field-too-long",
        "contact": "tip:field-too-long",
        "clock_minutes": "tip:clock-unclear",
    }


def test_a_time_in_the_future_is_told_at_the_day() -> None:
    assert faults(occurred_date="2999-01-01") == {"occurred_date": "tip:time-ahead"}


@pytest.mark.parametrize("typed", ["nan", "inf", "1e400"])
def test_numbers_that_are_none_are_refused(typed: str) -> None:
    assert "lat" in faults(lat=typed, lon="1")
    assert faults(clock_way="fast", clock_minutes=typed) == {"clock_minutes": "tip:offset-unclear"}


def test_line_ends_count_as_one_character() -> None:
    assert report(text="a\r\nb").text == "a\nb"


def test_a_draft_is_shown_as_it_was_typed(make_tip: Callable[..., Tip]) -> None:
    typed = {
        "category": "footage", "text": "两个人\n一辆车", "occurred_date": "2026-11-22",
        "occurred_time": "21:30", "place": "幸福超市", "contact": "微信 abc",
    }  # fmt: skip
    made = report(**typed)
    tip = make_tip(
        made.text, submit=False, category=made.category, occurred_at=made.occurred_at, place=made.place,
    )  # fmt: skip

    shown = Answers.of_tip(tip, contact_kept=True)

    assert {name: getattr(shown, name) for name in typed} == {**typed, "contact": ""}
    assert shown.report().contact is None


def test_a_day_without_an_hour_is_shown_without_one(make_tip: Callable[..., Tip]) -> None:
    made = report(occurred_date="2026-11-22")
    tip = make_tip("x", submit=False, occurred_at=made.occurred_at, occurred_until=made.occurred_until)

    shown = Answers.of_tip(tip, contact_kept=False)

    assert (shown.occurred_date, shown.occurred_time) == ("2026-11-22", "")
