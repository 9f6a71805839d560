"""The trail from shop to shop: marked by key, put right by a corrected clock, on the strip and on the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import footage
from tests.journeys.conftest import Officer
from tests.journeys.station import Station

# Place, position, and the time: what the recorder that names the film shows, or what a witness told.
FILMED = {"清源茶庄": ("34.7218, 113.6708", "212000"), "湘满楼": ("34.7216, 113.6702", "213000")}
TOLD = {
    "好邻便利店": ("34.7209, 113.6677", "2026-11-22T21:10:00"),
    "老码头鱼庄": ("34.7221, 113.6745", "2026-11-22T21:40:00"),
}


@pytest.fixture(scope="module")
def case(station: Station, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """A case of two tips with a film each."""
    clip = footage.cctv_clip(
        tmp_path_factory.mktemp("trail") / "a.mp4", seconds=1, size=(320, 180), clock=False, index_first=True
    )
    data = clip.path.read_bytes()
    tips = [
        station.send("有人进店", (f"ch01_20261122_{shown}.mp4", data), place=name)
        for name, (_position, shown) in FILMED.items()
    ]
    number = station.tell("/api/v1/cases", {"title": "轨迹"})["number"]
    for reference in tips:
        station.wait_examined(reference)
        station.tell(f"/api/v1/cases/{number}/links", {"tip": reference, "reason": "同一人"})
    return number, tips


def mark(desk: Page, reference: str, position: str) -> None:
    desk.goto(f"/desk/tips/{reference}")
    desk.keyboard.press("g")
    form = desk.locator("[data-sighting-form] form")
    expect(form.locator("[name=t]")).to_have_value(re.compile(r"^00:00:0"))
    form.locator("[name=position]").fill(position)
    form.locator("[type=submit]").click()
    expect(desk.locator("#sightings .marked li")).to_have_count(1)


def tell(desk: Page, **fields: str) -> None:
    """On the page of the trail, without a film."""
    desk.locator(".trail-add > summary").click()
    form = desk.locator(".trail-add form")
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[type=submit]").click()
    expect(
        desk.locator(".trail-strip li, .trail-stop").filter(has_text=fields["place"]).first
    ).to_be_visible()


def strip(desk: Page) -> list[str]:
    return [one.strip() for one in desk.locator(".trail-strip .trail-place").all_inner_texts()]


def on_the_map(desk: Page) -> dict[str, str]:
    """Number on the pin → what it is called."""
    expect(desk.locator(".map .map-pin-stop")).to_have_count(4)
    pins = desk.locator(".map .leaflet-marker-icon:has(.map-pin-stop)")
    return {pin.inner_text(): str(pin.get_attribute("aria-label")) for pin in pins.all()}


def test_four_sightings_are_in_the_right_order_after_a_clock_correction(
    officer: Officer, station: Station, case: tuple[str, list[str]]
) -> None:
    number, tips = case
    desk = officer()
    for reference, (position, _shown) in zip(tips, FILMED.values(), strict=True):
        mark(desk, reference, position)
    desk.goto(f"/desk/cases/{number}/trail")
    for place, (position, at) in TOLD.items():
        tell(desk, place=place, position=position, at=at)
    expect(desk.locator(".map[data-ready]")).to_be_visible()
    assert strip(desk) == ["好邻便利店", "清源茶庄", "湘满楼", "老码头鱼庄"]

    # The recorder of 湘满楼 was 25 minutes ahead: it is the first stop.
    (film,) = station.files_of(tips[1])
    correct_clock(desk, f"/desk/tips/{tips[1]}/evidence/{film['id']}/clock", minutes="25")
    desk.goto(f"/desk/cases/{number}/trail")

    right = ["湘满楼", "好邻便利店", "清源茶庄", "老码头鱼庄"]
    assert strip(desk) == right
    pins = on_the_map(desk)
    assert [pins[str(at)].rpartition(" · ")[2] for at in (1, 2, 3, 4)] == right
    # The film plays at that moment, and its stop is marked on the map and in the list.
    desk.locator(".trail-strip a:not([data-film=''])").nth(1).click()
    expect(desk.locator("[data-trail-stage] video")).to_be_visible()
    expect(desk.locator(".map .is-here")).to_have_attribute("aria-label", re.compile("清源茶庄"))
    expect(desk.locator(".trail-stop.is-here")).to_contain_text("清源茶庄")
    # By keyboard: the map moves, and the page's own keys rest.
    desk.locator(".map").focus()
    before = desk.locator(".map .leaflet-map-pane").get_attribute("style")
    desk.keyboard.press("ArrowLeft")
    expect(desk.locator(".map .leaflet-map-pane")).not_to_have_attribute("style", before or "")


def correct_clock(desk: Page, page: str, *, minutes: str) -> None:
    """For one file, typed."""
    desk.goto(page)
    form = desk.locator("[data-clock-form]")
    form.locator("[name=way][value=typed]").check()
    form.locator("[name=direction]").select_option("ahead")
    form.locator("[name=offset_min]").fill(minutes)
    with desk.expect_response(lambda answer: answer.request.method == "POST") as sent:
        form.locator("[type=submit]").click()
    assert sent.value.status < 400  # a page answers by leading on, a script by its parts


def test_a_place_is_pointed_at_on_the_map_and_saved(officer: Officer, station: Station) -> None:
    """No map data: the grid says so, and still the place is set by mouse and by keyboard."""
    reference = station.send("看到可疑的人", place="街口")
    desk = officer(path=f"/desk/tips/{reference}")
    assert desk.locator("script[src*=desk_map]").count() == 0  # nothing of it is loaded before
    desk.keyboard.press("m")
    box = desk.locator("#place .map[data-ready]")
    expect(box).to_be_visible()
    expect(desk.locator("#place a[href='/desk/map']")).to_be_visible()
    expect(box.locator(".leaflet-control-scale-line")).to_be_visible()
    box.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#place-position")).to_have_value(re.compile(r"^-?\d+\.\d{6}, -?\d+\.\d{6}$"))
    desk.locator("#place-form [type=submit]").click()
    expect(desk.locator("#where .places li")).to_have_count(1)
    expect(box.locator(".map-pin-tip")).to_have_count(1)
    desk.locator("[data-undo] [type=submit]").click()
    expect(desk.locator("#where .places li")).to_have_count(0)


@pytest.fixture
def bad_geojson(tmp_path: Path) -> Path:
    path = tmp_path / "beats.geojson"
    ring = "[[113.66,34.71],[113.68,34.73],[113.68,34.71],[113.66,34.73],[113.66,34.71]]"
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    feature = f'{{"type":"Feature","properties":{{"code":"w","name":"西片区"}},"geometry":{shape}}}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
    return path


def test_a_border_that_crosses_itself_is_named_and_a_good_one_is_seen_first(
    officer: Officer, bad_geojson: Path
) -> None:
    desk = officer("zhao", path="/desk/admin/beats")
    desk.locator("#file").set_input_files(bad_geojson)
    desk.locator("form[action$='/borders'] [type=submit]").click()
    expect(desk.locator("#file-words")).to_contain_text("西片区")

    good = bad_geojson.read_text().replace("[113.68,34.73],[113.68,34.71]", "[113.68,34.71],[113.68,34.73]")
    bad_geojson.write_text(good)
    desk.locator("#file").set_input_files(bad_geojson)
    desk.locator("form[action$='/borders'] [type=submit]").click()
    expect(desk.locator(".map .map-beat-new")).to_have_count(1)
    desk.locator("form[action$='/take'] [type=submit]").click()
    expect(desk.locator(".map .map-beat-new")).to_have_count(0)
    expect(desk.locator(".map .map-beat")).to_have_count(1)
    desk.locator("[data-undo] [type=submit]").click()
    expect(desk.locator(".map .map-beat")).to_have_count(0)


# Where both films stand, as the page says it; a clip of ours has ten frames a second.
SECONDS = (
    '[...document.querySelectorAll("[data-side] [data-position]")]'
    '.map((one) => Number(one.textContent.split(":")[2]))'
)
FRAME_S = 0.1
SLOW_TO_FOLLOW = """() => {
    const film = document.querySelectorAll("[data-side] video")[1];
    const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime");
    const set = (to) => setTimeout(() => own.set.call(film, to), 400);
    Object.defineProperty(film, "currentTime", { get: () => own.get.call(film), set });
}"""


def in_step(desk: Page, *, after: str) -> str:
    """The position of both films, once it is the same and another one than before."""
    told = desk.wait_for_function(
        """before => {
            const [one, other] = [...document.querySelectorAll("[data-side] [data-position]")];
            return one.textContent === other.textContent && one.textContent !== before && one.textContent;
        }""",
        arg=after,
    )
    return str(told.json_value())


def test_two_films_stand_side_by_side_in_step_under_one_zoom_and_change_sides_by_a_key(
    officer: Officer, case: tuple[str, list[str]]
) -> None:
    one, other = case[1]
    desk = officer(path=f"/desk/compare?a={one}&b={other}", language="en")
    sides = desk.locator("[data-side]")
    expect(sides.locator("h2 a")).to_have_text([one, other])
    desk.locator("[name=mode][value=position]").check(force=True)

    sides.nth(0).locator("[data-t]").last.click()
    there = in_step(desk, after="00:00:00.000")
    desk.keyboard.press(",")
    assert in_step(desk, after=there) < there
    # A film that is slow to follow comes along all the same, also from its way to the step before.
    desk.evaluate(SLOW_TO_FOLLOW)
    last = float(str(sides.nth(0).locator("[data-t]").last.get_attribute("data-t")))
    for frames in (2, 3):
        desk.keyboard.press(",")
        desk.wait_for_function(f"at => Math.abs({SECONDS}[0] - at) < 0.005", arg=last - frames * FRAME_S)
    desk.wait_for_function(
        f"at => {SECONDS}.every((one) => Math.abs(one - at) < 0.005)", arg=last - 3 * FRAME_S
    )

    desk.keyboard.press("+")
    expect(desk.locator("[data-zoom-said]")).to_have_text("150 %")
    shown = desk.locator("[data-zoom] video").evaluate_all("all => all.map((one) => one.style.transform)")
    assert shown[0] == shown[1] != ""

    # Only what differs is in sight: the file's name and the place, not its length.
    table = desk.locator(".compare-table")
    expect(table).to_contain_text("清源茶庄")
    expect(table).to_contain_text("湘满楼")
    expect(table).not_to_contain_text("Duration")
    desk.keyboard.press("x")
    expect(sides.locator("h2 a")).to_have_text([other, one])
