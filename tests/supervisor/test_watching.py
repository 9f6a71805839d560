"""The supervisor with tiny processes in its care: order, restarts, and that nothing outlives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tipline import broker

STATION = Path(__file__).with_name("station.py")
PATIENCE_S = 30
WEB, WORKER = ["web", "stay('web')", 10], ["worker", "stay('worker')", 10]
# Leaves a process in a session of its own, where a signal to the group does not reach it.
WITH_GRANDCHILD = """
child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
note(f"grandchild up {child.pid}")
stay("worker")
"""


class Station:
    """The program under test, and what it and its children said."""

    def __init__(self, data: Path, plan: dict[str, object]) -> None:
        self.data = data
        self.out = data / "terminal"
        with self.out.open("w") as out:
            command = [sys.executable, str(STATION), str(data), json.dumps(plan)]
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    @property
    def terminal(self) -> str:
        return self.out.read_text()

    @property
    def events(self) -> list[str]:
        path = self.data / "events"
        return path.read_text().splitlines() if path.exists() else []

    def pid_of(self, name: str) -> int:
        return next(
            int(event.split()[-1]) for event in reversed(self.events) if event.startswith(f"{name} up")
        )

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < end, f"in vain; terminal:\n{self.terminal}\nevents: {self.events}"
            time.sleep(0.02)

    def until_ready(self) -> None:
        self.until(lambda: "READY" in self.terminal)

    def ctrl_c(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Station]]:
    stations = []

    def begin(*orders: list[object], **plan: object) -> Station:
        stations.append(Station(tmp_path, {"orders": orders, **plan}))
        return stations[-1]

    yield begin
    for station in stations:
        if station.process.poll() is None:
            station.process.terminate()
            station.process.wait(PATIENCE_S)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_stops_web_then_workers_then_the_broker_and_leaves_nobody(
    start: Callable[..., Station],
) -> None:
    station = start(WEB, ["worker", WITH_GRANDCHILD, 10], broker=True)
    station.until_ready()
    assert broker.is_answering(station.data)
    pids = [station.pid_of(name) for name in ("web", "worker", "grandchild")]
    station.ctrl_c()
    assert station.end() == 0
    assert [event for event in station.events if "asked" in event] == ["web asked", "worker asked"]
    assert not any(is_alive(pid) for pid in pids)
    assert not broker.is_answering(station.data)
    assert station.terminal.rstrip().endswith("Stopped.")


def test_workers_still_reach_the_broker_while_they_finish(start: Callable[..., Station]) -> None:
    farewell = (
        "import redis\n"
        f"sys.path.insert(0, {str(STATION.parents[2])!r})\n"
        "from tipline import broker\n"
        "def last(*_):\n"
        "    note('broker ' + ('there' if broker.is_answering(DATA) else 'gone'))\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, last)\n"
        "note('worker up ' + str(os.getpid()))\n"
        "while True: time.sleep(0.05)\n"
    )
    station = start(WEB, ["worker", farewell, 10], broker=True)
    station.until_ready()
    station.ctrl_c()
    assert station.end() == 0
    assert "broker there" in station.events


def test_a_second_ctrl_c_ends_those_that_take_their_time(start: Callable[..., Station]) -> None:
    station = start(WEB, ["worker", "stay('worker', on_term='go on')", 3600])
    station.until_ready()
    pid = station.pid_of("worker")
    station.ctrl_c()
    station.until(lambda: "worker asked" in station.events)
    station.ctrl_c()
    assert station.end() == 0
    assert not is_alive(pid)


def test_a_child_that_does_not_stop_is_killed_after_its_grace(start: Callable[..., Station]) -> None:
    station = start(["web", "stay('web', on_term='go on')", 0.2])
    station.until_ready()
    pid = station.pid_of("web")
    station.ctrl_c()
    assert station.end() == 0
    assert not is_alive(pid)


def test_a_killed_supervisor_takes_its_children_along(start: Callable[..., Station]) -> None:
    station = start(WEB, WORKER, broker=True)
    station.until_ready()
    pids = [station.pid_of("web"), station.pid_of("worker")]
    station.process.kill()
    station.process.wait()
    station.until(lambda: not any(is_alive(pid) for pid in pids))
    station.until(lambda: not broker.is_answering(station.data))


def test_a_child_that_dies_is_started_again_and_its_last_words_are_shown(
    start: Callable[..., Station],
) -> None:
    station = start(WEB, WORKER)
    station.until_ready()
    first = station.pid_of("web")
    os.kill(first, signal.SIGKILL)
    station.until(lambda: station.pid_of("web") != first)
    assert "web ended unexpectedly" in station.terminal
    assert is_alive(station.pid_of("worker"))
    station.ctrl_c()
    assert station.end() == 0


def test_a_child_that_cannot_stay_up_stops_everything_with_its_reason(start: Callable[..., Station]) -> None:
    hopeless = "wait_for('web up'); print('no such decoder'); sys.exit(3)"
    station = start(WEB, ["worker", hopeless, 5], quick_deaths=2)
    assert station.end() == 1
    assert "worker ended again and again" in station.terminal
    assert "│ no such decoder" in station.terminal
    assert "web asked" in station.events
    assert not is_alive(station.pid_of("web"))


def test_a_broker_that_is_killed_comes_back_with_what_it_held(start: Callable[..., Station]) -> None:
    station = start(WEB, broker=True)
    station.until_ready()
    with redis.Redis.from_url(broker.socket_url(station.data)) as ask:
        ask.set("kept", "yes")
        ask.execute_command("WAITAOF", 1, 0, 5000)
        pid = ask.info("server")["process_id"]
    os.kill(pid, signal.SIGKILL)
    station.until(lambda: broker.is_answering(station.data))
    with redis.Redis.from_url(broker.socket_url(station.data)) as ask:
        assert ask.get("kept") == b"yes"
        assert ask.info("server")["process_id"] != pid
    assert is_alive(station.pid_of("web"))


def test_only_lines_of_errors_reach_the_terminal_and_all_reach_the_log(start: Callable[..., Station]) -> None:
    talk = (
        'print(\'quiet line\'); print(\'{"level": "error", "event": "store.down"}\'); sys.stdout.flush()\n'
        "stay('web')"
    )
    station = start(["web", talk, 5])
    station.until(lambda: "store.down" in station.terminal)
    assert "web │" in station.terminal
    assert "quiet line" not in station.terminal
    assert "quiet line" in (station.data / "logs" / "web.log").read_text()


def test_an_errand_is_run_once_when_all_is_ready_and_before_it_is_announced(
    start: Callable[..., Station],
) -> None:
    station = start(WEB, errand="print('twelve tips made'); note('errand done')")
    station.until_ready()
    assert station.terminal.index("twelve tips made") < station.terminal.index("READY")
    station.ctrl_c()
    assert station.end() == 0
    assert station.events.count("errand done") == 1
