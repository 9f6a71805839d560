"""Tags: cleaned and bounded; times with the zone they were written with."""

from __future__ import annotations

import json

import pytest

from workers.media import tags, wire


@pytest.mark.parametrize(
    ("said", "offset", "meant"),
    [
        ("2024:03:09 21:14:00", None, "2024-03-09T21:14:00"),
        ("2024:03:09 21:14:00", "+08:00", "2024-03-09T21:14:00+08:00"),
        ("2019-07-24T11:25:40+0300", None, "2019-07-24T11:25:40+03:00"),
        ("2017-02-22T08:20:28.000000Z", None, "2017-02-22T08:20:28+00:00"),
        ("2012-09-10 20:52:00", None, "2012-09-10T20:52:00"),
        ("0000:00:00 00:00:00", None, None),
        ("1904-01-01T00:00:00.000000Z", None, None),
        ("1970-01-01T00:00:00Z", None, None),
        ("2024:13:40 21:14:00", None, None),
        ("yesterday", None, None),
        (None, None, None),
        ("2024:03:09 21:14:00", "+99:99", None),
    ],
)
def test_times_as_cameras_write_them(said: str | None, offset: str | None, meant: str | None) -> None:
    assert tags.stamp(said, offset) == meant


def test_tags_are_one_line_each_and_not_endless() -> None:
    hostile = {f"key {at}": "a\x00b\nc\x1b[31m" + "x" * 5000 for at in range(1000)} | {"\n": "no name"}
    kept = tags.bounded(hostile)
    assert len(kept) == tags.MOST
    assert all(text.isprintable() and len(text) <= tags.VALUE_CHARACTERS for text in kept.values())


def test_all_tags_of_a_file_fit_through_the_wall_whatever_letters_they_are_in() -> None:
    raw = {f"标签 {at}": "😀" * 600 for at in range(200)}
    kept = tags.bounded({"title": "收银台", **raw})
    assert kept["title"] == "收银台"
    assert 8 < len(json.dumps(kept)) <= tags.MOST_BYTES < wire.HEADER_BYTES / 2
