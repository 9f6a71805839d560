"""`python -m workers.main`: the worker processes of one host. They are forks of this one, which only watches.

As many processes for footage as the settings say, and one more for first looks alone; two for the desk, one
that sweeps and one for chores. Media are left alone unless the sandbox withstands an attack at the start.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from PIL import Image

from tipline import logs, preflight, services, settings
from tipline.jobs import DESK, FOOTAGE, MEDIA, QUEUES
from tipline.settings import Settings, SettingsError, with_secret
from workers import heartbeat, listen, local, nightly, outer, outgoing, sweep
from workers.lease import FINISH_WITHIN_S, stop
from workers.selfcheck import self_check

log = structlog.get_logger(__name__)
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
SIGNALS = STOPS | {signal.SIGCHLD}
# After this a process that did not end by itself is killed; its job is rung again when the lease is over.
STOP_WITHIN_S = FINISH_WITHIN_S + 5
PAUSE_S, LONGEST_PAUSE_S, STEADY_S = 0.5, 15.0, 30.0
CLEAR_EVERY_S = 60.0


@dataclass
class Role:
    """One process of this host: what it does, and how it is doing."""

    name: str
    work: Callable[[], None]
    pid: int = 0
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_s: float = PAUSE_S


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop; 0 then, 2 for wrong usage."""
    options = _options(arguments)
    logs.configure()
    try:
        chosen = with_secret(settings.load(os.environ))
    except SettingsError as fault:
        print(fault, file=sys.stderr)
        return 2
    try:
        preflight.check_outer(chosen)
    except preflight.NotReady as fault:
        print(fault, file=sys.stderr)
        return 2
    outer.choose(chosen.outer_sandbox)
    host = Host(chosen, options.queues, options.count or chosen.workers)
    return host.run()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tipline worker", description="Take jobs from the queues.")
    parser.add_argument("--queues", type=_queues, default=list(QUEUES), help="which, separated by commas")
    parser.add_argument("--count", type=_count, help="processes for media; TIPLINE_WORKERS unless given")
    return parser.parse_args(arguments)


