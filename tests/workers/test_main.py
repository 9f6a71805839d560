"""The worker processes of one host, with a real broker: `workers.main` and `workers.listen`.

Nothing is timed; every wait ends when what it waits for is there, or after a minute as a failure.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from sqlalchemy import select, update

from tests import footage
from tipline.broker import Broker
from tipline.domain import clock, custody, outbox, renditions, tips
from tipline.domain.actors import reporter
from tipline.domain.evidence import Evidence
from tipline.domain.outbox import Outbox
from tipline.domain.reports import Report
from tipline.domain.uploads import Announced
from tipline.jobs import QUEUES
from tipline.services import Services, build
from tipline.settings import Settings
from workers import heartbeat, main
from workers.childprocess import START

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60

pytestmark = pytest.mark.slow
# Two for footage, two for the desk.
LISTENERS = 4


@pytest.fixture(scope="module")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "short.mp4"
    footage.cctv_clip(path, seconds=4, size=(320, 180))
    return path.read_bytes()


@pytest.fixture(scope="module")
def long_clip(clip: footage.Clip, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same few seconds over and over: long enough for a worker to be killed over it."""
    path = tmp_path_factory.mktemp("clip") / "long.mp4"
    with av.open(str(path), "w") as out:
        copy = None
        for turn in range(6):
            with av.open(str(clip.path)) as source:
                stream = source.streams.video[0]
                copy = copy or out.add_stream_from_template(stream)
                shift = round(turn * clip.seconds / stream.time_base)
                for packet in source.demux(stream):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = copy
                        out.mux(packet)
    return path.read_bytes()


@pytest.fixture
def broker(settings: Settings) -> Iterator[Broker]:
    with Broker(settings.data) as running:
        yield running


@pytest.fixture
def station(settings: Settings) -> Iterator[Services]:
    """The web's side of the instance: its bell reaches for the broker."""
    made = build(settings)
    yield made
    made.close()


class Host:
    """`python -m workers.main` in a process of its own."""

    def __init__(self, environment: dict[str, str], data: Path) -> None:
        self.data = data
        self.log = data / "host.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers.main", "--count", "1"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
            )

    def state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(heartbeat.path_of(self.data).read_text())
        except FileNotFoundError:
            return {}
        return found

    def started(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return "media-1" in self.state().get("processes", {})

    def events(self) -> list[str]:
        whole, _, _unfinished = self.log.read_text().rpartition("\n")
        lines = [line for line in whole.splitlines() if line.startswith("{")]
        return [json.loads(line)["event"] for line in lines]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def host(environment: dict[str, str], settings: Settings) -> Iterator[Host]:
    made = Host(environment, settings.data)
    try:
        wait_for(made.started)
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()


def wait_for(is_so: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def send(station: Services, data: bytes) -> str:
    """A tip with one film; returns the id of its evidence."""
    with station.database.transaction() as tx:
        tip = tips.begin(tx, Report("theft", "x"), language="zh_Hans_CN", door="web", ack_minutes=2)
        tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
    upload = station.receiver.begin(tip.id, Announced(len(data), "cam1.mp4"))
    station.receiver.append(upload.id, tip.id, 0, [data])
    return upload.evidence_id


def state_of(station: Services, evidence_id: str) -> str:
    with station.database.reading() as tx:
        return tx.get_one(Evidence, evidence_id).state


def has_pictures(station: Services, evidence_id: str) -> bool:
    with station.database.reading() as tx:
        return bool(renditions.list_of(tx, evidence_id))


def job_of(station: Services, evidence_id: str) -> Outbox:
    with station.database.reading() as tx:
        return tx.scalars(select(Outbox).where(Outbox.subject == evidence_id)).one()


def looks(station: Services, evidence_id: str) -> int:
    """How often the log says that a look was finished."""
    with station.database.reading() as tx:
        entries = custody.list_of(tx, subject=f"evidence:{evidence_id}")
    return [entry.action for entry in entries].count("evidence:derive")


def let_the_lease_run_out(station: Services) -> None:
    """What a minute and a half of waiting would do."""
    long_ago = clock.now() - 2 * outbox.LEASE
    with station.database.transaction() as tx:
        tx.execute(update(Outbox).values(lease_until=long_ago, rung_at=long_ago))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> set[int]:
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(folder.name)} | descendants(int(folder.name))
    return found


def is_looking(pid: int) -> bool:
    """Whether this process has had a child started that opens a file."""
    return any(os.fsencode(START) in command_of(one) for one in descendants(pid))


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_a_clip_that_arrives_is_looked_at_and_the_host_says_how_it_is(
    broker: Broker, host: Host, station: Services, short_clip: bytes
) -> None:
    file = send(station, short_clip)
    wait_for(lambda: state_of(station, file) == "ready")

    assert looks(station, file) == 1
    everywhere = dict.fromkeys(QUEUES, [socket.gethostname()])
    wait_for(lambda: station.bell.listening() == everywhere)
    now = host.state()
    assert (now["sandbox"], now["queues"]) == ("holds", list(QUEUES))
    assert set(now["processes"]) == {"sweep", "chores", "desk-1", "desk-2", "media-1", "media-first"}
    assert host.stop() == 0
    assert not heartbeat.path_of(host.data).exists()


def test_a_worker_killed_over_its_job_is_replaced_and_the_job_is_done_once(
    broker: Broker, host: Host, station: Services, long_clip: bytes
) -> None:
    file = send(station, long_clip)
    wait_for(lambda: has_pictures(station, file))
    processes = host.state()["processes"]
    # Either of the two may have heard the ring, and the other be at something else, such as comparing the
    # tip: who looks has a child behind the wall.
    role = next(name for name in ("media-1", "media-first") if is_looking(processes[name]))
    worker = processes[role]
    left_behind = descendants(worker)

    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not any(map(alive, left_behind)))
    assert job_of(station, file).state == "running"
    let_the_lease_run_out(station)
    wait_for(lambda: state_of(station, file) == "ready")

    assert looks(station, file) == 1
    assert (job_of(station, file).state, job_of(station, file).attempt) == ("done", 2)
    wait_for(lambda: host.state()["processes"][role] not in (0, worker))


