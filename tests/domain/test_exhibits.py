"""The numbered list of evidence, in its own order and in that of true time."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.domain.conftest import EVENING, file_of, sent
from tipline.db import Transaction
from tipline.domain import chronology, clock, exhibits, links
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.exhibits import Wanted
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

ZONE = ZoneInfo("Asia/Shanghai")
NUMBERS = ["1-1", "1-2", "2-1", "2-2", "3-1"]


@pytest.fixture
def three(tx: Transaction, officer: Actor, case: Case) -> list[Tip]:
    """Five files; the later the number, the earlier the film, and the last tells no time."""
    made = [sent(tx, f"第{at}起") for at in range(3)]
    for at, tip in enumerate(made):
        for number in (1, 2) if at < 2 else (1,):
            order = at * 2 + number
            taken = (EVENING - timedelta(hours=order)).isoformat()
            media = {"captured_at": taken, "captured_at_source": "exif:DateTimeOriginal", "duration_s": 10}
            file_of(
                tx, tip, number=number, filename=f"{'abcde'[5 - order]}.mp4", size=1000 - order,
                received_at=clock.now() - timedelta(minutes=order), duration_s=10.0,
                sha256=f"{order:064x}", client_sha256=f"{min(order, 2):064x}" if order != 3 else None,
                media=json.dumps(media if order < 5 else {}),
            )  # fmt: skip
        links.link(tx, officer, case, tip, "同款外套")
    file_of(tx, made[0], number=3, state="uploading")
    return made


def numbers(tx: Transaction, case: Case, **wanted: str) -> list[str]:
    return [one.number for one in exhibits.list_exhibits(tx, case, Wanted(**wanted)).exhibits]


def by_time(tx: Transaction, case: Case, sort: str) -> list[str]:
    return [one.number for one in chronology.list_page(tx, case, Wanted(sort), ZONE).exhibits]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", NUMBERS), ("-number", NUMBERS[::-1]), ("received", NUMBERS[::-1]), ("-received", NUMBERS),
        ("name", NUMBERS[::-1]), ("-name", NUMBERS), ("size", NUMBERS[::-1]), ("-size", NUMBERS),
    ],
)  # fmt: skip
def test_any_order_keeps_the_numbers_and_is_read_page_by_page(
    tx: Transaction, case: Case, three: list[Tip], sort: str, order: list[str]
) -> None:
    assert numbers(tx, case, sort=sort) == order
    read: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = exhibits.list_exhibits(tx, case, Wanted(sort), cursor=cursor, limit=2)
        read += [one.number for one in page.exhibits]
        cursor = page.next_cursor
    assert read == order


def test_true_time_orders_and_what_has_none_comes_last(tx: Transaction, case: Case, three: list[Tip]) -> None:
    assert by_time(tx, case, "true") == ["2-2", "2-1", "1-2", "1-1", "3-1"]
    assert by_time(tx, case, "-true") == ["1-1", "1-2", "2-1", "2-2", "3-1"]
    page = chronology.list_page(tx, case, Wanted("true"), ZONE, limit=3)
    rest = chronology.list_page(tx, case, Wanted("true"), ZONE, limit=3, cursor=page.next_cursor or "")
    assert ([one.number for one in rest.exhibits], rest.next_cursor) == (["1-1", "3-1"], None)
    with pytest.raises(TiplineError):
        chronology.list_page(tx, case, Wanted("true"), ZONE, cursor="9-9")


def test_the_span_of_a_case_is_from_its_first_film_to_its_last(
    tx: Transaction, case: Case, three: list[Tip]
) -> None:
    found = chronology.span(tx, case, ZONE)
    assert found is not None
    first, last = EVENING - timedelta(hours=4), EVENING - timedelta(hours=1) + timedelta(seconds=10)
    assert (found.first, found.last, found.about) == (first.astimezone(UTC), last.astimezone(UTC), False)


def test_a_case_without_footage_has_no_span(tx: Transaction, case: Case) -> None:
    assert chronology.span(tx, case, ZONE) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "a.mp4"}, ["3-1"]), ({"q": "MP4"}, NUMBERS), ({"q": "%"}, []), ({"q": f"{3:064x}"}, ["2-1"]),
        ({"integrity": "same"}, ["1-1", "1-2"]), ({"integrity": "sealed"}, ["2-1"]),
        ({"integrity": "differs"}, ["2-2", "3-1"]), ({"kind": "photo"}, []), ({"kind": "video"}, NUMBERS),
    ],
)  # fmt: skip
def test_the_list_is_narrowed(
    tx: Transaction, case: Case, three: list[Tip], wanted: dict[str, str], found: list[str]
) -> None:
    assert numbers(tx, case, **wanted) == found
    assert exhibits.count(tx, case, Wanted(**wanted)) == len(found)


def test_a_tip_keeps_its_place_and_the_gap_says_why(
    tx: Transaction, officer: Actor, case: Case, three: list[Tip]
) -> None:
    links.unlink(tx, officer, case, three[0], "误关联")
    assert numbers(tx, case) == NUMBERS[2:]
    gap = exhibits.gaps(tx, case, exhibits.places(tx, case))
    assert [(one.place, one.tip.reference, one.link.ended_reason) for one in gap] == [
        (1, three[0].reference, "误关联")
    ]
    links.link(tx, officer, case, sent(tx), "新的")
    links.link(tx, officer, case, three[0], "还是同一人")
    assert numbers(tx, case) == NUMBERS
    assert exhibits.gaps(tx, case, exhibits.places(tx, case)) == []
