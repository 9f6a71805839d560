"""Clips that several tests look at, drawn once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import footage


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> footage.Clip:
    """Eight seconds of a shop; a person walks through from second 2 to 5."""
    return footage.cctv_clip(tmp_path_factory.mktemp("clip") / "shop.mp4")


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with its place and time."""
    path = tmp_path_factory.mktemp("photo") / "photo.jpg"
    return footage.photo(
        path, gps=(31.2304, 121.4737), taken_at="2024:03:09 21:14:00", make="Xiaomi", model="13T"
    )
