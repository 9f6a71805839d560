"""The same promises on real footage and on the shared hostile set, where they lie beside the checkout."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tipline.domain import kinds
from workers import examination, sandbox
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
        media = examination.examine(path)
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

    @pytest.mark.slow
    def test_each_visit_before_the_camera_is_found_and_nothing_else() -> None:
        media = examination.examine(GOOD / "dev_cctv_720p_120s.mp4")
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

    @pytest.mark.slow
    def test_a_face_in_profile_that_walks_by_fast_is_one_track() -> None:
        film = GOOD / "one-by-one-person-detection.mp4"
        found = sandbox.ask(film, "faces", given={"length": 139.0, "range": [67.6, 69.4]}).result["tracks"]
        # By eye: at 68.6 the face of the woman who walks out to the right.
        there = [
            row
            for track in found
            for row in track["boxes"]
            if abs(row[0] - 68.6) < 0.11 and abs(row[1] + row[3] / 2 - 0.757) < 0.04
        ]
        assert there
        assert len(found) <= 2
