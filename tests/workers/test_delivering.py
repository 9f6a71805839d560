"""Notices on their way out: `workers.delivering`, against servers that answer as the real ones do."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.receivers import Mailbox, Receiver, mailbox, receiver
from tipline.bell import SilentBell
from tipline.domain import (
    accounts,
    addresses,
    cases,
    clock,
    custody,
    events,
    links,
    listening,
    messages,
    notices,
    reachable,
    receivers,
    tips,
    tries,
)
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.channels import PAUSED_AT, Channel, ReporterChannel
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import delivering, egress, sweep


@pytest.fixture(scope="module")
def other() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def robots(other: Receiver) -> Receiver:
    other.got.clear()
    other.answers.clear()
    return other


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def environment(environment: dict[str, str], box: Mailbox) -> dict[str, str]:
    box.got.clear()
    return environment | {
        "TIPLINE_NOTICE_NETWORKS": "127.0.0.0/8",
        "TIPLINE_MAIL_URL": f"mailto://127.0.0.1:{box.port}?smtp=127.0.0.1&from=station@example.org",
        "TIPLINE_PUBLIC_URL": "https://tips.example.org",
    }


@pytest.fixture
def add(services: Services) -> Callable[..., Channel]:
    """`add(pasted, owner=None, **choices)`: a channel as its form makes it."""

    def make(pasted: str, owner: Account | None = None, **chosen: Any) -> Channel:
        with services.database.transaction() as tx:
            address = addresses.mail(pasted) if "@" in pasted else addresses.read(pasted, inside=True)
            return listening.add(
                tx, services.key, SYSTEM, owner.id if owner else None, address, label="夜班群", **chosen
            )

    return make


def deliver(services: Services, bell: SilentBell) -> None:
    """Answer every ring, as the workers of the desk would."""
    while bell.rung:
        kind, number = bell.rung.pop(0)
        if kind == notices.JOB:
            delivering.send(services, number)


def rows(services: Services) -> list[Notice]:
    with services.database.reading() as tx:
        return list(tx.scalars(select(Notice).order_by(Notice.id)))


def state(services: Services) -> list[tuple[str, str | None]]:
    return [(one.state, one.failure) for one in rows(services)]


def at(services: Services, number: int) -> Channel:
    with services.database.reading() as tx:
        return tx.get_one(Channel, number)


def later(services: Services, bell: SilentBell, by: timedelta) -> None:
    """Some time passes, and the sweep comes round."""
    with clock.frozen(clock.now() + by):
        sweep.send_notices(services)
        deliver(services, bell)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_robot_is_told_the_event_the_number_the_kind_and_a_link(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any, kind: str
) -> None:
    row = add(getattr(robots, kind)())
    tip = make_tip()
    deliver(services, bell)

    link = f"https://tips.example.org/desk/tips/{tip.reference}"
    assert robots.texts == [f"新线索 {tip.reference} · 入室/入店盗抢 {link}"] or robots.texts[0].endswith(
        link
    )
    assert state(services) == [("sent", None)]
    assert at(services, row.id).sent_at is not None


@pytest.mark.parametrize(
    ("pasted", "fault", "is_over"),
    [
        ("/cgi-bin/webhook/send?key=gone-robot", "notice:key-refused", True),
        ("/cgi-bin/webhook/send?key=busy-robot", "notice:too-often", False),
        ("/cgi-bin/webhook/send?key=sick-robot", "notice:server-fault", False),
        ("/cgi-bin/webhook/send?key=odd-robot", "notice:garbled", False),
        ("/cgi-bin/webhook/send?key=away-robot", "notice:redirected", True),
        ("/robot/send?access_token=wordrobot", "notice:robot-rule", True),
        ("/robot/send?access_token=gonerobot", "notice:key-refused", True),
        ("/open-apis/bot/v2/hook/gone-robot", "notice:key-refused", True),
        ("/open-apis/bot/v2/hook/busy-robot", "notice:too-often", False),
    ],
)
def test_what_a_robot_answers_is_understood_whatever_its_status(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, tip: Tip, pasted: str, fault: str,
    is_over: bool,
) -> None:  # fmt: skip
    row = add(robots.at(pasted))
    with services.database.transaction() as tx:
        events.tell(tx, "tip:new", tip=tip)
    deliver(services, bell)

    assert state(services) == [("failed" if is_over else "waiting", fault)]
    assert (at(services, row.id).failure, at(services, row.id).failures) == (fault, 1)
    assert [path for path, _, _ in robots.got if "elsewhere" in path] == [], "a redirect was followed"


def test_one_that_hangs_and_one_that_is_not_there_hold_up_nobody_and_are_tried_again(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    send = egress._send

    def soon_tired_of_one_that_hangs(*asked: Any, **how: Any) -> Any:
        # And of no other: a busy machine may take its time for an answer.
        patience = 0.3 if "hanging" in asked[1].url else egress.PATIENCE_S
        return send(*asked, **how | {"timeout": patience})

    monkeypatch.setattr(egress, "_send", soon_tired_of_one_that_hangs)
    hangs, gone, fine = add(robots.wecom("hanging-robot")), add("http://127.0.0.1:9/robot/send?access_token=x12345"), add(robots.feishu())  # fmt: skip  # noqa: E501
    with clock.frozen(clock.now()):  # nobody's rest ends, however slow the machine is
        make_tip()
        deliver(services, bell)
        assert state(services) == [
            ("waiting", "notice:hung"), ("waiting", "notice:unreachable"), ("sent", None),
        ]  # fmt: skip

        make_tip()
        robots.got.clear()
        deliver(services, bell)
        assert len(robots.texts) == 1, "while one rests its new notices wait with the old"

    later(services, bell, timedelta(seconds=40))
    assert [at(services, one.id).failures for one in (hangs, gone, fine)] == [2, 2, 0]


def test_a_worker_that_died_is_followed_by_another_and_nothing_is_lost(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any
) -> None:
    add(robots.wecom())
    make_tip()
    number = bell.rung.pop()[1]
    with services.database.transaction() as tx:
        assert tries.take(tx, number) is not None  # and now kill -9
    deliver(services, bell)
    sweep.send_notices(services)
    deliver(services, bell)
    assert robots.got == []

    later(services, bell, tries.LEASE + timedelta(seconds=1))
    assert (len(robots.got), state(services)) == (1, [("sent", None)])


def test_who_was_overtaken_changes_nothing(services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any) -> None:  # fmt: skip  # noqa: E501
    add(robots.wecom())
    make_tip()
    number = bell.rung.pop()[1]
    with services.database.transaction() as tx:
        slow = tries.take(tx, number)
    assert slow
    later(services, bell, tries.LEASE + timedelta(seconds=1))
    with services.database.transaction() as tx:
        slow.rows[0].attempts = 1
        tries.failed(tx, slow.rows, "notice:hung", for_good=True)

    assert state(services) == [("sent", None)]


def test_after_a_day_it_is_given_up_and_a_button_tries_it_again(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any
) -> None:
    robots.answers["/cgi-bin/webhook/send"] = (500, "")
    row = add(robots.wecom())
    make_tip()
    deliver(services, bell)
    later(services, bell, timedelta(hours=25))
    assert state(services) == [("failed", "notice:server-fault")]

    robots.answers.clear()
    with services.database.transaction() as tx:
        assert receivers.retry(tx, SYSTEM, tx.get_one(Channel, row.id)) == 1
    deliver(services, bell)
    assert state(services) == [("sent", None)]


def test_a_channel_that_failed_too_often_in_a_row_is_paused_and_its_owner_can_see_it(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any, people: Any
) -> None:
    row = add(robots.wecom("sick-robot"), people["investigator"])
    with services.database.transaction() as tx:
        tx.get_one(Channel, row.id).failures = PAUSED_AT - 1
    make_tip()
    make_tip()
    deliver(services, bell)
    make_tip()

    assert state(services) == [("failed", "notice:paused")] * 2
    with services.database.reading() as tx:
        assert listening.count_paused(tx, people["investigator"].id) == 1
        assert custody.list_of(tx, subject=f"channel:{row.id}")[-1].action == "channel:pause"


def test_quiet_hours_hold_it_back_and_what_is_urgent_may_break_them(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, tip: Tip
) -> None:
    add(robots.wecom(), quiet_from="00:00", quiet_until="23:59")
    add(robots.feishu(), quiet_from="00:00", quiet_until="23:59", through_quiet=True)
    with services.database.transaction() as tx:
        events.tell(tx, "tip:escalated", tip=tip, step="deputy")
    deliver(services, bell)

    assert [path.split("?")[0] for path, _, _ in robots.got] == ["/open-apis/bot/v2/hook/good-robot"]
    assert [(one.state, one.attempts) for one in rows(services)] == [("waiting", 0), ("sent", 1)]


def test_what_comes_together_is_one_message_and_a_robot_is_not_asked_too_much_of(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(delivering.PER_MINUTE, "wecombot", 1)
    add(robots.wecom())
    with clock.frozen(clock.now()):  # within this minute, however slow the machine is
        make_tip()
        deliver(services, bell)
        for _ in range(30):
            make_tip()
        deliver(services, bell)
    assert len(robots.got) == 1

    later(services, bell, timedelta(seconds=61))
    assert len(robots.got) == 2
    text = robots.texts[1]
    assert len(text.encode()) <= 2048
    assert "T-1002" in text
    assert "/desk/queue" in text
    assert {one.state for one in rows(services)} == {"sent"}


def test_a_flood_rings_an_officer_once_a_minute_and_nothing_of_it_is_lost(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(delivering, "MANY", 3)
    add(robots.wecom())
    for _ in range(6):
        make_tip()
        deliver(services, bell)
    assert len(robots.got) == 3
    for _ in range(38):
        make_tip()
    deliver(services, bell)
    assert len(robots.got) == 3

    later(services, bell, timedelta(seconds=61))
    assert len(robots.got) == 4
    assert {one.state for one in rows(services)} == {"sent"}
    make_tip()
    deliver(services, bell)
    assert len(robots.got) == 4


def test_a_trial_comes_at_once_and_what_was_said_can_be_read_without_the_key(
    services: Services, bell: SilentBell, robots: Receiver, add: Any
) -> None:
    row = add(robots.wecom("gone-robot"), quiet_from="00:00", quiet_until="23:59")
    with services.database.transaction() as tx:
        receivers.test(tx, SYSTEM, tx.get_one(Channel, row.id))
    deliver(services, bell)

    (trial,) = rows(services)
    assert (trial.state, trial.failure) == ("failed", "notice:key-refused")
    said = json.loads(trial.values)["said"]
    assert "93000 invalid webhook url" in said
    assert "gone-robot" not in said


def test_an_officer_hears_nothing_of_a_tip_that_does_not_exist_for_them(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, tip: Tip, people: Any, case: Any
) -> None:
    with services.database.transaction() as tx:
        tx.get_one(cases.Case, case.id).access = cases.MEMBERS
        links.link(
            tx, people["investigator"].actor, tx.get_one(cases.Case, case.id), tx.get_one(Tip, tip.id), "x"
        )
        other = accounts.add(tx, SYSTEM, "he", role="investigator", password_hash="not a hash")
    add(robots.wecom(), other)
    add(robots.wecom())
    add(robots.feishu(), people["investigator"])
    bell.rung.clear()
    with services.database.transaction() as tx:
        events.tell(tx, "tip:new", tip=tx.get_one(Tip, tip.id))
    deliver(services, bell)

    assert [one.state for one in rows(services)] == ["dropped", "dropped", "sent"]
    assert len(robots.got) == 1


def test_an_address_inside_is_refused_when_it_is_sent_to_also_by_name(
    services: Services, bell: SilentBell, robots: Receiver, add: Any, make_tip: Any
) -> None:
    row = add(f"http://localhost:{robots.port}/cgi-bin/webhook/send?key=good-robot")
    object.__setattr__(services.settings, "notice_networks", ())
    make_tip()
    deliver(services, bell)

    assert (at(services, row.id).failure, robots.got) == ("notice:inside", [])


CANARIES = {"text": "CANARYTEXT", "place": "CANARYPLACE", "contact": "13900001111"}


def test_nothing_that_anybody_wrote_ever_leaves_the_house(
    services: Services, bell: SilentBell, robots: Receiver, box: Mailbox, add: Any, make_tip: Any,
    people: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Canaries in every field that a person fills in, and every event there is."""
    caplog.set_level(logging.DEBUG)
    for pasted in (robots.wecom(), robots.dingtalk(), robots.feishu(), "officer@example.org"):
        add(pasted, people["investigator"])
        add(pasted)
    tip = make_tip(**CANARIES)
    officer = people["investigator"].actor
    with services.database.transaction() as tx:
        tip = tips.read_tip(tx, tip.reference)
        reachable.leave(tx, services.key, reporter(tip.reference), tip, "mail", "canary@example.net")
        messages.write(tx, reporter(tip.reference), tip, "CANARYMESSAGE")
        messages.write(tx, officer, tip, "CANARYANSWER")
        for code in events.EVENTS:
            events.tell(tx, code, tip=tip, to=[officer.user_id or 0])
    deliver(services, bell)

    assert {one.state for one in rows(services)} == {"sent"}
    sent = "".join(robots.texts) + "".join(f"{to}{mail.as_string()}" for to, mail in box.got if to != ["canary@example.net"])  # fmt: skip  # noqa: E501
    sent += "".join(mail.get_content() for _, mail in box.got)
    assert tip.reference in sent
    kept = "".join(one.values for one in rows(services))
    logged = caplog.text + "".join(capfd.readouterr())
    for canary in (*CANARIES.values(), "CANARYMESSAGE", "CANARYANSWER", "幸福超市", "夜班群"):
        assert canary not in sent + kept
    for secret in ("good-robot", "goodrobot", "officer@example.org", "canary@example.net"):
        assert secret not in logged


