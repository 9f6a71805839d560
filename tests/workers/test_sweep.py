"""What nobody else sees to: `workers.sweep`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import select, update

import storage
from storage import keys
from tipline.bell import SilentBell
from tipline.domain import clock, custody, evidence, outbox, posting, receipts, tips, uploads
from tipline.domain.accounts import Account
from tipline.domain.actors import Actor
from tipline.domain.channels import Channel
from tipline.domain.evidence import Evidence
from tipline.domain.notices import Notice
from tipline.domain.outbox import Outbox
from tipline.domain.posting import Said
from tipline.domain.receipts import Access, Receipt
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import TiplineError
from tipline.services import Services
from workers import sweep
from workers.lease import Stop

LONG_AGO = timedelta(hours=1)


def change(services: Services, table: Any, **values: Any) -> None:
    """What a test needs to have happened meanwhile."""
    with services.database.transaction() as tx:
        tx.execute(update(table).values(**values))


def read(services: Services, table: Any, key: Any) -> Any:
    with services.database.reading() as tx:
        return tx.get_one(table, key)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What rings by itself for every tip has tests of its own: its clock (test_escalating), and that it is
    compared some seconds after it came (test_matching), which a slow machine reaches amid a test."""
    for step in ("escalations", "comparing"):
        monkeypatch.setitem(sweep.STEPS, step, lambda _services: None)


# --- jobs


def test_a_ring_that_nobody_heard_is_rung_again(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip)
    lost = bell.rung.pop()
    sweep.take_turn(services)
    assert bell.rung == [], "the worker may just be on its way"

    change(services, Outbox, rung_at=clock.now() - LONG_AGO)
    sweep.take_turn(services)

    assert bell.rung == [lost]


def test_a_job_whose_worker_died_is_rung_again(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip)
    rung = bell.rung.pop()
    long_ago = clock.now() - LONG_AGO
    with clock.frozen(long_ago), services.database.transaction() as tx:
        outbox.take(tx, rung[1])
    change(services, Outbox, rung_at=long_ago)
    sweep.take_turn(services)

    assert bell.rung == [rung]


