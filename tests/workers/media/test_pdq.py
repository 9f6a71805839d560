"""The fingerprint of a picture, against what the reference (pdqhash 0.2.8) gave for the same pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from workers.media import pdq

Pixels = pdq.Pixels


def rings(height: int, width: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    ring = x * x // 97 + y * y // 53 + x * y // 41
    return np.stack([ring % 256, (ring // 3 + x) % 256, (255 - ring // 2 + y) % 256], axis=2).astype(np.uint8)


def blocks(height: int, width: int, seed: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    column, row = x * 8 // width, y * 6 // height
    tone = (column * (seed * 37 + 11) + row * (seed * 53 + 7) + column * row * 29) % 256
    return np.stack([tone, (tone * 3 + x // 4) % 256, (tone // 2 + y // 3) % 256], axis=2).astype(np.uint8)


def soft(width: int, height: int) -> Pixels:
    picture = cv2.resize(blocks(9, 16, 3), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(picture, dtype=np.uint8)


REFERENCE = {
    "wide": (rings(180, 320), "5d558018fbff8aaa3d5560bacf9e180071ddc2fa9d15ba5512dc739c1630f720", 100),
    "not filtered": (rings(64, 64), "98e78ce3cce3cc634463466326732673b331d33199b165b1cd99333926cd5999", 14),
    "upright": (blocks(200, 133, 1), "ef047298ed2c78f06f0402df1ad30d6710fbb4e91ad34b16ef04f298ed2cf930", 100),
    "small": (rings(90, 120), "318f5c52b1056c529b8d262a5585ab7256c5a5b35aafc55a2ab571e86bd3aaaa", 100),
    "dim": (blocks(320, 320, 5) // 16, "4cb7cb903c27bde0c9b5121fc3d8346fb348ce854ec1317a4cb7cb903c27ade0", 7),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_it_is_the_fingerprint_of_the_reference(name: str) -> None:
    rgb, expected, quality = REFERENCE[name]
    assert pdq.of_luma(pdq.luma(rgb)) == (expected, quality)


def test_a_shrunk_and_recompressed_copy_is_near_and_another_picture_far() -> None:
    original = soft(1280, 720)
    small = cv2.resize(original, (540, 304), interpolation=cv2.INTER_AREA)
    _, packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])
    copy = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
    mine, _ = pdq.of(original)
    assert pdq.distance(mine, pdq.of(copy)[0]) <= 16
    assert pdq.distance(mine, pdq.of(rings(720, 1280))[0]) > 90


def test_bars_around_a_picture_do_not_change_it() -> None:
    original = soft(640, 360)
    boxed = np.zeros((480, 640, 3), dtype=np.uint8)
    boxed[60:420] = original
    mine, _ = pdq.of(original)
    assert pdq.distance(mine, pdq.of(boxed)[0]) <= 12
    assert pdq.distance(mine, pdq.of_luma(pdq.luma(boxed))[0]) > 31


def test_a_black_picture_has_no_quality_and_a_sliver_no_fingerprint() -> None:
    assert pdq.of(np.zeros((360, 640, 3), dtype=np.uint8))[1] == 0
    assert pdq.of(np.full((3, 200, 3), 90, dtype=np.uint8)) == ("0" * 64, 0)
