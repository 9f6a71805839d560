"""What a photo of a recorder beside a phone proposes, and that it counts only once it was accepted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tipline.db import Transaction
from tipline.domain import acts, comparing, custody, recorders, undoing
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip

STATION = timezone(timedelta(hours=8))
CAME = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)  # 10:30 at the station


def _photo(
    at: str = "2026-11-26T10:03:20", beside: str | None = None, taken: str | None = None, **clock: Any
) -> Evidence:
    told = {"readings": [{"t": 0.0, "text": at, "at": at}], "ambiguous": [], **clock}
    told["beside"] = {"text": beside, "at": beside} if beside else None
    media = {
        "clock": told,
        "captured_at": taken,
        "captured_at_source": "exif:DateTimeOriginal" if taken else None,
    }
    return Evidence(id="e" * 26, number=2, purpose="clock", media=json.dumps(media), received_at=CAME)


def _offset(file: Evidence) -> tuple[float, int, tuple[str, ...]] | None:
    found = comparing.propose(file, STATION)
    return (found.offset_s, found.within_s, found.sources) if found else None


def test_a_phone_without_seconds_is_in_the_middle_of_its_minute() -> None:
    assert _offset(_photo(beside="10:00")) == (170.0, 30, ("phone",))


def test_a_phone_with_seconds_is_exact() -> None:
    assert _offset(_photo(beside="10:00:05")) == (195.0, 1, ("phone",))


def test_the_photos_own_time_gives_the_seconds_that_the_phone_does_not_show() -> None:
    file = _photo(beside="10:00", taken="2026-11-26T10:00:41+08:00")

    assert _offset(file) == (159.0, 2, ("phone", "photo"))


def test_the_phone_in_the_picture_is_believed_before_the_one_that_took_it() -> None:
    assert _offset(_photo(beside="10:00:05", taken="2026-11-26T07:00:00")) == (195.0, 1, ("phone",))


def test_without_a_phone_the_photos_own_time_serves() -> None:
    assert _offset(_photo(taken="2026-11-26T10:00:00")) == (200.0, 2, ("photo",))


def test_a_recorder_without_seconds_is_less_exact() -> None:
    assert _offset(_photo("2026-11-26T10:03", beside="10:00")) == (180.0, 60, ("phone",))


def test_a_phone_without_a_day_is_of_the_last_day_before_the_photo_came() -> None:
    assert _offset(_photo("2026-11-25T23:50:00", beside="23:49:00")) == (60.0, 1, ("phone",))


def test_midnight_may_lie_between_the_phone_and_the_photos_time() -> None:
    file = _photo("2026-11-26T00:05:00", beside="23:59", taken="2026-11-26T00:00:10")

    assert _offset(file) == (290.0, 2, ("phone", "photo"))


def test_a_recorder_that_is_years_behind_is_told_of_too() -> None:
    found = comparing.propose(_photo("2020-01-01T10:00:00", beside="10:00:00"), STATION)

    assert found is not None
    assert found.offset_s == (datetime(2020, 1, 1) - datetime(2026, 11, 26)).total_seconds()


@pytest.mark.parametrize(
    "file",
    [
        _photo(),
        _photo("10:03:20", beside="10:00"),
        _photo(beside="10:00", ambiguous=["2026-11-26T10:03:20", "2026-10-11T10:03:20"]),
        _photo(beside="10:00", readings=[]),
        _photo("1999-01-01T00:00:00", beside="10:00"),
    ],
    ids=["no second clock", "no day", "two meanings", "nothing read", "beyond all reason"],
)
def test_what_does_not_suffice_proposes_nothing(file: Evidence) -> None:
    assert comparing.propose(file, STATION) is None


def test_footage_proposes_nothing() -> None:
    file = _photo(beside="10:00")
    file.purpose = "footage"

    assert comparing.propose(file, STATION) is None


def test_an_accepted_proposal_counts_and_keeps_what_the_reporter_read(
    tx: Transaction, tip: Tip, officer: Actor
) -> None:
    recorders.tell_clock(
        tx, officer, tip, 60.0, "reading", reading="2026-11-26T10:01:00/2026-11-26T10:00:00+08:00"
    )
    found = comparing.propose(_photo(beside="10:00:05"), STATION)
    assert found is not None

    comparing.accept(tx, officer, tip, found)

    assert (tip.clock_offset_s, tip.clock_source) == (195.0, "compared")
    assert tip.clock_reading == "2026-11-26T10:01:00/2026-11-26T10:00:00+08:00"
    entry = custody.list_of(tx, subject=f"tip:{tip.reference}")[-1]
    assert (entry.action, entry.facts()["photo"], entry.facts()["before"]) == ("tip:clock", 2, 60.0)

    act = acts.recorded(tx)
    assert act is not None
    undoing.undo(tx, officer, act.id)

    assert (tip.clock_offset_s, tip.clock_source) == (60.0, "reading")


def test_the_time_of_satellites_is_no_clock_on_the_wall() -> None:
    file = _photo(taken="2026-11-26T02:00:05+00:00")
    media = json.loads(file.media or "{}") | {"captured_at_source": "exif:GPSDateTime"}
    file.media = json.dumps(media)
    assert comparing.propose(file, STATION) is None
