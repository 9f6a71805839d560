"""Many dead receivers and one that lives: what is sent to it, in how many jobs, and in which order."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.receivers import Dead, Receiver, dead, receiver
from tests.workers.test_delivering import deliver, later, rows, state
from tipline.bell import SilentBell
from tipline.domain import addresses, clock, events, listening, notices, reachable, receivers, tries, webhooks
from tipline.domain.actors import SYSTEM, reporter
from tipline.domain.channels import Channel, Webhook
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import delivering, egress, mailing, outgoing, rounds
from workers.outgoing import Outcome

NOBODY = "http://127.0.0.1:9/"  # refuses
TOLD = "bulletin:published"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {
        "TIPLINE_NOTICE_NETWORKS": "127.0.0.0/8",
        "TIPLINE_MAIL_URL": "mailto://127.0.0.1:9?smtp=127.0.0.1&from=station@example.org",
    }


@pytest.fixture(autouse=True)
def any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as one likes, and no try ends by itself however loaded the machine is."""
    monkeypatch.setattr(receivers, "MOST", 100)
    monkeypatch.setattr(egress, "PATIENCE_S", 120.0)
    monkeypatch.setattr(egress, "WITHIN_S", 120.0)


@pytest.fixture(autouse=True)
def no_time_passes() -> Iterator[None]:
    """However slow the machine is, nobody's rest ends unless a test says so."""
    with clock.frozen(clock.now()):
        yield


@pytest.fixture
def living() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def silent() -> Iterator[Dead]:
    with dead() as made:
        yield made


@pytest.fixture
def hook(services: Services) -> Callable[[str], Webhook]:
    def add(address: str) -> Webhook:
        with services.database.transaction() as tx:
            return webhooks.add(tx, services.key, SYSTEM, address, label=address[-20:])[0]

    return add


def tell(services: Services, event: str = TOLD) -> None:
    with services.database.transaction() as tx:
        events.tell(tx, event)


def of(services: Services, hook: Webhook) -> list[Notice]:
    return [one for one in rows(services) if one.webhook_id == hook.id]


def when_told(living: Receiver, times: int, act: Callable[[], None]) -> None:
    """Do it as soon as the living one was told so often."""

    def watch() -> None:
        while len(living.got) < times:
            threading.Event().wait(0.01)
        act()

    threading.Thread(target=copy_context().run, args=(watch,), daemon=True).start()


def test_fifty_dead_ones_keep_the_living_one_not_even_waiting_for_their_first_try(
    services: Services, bell: SilentBell, living: Receiver, silent: Dead, hook: Any
) -> None:
    lost = [hook(silent.at(f"/{n}") if n % 2 else f"{NOBODY}{n}") for n in range(50)]
    alive = hook(living.at("/hooks"))
    when_told(living, 1, silent.let_go.set)  # not before: each silent one would be waited for
    tell(services)
    assert [kind for kind, _ in bell.rung] == [notices.JOB], "one job for all of them"
    deliver(services, bell)
    assert (len(living.got), silent.tried) == (1, 25)
    assert {(one.state, one.attempts) for row in lost for one in of(services, row)} == {("waiting", 1)}

    for _ in range(10):
        tell(services)
    assert len(bell.rung) == 10, "one for each act, for the one that lives"
    deliver(services, bell)
    assert (len(living.got), silent.tried) == (11, 25), "while they rest nobody tries them"
    assert [one.attempts for one in of(services, alive)] == [1] * 11

    with services.database.transaction() as tx:
        tx.get_one(Webhook, alive.id).active = False
    tell(services)
    assert bell.rung == [], "for those who rest nobody rings"
    with services.database.transaction() as tx:
        assert tries.ring_due(tx) == 0
    assert bell.rung == []


def test_when_the_pause_ends_they_are_tried_in_one_job_and_hear_all_in_order_once(
    services: Services, bell: SilentBell, living: Receiver, hook: Any
) -> None:
    hooks = [hook(living.at(f"/hooks-{n}")) for n in range(5)]
    living.answers.update({f"/hooks-{n}": (503, "") for n in range(5)})
    for _ in range(4):
        tell(services)
        deliver(services, bell)
    assert Counter(path for path, _, _ in living.got) == {f"/hooks-{n}": 1 for n in range(5)}

    living.answers.clear()
    living.got.clear()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        with services.database.transaction() as tx:
            assert tries.ring_due(tx) == 5
        assert len(bell.rung) == 1
        deliver(services, bell)
    for n, row in enumerate(hooks):
        heard = [headers["webhook-id"] for path, headers, _ in living.got if path == f"/hooks-{n}"]
        assert len(heard) == len(set(heard)) == 4
        assert heard == [webhooks.headers(services.key, row, one, b"", clock.now())["webhook-id"] for one in of(services, row)]  # fmt: skip  # noqa: E501
    assert {one for one, _ in state(services)} == {"sent"}


