"""Who waits longest to write comes first: `tipline.writers`, and transactions on SQLite."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tipline import writers
from tipline.db import Database
from tipline.domain.cases import Counter
from tipline.writers import Line, turnstile

PATIENCE_S = 60


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.002)


def ended(threads: list[threading.Thread]) -> None:
    end = time.monotonic() + PATIENCE_S
    for one in threads:
        one.join(max(0.0, end - time.monotonic()))
    assert not any(one.is_alive() for one in threads), "somebody waits for ever"


def started(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


# --- the line of a process


def test_who_comes_first_is_served_first() -> None:
    line, served = Line(), list[int]()

    def come(number: int) -> None:
        with line.turn(PATIENCE_S) as is_mine:
            assert is_mine
            served.append(number)

    threads = []
    with line.turn() as is_mine:
        assert is_mine
        for number in range(8):
            threads.append(started(lambda number=number: come(number)))  # type: ignore[misc]
            until(lambda number=number: len(line) == number + 1)  # type: ignore[misc]
    ended(threads)
    assert served == list(range(8))
    assert len(line) == 0


def test_who_has_waited_too_long_goes_on_without_a_turn_and_takes_nobodys() -> None:
    line = Line()
    with line.turn():
        with line.turn(0.01) as is_mine:
            assert not is_mine
        assert len(line) == 0
    with line.turn(0.01) as is_mine:
        assert is_mine


def test_a_turn_that_ends_badly_is_handed_over() -> None:
    line = Line()
    with suppress(RuntimeError), line.turn():
        raise RuntimeError
    with line.turn(0.01) as is_mine:
        assert is_mine


@pytest.mark.parametrize("has_come", [False, True])
def test_who_is_interrupted_while_it_waits_leaves_the_line(
    monkeypatch: pytest.MonkeyPatch, has_come: bool
) -> None:
    """As a job whose time is up, perhaps in the very moment in which its turn has come."""
    line = Line()

    class Interrupted:
        def acquire(self, timeout: float | None = None) -> bool:
            if timeout is None:
                return True
            if has_come:
                line._hand_over()
            raise InterruptedError

        def release(self) -> None:
            """Nobody waits for this one."""

    with line.turn():
        with monkeypatch.context() as patched:
            patched.setattr(writers, "Lock", Interrupted)
            with pytest.raises(InterruptedError), line.turn():
                pass
        assert len(line) == 0
    with line.turn(0.01) as is_mine:
        assert is_mine


def test_a_fork_begins_with_an_empty_line() -> None:
    """It has none of the threads that stand there, and nobody would ever hand their turn over."""
    line, is_let_go = Line(), threading.Event()

    def stand() -> None:
        with line.turn():
            is_let_go.wait(PATIENCE_S)

    thread = started(stand)
    until(lambda: line._is_taken)
    child = os.fork()
    if not child:
        with line.turn(0.01) as is_mine:
            os._exit(0 if is_mine else 1)
    _, status = os.waitpid(child, 0)
    is_let_go.set()
    ended([thread])
    assert os.waitstatus_to_exitcode(status) == 0
    with line.turn(0.01) as is_mine:
        assert is_mine


# --- between processes


def test_one_of_all_processes_stands_before_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with turnstile(path) as first, turnstile(path, 0.01) as second:
        assert (first, second) == (True, False)
    with turnstile(path, 0.01) as again:
        assert again


def test_a_process_that_dies_before_the_file_bars_nobody(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    script = (
        "import sys, time\nfrom tipline.writers import turnstile\n"
        "with turnstile(sys.argv[1]):\n    print('in', flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "in\n"
            with turnstile(path, 0.01) as is_mine:
                assert not is_mine
        finally:
            other.kill()
    with turnstile(path, PATIENCE_S) as is_mine:
        assert is_mine


def test_where_no_lock_can_be_made_everybody_goes_on(tmp_path: Path) -> None:
    with turnstile(str(tmp_path / "nowhere" / "lock"), 0.01) as is_mine:
        assert not is_mine


def test_where_the_filesystem_knows_no_such_locks_nobody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def refuse(_file: int, kind: int) -> None:
        asked.append(kind)
        raise OSError(errno.ENOLCK, "no locks available")

    known = {name: getattr(fcntl, name) for name in ("LOCK_EX", "LOCK_NB", "LOCK_UN")}
    monkeypatch.setattr(writers, "fcntl", SimpleNamespace(flock=refuse, **known))
    with turnstile(str(tmp_path / "lock")) as is_mine:
        assert not is_mine
    assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_UN]


# --- transactions


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Database:
    path = tmp_path / "tipline.db"
    path.write_bytes(migrated_file.read_bytes())
    return Database(f"sqlite:///{path}")


def test_transactions_come_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    def note(number: int) -> None:
        with database.transaction() as tx:
            tx.add(Counter(name=f"{number}", value=tx.query(Counter).count()))

    threads = []
    with database.transaction():
        for number in range(8):
            threads.append(started(lambda number=number: note(number)))  # type: ignore[misc]
            until(lambda number=number: len(database._line) == number + 1)  # type: ignore[misc]
    ended(threads)
    with database.reading() as tx:
        assert {one.name: one.value for one in tx.query(Counter)} == {f"{n}": n for n in range(8)}
    database.close()


def test_who_waits_to_write_keeps_no_connection_from_those_who_read(database: Database) -> None:
    pool = database.engine.pool

    def write() -> None:
        with database.transaction():
            pass

    with database.transaction():
        threads = [started(write) for _ in range(20)]
        until(lambda: len(database._line) == 20)
        assert pool.checkedout() == 1  # type: ignore[attr-defined]
    ended(threads)
    database.close()


def test_what_follows_a_commit_may_write_itself(database: Database) -> None:
    """It is called when the turn is over."""
    called: list[str] = []

    def again() -> None:
        with database.transaction() as tx:
            tx.add(Counter(name="after", value=1))
        called.append("after")

    with database.transaction() as tx:
        tx.after_commit.append(again)
    assert called == ["after"]
    database.close()


def test_whoever_is_before_the_file_for_too_long_is_passed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen process that never asked SQLite: courtesy ends, SQLite's own lock is free."""
    monkeypatch.setattr(writers, "PATIENCE_S", 0.01)
    held = os.open(f"{database.engine.url.database}-writers.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with database.transaction() as tx:
            tx.add(Counter(name="passed", value=1))
    finally:
        os.close(held)
    with database.reading() as tx:
        assert tx.query(Counter).count() == 1
    database.close()
