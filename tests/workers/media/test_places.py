"""Places out of tags and EXIF."""

from __future__ import annotations

import pytest
from PIL.TiffImagePlugin import IFDRational

from workers.media import places


def test_iso_6709_as_phones_write_it() -> None:
    assert places.from_tags({"location": "+31.2304+121.4737/"}) == {"lat": 31.2304, "lon": 121.4737}
    apple = {"com.apple.quicktime.location.ISO6709": "+32.0929+034.8620+028.516/"}
    assert places.from_tags(apple) == {"lat": 32.0929, "lon": 34.862, "alt": 28.52}
    assert places.from_tags({"location": "-33.5000-070.2500/"}) == {"lat": -33.5, "lon": -70.25}


@pytest.mark.parametrize("text", ["+00.0000+000.0000/", "", "somewhere", "+99.0000+000.0000/", "+31.2304"])
def test_what_is_no_place_is_absent(text: str) -> None:
    assert places.from_tags({"location": text}) is None


def test_exif_with_hemispheres_and_height() -> None:
    gps = {1: "S", 2: (33.0, 30.0, 0.0), 3: "W", 4: (70.0, 15.0, 0.0), 5: b"\x01", 6: 12.5}
    assert places.from_exif(gps) == {"lat": -33.5, "lon": -70.25, "alt": -12.5}


@pytest.mark.parametrize(
    "lat",
    [
        (float("nan"), 0.0, 0.0),
        (IFDRational(1, 0), 0.0, 0.0),
        (0.0, 0.0, 0.0),
        "north",
        (),
        None,
        (1e308, 1e308, 1e308),
    ],
)
def test_exif_with_numbers_that_are_none_is_absent(lat: object) -> None:
    assert places.from_exif({1: "N", 2: lat, 3: "E", 4: (0.0, 0.0, 0.0)}) is None
