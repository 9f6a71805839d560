"""The same promises on real footage and on the shared hostile set, where they lie beside the checkout."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from tipline.domain import kinds
from workers import sandbox
from workers.media import codes

SHARED = Path(__file__).resolve().parents[3] / "shared"
BAD, GOOD = SHARED / "media-bad", SHARED / "media"
DARK_EVENTS = [(12.3, 14.3), (24.9, 26.9), (33.1, 33.7), (45.0, 59.2), (82.5, 84.5), (105.7, 106.7)]


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


if (BAD / "MANIFEST.tsv").exists():

    @pytest.mark.parametrize(
        "row", [row for row in rows(BAD) if row["file"] != "names.jsonl"], ids=lambda row: row["file"]
    )
    def test_each_shared_hostile_file_ends_as_it_must(row: dict[str, str]) -> None:
        path = BAD / row["file"]
        media = sandbox.examine(path)
        refused = kinds.classify(path.read_bytes()[: kinds.HEAD_BYTES], path.stat().st_size).refuse_code
        if row["must"] == "reject":
            assert media["failure"] in codes.REFUSALS
            assert refused == media["failure"]
            return
        assert refused is None
        assert media["sha256"] == row["sha256"]
        if row["must"] == "accept":
            assert media["failure"] is None
            assert media["keyframes"] or codes.NO_PICTURE in media["warnings"]
        elif row["must"] == "accept-cannot-decode":
            assert media["failure"] is not None
            assert media["failure"] not in codes.REFUSALS


if (GOOD / "MANIFEST.tsv").exists():
    BROKEN = {"corrupted.heic", "mp4_no_frames_dashinit.mp4"}

    @pytest.mark.slow
    @pytest.mark.parametrize("row", rows(GOOD), ids=lambda row: row["file"])
    def test_real_footage_is_read_as_it_truly_is(row: dict[str, str]) -> None:
        media = sandbox.examine(GOOD / row["file"])
        assert media["sha256"] == row["sha256"]
        if row["file"] in BROKEN:
            assert media["failure"] is not None
            return
        assert media["failure"] is None
        assert media["keyframes"]
        truth = row["known_truth"]
        size_is_true(media, truth)
        times_and_places_are_true(media, truth)
        if frames := re.search(r"decoded_frames (\d+)", truth):
            assert media["frame_count"] == int(frames[1])
            last, first = (float(re.search(rf"{end}_pts ([\d.]+)", truth)[1]) for end in ("last", "first"))  # type: ignore[index]
            assert media["duration_s"] == pytest.approx(last - first, abs=0.25)

    def size_is_true(media: dict[str, Any], truth: str) -> None:
        found = re.search(r"(?:\w+/\w+|Pillow \w+) (\d+)x(\d+)", truth)
        assert found
        size = {int(found[1]), int(found[2])}
        assert {media["width"], media["height"]} == size
        if turn := re.search(r"Rotation=(\d+)", truth):
            assert media["rotation"] in (int(turn[1]), 360 - int(turn[1])) or media["kind"] == "photo"

    def times_and_places_are_true(media: dict[str, Any], truth: str) -> None:
        lat = re.search(r"GPSLatitude=(-?[\d.]+)", truth)
        if lat is None or float(lat[1]) == 0:
            assert media["gps"] is None
        else:
            assert media["gps"]["lat"] == pytest.approx(float(lat[1]), abs=1e-4)
        taken = re.search(r"DateTimeOriginal=(\d{4}):(\d\d):(\d\d) ([\d:]{8})", truth)
        if taken and media["captured_at"]:
            assert media["captured_at"].startswith(f"{taken[1]}-{taken[2]}-{taken[3]}T{taken[4]}")
        if model := re.search(r"Model=([^;]+)", truth):
            assert media["device"]["model"] == model[1].strip()

    @pytest.mark.slow
    def test_each_visit_before_the_camera_is_found_and_nothing_else() -> None:
        media = sandbox.examine(GOOD / "dev_cctv_720p_120s.mp4")
        events = [(event["start"], event["end"]) for event in media["activity"]["events"]]
        for start, end in DARK_EVENTS:
            assert any(begin < end + 0.5 and finish > start - 0.5 for begin, finish in events), (start, end)
        false = [
            e
            for e in events
            if not any(e[0] < end + 0.5 and e[1] > start - 0.5 for start, end in DARK_EVENTS)
        ]
        assert len(false) <= 1
        pictured = [one["t"] for one in media["keyframes"] if one["reason"] == "activity"]
        for start, end in DARK_EVENTS:
            assert any(start - 0.3 <= t <= end + 0.5 for t in pictured), (start, end)
