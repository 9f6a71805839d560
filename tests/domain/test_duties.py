"""Rotas and who is told: `tipline.domain.duties`, and where a tip arrives: `tipline.domain.arrivals`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, draft
from tipline.db import Transaction
from tipline.domain import accounts, arrivals, beats, clock, custody, duties, shops, tips, undoing
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.duties import Absence, Duty, Line
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT, DAY = EVENING, datetime(2026, 11, 23, 2, tzinfo=UTC)  # Sunday 21:30, Monday 10:00 at the station
RING = [[113.66, 34.71], [113.68, 34.71], [113.68, 34.73], [113.66, 34.73], [113.66, 34.71]]
SQUARE = json.dumps({"type": "Polygon", "coordinates": [RING]})


@pytest.fixture
def ids(tx: Transaction) -> dict[str, int]:
    """People of the station by name; the beats `north`, which has a border, and `south`."""
    beats.add(tx, SYSTEM, "north", "北片区").shape = SQUARE
    beats.add(tx, SYSTEM, "south", "南片区")
    made = {
        name: accounts.add(tx, SYSTEM, name, role=role, password_hash="not a hash").id
        for name, role in (
            ("chen", "investigator"), ("sun", "investigator"), ("zhou", "supervisor"), ("wu", "auditor"),
        )
    }  # fmt: skip
    tx.flush()
    return made


@pytest.fixture
def chief(tx: Transaction, ids: dict[str, int]) -> Actor:
    return accounts.read_account(tx, "zhou").actor


@pytest.fixture
def rota(tx: Transaction, chief: Actor) -> list[Duty]:
    """Chen by day on weekdays, Sun stands by, Zhou on call round the clock."""
    lines = (
        Line("chen", "officer", "north", "12345", "08:00", "20:00"),
        Line("sun", "deputy", "north", "12345", "08:00", "20:00"),
        Line("zhou", "on_call"),
    )
    return [duties.add(tx, chief, one) for one in lines]


def away(tx: Transaction, account_id: int, deputy_id: int | None = None) -> None:
    tx.add(
        Absence(
            account_id=account_id, deputy_id=deputy_id, since=DAY - timedelta(days=1),
            until=DAY + timedelta(days=1), created_at=DAY,
        )
    )  # fmt: skip
    tx.flush()


def how_found(tx: Transaction, tip: Tip) -> str | None:
    return arrivals.how_found(tip, custody.list_of(tx, subject=f"tip:{tip.reference}"))


def names(ids: dict[str, int], found: tuple[int, ...]) -> list[str]:
    return [name for number in found for name, one in ids.items() if one == number]


def test_the_officer_comes_first_then_the_deputy_then_who_is_on_call(
    tx: Transaction, ids: dict[str, int], rota: list[Duty]
) -> None:
    chain = duties.chain(tx, "north", DAY, ZONE)

    assert chain == ((ids["chen"],), (ids["sun"],), (ids["zhou"],))
    assert (chain.first, chain.part_of(ids["sun"])) == (ids["chen"], "deputy")
    assert names(ids, duties.chain(tx, "north", NIGHT, ZONE).everyone) == ["zhou"]
    assert names(ids, duties.chain(tx, None, DAY, ZONE).everyone) == ["zhou"]
    assert duties.chains(tx, DAY, ZONE) == {"north": chain, "south": ((), (), (ids["zhou"],))}


def test_who_is_away_is_replaced_or_left_out(tx: Transaction, ids: dict[str, int], rota: list[Duty]) -> None:
    away(tx, ids["chen"], ids["zhou"])
    assert duties.chain(tx, "north", DAY, ZONE) == ((ids["zhou"],), (ids["sun"],), ())

    away(tx, ids["sun"])
    assert names(ids, duties.chain(tx, "north", DAY, ZONE).everyone) == ["zhou"]


def test_people_who_stand_in_for_each_other_stand_in_for_nobody(
    tx: Transaction, ids: dict[str, int], rota: list[Duty]
) -> None:
    away(tx, ids["chen"], ids["sun"])
    away(tx, ids["sun"], ids["chen"])

    assert names(ids, duties.chain(tx, "north", DAY, ZONE).everyone) == ["zhou"]


def test_a_closed_account_serves_no_more(tx: Transaction, ids: dict[str, int], rota: list[Duty]) -> None:
    accounts.set_active(tx, SYSTEM, accounts.read_account(tx, "chen"), False)

    assert names(ids, duties.chain(tx, "north", DAY, ZONE).everyone) == ["sun", "zhou"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Line("wu", "officer", "north"), "duty:person-unknown"),
        (Line("nobody", "officer", "north"), "duty:person-unknown"),
        (Line("chen", "officer", "north", "9"), "duty:days-needed"),
        (Line("chen", "officer", "north", starts="8:00"), "duty:time-unclear"),
        (Line("chen", "officer", "west"), "tip:beat-unknown"),
        (Line("chen", "officer"), "request:invalid"),
        (Line("chen", "on_call", "north"), "request:invalid"),
        (
            Line("chen", "officer", "north", since=date(2026, 2, 1), until=date(2026, 1, 1)),
            "duty:days-reversed",
        ),
    ],
)
def test_a_line_that_means_nothing_is_refused(tx: Transaction, chief: Actor, line: Line, code: str) -> None:
    with pytest.raises(TiplineError) as caught:
        duties.add(tx, chief, line)
    assert caught.value.code == code


def test_every_change_of_the_rota_is_logged_and_can_be_taken_back(
    tx: Transaction, chief: Actor, rota: list[Duty]
) -> None:
    before = [one.facts()["who"] for one in custody.list_of(tx, subject="beat:north", actions=["duty:add"])]
    duties.change(tx, chief, rota[0], Line("chen", "officer", "north", "1234567", "18:00", "02:00"))
    changed = undoing.acts.recorded(tx)
    duties.remove(tx, chief, rota[1])
    removed = undoing.acts.recorded(tx)

    assert before == ["chen", "sun"]
    assert changed is not None
    assert removed is not None
    undoing.undo(tx, chief, removed.id)
    undoing.undo(tx, chief, changed.id)
    lines = [(one.part, one.weekdays, one.starts, one.ends) for one in duties.list_of(tx, "north")]
    assert lines == [("officer", "12345", "08:00", "20:00"), ("deputy", "12345", "08:00", "20:00")]
    with pytest.raises(TiplineError, match="just that"):
        duties.add(tx, chief, Line("sun", "deputy", "north", "54321", "08:00", "20:00"))


# --- where a tip arrives


@pytest.mark.parametrize(
    ("fields", "beat", "way"),
    [
        ({"lat": 34.72, "lon": 113.67}, "north", "shape"),
        ({"lat": 34.72, "lon": 113.67, "beat": "south"}, "south", "choice"),
        ({"lat": 35.72, "lon": 113.67}, None, None),
        ({}, None, None),
    ],
)
def test_a_tip_finds_its_beat_by_choice_or_by_place(
    tx: Transaction, ids: dict[str, int], fields: dict[str, object], beat: str | None, way: str | None
) -> None:
    tip = draft(tx, **fields)
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)

    assert (tip.beat, how_found(tx, tip)) == (beat, way)
    tips.change(tx, SYSTEM, tip, beat="south" if beat == "north" else "north")
    assert how_found(tx, tip) is None


def test_the_shop_counts_more_than_the_place_and_less_than_the_choice(
    tx: Transaction, ids: dict[str, int]
) -> None:
    said = shops.Described("幸福超市", "航海路88号", "south", 34.72, 113.67)
    code = shops.add(tx, SYSTEM, said).code
    found = []
    for beat in (None, "north"):
        tip = draft(tx, place="", shop=code, beat=beat)
        tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
        found.append((tip.beat, how_found(tx, tip)))

    assert found == [("south", "shop"), ("north", "choice")]


@pytest.mark.parametrize(("moment", "who", "part"), [(DAY, "chen", "officer"), (NIGHT, "zhou", "on_call")])
def test_a_tip_is_put_before_who_is_on_duty_or_on_call(
    tx: Transaction, ids: dict[str, int], rota: list[Duty], at: Callable[[datetime], None],
    moment: datetime, who: str, part: str,
) -> None:  # fmt: skip
    at(moment)
    tip = draft(tx, lat=34.72, lon=113.67)
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2, zone=ZONE)

    assert tip.assignee_id == ids[who]
    (entry,) = custody.list_of(tx, tip=tip.reference, actions=["tip:on-duty"])
    assert (entry.actor, entry.facts()) == (
        "system:tipline", {"assignee": who, "part": part, "beat": "north"},
    )  # fmt: skip
    assert clock.now() == moment


def test_a_tip_of_no_beat_waits_for_everybody(tx: Transaction, ids: dict[str, int], rota: list[Duty]) -> None:
    tip = draft(tx)
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2, zone=ZONE)

    assert tip.assignee_id is None
