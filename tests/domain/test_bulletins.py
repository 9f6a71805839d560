"""How a bulletin stands follows from its times; who may do what with it; what of it is never public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.domain.conftest import sent
from tipline.db import Transaction
from tipline.domain import accounts, bulletins, clock, custody, posting, reads, stills
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.bulletins import Bulletin
from tipline.domain.cases import Case
from tipline.domain.posting import Said
from tipline.errors import TiplineError

WARNING = Said("warning", "近期包间内财物被盗", "请把手机和包放在看得见的地方。")


def codes(fault: pytest.ExceptionInfo[TiplineError]) -> dict[str, str]:
    return fault.value.fields


def test_a_bulletin_appears_and_ends_by_its_times_alone(tx: Transaction, chief: Actor) -> None:
    row, now = posting.draft(tx, chief, WARNING), clock.now()
    assert bulletins.state_of(row) == "draft"
    posting.publish(tx, chief, row, at=now + timedelta(hours=2))

    for hours, state in ((1, "scheduled"), (3, "published"), (24 * 31, "expired")):
        with clock.frozen(now + timedelta(hours=hours)):
            assert bulletins.state_of(row) == state
            counts = bulletins.count_by_state(tx, chief)
            assert [one for one, many in counts.items() if many] == [state]
            assert [one.id for one in bulletins.list_public(tx)] == ([row.id] * (state == "published"))


def test_a_warning_without_an_end_ends_after_thirty_days_and_advice_stays(
    tx: Transaction, chief: Actor
) -> None:
    warning, advice = (posting.draft(tx, chief, Said(kind, "标题", "正文")) for kind in ("warning", "advice"))
    for row in (warning, advice):
        posting.publish(tx, chief, row)
    assert warning.publishes_at
    assert warning.expires_at == warning.publishes_at + timedelta(days=30)
    assert advice.expires_at is None


def test_an_investigator_drafts_and_proposes_and_only_a_supervisor_publishes(
    tx: Transaction, officer: Actor, chief: Actor
) -> None:
    row = posting.draft(tx, officer, WARNING)
    posting.propose(tx, officer, row)
    for act in (posting.publish, posting.take_back, lambda *of: posting.withdraw(*of, "误发")):
        with pytest.raises(TiplineError, match="role"):
            act(tx, officer, row)
    posting.publish(tx, chief, row)
    with pytest.raises(TiplineError) as refused:
        posting.edit(tx, officer, row, Said("warning", "改", "改"))
    assert refused.value.code == "account:forbidden"

    said = [one.action for one in custody.list_of(tx, subject=f"bulletin:{row.handle}")]
    assert said == ["bulletin:draft", "bulletin:propose", "bulletin:publish"]


def test_a_correction_of_what_residents_read_says_when_and_others_say_nothing(
    tx: Transaction, chief: Actor
) -> None:
    row = posting.draft(tx, chief, WARNING)
    posting.edit(tx, chief, row, Said("warning", "标题", "正文"))
    assert row.corrected_at is None
    posting.publish(tx, chief, row)
    assert not posting.edit(tx, chief, row, Said("warning", "标题", "正文"))
    assert row.corrected_at is None
    posting.edit(tx, chief, row, Said("warning", "标题", "正文,更正"))
    assert row.corrected_at is not None


def test_two_who_edit_at_once_do_not_overwrite_each_other(tx: Transaction, chief: Actor) -> None:
    row = posting.draft(tx, chief, WARNING)
    seen = row.revision
    posting.edit(tx, chief, row, Said("warning", "甲", "正文"), revision=seen)
    with pytest.raises(TiplineError) as refused:
        posting.edit(tx, chief, row, Said("warning", "乙", "正文"), revision=seen)
    assert (refused.value.code, row.title) == ("bulletin:changed", "甲")


def test_what_is_withdrawn_leaves_a_sentence_and_can_be_put_back_for_a_while(
    tx: Transaction, chief: Actor
) -> None:
    row = posting.draft(tx, chief, WARNING)
    posting.publish(tx, chief, row)
    with pytest.raises(TiplineError) as refused:
        posting.withdraw(tx, chief, row, "  ")
    assert codes(refused) == {"words": "bulletin:words-needed"}
    posting.withdraw(tx, chief, row, "情况有误，现予撤回。")
    with pytest.raises(TiplineError) as gone:
        bulletins.read_public(tx, row.handle)
    assert gone.value.code == "bulletin:withdrawn"
    posting.restore(tx, chief, row)
    assert bulletins.read_public(tx, row.handle) is row
    posting.withdraw(tx, chief, row, "情况有误。")
    with clock.frozen(clock.now() + timedelta(days=1)), pytest.raises(TiplineError) as late:
        posting.restore(tx, chief, row)
    assert late.value.code == "bulletin:too-late"


def test_a_draft_is_to_residents_as_if_it_were_not_there(tx: Transaction, chief: Actor) -> None:
    row = posting.draft(tx, chief, WARNING)
    for step in (lambda: None, lambda: posting.discard(tx, chief, row)):
        step()
        with pytest.raises(TiplineError) as unknown:
            bulletins.read_public(tx, row.handle)
        assert unknown.value.code == "bulletin:not-found"


def test_every_fault_of_a_form_is_told_at_once(tx: Transaction, chief: Actor) -> None:
    with pytest.raises(TiplineError) as refused:
        posting.draft(tx, chief, Said("gossip", "", "x" * 5000, beat="moon"))
    assert codes(refused) == {
        "kind": "bulletin:kind-unknown", "title": "bulletin:title-needed",
        "text": "bulletin:text-too-long", "beat": "tip:beat-unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("at", "until", "code"),
    [
        (timedelta(days=400), None, "bulletin:time-far"),
        (timedelta(days=2), timedelta(days=1), "bulletin:end-before"),
        (None, timedelta(hours=-1), "bulletin:end-before"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    tx: Transaction, chief: Actor, at: timedelta | None, until: timedelta | None, code: str
) -> None:
    row, now = posting.draft(tx, chief, WARNING), clock.now()
    with pytest.raises(TiplineError) as refused:
        posting.publish(tx, chief, row, at=at and now + at, until=until and now + until)
    assert refused.value.code == code


def test_a_draft_for_a_closed_case_does_not_exist_for_others_until_residents_read_it(
    tx: Transaction, case: Case, officer: Actor, chief: Actor
) -> None:
    case.access = "members"
    other = accounts.add(tx, SYSTEM, "qian", role="investigator", password_hash="not a hash").actor
    row = posting.draft(tx, officer, Said("appeal", "征集线索", "请提供。"), case)
    assert bulletins.read_bulletin(tx, row.handle, officer) is row
    with pytest.raises(TiplineError) as unknown:
        bulletins.read_bulletin(tx, row.handle, other)
    assert unknown.value.code == "bulletin:not-found"
    assert bulletins.list_desk(tx, other, "draft") == []
    posting.publish(tx, chief, row)
    assert bulletins.read_bulletin(tx, row.handle, other) is row
    assert bulletins.case_of(tx, row, other) is None


def test_a_tip_belongs_to_the_bulletin_it_was_begun_from(tx: Transaction, chief: Actor) -> None:
    row = posting.draft(tx, chief, Said("appeal", "征集线索", "请提供。"))
    hidden = posting.draft(tx, chief, WARNING)
    posting.publish(tx, chief, row)
    first, unknown, draft = (
        sent(tx, bulletin=one, category="recognised") for one in (row.handle, "nothing", hidden.handle)
    )
    assert [one.reference for one in posting.list_tips(tx, row)] == [first.reference]
    assert posting.count_tips(tx, [row, hidden]) == {row.id: 1}
    assert [one.bulletin_id for one in (unknown, draft)] == [None, None]


def test_reads_are_a_number_a_day_and_come_together(tx: Transaction, chief: Actor) -> None:
    row = posting.draft(tx, chief, WARNING)
    today = clock.now().date()
    reads.add(tx, {(row.id, today): 2, (999, today): 7})
    reads.add(tx, {(row.id, today): 1, (row.id, today - timedelta(days=1)): 4})
    assert reads.totals(tx, [row]) == {row.id: 7}
    assert [one.number for one in reads.by_day(tx, row)] == [3, 4]


def test_only_an_appeal_holds_stills(tx: Transaction, chief: Actor) -> None:
    row: Bulletin = posting.draft(tx, chief, WARNING)
    with pytest.raises(TiplineError) as refused:
        stills.add(tx, lambda *_: None, chief, row, None, "redaction-1.jpg", alt="x")  # type: ignore[arg-type]
    assert refused.value.code == "bulletin:no-appeal"
