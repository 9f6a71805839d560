"""Whether two tips look like one series: `tipline.domain.series`, `.methods`, `.grams`, `.traits`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from bench import linkage
from tests.domain.conftest import EVENING, file_of, sent
from tests.domain.test_likenesses import pdq_of, shown
from tipline.db import Transaction
from tipline.domain import clock, grams, hints, matching, methods, series, sketches, traits, weights
from tipline.domain.hints import Hint
from tipline.domain.tips import Tip

HERE = {"lat": 34.7466, "lon": 113.6253}
FAR = {"lat": 34.9466, "lon": 113.9253}
ROOM = "一个男的进来说要订包间，看了两个包间就走了，后来发现吧台抽屉里的现金不见了"
ROOM_AGAIN = "又是假装订包间的，趁我上楼开灯，把吧台上的手机和现金拿走了"
ROOM_EN = "He wanted to book a private room. While I fetched the menu he took the cash box from the till."
LIFT = "三单元的电梯又坏了，物业说等配件"


def handed_in(tx: Transaction, text: str, *, after: timedelta = timedelta(0), **fields: object) -> Tip:
    """A tip of that moment, made findable as the job does."""
    at = EVENING + after
    with clock.frozen(at + timedelta(hours=1)):
        tip = sent(tx, text, **{"place": "", "occurred_at": at, **HERE, **fields})
    matching.index(tx, tip)
    return tip


def compared(tx: Transaction, tip: Tip) -> list[Hint]:
    hints.keep(tx, tip.id, matching.compare(tx, tip))
    return hints.list_of(tx, tip.id)


def strangers(tx: Transaction, many: int = 10) -> None:
    """What else comes in on such days, so that not every word is rare."""
    for at in range(many):
        handed_in(tx, f"路灯坏了，第{at}号楼门口很黑，请尽快来修", after=timedelta(hours=-30 - at), **FAR)


# --- through the indices


def test_the_same_trick_nearby_within_days_is_a_likely_series_with_reasons_to_check(tx: Transaction) -> None:
    strangers(tx)
    first = handed_in(tx, ROOM)
    second = handed_in(tx, ROOM_AGAIN, after=timedelta(days=5, minutes=30), lat=34.7490, lon=113.6253)

    (hint,) = compared(tx, second)
    assert (hint.kind, hint.other_id, hint.band) == ("series", first.id, "strong")
    reasons = {one["code"]: one["values"] for one in hint.why if one["bits"] > 0}
    assert "booking" in reasons["series:method"]["tags"]
    assert reasons["series:place"]["km"] < 0.4
    assert len(reasons) == 3


def test_what_speaks_against_is_told_too(tx: Transaction) -> None:
    strangers(tx)
    handed_in(tx, ROOM)
    second = handed_in(tx, ROOM + "，柜台上的手机也没了", after=timedelta(days=2, hours=11))

    (hint,) = compared(tx, second)
    assert [one["code"] for one in hint.why if one["bits"] < 0] == ["series:hour"]


def test_two_languages_meet_by_the_method(tx: Transaction) -> None:
    strangers(tx)
    first = handed_in(tx, ROOM)
    second = handed_in(tx, ROOM_EN, after=timedelta(days=3))

    (hint,) = compared(tx, second)
    assert hint.other_id == first.id
    assert "series:words" not in [one["code"] for one in hint.why]


def test_another_matter_at_the_same_door_is_no_series(tx: Transaction) -> None:
    strangers(tx)
    handed_in(tx, ROOM)

    assert compared(tx, handed_in(tx, LIFT, after=timedelta(days=1))) == []


def test_tips_taken_back_or_not_used_start_no_series(tx: Transaction) -> None:
    strangers(tx)
    first = handed_in(tx, ROOM)
    second = handed_in(tx, ROOM_AGAIN, after=timedelta(days=5))
    for state in ("withdrawn", "not_used"):
        first.state = state
        tx.flush()
        assert compared(tx, second) == []
    first.state = "triage"
    tx.flush()
    assert len(compared(tx, second)) == 1


def test_at_most_five_are_told_and_a_long_list_asks_for_more(tx: Transaction) -> None:
    strangers(tx)
    for day in range(9):
        handed_in(tx, ROOM, after=timedelta(days=day))

    assert len(compared(tx, handed_in(tx, ROOM_AGAIN, after=timedelta(days=9)))) == matching.MOST_OF_A_LANE
    assert weights.threshold(64) == weights.THRESHOLD
    assert weights.threshold(256) == weights.THRESHOLD + 2


def test_words_are_counted_once_however_often_a_tip_is_compared(tx: Transaction) -> None:
    tip = handed_in(tx, ROOM)
    for _ in range(3):
        matching.index(tx, tip)
    rare = traits.rarity(tx, sketches.of(tip))
    assert (rare.tips, set(rare.grams.values())) == (1, {1})


def test_a_camera_view_is_a_reason_of_a_series_and_no_duplicate_by_itself(tx: Transaction) -> None:
    strangers(tx)
    first, second, other = (
        handed_in(tx, text, after=timedelta(days=at)) for at, text in enumerate((ROOM, ROOM_AGAIN, LIFT))
    )
    for tip in (first, second, other):
        shown(tx, file_of(tx, tip), 0.0, pdq_of(1))

    (series,) = [one for one in compared(tx, second) if one.other_id == first.id]
    assert (series.kind, series.why[-1]["code"]) == ("series", "shown:view")
    views = [one for one in compared(tx, other) if one.tip_id == other.id]
    assert {one.kind for one in views} == {"media"}
    assert [one.is_fact for one in views] == [False, False]
    assert hints.open_of(tx, [other.id])[other.id] == []


def test_a_plate_that_somebody_remembers_by_its_end_is_the_same_code(tx: Transaction) -> None:
    first = handed_in(tx, "白色面包车 青Z·3K719", lat=None, lon=None)
    second = handed_in(tx, "van, plate ends 3K719", after=timedelta(days=90), lat=None, lon=None)
    handed_in(tx, "青Z3K718", lat=None, lon=None)

    for tip, other in ((first, second), (second, first)):
        (hint,) = compared(tx, tip)
        (reason,) = hint.why
        assert (hint.kind, hint.other_than(tip.id)) == ("code", other.id)
        assert (reason["values"]["code"], reason["values"]["whole"]) == ("3K719", False)


def test_names_that_cameras_write_into_pictures_are_no_codes_but_plates_read_there_are(
    tx: Transaction,
) -> None:
    made = [handed_in(tx, text, lat=None, lon=None) for text in (ROOM, LIFT, "面包车 青Z·3K719")]
    for tip in made[:2]:
        file_of(tx, tip, media='{"texts": ["CAM02"]}')
    file_of(tx, made[1], number=2, media='{"texts": ["青Z3K719"]}')
    for tip in made:
        matching.index(tx, tip)

    assert [(one.kind, one.other_id) for one in compared(tx, made[2])] == [("code", made[1].id)]
    assert [one for one in compared(tx, made[0]) if one.kind == "code"] == []


def test_a_code_that_many_name_is_nobodys(tx: Transaction) -> None:
    for _ in range(11):
        tip = handed_in(tx, "我打了 4008123123 没人接", lat=None, lon=None)

    assert [one for one in compared(tx, tip) if one.kind == "code"] == []


# --- weights


def sketch(text: str = ROOM, *, at: datetime = EVENING, until: datetime | None = None) -> sketches.Sketch:
    tip = Tip(id=1, text=text, place="", occurred_at=at, occurred_until=until, received_at=at, **HERE)
    return sketches.of(tip)


def hour_bits(one: sketches.Sketch, other: sketches.Sketch) -> float:
    _, reasons = series.weigh(one, other, series.Rarity(0, {}, {}))
    return float(next(each["bits"] for each in reasons if each["code"] == series.HOUR))


def test_the_hour_of_an_interval_is_expected_not_taken_from_its_middle() -> None:
    night = sketch(at=EVENING, until=EVENING + timedelta(hours=12))
    assert -1.0 < hour_bits(night, sketch(at=EVENING)) < 0.9
    assert hour_bits(sketch(), sketch(at=EVENING + timedelta(days=1, minutes=10))) > 0.8


@pytest.mark.parametrize("points", [weights.KILOMETRES, weights.DAYS, weights.HOURS])
def test_nothing_jumps_at_an_edge_and_more_apart_never_says_more(points: weights.Points) -> None:
    read = [weights.between(points, at / 20) for at in range(3000)]
    assert all(0 <= one - other < 0.2 for one, other in zip(read, read[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("两个外地口音的新疆人撬门", "撬门"),
        ("一个黑人拿撬棍", "拿撬棍"),
        ("a black man with a foreign accent pried the door", "pried the door"),
        ("two Vietnamese women distracted me", "distracted me"),
    ],
)
def test_where_people_come_from_is_cut_out_of_what_is_compared(text: str, without: str) -> None:
    kept = grams.grams(text)
    assert set(kept) <= set(grams.grams(without)) | {"two"}
    assert not {"黑人", "口音", "新疆", "black", "accent", "vietnames"} & set(kept)


def test_how_people_look_weighs_nothing() -> None:
    plain, dressed = "他撬开抽屉", "戴灰色鸭舌帽的中年男子他撬开抽屉"
    assert grams.grams(plain) == grams.grams(dressed)
    assert "white" in grams.grams("a white van")
    assert grams.grams("a white jacket") == []


def test_tags_find_the_trick_in_either_language() -> None:
    assert methods.tags(ROOM) & methods.tags(ROOM_EN) >= {"booking", "private-room", "till"}
    assert methods.tags("a vandal vanished") == frozenset()
    assert methods.words_of("booking", ROOM) == "订包间"


def test_shared_pairs_become_words_again() -> None:
    assert grams.shared_words(ROOM, ROOM_AGAIN, ["订包", "包间", "吧台", "现金"]) == [
        "订包间",
        "吧台",
        "现金",
    ]


# --- series that are known


def known() -> list[linkage.Known]:
    """Four small series of our own in two languages, and some of no series."""
    told = [
        ("rooms", ROOM, 0, "zh"), ("rooms", ROOM_AGAIN, 4, "zh"), ("rooms", ROOM_EN, 8, "en"),
        ("vans", "凌晨面包车停在楼下，两个人拿撬棍拆电瓶", 1, "zh"),
        ("vans", "Batteries ripped out of the shed, neighbour saw a white minivan", 6, "en"),
        ("vans", "车棚锁被剪断，电瓶又丢了，监控里是面包车", 9, "zh"),
        ("notes", "早上卖豆浆收到一张一百的假钞，叫我找零", 2, "zh"),
        ("notes", "Fake 100 yuan note at my breakfast stall, hurried off with the change", 5, "en"),
        ("", LIFT, 3, "zh"), ("", "Street lamp opposite number 18 has been off for two weeks", 7, "en"),
        ("", "邻居楼上漏水，协商不成，能不能来调解", 8, "zh"),
    ]  # fmt: skip
    lines = [
        json.dumps({"id": f"O{at}", "series": name, "text": text, "lang": language, "place": None,
                    "occurred_at": (EVENING + timedelta(days=days)).isoformat(), **HERE})
        for at, (name, text, days, language) in enumerate(told)
    ]  # fmt: skip
    return linkage.read(lines)


def test_series_of_our_own_are_found_first() -> None:
    figures = linkage.judge(known(), [])
    assert (figures.first, figures.crossing) == (1.0, 1.0)


def test_where_the_tips_of_the_reference_lie_beside_the_checkout_they_are_found_as_told() -> None:
    """The README tells these figures; without the folder our own few stand in for it."""
    place = linkage.folder()
    lines = (place / "tips.jsonl").read_text(encoding="utf-8").splitlines() if place else []
    figures = linkage.judge(linkage.read(lines) or known(), [])
    assert figures.first >= 0.95
    assert figures.five >= 0.98
