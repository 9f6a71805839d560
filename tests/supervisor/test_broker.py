"""The bundled broker: keeps what it was told, survives a kill, mends itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tipline import broker
from tipline.broker import Broker, BrokerError


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    path = broker.socket_path(tmp_path)
    if path.parent != tmp_path / broker.FOLDER:
        path.unlink(missing_ok=True)


def client(data: Path) -> redis.Redis:
    return redis.Redis.from_url(broker.socket_url(data), decode_responses=True)


def test_it_starts_on_a_private_socket_and_on_no_port(data: Path) -> None:
    with Broker(data), client(data) as ask:
        assert ask.ping()
        assert ask.config_get("port") == {"port": "0"}
        assert ask.config_get("appendonly") == {"appendonly": "yes"}
        assert ask.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert (data / "broker").stat().st_mode & 0o777 == 0o700
    assert not broker.is_answering(data)


def test_what_was_acknowledged_survives_a_kill(data: Path) -> None:
    running = Broker(data).start()
    with client(data) as ask:
        ask.rpush("jobs", *range(100))
        ask.execute_command("WAITAOF", 1, 0, 5000)
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    with Broker(data), client(data) as ask:
        assert ask.llen("jobs") == 100


def test_damaged_files_are_set_aside_and_it_starts_empty(data: Path) -> None:
    with Broker(data), client(data) as ask:
        ask.rpush("jobs", *range(100))
    damaged = next((data / "broker" / "appendonlydir").glob("*.incr.aof"))
    damaged.write_bytes(b"*3\r\nnonsense\r\n" + damaged.read_bytes())
    with Broker(data), client(data) as ask:
        assert ask.llen("jobs") == 0
    aside = list((data / "broker").glob("damaged-*/appendonlydir/*.incr.aof"))
    assert len(aside) == 1
    assert aside[0].read_bytes().startswith(b"*3\r\nnonsense")


def test_a_server_left_over_from_a_killed_supervisor_is_ended_first(data: Path) -> None:
    left_over = Broker(data).start()
    assert left_over.process is not None
    with Broker(data):
        assert left_over.process.wait() is not None
        assert broker.is_answering(data)


def test_a_start_that_fails_for_another_reason_moves_nothing(data: Path) -> None:
    (data / "broker" / "appendonlydir").mkdir(parents=True)
    assert broker.set_damaged_aside(data, "Failed opening Unix socket: bind: Permission denied") is None
    assert (data / "broker" / "appendonlydir").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / ("深" * 40) / "data folder"
    deep.mkdir(parents=True)
    path = broker.socket_path(deep)
    assert len(os.fsencode(path)) <= broker.LONGEST_SOCKET_PATH
    assert path == broker.socket_path(deep)
    assert path != broker.socket_path(deep / "other")
    with Broker(deep), client(deep) as ask:
        assert ask.ping()
        assert path.parent.stat().st_mode & 0o077 == 0
    path.unlink(missing_ok=True)


def test_a_short_folder_that_others_may_enter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    monkeypatch.setattr(broker, "_private_folder", lambda: shared)
    monkeypatch.setattr(broker, "LONGEST_SOCKET_PATH", 10)
    with pytest.raises(BrokerError, match="not a folder of ours alone"):
        broker.prepare(tmp_path)


def test_a_path_with_spaces_and_signs_makes_a_working_address(tmp_path: Path) -> None:
    data = tmp_path / "数据 50% #1?"
    with Broker(data), client(data) as ask:
        assert ask.ping()


def test_a_server_on_the_path_is_the_second_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "_bundled_server", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match="apt-get install redis-server"):
        broker.find_server()
    (tmp_path / "redis-server").write_text("#!/bin/sh\n")
    (tmp_path / "redis-server").chmod(0o755)
    assert broker.find_server() == str(tmp_path / "redis-server")
