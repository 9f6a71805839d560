"""A tip and its way through the desk: `tipline.domain.tips`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.domain.conftest import EVENING, draft, sent
from tipline.db import Database, Transaction
from tipline.domain import acts, beats, contacts, custody, limits, snoozing, tips
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def _actions(tx: Transaction, tip: Tip) -> list[str]:
    return [entry.action for entry in custody.list_of(tx, tip=tip.reference)]


# --- beginning and sending


def test_a_report_begins_as_a_draft_with_a_reference_and_an_entry(tx: Transaction) -> None:
    tip = draft(tx)

    assert re.fullmatch(r"T-\d{4,}", tip.reference)
    assert (tip.state, tip.received_at) == ("draft", None)
    assert _actions(tx, tip) == ["tip:create"]


def test_two_tips_never_share_a_reference(tx: Transaction) -> None:
    assert len({draft(tx).reference for _ in range(5)}) == 5


def test_the_log_holds_a_digest_of_the_words_and_not_the_words(tx: Transaction) -> None:
    tip = draft(tx, "收银台\0被撬", contact="13800001234")
    entry = custody.list_of(tx, tip=tip.reference)[0]

    assert entry.facts()["words"] == tips.digest(tip)
    assert "收银台" not in entry.detail
    assert "1380000" not in entry.detail
    tx.flush()
    tx.refresh(tip)
    assert entry.facts()["words"] == tips.digest(tip)


def test_contact_is_kept_apart_and_an_anonymous_correction_takes_it_away(tx: Transaction) -> None:
    tip = draft(tx, contact="13800001234")
    assert contacts.is_given(tx, tip.id)

    tips.rewrite(tx, tip, Report("theft", "同上", anonymous=True, contact="13800001234"))
    assert not contacts.is_given(tx, tip.id)


def test_a_beat_that_does_not_exist_is_refused_and_no_beat_is_fine(tx: Transaction) -> None:
    with pytest.raises(TiplineError) as caught:
        draft(tx, beat="nowhere")
    assert caught.value.code == "tip:beat-unknown"
    assert draft(tx, beat="").beat is None


def test_sending_starts_the_response_clock(tx: Transaction, at: Callable[[datetime], None]) -> None:
    at(EVENING)
    tip = draft(tx)
    at(EVENING + timedelta(minutes=5))
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)

    assert tip.state == "received"
    assert tip.received_at == EVENING + timedelta(minutes=5)
    assert tip.ack_due_at == EVENING + timedelta(minutes=7)


def test_sending_twice_does_nothing_more(tx: Transaction) -> None:
    tip = sent(tx)
    version = tip.version
    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)

    assert tip.version == version
    assert _actions(tx, tip) == ["tip:create", "tip:submit"]


def test_a_draft_can_be_corrected_and_a_sent_report_cannot(tx: Transaction) -> None:
    tip = draft(tx)
    tips.rewrite(tx, tip, Report("footage", "改过的话"))
    assert (tip.category, tip.text) == ("footage", "改过的话")

    tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    with pytest.raises(TiplineError) as caught:
        tips.rewrite(tx, tip, Report("footage", "再改"))
    assert caught.value.code == "tip:sent"


# --- reading


def test_a_tip_is_found_by_its_reference_in_any_case(tx: Transaction, tip: Tip) -> None:
    assert tips.read_tip(tx, tip.reference.lower()) is tip
    assert tips.find_tip(tx, "T-9999999") is None
    with pytest.raises(TiplineError) as caught:
        tips.read_tip(tx, "T-9999999")
    assert caught.value.code == "tip:not-found"


# --- acknowledging


def test_acknowledging_moves_a_new_tip_on_and_stops_the_clock(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    tip = sent(tx)
    at(EVENING + timedelta(seconds=90))
    tips.acknowledge(tx, officer, tip)

    assert (tip.state, tip.acknowledged_at) == ("triage", EVENING + timedelta(seconds=90))
    assert custody.list_of(tx, tip=tip.reference)[-1].facts() == {"late": False}


def test_a_late_acknowledgement_is_called_late(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    tip = sent(tx)
    at(EVENING + timedelta(minutes=3))
    tips.acknowledge(tx, officer, tip)

    assert custody.list_of(tx, tip=tip.reference)[-1].facts() == {"late": True}


def test_acknowledging_twice_or_when_all_is_over_is_refused(tx: Transaction, officer: Actor) -> None:
    once, over = sent(tx), sent(tx)
    tips.acknowledge(tx, officer, once)
    tips.move(tx, officer, over, "closed")

    for tip, code in ((once, "tip:already-acknowledged"), (over, "tip:closed")):
        with pytest.raises(TiplineError) as caught:
            tips.acknowledge(tx, officer, tip)
        assert caught.value.code == code


# --- moving


@pytest.mark.parametrize("state", tips.BY_HAND)
@pytest.mark.parametrize("before", ["received", "triage", "linked", "not_used", "closed"])
def test_every_step_by_hand_can_be_taken_from_anywhere(
    tx: Transaction, officer: Actor, tip: Tip, state: str, before: str
) -> None:
    tip.state = before
    tips.move(tx, officer, tip, state, reason="看过了")

    assert tip.state == state
    if state != before:
        entry = custody.list_of(tx, tip=tip.reference)[-1]
        assert (entry.action, entry.reason) == (f"tip:{state.replace('_', '-')}", "看过了")
        assert entry.facts()["before"] == before


@pytest.mark.parametrize("state", sorted({*tips.STATES} - {*tips.BY_HAND}) + ["nonsense", ""])
def test_a_state_that_follows_from_an_act_of_its_own_cannot_be_chosen(
    tx: Transaction, officer: Actor, tip: Tip, state: str
) -> None:
    with pytest.raises(TiplineError) as caught:
        tips.move(tx, officer, tip, state)
    assert caught.value.code == "tip:state-unknown"


@pytest.mark.parametrize("state", tips.NEEDS_REASON)
def test_what_the_reporter_may_be_told_needs_a_reason(
    tx: Transaction, officer: Actor, tip: Tip, state: str
) -> None:
    for reason in (None, "", "   "):
        with pytest.raises(TiplineError) as caught:
            tips.move(tx, officer, tip, state, reason=reason)
        assert caught.value.code == "tip:reason-needed"
    with pytest.raises(TiplineError) as caught:
        tips.move(tx, officer, tip, state, reason="长" * (limits.REASON + 1))
    assert caught.value.code == "tip:field-too-long"


def test_moving_to_the_same_state_writes_nothing(tx: Transaction, officer: Actor, tip: Tip) -> None:
    tips.move(tx, officer, tip, "triage")
    entries = len(_actions(tx, tip))
    tips.move(tx, officer, tip, "triage")

    assert len(_actions(tx, tip)) == entries


def test_a_snoozed_tip_comes_back_when_its_time_has_come(
    tx: Transaction, officer: Actor, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    soon, later = sent(tx), sent(tx)
    tips.move(tx, officer, soon, "snoozed", until=EVENING + timedelta(hours=1))
    tips.move(tx, officer, later, "snoozed", until=EVENING + timedelta(hours=9))
    assert snoozing.wake_snoozed(tx) == 0

    at(EVENING + timedelta(hours=2))
    assert snoozing.wake_snoozed(tx) == 1
    assert (soon.state, soon.snoozed_until) == ("triage", None)
    assert later.state == "snoozed"
    assert custody.list_of(tx, tip=soon.reference)[-1].actor == SYSTEM.label


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_tip_is_not_put_off_to_the_ends_of_time(
    tx: Transaction, officer: Actor, tip: Tip, until: str
) -> None:
    with pytest.raises(TiplineError) as fault:
        tips.move(tx, officer, tip, "snoozed", until=datetime.fromisoformat(until))

    assert fault.value.fields == {"until": "tip:snooze-day"}


def test_a_state_that_follows_from_another_act_is_no_act_of_its_own(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    tips.follow(tx, officer, tip, "linked")
    assert tip.state == "linked"
    assert acts.recorded(tx) is None


# --- correcting


def test_a_correction_keeps_the_old_values_in_the_log(tx: Transaction, officer: Actor, tip: Tip) -> None:
    beats.add(tx, officer, "north", "北片区")
    tips.change(tx, officer, tip, category="footage", beat="north", clock_offset_s=120.0)

    assert (tip.category, tip.beat, tip.clock_offset_s) == ("footage", "north", 120.0)
    assert custody.list_of(tx, tip=tip.reference)[-1].facts() == {
        "after": {"category": "footage", "beat": "north", "clock_offset_s": 120.0},
        "before": {"category": "theft", "beat": None, "clock_offset_s": None},
    }


def test_a_correction_that_changes_nothing_writes_nothing(tx: Transaction, officer: Actor, tip: Tip) -> None:
    entries, version = len(_actions(tx, tip)), tip.version
    tips.change(tx, officer, tip, category="theft", beat="")

    assert (len(_actions(tx, tip)), tip.version) == (entries, version)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"category": "murder"}, "tip:category-unknown"),
        ({"beat": "nowhere"}, "tip:beat-unknown"),
        ({"clock_offset_s": float("nan")}, "tip:offset-unclear"),
        ({"clock_offset_s": 1e12}, "tip:offset-unclear"),
    ],
)
def test_a_wrong_correction_is_refused(
    tx: Transaction, officer: Actor, tip: Tip, values: dict[str, object], code: str
) -> None:
    with pytest.raises(TiplineError) as caught:
        tips.change(tx, officer, tip, **values)
    assert caught.value.code == code


def test_assigning_is_logged_with_the_name_and_doing_it_twice_is_not(
    tx: Transaction, officer: Actor, tip: Tip
) -> None:
    tips.assign(tx, officer, tip, officer.user_id, officer.name)
    tips.assign(tx, officer, tip, officer.user_id, officer.name)

    assert tip.assignee_id == officer.user_id
    assert _actions(tx, tip).count("tip:assign") == 1
    tips.assign(tx, officer, tip, None, None)
    assert tip.assignee_id is None


def test_a_change_decided_on_an_older_state_is_refused(tx: Transaction, officer: Actor, tip: Tip) -> None:
    seen = tip.version
    tips.move(tx, officer, tip, "triage")

    with pytest.raises(TiplineError) as caught:
        tips.require_version(tip, seen)
    assert caught.value.code == "tip:changed"
    tips.require_version(tip, tip.version)
    tips.require_version(tip, None)


def test_what_a_report_says_of_the_recorder_stands_in_the_log(database: Database) -> None:
    report = Report(category="theft", text="有录像", clock_offset_s=200.0, overwrites_in_days=7)
    with database.transaction() as tx:
        tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=2)
        tips.rewrite(tx, tip, Report(category="theft", text="有录像", clock_offset_s=-60.0))
        created, rewritten = custody.list_of(tx, tip=tip.reference)

        assert created.facts()["clock_offset_s"] == 200.0
        assert created.facts()["overwrites_at"].startswith(f"{tip.overwrites_at:%Y-%m-%d}")
        assert rewritten.facts()["clock_offset_s"] == -60.0