def test_a_reporter_is_told_that_there_is_news_and_no_more_once_they_say_so(
    services: Services, bell: SilentBell, box: Mailbox, tip: Tip, people: Any
) -> None:
    actor = people["investigator"].actor
    with services.database.transaction() as tx:
        mine = tips.read_tip(tx, tip.reference)
        reachable.leave(tx, services.key, reporter(tip.reference), mine, "mail", " li@example.net ")
        tips.acknowledge(tx, actor, mine)
    deliver(services, bell)
    ((to, mail),) = box.got
    text = mail.get_content()  # type: ignore[attr-defined]
    assert to == ["li@example.net"]
    assert f"https://tips.example.org/status/{tip.reference}" in text
    assert mail["List-Unsubscribe"].startswith(f"<https://tips.example.org/news/{tip.reference}/")

    with services.database.transaction() as tx:
        messages.write(tx, actor, tips.read_tip(tx, tip.reference), "请补充时间", kind="question")
    deliver(services, bell)
    assert len(box.got) == 1, "news of a minute are one message"
    with services.database.transaction() as tx:
        assert reachable.stop(tx, reporter(tip.reference), tips.read_tip(tx, tip.reference))
        assert tx.get(ReporterChannel, tip.id) is None
    later(services, bell, timedelta(minutes=2))
    assert len(box.got) == 1


def test_a_mail_server_that_refuses_says_why(
    services: Services, bell: SilentBell, box: Mailbox, add: Any
) -> None:
    row = add("nobody@example.org")
    with services.database.transaction() as tx:
        receivers.test(tx, SYSTEM, tx.get_one(Channel, row.id))
    deliver(services, bell)

    (trial,) = rows(services)
    assert trial.failure == "notice:mail-refused"
    assert "550" in json.loads(trial.values)["said"]
