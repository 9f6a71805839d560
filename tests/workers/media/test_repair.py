"""A film whose index was lost is shown from a repaired copy, or it is said why not; the original stays."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests import recordings
from tests.recordings import Form
from tests.workers.media.first_look import first_look
from workers.media import codes, repair, units
from workers.media.job import Job, Limits

HEVC_IN_PICTURES = {"x265-params": "log-level=none:pools=1:frame-threads=1:repeat-headers=1"}
IN_PICTURES = {"x264-params": "repeat-headers=1"}  # as recorders write: each key frame says how to read it


def mended(path: Path, others: tuple[bytes, ...] = ()) -> tuple[repair.Repaired | None, bytes]:
    with path.open("rb") as file, tempfile.TemporaryFile() as output:
        size = os.fstat(file.fileno()).st_size
        done = repair.repaired(Job(file.fileno(), size, 0, Limits(), output=output.fileno()), others)
        output.seek(0)
        return done, output.read()


def test_a_lost_index_is_made_up_for_by_a_copy_and_the_original_is_untouched(tmp_path: Path) -> None:
    path = recordings.without_index(recordings.film_with_sound(tmp_path / "input", encoder=IN_PICTURES))
    before = path.read_bytes()
    with tempfile.TemporaryFile() as output:
        media, pictures = first_look(path, output)
        output.seek(0)
        copy = output.read()
    assert (media["failure"], media["frame_count"]) == (None, 30)
    assert media["warnings"] == [codes.REPAIRED]
    assert media["derived"] == {"kind": "repaired", "how": "in-pictures", "rate": 10.0}
    for picture in pictures:
        at = round(picture.t * recordings.FPS)
        assert abs(recordings.bar_of(picture.rgb, picture.width, picture.height) - at * 4) <= 2
    assert path.read_bytes() == before
    assert copy[4:8] == b"ftyp"
    assert b"moov" in copy


@pytest.mark.parametrize(
    ("form", "encoder"),
    [
        (Form("mp4"), IN_PICTURES),
        (Form("mov", "h264-b"), IN_PICTURES),
        (Form("mp4", "hevc"), HEVC_IN_PICTURES),
    ],
    ids=["h264", "out of order", "h265"],
)
def test_pictures_are_found_without_an_index(form: Form, encoder: dict[str, str], tmp_path: Path) -> None:
    path = recordings.without_index(recordings.film(tmp_path / "input", form, encoder=encoder))
    done, copy = mended(path)
    assert done
    assert (done.pictures, done.how, done.rate, done.whole) == (30, repair.IN_PICTURES, 10.0, True)
    assert len(copy) == done.size


def test_what_remains_of_an_index_helps_a_film_that_lost_its_beginning(tmp_path: Path) -> None:
    path = recordings.film_with_sound(tmp_path / "input")
    path.write_bytes(path.read_bytes()[1500:])
    done, _ = mended(path)
    assert done
    assert done.how == repair.IN_REMAINS
    assert 15 < done.pictures < 30


def test_another_film_of_the_same_camera_helps(tmp_path: Path) -> None:
    good = recordings.film(tmp_path / "good", Form("mp4"))
    setup = recordings.setup_of(good)
    broken = recordings.without_index(good)
    assert mended(broken) == (None, b"")
    done, _ = mended(broken, (b"avcC\x01", b"nonsense", setup))
    assert done
    assert (done.pictures, done.how) == (30, repair.IN_OTHER)


def test_a_film_of_another_camera_is_not_taken_for_help(tmp_path: Path) -> None:
    good = recordings.film(tmp_path / "good", Form("mp4"), frames=60)
    setup = recordings.setup_of(good)
    other = {"profile": "main", "preset": "veryfast", "refs": "4", "bf": "0"}
    foreign = recordings.setup_of(recordings.film(tmp_path / "other", Form("mp4"), encoder=other))
    broken = recordings.without_index(good)
    assert mended(broken, (foreign,)) == (None, b"")
    done, _ = mended(broken, (foreign, setup))
    assert done
    assert done.pictures == 60


def test_damage_among_the_pictures_costs_only_what_it_hit(tmp_path: Path) -> None:
    path = recordings.without_index(recordings.film(tmp_path / "input", Form("mp4"), encoder=IN_PICTURES))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 200] = np.random.default_rng(4).bytes(200)
    path.write_bytes(bytes(data))
    done, _ = mended(path)
    assert done
    assert 15 <= done.pictures < 30


def test_what_cannot_be_repaired_is_said_to_be_lost(tmp_path: Path) -> None:
    path = recordings.without_index(recordings.film(tmp_path / "input", Form("mp4")))
    with tempfile.TemporaryFile() as output:
        media, pictures = first_look(path, output)
        assert output.seek(0, os.SEEK_END) == 0
    assert (media["failure"], media["derived"], pictures) == (codes.INDEX_LOST, None, [])


def test_noise_is_not_taken_for_pictures(tmp_path: Path) -> None:
    head = b"\0\0\0\x18ftypisom\0\0\2\0isomavc1\0\0\0\1mdat"
    path = tmp_path / "input"
    path.write_bytes(head + np.random.default_rng(5).bytes(2_000_000))
    assert mended(path) == (None, b"")
    with path.open("rb") as file:
        window = units.Window(file.fileno(), path.stat().st_size)
        found = list(units.found(window, units.H264(), len(head), window.size))
    assert len(found) <= 3


def test_counts_that_lie_cost_nothing(tmp_path: Path) -> None:
    lie = b"hvcC\x01" + bytes(21) + b"\xff" + b"\xff\xff\xff" * 200
    assert repair.parameter_sets(lie) == (units.Hevc(), b"")
    path = tmp_path / "input"
    box = (4 + len(lie)).to_bytes(4, "big") + lie
    path.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" + box * 3_000)
    assert mended(path) == (None, b"")
