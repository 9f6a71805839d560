"""Photos of every make: all pictures of a burst, the right depth, and what is missing is said."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from tests import footage, recordings
from tests.workers.media.first_look import first_look
from workers import sandbox
from workers.media import codes, photo
from workers.media.report import Report

SIZE = (320, 240)
pillow_heif.register_heif_opener()


def pixels(picture: sandbox.Keyframe) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)


def plain(grey: int) -> Image.Image:
    return Image.new("RGB", SIZE, (grey, grey, grey))


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def test_all_pictures_of_a_burst_are_shown_the_main_one_first(tmp_path: Path) -> None:
    burst = pillow_heif.HeifFile()
    for grey in (40, 90, 140, 190):
        burst.add_from_pillow(plain(grey))
    burst.save(tmp_path / "input", primary_index=2)
    media, pictures = first_look(tmp_path / "input")
    assert (media["failure"], media["frame_count"]) == (None, 4)
    assert media["warnings"] == [codes.SEVERAL]
    assert [round(float(pixels(one).mean()), -1) for one in pictures] == [140, 40, 90, 190]
    assert [one.reason for one in pictures] == ["first", "coverage", "coverage", "coverage"]


def test_a_burst_kept_as_a_film_is_shown(tmp_path: Path) -> None:
    path = recordings.film(tmp_path / "input", recordings.Form("mp4", "hevc"), frames=8)
    data = path.read_bytes()
    path.write_bytes(data[:8] + b"msf1" + data[12:16] + b"hevc" + data[20:])
    media, pictures = first_look(path)
    assert (media["failure"], media["video_codec"], media["frame_count"]) == (None, "hevc", 8)
    assert pictures


def test_the_pages_of_a_scan_are_shown_up_to_a_bound(tmp_path: Path) -> None:
    pages = [plain(grey).resize((64, 48)) for grey in range(20, 220, 3)]
    pages[0].save(tmp_path / "input", "TIFF", save_all=True, append_images=pages[1:])
    media, pictures = first_look(tmp_path / "input")
    assert media["frame_count"] == len(pages)
    assert len(pictures) == 48
    assert codes.SEVERAL in media["warnings"]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_become_eight_without_a_wrap(form: str, tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, SIZE[0]).astype(np.uint16), (SIZE[1], 1))
    Image.fromarray(ramp).save(tmp_path / "input", form)
    _, pictures = first_look(tmp_path / "input")
    row = pixels(pictures[0])[100, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[-1] - row[0] > 240


def test_sixteen_bits_of_colour_keep_their_colours(tmp_path: Path) -> None:
    blue_green_red = np.zeros((*SIZE[::-1], 3), np.uint16)
    blue_green_red[:, :, 2] = 60_000
    (tmp_path / "input").write_bytes(cv2.imencode(".tif", blue_green_red)[1].tobytes())
    _, pictures = first_look(tmp_path / "input")
    assert np.abs(pixels(pictures[0]).mean(axis=(0, 1)) - (234, 0, 0)).max() < 3


def test_printers_colours_and_glass_are_shown_as_on_paper(tmp_path: Path) -> None:
    (tmp_path / "cmyk").write_bytes(saved(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG"))
    _, pictures = first_look(tmp_path / "cmyk")
    red = pixels(pictures[0]).mean(axis=(0, 1))
    assert red[0] > 200
    assert max(red[1:]) < 60
    (tmp_path / "glass").write_bytes(saved(Image.new("RGBA", SIZE, (10, 10, 10, 0)), "PNG"))
    _, pictures = first_look(tmp_path / "glass")
    assert pixels(pictures[0]).min() == 255


def test_what_the_reader_of_a_damaged_heic_left_open_is_grey_and_told() -> None:
    report = Report(io.BytesIO(), [])
    seen = np.asarray(footage.background((640, 480))).copy()
    seen[256:, 320:] = photo.UNDECODED
    shown = photo.without_gaps(seen, report)
    assert report.media["warnings"] == [codes.DAMAGED_PICTURE]
    assert (shown[256:, 320:] == photo.GREY).all()
    assert (shown[:256] == seen[:256]).all()


def test_a_green_wall_is_not_taken_for_damage(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(saved(Image.new("RGB", SIZE, (0, 128, 0)), "HEIF"))
    media, _ = first_look(tmp_path / "input")
    assert media["warnings"] == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "GIF"])
def test_a_picture_that_breaks_off_says_so(form: str, tmp_path: Path) -> None:
    whole = saved(footage.background((640, 480)), form)
    (tmp_path / "input").write_bytes(whole[: len(whole) * 6 // 10])
    media, pictures = first_look(tmp_path / "input")
    assert (media["failure"], len(pictures)) == (None, 1)
    assert codes.TRUNCATED in media["warnings"]


def test_the_smaller_self_inside_a_phone_photo_is_no_second_picture(tmp_path: Path) -> None:
    scene = footage.background((640, 480))
    scene.save(tmp_path / "input", "MPO", save_all=True, append_images=[scene.resize((320, 240))])
    media, pictures = first_look(tmp_path / "input")
    assert (media["kind"], media["mime"], len(pictures)) == ("photo", "image/jpeg", 1)
    assert media["warnings"] == []
