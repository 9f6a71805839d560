"""Raw pixels become the files that people look at."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from workers import encode
from workers.sandbox import Keyframe


def drawn(width: int = 1280, height: int = 720, t: float = 1.5) -> Keyframe:
    ramp = np.linspace(0, 255, width, dtype=np.uint8)[None, :, None].repeat(height, 0).repeat(3, 2)
    return Keyframe(t, 3, width, height, ramp.tobytes(), "first", 10.0)


@pytest.mark.parametrize(
    ("make", "form", "size"),
    [
        (encode.full, "JPEG", (1280, 720)),
        (encode.medium, "WEBP", (640, 360)),
        (encode.small, "WEBP", (320, 180)),
    ],
)
def test_each_size_is_what_it_says(make: object, form: str, size: tuple[int, int]) -> None:
    picture = make(drawn())  # type: ignore[operator]
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.format == form
        assert image.size == size == (picture.width, picture.height)
        assert np.asarray(image.convert("L"))[2, size[0] - 2] > 240
        assert not image.getexif()


def test_small_pictures_are_never_enlarged() -> None:
    assert encode.medium(drawn(200, 100)).width == 200


def test_a_tall_picture_fits_its_field() -> None:
    field = Image.frombytes("RGB", encode.TILE, encode.tile(drawn(400, 1600)))
    assert field.getpixel((2, 90)) == (24, 26, 27)


def test_a_contact_sheet_shows_all_fields_in_order_and_thins_out_many() -> None:
    tiles = [Image.new("RGB", encode.TILE, (at * 5, 0, 0)).tobytes() for at in range(7)]
    sheet = encode.contact_sheet(tiles)
    assert (sheet.width, sheet.height) == (5 * 320, 2 * 180)
    with Image.open(io.BytesIO(sheet.data)) as image:
        assert abs(int(np.asarray(image.convert("RGB"))[190, 330, 0]) - 30) < 8
    many = encode.contact_sheet(tiles * 40)
    assert many.height == encode.SHEET_TILES // encode.SHEET_COLUMNS * 180


def test_a_sheet_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        encode.contact_sheet([])


def test_the_name_of_a_keyframe_depends_on_its_position_alone() -> None:
    assert drawn(t=12.34).name == "keyframe-0000012340"
    assert drawn(t=-0.04).name == "keyframe-m0000000040"