def test_a_ring_while_the_broker_is_down_is_made_up_for(
    broker: Broker, host: Host, station: Services, short_clip: bytes
) -> None:
    broker.stop()
    wait_for(lambda: host.events().count("worker.broker-away") == LISTENERS)
    file = send(station, short_clip)
    assert state_of(station, file) == "received"

    broker.start()
    let_the_lease_run_out(station)
    wait_for(lambda: state_of(station, file) == "ready")

    assert "Traceback" not in host.log.read_text()
    assert host.events().count("worker.broker-away") == LISTENERS, (
        "once for each listener, not again and again"
    )


def test_a_broker_that_dies_during_a_job_does_not_disturb_it(
    broker: Broker, host: Host, station: Services, long_clip: bytes, short_clip: bytes
) -> None:
    file = send(station, long_clip)
    wait_for(lambda: has_pictures(station, file))
    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    wait_for(lambda: job_of(station, file).state == "done")
    assert job_of(station, file).attempt == 1

    broker.start()
    # Nobody heard the rings for the steps that follow.
    let_the_lease_run_out(station)
    wait_for(lambda: state_of(station, file) == "ready")
    other = send(station, short_clip)
    wait_for(lambda: state_of(station, other) == "ready")
    assert "Traceback" not in host.log.read_text(), host.log.read_text()


def test_a_host_that_is_asked_to_stop_ends_its_job_or_hands_it_back_and_leaves_nothing_running(
    broker: Broker, host: Host, station: Services, long_clip: bytes
) -> None:
    file = send(station, long_clip)
    wait_for(lambda: has_pictures(station, file))
    family = descendants(host.process.pid)

    assert host.stop() == 0

    assert not any(map(alive, family))
    row = job_of(station, file)
    assert (row.state, row.attempt) in {("done", 1), ("queued", 0)}
    assert state_of(station, file) in ({"ready", "processing"} if row.state == "done" else {"processing"})


def test_a_host_that_was_frozen_goes_on_with_the_same_processes(
    broker: Broker, host: Host, station: Services, short_clip: bytes
) -> None:
    before = host.state()["processes"]
    # Longer than it waits for a signal: then the wait itself tells of one that never came.
    host.process.send_signal(signal.SIGSTOP)
    time.sleep(2 * main.PAUSE_S)
    host.process.send_signal(signal.SIGCONT)

    file = send(station, short_clip)
    wait_for(lambda: state_of(station, file) == "ready")
    assert host.process.poll() is None
    assert host.state()["processes"] == before
    assert host.stop() == 0


def test_nothing_outlives_a_host_that_was_killed(
    broker: Broker, host: Host, station: Services, long_clip: bytes
) -> None:
    file = send(station, long_clip)
    wait_for(lambda: has_pictures(station, file))
    family = descendants(host.process.pid)

    host.process.kill()
    host.process.wait()

    wait_for(lambda: not any(map(alive, family)))
    assert job_of(station, file).state in {"done", "queued"}


def test_media_are_left_alone_when_the_wall_has_a_hole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "self_check", lambda: ["tcp"])
    started: list[str] = []
    monkeypatch.setattr(main.Host, "_start", lambda _, role: started.append(role.name))
    refusing = main.Host(settings, ["media", "desk"], 2)
    refusing._open_media()

    assert started == []
    assert (refusing._state()["sandbox"], refusing._state()["holes"]) == ("open", ["tcp"])


@pytest.mark.parametrize(
    "arguments", [["--queues", "media,kitchen"], ["--queues", ""], ["--count", "0"], ["--count", "x"]]
)
def test_wrong_usage_is_told_in_a_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)

    assert ended.value.code == 2
    assert "takes" in capsys.readouterr().err


def test_a_wrong_setting_is_told_instead_of_a_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TIPLINE_PORT", "many")

    assert main.main([]) == 2
    assert "TIPLINE_PORT" in capsys.readouterr().err
