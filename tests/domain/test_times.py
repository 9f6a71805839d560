"""Times of capture: every source stays, the best is chosen by a fixed order, disagreement is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tipline.domain import times


def _time(source: str, value: str | None, note: str | None = None) -> dict[str, Any]:
    zone = "known" if value and ("+" in value[10:] or "Z" in value) else "none"
    return {"source": source, "value": value, "zone": zone} | ({"note": note} if note else {})


def _codes(*told: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    return [(one.code, one.second) for one in times.contradictions(told, **more)]


def test_the_camera_is_believed_before_the_container_and_the_name() -> None:
    told = [
        _time("name:phone", "2024-03-09T21:14:02"),
        _time("container:creation_time", "2024-03-09T13:14:05+00:00"),
        _time("quicktime:creationdate", "2024-03-09T21:14:00+08:00"),
    ]
    assert times.best(told) == ("2024-03-09T21:14:00+08:00", "quicktime:creationdate")
    assert times.best(told[:2]) == ("2024-03-09T13:14:05+00:00", "container:creation_time")


def test_when_an_app_saved_or_changed_a_file_is_never_its_capture() -> None:
    told = [_time("name:saved", "2024-03-09T21:14:00"), _time("exif:DateTime", "2024-03-09T21:14:00")]
    assert times.best(told) == (None, None)


def test_what_is_no_date_is_kept_and_never_chosen() -> None:
    told = [
        _time("exif:DateTimeOriginal", None, "no-date"),
        _time("name:phone", "2024-03-09T21:14:00.500000"),
    ]
    assert times.best(told) == ("2024-03-09T21:14:00", "name:phone")
    assert len(times.merge(told)) == 2


def test_two_values_of_one_source_stay_beside_each_other() -> None:
    first = [_time("exif:DateTimeOriginal", "2018-05-21T12:33:05")]
    other = [
        _time("exif:DateTimeOriginal", "2018-05-21T12:33:05"),
        _time("xmp:CreateDate", "2002-01-01T00:00:00"),
    ]
    assert [one["source"] for one in times.merge(other, first)] == ["exif:DateTimeOriginal", "xmp:CreateDate"]


def test_times_that_agree_within_a_zone_are_no_contradiction() -> None:
    bare = _time("exif:DateTimeOriginal", "2024-03-09T21:14:00")
    assert _codes(bare, _time("exif:GPSDateTime", "2024-03-09T13:14:05+00:00")) == []
    assert _codes(bare, _time("exif:GPSDateTime", "2024-03-09T15:44:05+00:00")) == []
    assert _codes(bare, _time("xmp:CreateDate", "2024-03-09T21:14:00+08:00")) == []


def test_times_that_cannot_be_true_together_are_told_with_the_distance() -> None:
    bare = _time("exif:DateTimeOriginal", "2008-10-22T16:28:39")
    far = times.contradictions([bare, _time("exif:GPSDateTime", "2008-10-23T14:27:07+00:00")])
    assert [(one.code, one.first, one.second) for one in far] == [
        ("apart", "exif:DateTimeOriginal", "exif:GPSDateTime")
    ]
    assert timedelta(hours=9) < abs(far[0].by) < timedelta(hours=11)
    minutes = times.contradictions([bare, _time("exif:GPSDateTime", "2008-10-22T14:20:39+00:00")])
    assert minutes[0].by == timedelta(minutes=7)
    assert _codes(bare, _time("name:phone", "2008-10-22T16:40:00")) == [("apart", "name:phone")]


def test_a_film_may_be_dated_by_its_end() -> None:
    told = [
        _time("quicktime:creationdate", "2024-03-09T21:14:00+08:00"),
        _time("container:creation_time", "2024-03-09T13:24:00+00:00"),
    ]
    assert _codes(*told) == [("apart", "container:creation_time")]
    assert _codes(*told, length_s=600.0) == []


def test_local_time_written_where_utc_belongs_is_told() -> None:
    told = [
        _time("container:creation_time", "2024-03-09T21:14:00+00:00", "utc-by-standard"),
        _time("name:recorder", "2024-03-09T21:14:00"),
    ]
    assert _codes(*told) == [("local-as-utc", "name:recorder")]


def test_a_later_change_and_a_capture_after_arrival_are_told() -> None:
    taken = _time("exif:DateTimeOriginal", "2024-03-09T21:14:00")
    assert _codes(taken, _time("exif:DateTime", "2024-03-10T10:00:00")) == [("changed", "exif:DateTime")]
    assert _codes(taken, _time("exif:DateTime", "2024-03-09T21:14:00")) == []
    assert _codes(taken, arrived=datetime(2024, 3, 8, tzinfo=UTC)) == [("future", "")]
    assert _codes(taken, arrived=datetime(2024, 3, 9, 13, 20, tzinfo=UTC)) == []


def test_how_long_a_file_was_taken_to_its_saving_is_no_contradiction() -> None:
    taken = _time("exif:DateTimeOriginal", "2024-03-09T21:14:00")
    assert _codes(taken, _time("name:saved", "2024-05-01T10:00:00")) == []