def _queues(text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    if not wanted or any(name not in QUEUES for name in wanted):
        raise argparse.ArgumentTypeError("takes some of " + ",".join(QUEUES))
    return list(dict.fromkeys(wanted))


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("takes a number from 1 to 64")
    return int(text)


class Host:
    """Starts the processes, starts them again, and takes them down with it."""

    def __init__(self, chosen: Settings, queues: Sequence[str], count: int) -> None:
        self.settings = chosen
        self.queues = queues
        self.roles = [Role("sweep", self._sweep), Role("chores", self._do_chores)]
        if DESK in queues:
            # Two, so that one is free while the other waits for somebody's robot.
            self.roles += [Role(f"desk-{n}", self._serve_desk) for n in (1, 2)]
        footage = [name for name in FOOTAGE if name in queues]
        self._media = [Role(f"media-{n + 1}", lambda: self._listen(*footage)) for n in range(count)]
        if MEDIA in queues and len(footage) > 1:
            # However long the others are at a film, somebody is there for the first pictures of the next one.
            self._media.append(Role("media-first", lambda: self._listen(MEDIA)))
        self.holes: list[str] = []
        self._mute = False

    def run(self) -> int:
        # Signals wait until we ask for them, so none arrives between two thoughts.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        local.clear(self.settings.data / "tmp")
        # The encoders are loaded once here, not in the fork of each job while somebody waits for a picture.
        Image.init()
        for role in self.roles:
            self._start(role)
        if set(FOOTAGE) & set(self.queues):
            self._open_media()
        try:
            self._watch()
        finally:
            self._stop()
            heartbeat.remove(self.settings.data)
        return 0

    def _open_media(self) -> None:
        """Let media in only behind a wall that holds."""
        self.holes = self_check()
        if self.holes:
            log.error("sandbox.open", holes=self.holes, allowed=self.settings.allow_unsandboxed)
            if not self.settings.allow_unsandboxed:
                return
        self.roles += self._media
        for role in self._media:
            self._start(role)

    # --- watching

    def _watch(self) -> None:
        """Until a signal tells us to stop."""
        told: dict[str, object] = {}
        next_beat = next_clear = 0.0
        while True:
            now = self._state()
            if now != told or time.monotonic() >= next_beat:
                self._beat(now)
                told, next_beat = now, time.monotonic() + heartbeat.EVERY_S
            if time.monotonic() >= next_clear:
                local.clear(self.settings.data / "tmp", local.UNUSED_S)
                next_clear = time.monotonic() + CLEAR_EVERY_S
            if _asked_to_stop(PAUSE_S):
                return
            self._bury()
            for role in self.roles:
                if not role.pid and time.monotonic() >= role.start_again_at:
                    self._start(role)

    def _beat(self, state: dict[str, object]) -> None:
        """Say how we are; a full disk keeps nobody from working."""
        try:
            heartbeat.write(self.settings.data, state)
            self._mute = False
        except OSError as fault:
            if not self._mute:
                log.warning("worker.heartbeat-lost", fault=type(fault).__name__)
            self._mute = True

    def _bury(self) -> None:
        """Note who has ended; the pause before the next start grows while it ends at once."""
        for role in self.roles:
            if not role.pid or os.waitpid(role.pid, os.WNOHANG)[0] == 0:
                continue
            now = time.monotonic()
            steady = now - role.started_at > STEADY_S
            role.pause_s = PAUSE_S if steady else min(role.pause_s * 2, LONGEST_PAUSE_S)
            role.pid, role.start_again_at = 0, now + role.pause_s
            log.error("worker.ended", role=role.name, starts_again_in_s=role.pause_s)

    def _state(self) -> dict[str, object]:
        allowed = "off" if self.settings.allow_unsandboxed else "open"
        return {
            "queues": list(self.queues),
            "processes": {role.name: role.pid for role in self.roles},
            "sandbox": allowed if self.holes else "holds",
            "holes": self.holes,
        }

    # --- the processes

    def _start(self, role: Role) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live(role, parent)
        role.pid, role.started_at = pid, time.monotonic()

    def _live(self, role: Role, parent: int) -> None:
        """The whole life of a fork; it never returns into its parent's code."""
        code = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C is for the watcher, who tells us in order
            stop.listen()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            listen.die_with(parent, signal.SIGTERM)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            role.work()
            code = 0
        except BaseException:
            log.exception("worker.failed", role=role.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _listen(self, *queues: str) -> None:
        listen.listen(queues, services.redis_url(self.settings))

    def _serve_desk(self) -> None:
        outgoing.warm_up()
        self._listen(DESK)

    def _sweep(self) -> None:
        made = services.build(self.settings)
        try:
            sweep.run(made)
        finally:
            made.close()

    def _do_chores(self) -> None:
        made = services.build(self.settings)
        try:
            nightly.run(made)
        finally:
            made.close()

    # --- stopping

    def _stop(self) -> None:
        """Ask all, wait a while for the jobs to end or be handed back, then insist."""
        self._tell(signal.SIGTERM)
        end = time.monotonic() + STOP_WITHIN_S
        while self._alive() and time.monotonic() < end:
            if _asked_to_stop(0.2):
                break
        self._tell(signal.SIGKILL)
        for role in self.roles:
            if role.pid:
                os.waitpid(role.pid, 0)

    def _alive(self) -> bool:
        for role in self.roles:
            if role.pid and os.waitpid(role.pid, os.WNOHANG)[0]:
                role.pid = 0
        return any(role.pid for role in self.roles)

    def _tell(self, number: signal.Signals) -> None:
        for role in self.roles:
            if role.pid:
                os.kill(role.pid, number)


def _asked_to_stop(within_s: float) -> bool:
    """Wait for a signal and tell whether it says stop.

    After a freeze longer than the wait (SIGSTOP, a paused machine) Python tells of a signal that never came,
    with any number in it: only those we know count.
    """
    came = signal.sigtimedwait(SIGNALS, within_s)
    return came is not None and came.si_signo in STOPS


if __name__ == "__main__":
    sys.exit(main())
