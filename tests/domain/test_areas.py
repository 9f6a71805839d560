"""Areas read from GeoJSON, and what lies inside: `tipline.domain.areas`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tipline.domain import areas, overlaps, positions
from tipline.domain.areas import Area
from tipline.domain.overlaps import Outline, Patience
from tipline.domain.positions import Position
from tipline.errors import TiplineError

SQUARE = [[113.66, 34.71], [113.68, 34.71], [113.68, 34.73], [113.66, 34.73], [113.66, 34.71]]
BOW = [[113.66, 34.71], [113.68, 34.73], [113.68, 34.71], [113.66, 34.73], [113.66, 34.71]]


def feature(*rings: Any, code: str = "north", name: str = "北片区", kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": kind, "coordinates": list(rings)},
    }


def written(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def outline(area: Area) -> Outline:
    return Outline.of(area.polygons)


def moved(ring: list[list[float]], by: float) -> list[list[float]]:
    return [[lon + by, lat] for lon, lat in ring]


def test_an_area_is_read_closed_and_rounded() -> None:
    (area,) = areas.read_collection(written(feature(SQUARE[:-1])))

    assert (area.code, area.name) == ("north", "北片区")
    assert area.polygons[0][0][0] == area.polygons[0][0][-1] == (113.66, 34.71)
    assert areas.read_shape(area.shape) == json.loads(json.dumps(area.polygons))


def test_a_place_is_inside_but_not_in_a_hole_and_not_beside() -> None:
    hole = [[113.668, 34.718], [113.672, 34.718], [113.672, 34.722], [113.668, 34.722], [113.668, 34.718]]
    (area,) = areas.read_collection(written(feature(SQUARE, hole)))

    assert areas.holds(area.polygons, Position(34.712, 113.662))
    assert not areas.holds(area.polygons, Position(34.72, 113.67))
    assert not areas.holds(area.polygons, Position(34.72, 113.69))


def test_several_parts_are_one_area() -> None:
    (area,) = areas.read_collection(written(feature([SQUARE], [moved(SQUARE, 0.1)], kind="MultiPolygon")))

    assert areas.holds(area.polygons, Position(34.72, 113.77))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "beat:shape-unreadable"),
        (b"\xff\xfe not json", "beat:shape-unreadable"),
        (b"[" * 100_000, "beat:shape-unreadable"),
        (b'{"type": "FeatureCollection", "features": [{"a": NaN}]}', "beat:shape-unreadable"),
        (b'"words"', "beat:shape-unreadable"),
        (b'{"type": "Topology"}', "beat:shape-empty"),
        (written(), "beat:shape-empty"),
        (written({"type": "Feature", "geometry": None}), "beat:shape-kind"),
        (written(feature([113.6, 34.7], kind="Point")), "beat:shape-kind"),
        (written(feature()), "beat:shape-damaged"),
        (written(feature(["a", "b"])), "beat:shape-damaged"),
        (written(feature([[113.66, True]])), "beat:shape-damaged"),
        (written(feature([[lat, lon] for lon, lat in SQUARE])), "beat:shape-swapped"),
        (written(feature([[12650000.5, 4120000.5]] * 4)), "beat:shape-outside"),
        (written(feature([[10**400, 4]] * 4)), "beat:shape-outside"),
        (written(feature([[113.66, 34.71], [113.68, 34.71]])), "beat:shape-flat"),
        (written(feature([[113.66, 34.71], [113.67, 34.72], [113.68, 34.73]])), "beat:shape-flat"),
        (written(feature(BOW)), "beat:shape-crossing"),
    ],
)
def test_a_geojson_that_is_none_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(TiplineError) as caught:
        areas.read_collection(data)

    assert caught.value.code == code
    if "%(name)s" in caught.value.sentence:
        assert caught.value.values["name"] in ("北片区", "#1")


def test_more_points_than_a_page_can_carry_are_refused() -> None:
    ring = [[113 + at / 100_000, 34 + (at % 2) / 100_000] for at in range(areas.MOST_POINTS + 2)]

    with pytest.raises(TiplineError) as caught:
        areas.read_collection(written(feature(ring)))
    assert caught.value.code == "beat:shape-too-much"


def test_a_border_of_many_points_is_judged_in_good_time() -> None:
    low = [[113 + at / 2000, 34.0] for at in range(2000)]
    ring = [*low, *([lon, 34.1 + (at % 7) / 1000] for at, (lon, _lat) in enumerate(reversed(low)))]

    assert areas.read_collection(written(feature(ring)))


def test_borders_of_a_chinese_map_are_brought_back() -> None:
    shifted = [
        list(reversed(positions.from_wgs84(Position(lat, lon), positions.GCJ02))) for lon, lat in SQUARE
    ]
    (area,) = areas.read_collection(written(feature(shifted)), positions.GCJ02)

    for (lon, lat), (kept_lon, kept_lat) in zip(SQUARE, area.polygons[0][0], strict=True):
        assert positions.metres(Position(lat, lon), Position(kept_lat, kept_lon)) < 1


@pytest.mark.parametrize(("by", "share"), [(0.0, 1.0), (0.01, 0.5), (0.02, 0.0), (0.5, 0.0)])
def test_how_much_of_two_areas_is_shared(by: float, share: float) -> None:
    one, other = areas.read_collection(written(feature(SQUARE), feature(moved(SQUARE, by), code="south")))

    assert Patience().share(outline(one), outline(other)) == pytest.approx(share, abs=0.02)


def test_where_two_areas_lie_over_each_other_is_told_by_a_place_in_both() -> None:
    one, other = areas.read_collection(written(feature(SQUARE), feature(moved(SQUARE, 0.01), code="south")))
    place = overlaps.shared_place(outline(one), outline(other))

    assert place is not None
    assert all(areas.holds(area.polygons, place) for area in (one, other))


def comb(teeth: int, by: float) -> list[list[float]]:
    """Teeth side by side, which a line from west to east cuts all."""
    edge = [[113 + by + at * 1e-5, 34.1 if at % 2 else 34.001] for at in range(teeth)]
    return [*edge, [113 + by + teeth * 1e-5, 34.0], [113 + by, 34.0]]


@pytest.mark.parametrize(
    ("shape", "kind"),
    [(lambda by: [comb(6_000, by)], "Polygon"),
     (lambda by: [[moved(SQUARE, by + at * 1e-6)] for at in range(1_300)], "MultiPolygon")],
)  # fmt: skip
def test_comparing_two_areas_takes_steps_in_the_number_of_their_points(
    monkeypatch: pytest.MonkeyPatch, shape: Any, kind: str
) -> None:
    """Once each point and line: neither combs nor areas of many parts multiply."""
    monkeypatch.setattr(overlaps, "ROWS", 2)
    one, other = areas.read_collection(
        written(feature(*shape(0), kind=kind), feature(*shape(1e-5), code="south", kind=kind))
    )
    steps: list[float] = []
    counted, walked = areas.stretches, overlaps._shared
    monkeypatch.setattr(areas, "stretches", lambda *given: steps.append(1) or counted(*given))
    monkeypatch.setattr(overlaps, "_shared", lambda *given: list_and_count(steps, walked(*given)))

    assert Patience().share(outline(one), outline(other)) > 0.4
    assert len(steps) < 20_000


def list_and_count(steps: list[float], found: Any) -> Any:
    listed = list(found)
    steps.extend(listed)
    return listed


def test_a_file_of_more_areas_than_anybody_has_beats_is_refused() -> None:
    many = [feature(moved(SQUARE, at / 10), code=f"b{at}") for at in range(areas.MOST_AREAS + 1)]

    with pytest.raises(TiplineError) as caught:
        areas.read_collection(written(*many))
    assert caught.value.code == "beat:shape-many"


def test_the_middle_and_reach_of_an_area() -> None:
    centre, reach = areas.middle(areas.read_collection(written(feature(SQUARE)))[0].polygons)

    assert positions.metres(centre, Position(34.72, 113.67)) < 1
    assert 1400 < reach < 1500


def test_a_border_that_runs_to_and_fro_is_refused_before_it_costs_minutes() -> None:
    comb = [[113.0 if n % 2 else 113.9, round(34 + n * 1e-5, 6)] for n in range(1_000)]

    with pytest.raises(TiplineError) as caught:
        areas.read_collection(written(feature([*comb, [114.5, 34.5]])))
    assert caught.value.code == "beat:shape-tangled"
