"""Referrals: what a partner sees, what one tap does, two at once, the end by itself, ways back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.domain.conftest import EVENING, Ring, file_of, sent
from tests.domain.test_events import listen, told
from tipline.db import Transaction
from tipline.domain import (
    acts,
    attached,
    custody,
    evidence,
    incidents,
    interrupted,
    messages,
    partners,
    progress,
    referrals,
    referring,
    timeline,
    tips,
    undoing,
)
from tipline.domain.actors import SYSTEM, Actor
from tipline.domain.partners import Described, Partner
from tipline.domain.referrals import Referral
from tipline.domain.referring import Wish
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

KEY = "k" * 32
At = Callable[[datetime], None]


@pytest.fixture
def lift(tx: Transaction) -> Partner:
    return partners.add(tx, SYSTEM, Described("lift", "江南电梯维保", "0571-8765 4321"))


@pytest.fixture
def referral(tx: Transaction, at: At, tip: Tip, officer: Actor, lift: Partner) -> Referral:
    at(EVENING)
    tip.place = "幸福里 3 号楼"
    return referring.make(tx, KEY, officer, tip, lift, Wish("电梯困人，请速到", ["place", "words"]))


def _told(tx: Transaction, tip: Tip) -> list[tuple[str, object]]:
    return [(one.code, one.values.get("who")) for one in timeline.steps(tx, tip)]


def _codes(tx: Transaction, tip: Tip) -> list[str]:
    return [one.code.partition(":")[2] for one in timeline.steps(tx, tip) if one.code.startswith("referral")]


def test_the_link_shows_what_was_ticked_and_its_secret_is_kept_nowhere(
    tx: Transaction, tip: Tip, referral: Referral
) -> None:
    token = referrals.token_of(KEY, referral)

    assert len(token) == 26
    assert token not in referral.token_hash
    assert referrals.read_linked(tx, KEY, token.upper()) is referral
    shown = referrals.shown_of(tx, referral, tip)
    assert (shown.place, shown.at, shown.words) == (tip.place, None, tip.text)
    for wrong in ("", token[:-1], "é" * 26, referrals.token_of("other key", referral)):
        with pytest.raises(TiplineError) as fault:
            referrals.read_linked(tx, KEY, wrong)
        assert fault.value.code == "referral:unknown"


def test_states_are_told_to_the_reporter_at_once_without_names(
    tx: Transaction, tip: Tip, referral: Referral
) -> None:
    assert referring.step(tx, referral, "come", minutes=10)
    assert referring.step(tx, referral, "arrive")
    assert referring.step(tx, referral, "done", words="轿厢门锁故障，已复位")

    assert _codes(tx, tip) == ["make", "come", "arrive", "done"]
    lines = timeline.steps(tx, tip)
    assert all(one[1] == "The lift maintenance" for one in _told(tx, tip)[-4:])
    come = lines[-3]
    assert come.sentence == referrals.COMES_AT_ONCE
    assert come.values["minutes"] == 10
    assert messages.list_public(tx, tip) == []
    assert [one.kind for one in messages.list_all(tx, tip)] == ["partner"]


def test_two_people_who_press_at_once_are_one_step(tx: Transaction, tip: Tip, referral: Referral) -> None:
    assert referring.step(tx, referral, "accept")
    assert not referring.step(tx, referral, "accept")
    assert referring.step(tx, referral, "come", minutes=20)
    assert not referring.step(tx, referral, "come", minutes=20)
    assert not referring.step(tx, referral, "accept")
    assert referring.step(tx, referral, "come", minutes=40)
    first, second = referring.reply(tx, referral, "堵在路上"), referring.reply(tx, referral, " 堵在路上 ")

    assert first is second
    assert _codes(tx, tip) == ["make", "accept", "come", "come"]
    referring.step(tx, referral, "done")
    assert not referring.step(tx, referral, "done")
    with pytest.raises(TiplineError) as fault:
        referring.step(tx, referral, "arrive")
    assert fault.value.code == "referral:done"


def test_who_cannot_come_says_why(tx: Transaction, tip: Tip, referral: Referral) -> None:
    with pytest.raises(TiplineError) as fault:
        referring.step(tx, referral, "decline")
    assert fault.value.fields == {"words": "referral:why-needed"}

    assert referring.step(tx, referral, "decline", words="不归我们维保，请联系通力")

    assert referral.state == "declined"
    assert tip.news_at is not None
    assert tip.news_at >= referral.changed_at


@pytest.mark.parametrize("minutes", [None, 0, 241])
def test_a_time_of_arrival_that_means_nothing_is_refused(
    tx: Transaction, referral: Referral, minutes: int | None
) -> None:
    with pytest.raises(TiplineError) as fault:
        referring.step(tx, referral, "come", minutes=minutes)
    assert fault.value.code == "referral:minutes-unclear"


def test_silence_lateness_and_the_end_come_by_themselves_and_the_officer_hears(
    tx: Transaction, at: At, tip: Tip, referral: Referral
) -> None:
    def after(**past: int) -> str:
        at(EVENING + timedelta(**past))
        referring.sweep(tx)
        referring.sweep(tx)  # twice is once
        return referral.state

    assert after(minutes=9) == "sent"
    assert after(minutes=11) == "silent"
    referring.step(tx, referral, "come", minutes=10)
    assert after(minutes=25) == "coming"
    assert after(minutes=27) == "late"
    assert after(hours=23) == "late"
    assert after(hours=24) == "expired"

    acted = [one.action for one in custody.list_of(tx, subject=f"referral:{referral.id}")]
    assert [acted.count(f"referral:{one}") for one in ("silent", "late", "expire")] == [1, 1, 1]
    assert _codes(tx, tip) == ["make", "come", "expire"]
    assert tip.news_at == EVENING + timedelta(hours=24)
    with pytest.raises(TiplineError) as fault:
        referrals.require_open(tx, referral)
    assert fault.value.code == "referral:expired"


def test_the_end_of_the_tip_ends_its_links(
    tx: Transaction, tip: Tip, officer: Actor, referral: Referral
) -> None:
    tips.move(tx, officer, tip, "closed")

    with pytest.raises(TiplineError) as fault:
        referring.step(tx, referral, "accept")
    assert fault.value.code == "referral:closed"
    referring.sweep(tx)
    assert referral.state == "withdrawn"


def test_making_one_is_taken_back_until_the_partner_answers(
    tx: Transaction, tip: Tip, officer: Actor, lift: Partner, referral: Referral
) -> None:
    made = acts.recorded(tx)
    assert made is not None
    undoing.undo(tx, officer, made.id)
    assert referral.state == "withdrawn"

    other = referring.make(tx, KEY, officer, tip, lift, Wish("请到"))
    made = acts.recorded(tx)
    assert made is not None
    referring.step(tx, other, "accept")
    with pytest.raises(TiplineError, match="decided here since"):
        undoing.undo(tx, officer, made.id)


def test_a_withdrawn_one_can_be_brought_back(
    tx: Transaction, tip: Tip, officer: Actor, referral: Referral
) -> None:
    referring.step(tx, referral, "accept")
    referring.withdraw(tx, officer, tip, referral)
    referring.withdraw(tx, officer, tip, referral)
    act = acts.recorded(tx)
    assert act is not None

    undoing.undo(tx, officer, act.id)

    assert (referral.state, referral.ended_at) == ("accepted", None)
    assert timeline.steps(tx, tip)[-1].code == "act:undo"


def test_an_officer_passes_on_what_a_partner_wrote(
    tx: Transaction, tip: Tip, officer: Actor, referral: Referral
) -> None:
    said = referring.reply(tx, referral, "十分钟到")
    assert messages.list_public(tx, tip) == []

    referring.pass_on(tx, officer, tip, said, "维保单位回复：十分钟到")

    assert [(one.kind, one.text) for one in messages.list_public(tx, tip)] == [
        ("progress", "维保单位回复：十分钟到")
    ]


def test_words_that_may_say_who_wrote_them_are_noticed(tx: Transaction) -> None:
    assert not referrals.speaks_of_writer(sent(tx, "22 栋楼下有人唱歌，22:56 还在吵"))
    assert referrals.speaks_of_writer(sent(tx, "太吵了，我电话 13812345678"))
    asked = sent(tx, "毕业生落户要什么材料")
    asked.category = "question"
    assert referrals.speaks_of_writer(asked)
    anonymous = sent(tx, "吵", anonymous=True)
    begin, end = referrals.when(anonymous)
    assert begin is not None
    assert end == begin + timedelta(hours=1)
    assert (begin.minute, begin.second) == (0, 0)


def test_inside_an_incident_the_step_is_told_once_to_everyone(
    tx: Transaction, tip: Tip, officer: Actor, referral: Referral
) -> None:
    incident = incidents.open_incident(tx, officer, tip, title="3 号楼电梯困人")

    def say(sentence: str, **values: object) -> str:
        return sentence % values if values else sentence

    referring.step(tx, referral, "come", minutes=10, say=say)
    referring.step(tx, referral, "come", minutes=10, say=say)

    told = [(one.source, one.text) for one in progress.list_of(tx, incident)]
    assert told == [("partner", "The lift maintenance has taken it on, expected in about 10 minutes")]
    assert _codes(tx, tip) == ["make"]


def test_a_photo_under_words_that_were_sent_before_is_news_of_its_own(
    tx: Transaction, tip: Tip, referral: Referral
) -> None:
    listen(tx, events=["referral:message"])
    first = referring.reply(tx, referral, "现场照片")
    file = file_of(tx, tip, kind="photo", referral_id=referral.id)

    second = referring.reply(tx, referral, "现场照片")

    assert second is not first
    assert [one.file.id for one in attached.of_messages(tx, [second.id])[second.id]] == [file.id]
    assert len(told(tx)) == 2


def test_the_reporter_reads_nothing_of_a_partners_file_whoever_speaks_of_it(
    tx: Transaction, tip: Tip, referral: Referral, ring: Ring
) -> None:
    own = file_of(tx, tip, number=1, sha256="aa" * 32, client_sha256="bb" * 32)
    theirs = file_of(tx, tip, number=2, state="uploading", referral_id=referral.id)
    before = timeline.steps(tx, tip)

    interrupted.restart(tx, theirs, had=5000)
    interrupted.warn(tx, theirs, EVENING + timedelta(days=1))
    evidence.receive(tx, ring, theirs, sha256="bb" * 32, kind="photo")
    refused = file_of(tx, tip, number=3, state="uploading", referral_id=referral.id)
    interrupted.restart(tx, refused, had=5000)
    evidence.refuse(tx, refused, code="evidence:refused")
    lost = file_of(tx, tip, number=4, state="uploading", referral_id=referral.id)
    evidence.drop(tx, lost, SYSTEM, "expired")

    assert timeline.steps(tx, tip) == before
    interrupted.restart(tx, own, had=1)
    assert [one.code for one in timeline.steps(tx, tip)][-1] == "evidence:restart"
    assert not custody.list_of(tx, subject=f"evidence:{own.id}", actions={"evidence:resent"})
