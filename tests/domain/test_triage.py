"""The evidence queue: `tipline.domain.triage`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from tests.domain.conftest import EVENING, draft, file_of, sent
from tipline.db import Transaction
from tipline.domain import (
    beats,
    clock,
    incidents,
    links,
    messages,
    orders,
    renditions,
    shops,
    tallies,
    targets,
    tips,
    triage,
)
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.cases import Case
from tipline.domain.filters import Filter
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def _shown(tx: Transaction, **wanted: Any) -> list[str]:
    return [row.tip.reference for row in triage.list_queue(tx, Filter(**wanted)).rows]


def _picture(tx: Transaction, evidence_id: str, number: int) -> None:
    renditions.keep(
        tx, evidence_id, name=f"t{number:03}.jpg", provenance={}, kind=renditions.THUMBNAIL,
        mime="image/jpeg", size=1, sha256="0" * 64, width=1, height=1, t=float(number),
    )  # fmt: skip


# --- filters


def test_the_queue_shows_what_waits_newest_first_and_no_drafts(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    old, closed = sent(tx), sent(tx)
    draft(tx)
    at(EVENING + timedelta(minutes=1))
    new = sent(tx)
    tips.move(tx, officer, closed, "closed")

    assert _shown(tx) == [new.reference, old.reference]
    assert set(_shown(tx, state="all")) == {new.reference, old.reference, closed.reference}
    assert _shown(tx, state="closed") == [closed.reference]
    states = ("received", "triage", "closed")
    counted = tallies.count_each(tx, {state: Filter(state=state) for state in states})
    assert counted == {"received": 2, "triage": 0, "closed": 1}


@pytest.mark.parametrize("state", ["draft", "nonsense", "ALL"])
def test_a_state_the_queue_does_not_show_is_refused(tx: Transaction, state: str) -> None:
    with pytest.raises(TiplineError) as caught:
        triage.list_queue(tx, Filter(state=state))
    assert caught.value.code == "filter:state-unknown"


def test_filters_narrow_by_category_beat_and_assignee(tx: Transaction, officer: Actor) -> None:
    beats.add(tx, SYSTEM, "north", "北片区")
    mine = sent(tx, category="footage", beat="north")
    other = sent(tx)
    tips.assign(tx, officer, mine, officer.user_id, officer.name)

    assert _shown(tx, category="footage") == [mine.reference]
    assert _shown(tx, beat="north") == [mine.reference]
    assert _shown(tx, assignee="li") == [mine.reference]
    assert _shown(tx, assignee="none") == [other.reference]
    assert _shown(tx, assignee="nobody-of-this-name") == []
    assert _shown(tx, category="footage", assignee="none") == []


def test_words_are_looked_for_in_all_that_belongs_to_a_tip(tx: Transaction, officer: Actor) -> None:
    tip = sent(tx, "红色外套", place="幸福超市")
    other = sent(tx, "蓝色帽子", place="老陈饭店")
    file_of(tx, tip, filename="CAM1_2130.mp4", sha256="ab" * 32)
    messages.write(tx, officer, tip, "收银台时间快吗", kind="question")

    for words in ("红色", "超市", "红色 超市", "cam1_2130", "AB" * 32, "收银台", tip.reference.lower()):
        assert _shown(tx, q=words) == [tip.reference], words
    assert _shown(tx, q="红色 饭店") == []
    # Signs that mean something to LIKE are just signs.
    for signs in ("%", "_____", "\\"):
        assert _shown(tx, q=signs) == ([tip.reference] if signs == "_" else [])
    assert other.reference in _shown(tx, q="色")


# --- pages


def stands(order: str, tip: Tip) -> tuple[int, float, int]:
    """What sorts a tip, said once more in other words than those of the database."""
    if order == orders.LATE and tip.acknowledged_at is None and tip.state in ("received", "triage"):
        assert tip.ack_due_at
        return 0, tip.ack_due_at.timestamp(), tip.id
    assert tip.received_at
    return 1, -tip.received_at.timestamp(), -tip.id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.sampled_from(orders.ORDERS),
    drawn=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["theft", "noise"]), st.booleans()),
        min_size=1, max_size=12,
    ),
    limit=st.integers(1, 5),
)  # fmt: skip
def test_pages_hold_every_tip_once_downwards_and_back_up_even_those_of_the_same_moment(
    tx: Transaction, officer: Actor, order: str, drawn: list[tuple[int, str, bool]], limit: int
) -> None:
    wanted = Filter(order=order)
    with tx.begin_nested() as mark:
        targets.set_target(tx, officer, "noise", 1, 2)
        made = []
        for minute, kind, is_known in drawn:
            with clock.frozen(EVENING + timedelta(minutes=minute)):
                made.append(sent(tx, category=kind))
                if is_known:
                    tips.acknowledge(tx, officer, made[-1])
        expected = [tip.reference for tip in sorted(made, key=lambda tip: stands(order, tip))]

        seen, cursors = [], [""]
        while len(cursors) > len(seen) / limit:
            page = triage.list_queue(tx, wanted, cursor=cursors[-1], limit=limit)
            assert len(page.rows) <= limit
            seen += [row.tip.reference for row in page.rows]
            if page.next_cursor is None:
                break
            cursors.append(page.next_cursor)
            floor, _is_up = orders.read_cursor(order, page.next_cursor)
            unseen = tallies.count_unshown(tx, wanted, [row.tip.reference for row in page.rows], floor)
            assert unseen == len(seen) - len(page.rows), "above the last row stands what was shown before"
        assert seen == expected
        for tip in made:
            at = expected.index(tip.reference)
            with clock.frozen(EVENING + timedelta(hours=1)):
                above, below = triage.neighbours(tx, wanted, tip)
            assert above is None if at == 0 else above and above.reference == expected[at - 1]
            assert below is None if at == len(made) - 1 else below and below.reference == expected[at + 1]
        while page.previous_cursor:
            page = triage.list_queue(tx, wanted, cursor=page.previous_cursor, limit=limit)
        assert [row.tip.reference for row in page.rows] == expected[:limit]
        mark.rollback()


def test_an_incident_stands_in_the_late_order_where_its_longest_waiting_tip_does(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    made = []
    for minute in range(4):
        at(EVENING + timedelta(minutes=minute))
        made.append(sent(tx, category="noise"))
    first, alone, last, known = made
    incident = incidents.open_incident(tx, officer, first, title="吵闹")
    incidents.attach(tx, officer, incident, last)
    tips.acknowledge(tx, officer, known)

    assert _shown(tx, folded=True) == [one.reference for one in (known, last, alone)]
    for folded, number in ((True, 3), (False, 4), (True, 3)):
        assert tallies.count_each(tx, {"": Filter(folded=folded)}) == {"": number}
    late = _shown(tx, folded=True, order="late")
    assert late == [one.reference for one in (first, alone, known)]
    tips.acknowledge(tx, officer, first)
    assert _shown(tx, folded=True, order="late") == [one.reference for one in (alone, last, known)]
    with pytest.raises(TiplineError) as caught:
        _shown(tx, order="longest")
    assert caught.value.code == "filter:unclear"


def test_whoever_goes_on_after_acknowledging_comes_to_the_next_late_one(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    made = []
    for minute in range(3):
        at(EVENING + timedelta(minutes=minute))
        made.append(sent(tx))
    tips.acknowledge(tx, officer, made[1])

    assert triage.neighbours(tx, Filter(order="late"), made[1]) == (made[0], made[2])
    at(EVENING + timedelta(hours=1))
    assert triage.neighbours(tx, Filter(order="late"), made[1]) == (made[2], None)


def test_a_tip_that_comes_in_between_does_not_shift_the_next_page(
    tx: Transaction, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    first, second = sent(tx), sent(tx)
    page = triage.list_queue(tx, Filter(), limit=1)
    at(EVENING + timedelta(minutes=1))
    sent(tx)

    assert [row.tip for row in page.rows] == [second]
    rest = triage.list_queue(tx, Filter(), cursor=page.next_cursor or "", limit=1)
    assert [row.tip for row in rest.rows] == [first]


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "!!!", "é", "A", base64.urlsafe_b64encode(b"yesterday 5").decode(),
        base64.urlsafe_b64encode(b"2026-11-22T13:30:00Z five").decode(),
        base64.urlsafe_b64encode(b"2026-11-22T13:30:00Z").decode(),
        base64.urlsafe_b64encode(b"2026-11-22T13:30:00Z 99999999999999999999").decode(),
        base64.urlsafe_b64encode(b"0001-01-01T00:00:00+23:00 5").decode(),
    ],
)  # fmt: skip
def test_a_cursor_somebody_made_up_is_refused(tx: Transaction, cursor: str) -> None:
    with pytest.raises(TiplineError) as caught:
        triage.list_queue(tx, Filter(), cursor=cursor)
    assert caught.value.code == "cursor:unclear"


def test_a_page_has_bounds(tx: Transaction) -> None:
    for _ in range(3):
        sent(tx)

    assert len(triage.list_queue(tx, Filter(), limit=-5).rows) == 1
    assert len(triage.list_queue(tx, Filter(), limit=10**9).rows) == 3


# --- rows


def test_a_row_has_all_it_shows(tx: Transaction, officer: Actor, case: Case, tip: Tip) -> None:
    beats.add(tx, SYSTEM, "north", "北片区")
    tips.change(tx, officer, tip, beat="north")
    tips.assign(tx, officer, tip, officer.user_id, officer.name)
    links.link(tx, officer, case, tip, "同款外套")
    film = file_of(tx, tip, number=1, duration_s=12.5)
    file_of(tx, tip, number=2, kind="photo", duration_s=99)
    for number in range(10):
        _picture(tx, film.id, number)

    (row,) = triage.list_queue(tx, Filter(state="linked")).rows
    assert row.tip is tip
    assert [one.number for one in row.files] == [1, 2]
    assert (row.assignee and row.assignee.username, row.beat and row.beat.name) == ("li", "北片区")
    assert row.cases == [case]
    assert row.footage_s == 12.5
    assert row.progress is None
    assert len(row.thumbnails) == renditions.IN_A_ROW
    times = [one.t for one in row.thumbnails]
    assert times[0] == 0.0
    assert times == sorted(times)
    assert times[-1] >= 7.0  # spread over the film, not the first four


def test_a_row_of_several_films_shows_of_each_the_moment_that_says_most(tx: Transaction, tip: Tip) -> None:
    films = [file_of(tx, tip, number=number, telling_t=t) for number, t in ((1, 3.0), (2, 9.0), (3, None))]
    for film in films:
        for number in range(10):
            _picture(tx, film.id, number)

    (row,) = triage.list_queue(tx, Filter()).rows
    shown = [[one.t for one in row.thumbnails if one.evidence_id == film.id] for film in films]
    assert [len(times) for times in shown] == [2, 1, 1]
    assert 3.0 in shown[0]
    assert shown[1] == [9.0]
    assert row.thumbnails == sorted(
        row.thumbnails, key=lambda one: [film.id for film in films].index(one.evidence_id)
    )


def test_rows_leave_the_facts_of_their_films_in_the_database(tx: Transaction, tip: Tip) -> None:
    file_of(tx, tip, media='{"activity": {"score": []}}')
    tx.expunge_all()

    (row,) = triage.list_queue(tx, Filter()).rows
    assert "media" in inspect(row.files[0]).unloaded


def test_a_row_tells_how_far_the_look_has_come(tx: Transaction, tip: Tip) -> None:
    file_of(tx, tip, number=1, state="processing", progress=0.5)
    file_of(tx, tip, number=2, state="received", progress=0.0)
    file_of(tx, tip, number=3, state="ready", progress=1.0)

    (row,) = triage.list_queue(tx, Filter()).rows
    assert row.progress == 0.25


def test_pictures_of_many_files_share_the_row(tx: Transaction, tip: Tip) -> None:
    for number in range(1, 4):
        file = file_of(tx, tip, number=number)
        for picture in range(3):
            _picture(tx, file.id, picture)

    (row,) = triage.list_queue(tx, Filter()).rows
    assert len(row.thumbnails) == renditions.IN_A_ROW
    assert len({one.evidence_id for one in row.thumbnails}) == 3


# --- news


def test_neighbours_are_those_shown_above_and_below(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    made = []
    for minute in range(3):
        at(EVENING + timedelta(minutes=minute))
        made.append(sent(tx))
    oldest, middle, newest = made

    assert triage.neighbours(tx, Filter(), middle) == (newest, oldest)
    assert triage.neighbours(tx, Filter(), newest) == (None, middle)
    tips.move(tx, officer, newest, "closed")
    assert triage.neighbours(tx, Filter(), middle) == (None, oldest)
    assert triage.neighbours(tx, Filter(), draft(tx)) == (None, None)


def test_new_tips_are_counted_since_the_page_was_shown(
    tx: Transaction, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    sent(tx)
    at(EVENING + timedelta(minutes=1))
    sent(tx, category="footage")

    assert tallies.count_newer(tx, Filter(), EVENING) == 1
    assert tallies.count_newer(tx, Filter(category="theft"), EVENING) == 0


def test_any_change_of_a_tip_is_noticed(tx: Transaction, tip: Tip, at: Callable[[datetime], None]) -> None:
    later = clock.now() + timedelta(hours=1)
    at(later)
    messages.write(tx, reporter(tip.reference), tip, "还有一段")

    assert triage.newest_change(tx) == later


# --- what narrows the queue


def test_filters_narrow_by_time_files_and_shop(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    shop = shops.add(tx, officer, shops.Described(name="便民药房", place="南北街 17 号"))
    at(EVENING)
    old = sent(tx, shop=shop.code)
    at(EVENING + timedelta(days=2))
    new = sent(tx)
    file_of(tx, new)

    assert _shown(tx, footage="with") == [new.reference]
    assert _shown(tx, footage="without") == [old.reference]
    assert _shown(tx, period="24h") == [new.reference]
    assert _shown(tx, period="3d") == [new.reference, old.reference]
    assert _shown(tx, after="2026-11-23") == [new.reference]
    assert _shown(tx, before="2026-11-22") == [old.reference]
    assert _shown(tx, after="2026-11-22", before="2026-11-24") == [new.reference, old.reference]
    assert _shown(tx, shop=shop.code.lower()) == _shown(tx, shop="药房") == [old.reference]


@pytest.mark.parametrize(
    "wanted",
    [{"period": "1y"}, {"footage": "some"}, {"after": "soon"}, {"before": "9999-12-31"}, {"unread": "1"}],
)
def test_a_filter_that_means_nothing_is_refused(tx: Transaction, wanted: dict[str, str]) -> None:
    with pytest.raises(TiplineError) as caught:
        triage.list_queue(tx, Filter(**wanted))
    assert caught.value.code == "filter:unclear"


def test_new_is_what_belongs_on_the_page_and_is_not_there(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    made = []
    for minute in range(4):
        at(EVENING + timedelta(minutes=minute))
        made.append(sent(tx))
    woken = made[2]
    tips.move(tx, officer, woken, "snoozed", until=EVENING + timedelta(days=1))
    page = triage.list_queue(tx, Filter(), limit=2)
    shown = [row.tip.reference for row in page.rows]
    assert shown == [made[3].reference, made[1].reference]
    assert page.next_cursor
    floor, _is_up = orders.read_cursor(orders.NEWEST, page.next_cursor)
    assert tallies.count_unshown(tx, Filter(), shown, floor) == 0

    tips.move(tx, officer, woken, "triage")
    assert tallies.count_unshown(tx, Filter(), shown, floor) == 1
    tips.move(tx, officer, made[3], "closed")  # what is dealt with makes no room that would be news
    assert tallies.count_unshown(tx, Filter(), shown, floor) == 1
