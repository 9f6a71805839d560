"""Steps of the response clock survive whatever happens to a worker: `workers.escalating`.

The workers here are real processes, ended by SIGKILL between the moment a step is due and its commit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tipline.bell import SilentBell
from tipline.domain import clock, duties, escalations
from tipline.domain.accounts import Account
from tipline.domain.duties import Duty
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.services import Services
from workers import escalating

MakeTip = Callable[..., Tip]
# Takes the step, says so, and stands still where everything is written but nothing committed.
HANGS = """
import os, sys, time
from tipline import services, settings
from tipline.domain import escalations
from workers import escalating

def told(tx, code, **values):
    print("written", flush=True)
    time.sleep(60)

escalations.events.tell = told
escalating.escalate(services.build(settings.load(os.environ)), int(sys.argv[1]))
"""


@pytest.fixture
def on_call(services: Services, people: dict[str, Account]) -> int:
    with services.database.transaction() as tx:
        account_id = people["investigator"].id
        tx.add(Duty(account_id=account_id, part=duties.ON_CALL, created_at=clock.now()))
    return account_id


def told(services: Services, tip: Tip) -> list[tuple[str, int | None]]:
    with services.database.reading() as tx:
        return [(one.step, one.account_id) for one in escalations.list_of(tx, tip)]


def test_a_step_whose_worker_was_killed_is_taken_once_by_another(
    services: Services, bell: SilentBell, make_tip: MakeTip, on_call: int, tmp_path: Path
) -> None:
    tip = make_tip()
    bell.rung.clear()
    escalating.sweep(services)
    ((kind, outbox_id),) = bell.rung
    assert kind == escalations.ESCALATE

    said = services.settings
    env = {
        **os.environ, "TIPLINE_DATA": str(said.data), "TIPLINE_SECRET_KEY": said.secret_key,
        "TIPLINE_DATABASE_URL": said.database_url, "TIPLINE_STORE_URL": said.store_url,
    }  # fmt: skip
    command = [sys.executable, "-c", HANGS, str(outbox_id)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "written"
        finally:
            worker.send_signal(signal.SIGKILL)  # or its end would be waited for without end
    assert worker.returncode == -signal.SIGKILL
    assert told(services, tip) == [], "what was not committed has not happened"

    # Another host, after a restart: the lease of the dead worker still stands, and yet nobody waits for it.
    later = clock.now() + escalations.UNHEARD + timedelta(seconds=1)
    with clock.frozen(later):
        for _host in range(3):
            escalating.sweep(services)
    assert told(services, tip) == [("officer", on_call)]
    with services.database.reading() as tx:
        fresh = tx.get_one(Tip, tip.id)
        assert fresh.escalation == "officer"
        assert fresh.escalates_at == (fresh.ack_due_at or later) - timedelta(minutes=1)


def test_the_job_takes_all_that_is_due_and_a_second_ring_finds_nothing(
    services: Services, bell: SilentBell, make_tip: MakeTip, on_call: int
) -> None:
    first, second = make_tip(), make_tip()
    bell.rung.clear()
    escalating.sweep(services)
    ((_kind, outbox_id),) = bell.rung
    escalating.escalate(services, outbox_id)
    escalating.escalate(services, outbox_id)

    assert told(services, first) == told(services, second) == [("officer", on_call)]
    with services.database.reading() as tx:
        assert tx.get_one(Outbox, outbox_id).state == "done"


def test_after_a_night_without_the_station_everybody_is_told_once(
    services: Services, make_tip: MakeTip, on_call: int, people: dict[str, Account]
) -> None:
    with clock.frozen(clock.now() - timedelta(hours=9)):
        tip = make_tip()
    escalating.sweep(services)
    escalating.sweep(services)

    boss = people["supervisor"].id
    steps = [("officer", on_call), ("deputy", on_call), ("on_call", on_call), ("supervisor", boss)]
    assert told(services, tip) == steps
