"""The picture of a sound: as high as it is loud, whatever its length."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from workers import waveform


def ink(picture: waveform.Picture) -> np.ndarray:
    """How many pixels of each bar are drawn."""
    image = Image.open(io.BytesIO(picture.data), formats=["WEBP"])
    assert (image.mode, image.size) == ("RGBA", (picture.width, picture.height))
    return (np.asarray(image)[:, 1 :: waveform.BAR + waveform.GAP, 3] > 0).sum(axis=0)


@pytest.mark.parametrize("count", [2, 90, 1000])
def test_the_loud_half_is_drawn_higher_than_the_quiet(count: int) -> None:
    bars = ink(waveform.drawn([20] * (count // 2) + [250] * (count // 2)))
    half = bars.size // 2
    assert bars[: half - 2].max() < 14
    assert bars[half + 2 :].min() > 110


def test_silence_is_a_line_and_the_file_stays_small() -> None:
    picture = waveform.drawn([0] * 1000)
    assert set(ink(picture)) <= {1, 2}
    assert len(picture.data) < 4_000


def test_nothing_makes_no_picture() -> None:
    with pytest.raises(ValueError, match="peak"):
        waveform.drawn([])