def test_those_that_failed_are_tried_in_one_job_at_a_time_while_others_send_to_the_rest(
    services: Services, bell: SilentBell, living: Receiver, hook: Any
) -> None:
    lost = hook(f"{NOBODY}x")
    alive = hook(living.at("/hooks"))
    tell(services)
    deliver(services, bell)
    with services.database.alone(rounds.SUSPECT) as mine:  # another job is at them
        assert mine
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            tell(services)
            deliver(services, bell)
    assert [one.attempts for one in of(services, lost)] == [1, 0]
    assert [one.state for one in of(services, alive)] == ["sent", "sent"]

    with services.database.alone(rounds.SUSPECT):  # a trial waits for nobody
        with services.database.transaction() as tx:
            receivers.test(tx, SYSTEM, tx.get_one(Webhook, lost.id))
        deliver(services, bell)
    assert (of(services, lost)[-1].state, of(services, lost)[-1].failure) == ("failed", "notice:unreachable")
    later(services, bell, timedelta(minutes=2))
    assert of(services, lost)[0].attempts == 2


def test_what_becomes_due_while_somebody_hangs_is_sent_by_the_same_job(
    services: Services, bell: SilentBell, living: Receiver, silent: Dead, hook: Any
) -> None:
    hook(silent.at("/x"))
    hook(living.at("/hooks"))
    tell(services)
    number = bell.rung.pop()[1]
    when_told(living, 1, lambda: tell(services))  # its ring is not heard
    when_told(living, 2, silent.let_go.set)
    delivering.send(services, number)
    assert (len(living.got), silent.tried) == (2, 1)


def test_a_worker_killed_in_the_middle_is_followed_by_another_for_every_receiver(
    services: Services, bell: SilentBell, living: Receiver, hook: Any
) -> None:
    for n in range(3):
        hook(living.at(f"/hooks-{n}"))
    tell(services)
    doomed = rounds.Round(services, lambda *_: None, takes_suspects=True)
    assert len(doomed._taken([bell.rung.pop()[1]])) == 3  # and now kill -9
    later(services, bell, timedelta(seconds=1))
    assert living.got == []
    later(services, bell, tries.LEASE + timedelta(seconds=1))
    assert Counter(path for path, _, _ in living.got) == {f"/hooks-{n}": 1 for n in range(3)}
    assert {one for one, _ in state(services)} == {"sent"}


def test_a_slow_one_gets_its_share_and_then_the_rest_in_order(
    services: Services, bell: SilentBell, living: Receiver, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "WITHIN_S", -1.0)  # each takes longer than a try may last
    row = hook(living.at("/hooks"))
    for _ in range(4):
        tell(services)
    with services.database.transaction() as tx:
        assert tries.ring_due(tx) == 1
    delivering.send(services, bell.rung[-1][1])
    told = [json.loads(body)["timestamp"] for _, _, body in living.got]
    assert len(told) == 4
    assert told == sorted(told)
    assert {(one.state, one.attempts) for one in of(services, row)} == {("sent", 1)}


def test_a_fault_of_one_keeps_no_other_from_being_sent_to(
    services: Services, bell: SilentBell, living: Receiver, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, fine = hook(f"{NOBODY}x"), hook(living.at("/hooks"))
    post = delivering.hooking.send

    def stumble(services: Services, row: Webhook, batch: Any) -> None:
        if row.id == odd.id:
            raise RuntimeError("odd")
        post(services, row, batch)

    monkeypatch.setattr(delivering.hooking, "send", stumble)
    tell(services)
    with pytest.raises(RuntimeError, match="odd"):
        deliver(services, bell)
    assert [one.state for one in of(services, fine)] == ["sent"]
    assert [(one.state, one.attempts) for one in of(services, odd)] == [("waiting", 1)]


def test_while_a_channel_is_put_off_nobody_rings_for_it_but_for_what_is_urgent(
    services: Services, bell: SilentBell, living: Receiver, tip: Tip
) -> None:
    with services.database.transaction() as tx:
        address = addresses.read(living.wecom(), inside=True)
        listening.add(
            tx, services.key, SYSTEM, None, address, label="x", quiet_from="00:00", quiet_until="23:59",
            through_quiet=True,
        )  # fmt: skip
    with clock.frozen(clock.now().replace(hour=3, minute=0)):
        tell(services)
        deliver(services, bell)
        tell(services)
        assert bell.rung == []
        with services.database.transaction() as tx:
            events.tell(tx, "tip:escalated", tip=tip, step="deputy")
        deliver(services, bell)
    assert len(living.got) == 1


def test_a_mail_server_that_is_away_is_tried_once_for_all_reporters(
    services: Services, bell: SilentBell, make_tip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def away(*_: Any, **__: Any) -> Outcome:
        tried.append("mail")
        return Outcome("notice:hung")

    monkeypatch.setattr(outgoing, "by_apprise", away)
    tips = [make_tip() for _ in range(5)]
    with services.database.transaction() as tx:
        for one in tips:
            tip = tx.get_one(Tip, one.id)
            reachable.leave(tx, services.key, reporter(tip.reference), tip, "mail", "li@example.net")
            events.tell(tx, "tip:progress", tip=tip)
    deliver(services, bell)
    assert len(tried) == 1
    with services.database.transaction() as tx:
        events.tell(tx, "tip:progress", tip=tx.get_one(Tip, tips[0].id))
    assert bell.rung == []
    later(services, bell, mailing.LONGEST * 1.3)
    assert len(tried) == 2
    with services.database.reading() as tx:
        waiting = tx.scalars(select(Notice.due_at).where(Notice.state == "waiting"))
        assert max(waiting) <= clock.now() + mailing.LONGEST * 3
        assert tx.scalars(select(Channel)).all() == []
