"""Positions and the shifted systems of Chinese maps: `tipline.domain.positions`."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.laws.sources import ROOT
from tipline.domain import positions
from tipline.domain.positions import BD09, GCJ02, WGS84, Position
from tipline.errors import TiplineError

IN_CHINA = st.builds(Position, st.floats(18, 53), st.floats(75, 134))
ANYWHERE = st.builds(Position, st.floats(-89, 89), st.floats(-179, 179))
SHOP = Position(34.7216, 113.6702)
ASK_GCOORD = """
const gcoord = require("gcoord");
const systems = { gcj02: gcoord.GCJ02, bd09: gcoord.BD09 };
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([lat, lon, system]) =>
  gcoord.transform([lon, lat], gcoord.WGS84, systems[system]).reverse())));
"""


@given(IN_CHINA, st.sampled_from(positions.SYSTEMS))
@examples(max_examples=60)
def test_there_and_back_is_the_same_place_to_the_metre(position: Position, system: str) -> None:
    back = positions.to_wgs84(positions.from_wgs84(position, system), system)

    assert positions.metres(position, back) < 1


@given(ANYWHERE)
@examples(max_examples=40)
def test_outside_china_nothing_is_shifted(position: Position) -> None:
    if not (0 < position.lat < 56 and 71 < position.lon < 138):
        assert positions.from_wgs84(position, GCJ02) == position


def test_a_chinese_map_is_some_hundred_metres_off() -> None:
    assert 300 < positions.metres(SHOP, positions.from_wgs84(SHOP, GCJ02)) < 800
    assert 700 < positions.metres(SHOP, positions.from_wgs84(SHOP, BD09)) < 1500


def test_our_formula_is_that_of_the_package_our_pages_use() -> None:
    places = [Position(20 + at * 0.9, 76 + at * 1.8) for at in range(30)]
    asked = [(*one, system) for one in places for system in (GCJ02, BD09)]
    done = subprocess.run(
        ["node", "-e", ASK_GCOORD], cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    for (lat, lon, system), theirs in zip(asked, json.loads(done.stdout), strict=True):
        ours = positions.from_wgs84(Position(lat, lon), system)
        assert positions.metres(ours, Position(*theirs)) < 0.1, (lat, lon, system)


@pytest.mark.parametrize(
    "typed",
    [
        "34.7216, 113.6702", "113.6702,34.7216", "34.7216，113.6702", " 34.7216 113.6702 ",
        "N34.7216 E113.6702"[1:].replace(" E", " "), "34.7216N 113.6702E", "113.6702E, 34.7216N",
        "34°43'17.76\"N 113°40'12.72\"E", "34°43.296' 113°40.212'",
    ],
)  # fmt: skip
def test_a_pasted_position_is_understood(typed: str) -> None:
    found = positions.read_typed(typed)

    assert positions.metres(found, SHOP) < 1


def test_a_position_of_a_shifted_map_is_brought_back() -> None:
    shifted = positions.from_wgs84(SHOP, GCJ02)

    found = positions.read_typed(f"{shifted.lon},{shifted.lat}", GCJ02)
    assert positions.metres(found, SHOP) < 1


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "place:unclear"), ("航海路126号", "place:unclear"), ("34.7", "place:unclear"),
        ("1,2,3", "place:unclear"), ("9" * 200, "place:unclear"), ("95 190", "tip:place-unclear"),
        ("34.7216 113.6702 and more", "place:unclear"),
    ],
)  # fmt: skip
def test_what_is_no_position_is_refused_in_words(typed: str, code: str) -> None:
    with pytest.raises(TiplineError) as caught:
        positions.read_typed(typed, WGS84)
    assert caught.value.code == code


def test_a_system_nobody_knows_is_refused() -> None:
    with pytest.raises(TiplineError) as caught:
        positions.read_typed("1 2", "mercator")
    assert caught.value.code == "place:system"