def test_a_job_that_killed_its_worker_again_and_again_ends_with_a_code(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    file = add_file(tip)
    long_ago = clock.now() - LONG_AGO
    change(
        services, Outbox, state="running", attempt=outbox.MAX_ATTEMPTS, lease_until=long_ago, rung_at=long_ago
    )
    change(services, Evidence, state="processing")
    bell.rung.clear()
    sweep.take_turn(services)
    sweep.take_turn(services)

    ended = read(services, Evidence, file.id)
    assert (ended.state, ended.failure) == ("undecodable", "media:crashed")
    assert bell.rung == []
    with services.database.reading() as tx:
        entries = [entry.action for entry in custody.list_of(tx, subject=f"evidence:{file.id}")]
    assert entries.count("evidence:fail") == 1


def test_jobs_that_wait_in_a_long_queue_are_not_rung_for_over_and_over(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    add_file: Callable[..., Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        add_file(tip)
    bell.rung.clear()
    change(services, Outbox, rung_at=clock.now() - LONG_AGO)
    monkeypatch.setattr(bell, "waiting", lambda: {"media": sweep.MOST_WAITING - 1})
    sweep.take_turn(services)
    assert len(bell.rung) == 1

    monkeypatch.setattr(bell, "waiting", lambda: {"media": sweep.MOST_WAITING})
    sweep.take_turn(services)
    assert len(bell.rung) == 1


def test_a_film_of_many_spans_does_not_keep_the_sweep_from_the_first_look_at_another(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    add_file: Callable[..., Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_file(tip)
    lost = bell.rung.pop()
    change(services, Outbox, rung_at=clock.now() - LONG_AGO)
    monkeypatch.setattr(bell, "waiting", lambda: {"media": 0, "late": 10 * sweep.MOST_WAITING})
    sweep.take_turn(services)
    assert bell.rung == [lost]


# --- uploads, drafts, snoozed tips


def test_an_upload_whose_last_answer_was_never_given_becomes_evidence(services: Services, tip: Tip) -> None:
    data = b"\xff\xd8\xff\xe0" + bytes(300)
    upload = services.receiver.begin(tip.id, Announced(len(data), "IMG_1.jpg"))
    # All bytes are durable, then the process died.
    services.store.append(upload.session, 0, [data])
    change(services, Upload, seen_at=clock.now() - LONG_AGO)
    sweep.take_turn(services)

    file = read(services, Evidence, upload.evidence_id)
    assert file.state == "received"
    with services.store.open(keys.original(file.id)) as reader:
        assert reader.read() == data


def test_an_upload_that_was_never_finished_ends_after_its_time(services: Services, tip: Tip) -> None:
    upload = services.receiver.begin(tip.id, Announced(1000, "IMG_1.jpg"))
    services.receiver.append(upload.id, tip.id, 0, [bytes(10)])
    change(services, Upload, seen_at=clock.now() - LONG_AGO, expires_at=clock.now() - LONG_AGO)
    sweep.take_turn(services)

    assert read(services, Evidence, upload.evidence_id).state == "expired"
    with pytest.raises(storage.SessionGone):
        services.store.size(upload.session)


def test_a_thorough_round_frees_what_the_store_keeps_for_nobody(services: Services) -> None:
    session = services.store.begin(keys.original(evidence.new_id()))
    with clock.frozen(clock.now() + timedelta(days=30)):
        sweep.take_turn(services)
        assert services.store.size(session) == 0

        sweep.take_turn(services, thorough=True)
    with pytest.raises(storage.SessionGone):
        services.store.size(session)


def test_a_draft_left_alone_with_footage_reaches_the_desk_and_an_empty_one_does_not(
    services: Services, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    with_file, empty, new = make_tip("", submit=False), make_tip("", submit=False), make_tip(submit=False)
    add_file(with_file)
    change(services, Tip, changed_at=clock.now() - LONG_AGO)
    with services.database.transaction() as tx:
        tips.touch(tips.read_tip(tx, new.reference))
    sweep.take_turn(services)

    assert read(services, Tip, with_file.id).state == "received"
    assert read(services, Tip, empty.id).state == "draft"
    assert read(services, Tip, new.id).state == "draft"


def test_a_snoozed_tip_comes_back_when_its_time_has_come(
    services: Services, make_tip: Callable[..., Tip]
) -> None:
    due, later = make_tip("due"), make_tip("later")
    desk, now = Actor("staff", "li"), clock.now()
    with clock.frozen(now - LONG_AGO), services.database.transaction() as tx:
        tips.move(tx, desk, tips.read_tip(tx, due.reference), "snoozed", until=now - timedelta(minutes=1))
        tips.move(tx, desk, tips.read_tip(tx, later.reference), "snoozed", until=now + LONG_AGO)
    sweep.take_turn(services)

    assert read(services, Tip, due.id).state == "triage"
    assert read(services, Tip, later.id).state == "snoozed"


def test_a_bulletin_is_told_when_its_time_has_come_by_one_of_two_sweeps(
    services: Services, people: dict[str, Account]
) -> None:
    now, chief = clock.now(), people["supervisor"].actor
    with services.database.transaction() as tx:
        tx.add(Channel(label="x", scheme="wecombot", sealed="", created_at=now))
        row = posting.draft(tx, chief, Said("news", "社区开放日", "本周六上午。"))
        posting.publish(tx, chief, row, at=now + timedelta(hours=1))
    sweep.take_turn(services)
    assert _all(services, Notice) == []
    with clock.frozen(now + timedelta(hours=2)):
        for _ in range(2):
            sweep.take_turn(services)
    assert [one.event for one in _all(services, Notice)] == ["bulletin:published"]


# --- when something is down


def test_without_a_broker_everything_else_is_still_seen_to_and_it_is_told_once(
    services: Services,
    bell: SilentBell,
    tip: Tip,
    make_tip: Callable[..., Tip],
    add_file: Callable[..., Evidence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_file(tip)
    draft = make_tip(submit=False)
    rung = bell.rung.pop()
    change(services, Outbox, rung_at=clock.now() - LONG_AGO)
    change(services, Tip, changed_at=clock.now() - LONG_AGO)
    told: list[str] = []
    monkeypatch.setattr(sweep.log, "warning", lambda _event, step, **_: told.append(step), raising=False)
    silent: set[str] = set()
    with monkeypatch.context() as down:

        def waiting() -> dict[str, int]:
            raise redis.ConnectionError("gone")

        down.setattr(bell, "waiting", waiting)
        sweep.take_turn(services, silent)
        sweep.take_turn(services, silent)

    assert sorted(told) == ["notices", "ring"]
    assert read(services, Tip, draft.id).state == "received"
    assert bell.rung == []

    sweep.take_turn(services, silent)
    assert bell.rung == [rung]
    assert silent == set()


def test_a_turn_is_left_out_while_somebody_else_has_it(
    services: Services, bell: SilentBell, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip)
    rung = bell.rung.pop()
    change(services, Outbox, rung_at=clock.now() - LONG_AGO)
    with services.database.alone(sweep.TURN):
        sweep.take_turn(services)
        assert bell.rung == []
    sweep.take_turn(services)

    assert bell.rung == [rung]


def test_a_step_that_waits_for_a_silent_store_does_not_stop_the_clock_of_responses(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, looked, hangs = Stop(), threading.Semaphore(0), threading.Event()
    monkeypatch.setattr(sweep, "stop", ends)
    monkeypatch.setattr(sweep, "EVERY_S", 0.01)
    answers = threading.Event()

    def ask_the_store(_services: Services) -> None:
        hangs.set()
        assert answers.wait(60)

    monkeypatch.setitem(sweep.STEPS, "escalations", lambda _services: looked.release())
    monkeypatch.setitem(sweep.STEPS, "uploads", ask_the_store)
    running = threading.Thread(target=sweep.run, args=(services,), daemon=True)
    running.start()
    try:
        assert hangs.wait(60)
        while looked.acquire(blocking=False):
            """What was looked at before the store fell silent."""
        assert looked.acquire(timeout=60)
        assert looked.acquire(timeout=60)
    finally:
        ends.ask()
        answers.set()
        running.join(60)
    assert not running.is_alive()
    [one.join(60) for one in threading.enumerate() if one.name == "clock"]


def test_of_many_hosts_one_looks_at_the_clock(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setitem(sweep.STEPS, "escalations", lambda _services: looked.append("once"))
    with services.database.alone(sweep.CLOCK):
        sweep.take_clock_turn(services)
        assert looked == []
    sweep.take_clock_turn(services)
    assert looked == ["once"]


# --- what is cleared away in a thorough round


def test_a_thorough_round_tells_reporters_of_files_that_end_within_a_day(
    services: Services, tip: Tip
) -> None:
    services.receiver.begin(tip.id, Announced(1000, "IMG_1.jpg"))
    with clock.frozen(clock.now() + uploads.LASTS - timedelta(hours=3)):
        sweep.take_turn(services)
        assert _acts(services, tip.reference).count("evidence:expiring") == 0
        for _ in range(2):
            sweep.take_turn(services, thorough=True)

    assert _acts(services, tip.reference).count("evidence:expiring") == 1


def test_a_thorough_round_drops_rows_that_serve_nobody(
    services: Services,
    bell: SilentBell,
    make_tip: Callable[..., Tip],
    add_file: Callable[..., Evidence],
) -> None:
    kept = {
        name: make_tip(text, submit=False) for name, text in (("words", "有人"), ("film", ""), ("last", ""))
    }
    add_file(kept["film"])
    gone = make_tip("", submit=False)
    upload = services.receiver.begin(gone.id, Announced(1000, "IMG_1.jpg"))
    newest = make_tip("", submit=False)
    with services.database.transaction() as tx:
        for tip in (gone, kept["last"]):
            receipts.issue(tx, services.key, tip)
        visit = receipts.open_access(tx, services.key, tips.read_tip(tx, gone.reference))
        outbox.take(tx, bell.rung[0][1])
    change(services, Outbox, state="done", finished_at=clock.now())
    receipts_before = len(_all(services, Receipt))
    with clock.frozen(clock.now() + timedelta(days=29)):
        sweep.take_turn(services, thorough=True)
        assert _all(services, Outbox) == []
        assert read(services, Tip, gone.id).state == "draft"
    # Somebody comes back to one of the empty ones, which is therefore not dropped.
    with clock.frozen(clock.now() + timedelta(days=45)), services.database.transaction() as tx:
        receipts.open_access(tx, services.key, tips.read_tip(tx, kept["last"].reference))

    with clock.frozen(clock.now() + timedelta(days=29 + 31)):
        sweep.take_turn(services, thorough=True)

    left = {tip.reference for tip in _all(services, Tip)}
    assert left == {one.reference for one in (*kept.values(), newest)}
    assert upload.id not in [one.id for one in _all(services, Upload)]
    assert len(_all(services, Receipt)) == receipts_before - 1
    assert [one.tip_id for one in _all(services, Access)] == [kept["last"].id]
    assert "tip:discard" in _acts(services, gone.reference)
    with services.database.reading() as tx, pytest.raises(TiplineError):
        receipts.read_by_token(tx, services.key, visit)


def test_a_job_begun_anew_after_its_death_goes_on_saying_so(services: Services) -> None:
    with services.database.transaction() as tx:
        dead, again = (outbox.add(tx, services.bell, "evidence.derive", "e1") for _ in range(2))
        dead.state, again.state = "dead", "done"
        dead.finished_at = again.finished_at = clock.now()
    with clock.frozen(clock.now() + timedelta(days=30)):
        sweep.take_turn(services, thorough=True)

    with services.database.reading() as tx:
        assert outbox.list_dead(tx) == []


def _all(services: Services, table: Any) -> list[Any]:
    with services.database.reading() as tx:
        return list(tx.scalars(select(table)))


def _acts(services: Services, reference: str) -> list[str]:
    with services.database.reading() as tx:
        return [entry.action for entry in custody.list_of(tx, tip=reference)]


# --- the recorder


def test_a_recorder_that_soon_writes_over_is_reminded_of_once(services: Services, tip: Tip) -> None:
    soon, before = clock.now() + timedelta(days=1), clock.now() - timedelta(days=6)
    change(services, Tip, overwrites_at=soon, overwrites_said_at=before)

    for _ in range(2):
        sweep.take_turn(services)

    assert read(services, Tip, tip.id).overwrite_told_at
    with services.database.reading() as tx:
        told = [
            one for one in custody.list_of(tx, tip=tip.reference) if one.action == "tip:overwrite-reminder"
        ]
    assert len(told) == 1
