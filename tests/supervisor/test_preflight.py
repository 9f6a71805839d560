"""What keeps a start from working is told in a sentence before anything is started."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import ports
from tipline import preflight, supervisor
from tipline.cli import program
from tipline.preflight import NotReady
from tipline.settings import Settings, load


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def settings(tmp_path: Path, **more: object) -> Settings:
    return load(
        {"TIPLINE_DATA": str(tmp_path), "TIPLINE_LOCALE": "en", **{k: str(v) for k, v in more.items()}}
    )


def test_a_taken_port_is_named_with_the_way_to_another(
    tmp_path: Path, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert supervisor.run(settings(tmp_path, TIPLINE_PORT=taken_port)) == 1
    said = capsys.readouterr().err
    assert f"Port {taken_port} is taken" in said
    assert "TIPLINE_PORT=" in said


def test_a_free_port_passes(tmp_path: Path, taken_port: int) -> None:
    preflight.check_port(settings(tmp_path, TIPLINE_PORT=ports.lease()))


def test_a_web_server_alone_names_a_taken_port_and_an_address_that_this_machine_lacks(
    tmp_path: Path, taken_port: int
) -> None:
    for wrong, told in (
        ({"TIPLINE_PORT": str(taken_port)}, "is taken"),
        ({"TIPLINE_HOST": "192.0.2.7"}, "192.0.2.7"),
    ):
        done = CliRunner().invoke(
            program, ["web"], env={"TIPLINE_DATA": str(tmp_path), "TIPLINE_LOCALE": "en", **wrong}
        )
        assert done.exit_code == 1
        assert told in done.output


def test_a_web_server_that_is_started_again_stands_beside_the_one_before(tmp_path: Path) -> None:
    with socket.socket() as before:
        before.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        before.bind(("127.0.0.1", 0))
        before.listen()
        one = settings(tmp_path, TIPLINE_PORT=before.getsockname()[1])
        preflight.check_port(one, beside_ours=True)
        with pytest.raises(NotReady, match="is taken"):
            preflight.check_port(one)


def test_an_address_this_machine_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"no address 192\.0\.2\.7"):
        preflight.check_port(settings(tmp_path, TIPLINE_HOST="192.0.2.7"))


def test_a_second_instance_on_the_same_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with preflight.only_instance(settings(tmp_path)):
        assert supervisor.run(settings(tmp_path)) == 1
    said = capsys.readouterr().err
    assert "already runs on the data folder" in said
    assert str(os.getpid()) in said
    with preflight.only_instance(settings(tmp_path)):
        pass


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(NotReady, match="can't be written"),
        preflight.only_instance(settings(tmp_path / "file" / "x")),
    ):
        pass


def test_a_full_disk_refuses_and_a_low_one_warns(tmp_path: Path) -> None:
    one = settings(tmp_path, TIPLINE_MIN_FREE_BYTES=1_000_000_000)
    assert preflight.check_disk(one, free=2_000_000_000) is None
    assert "reserve of 1000 MB" in str(preflight.check_disk(one, free=500_000_000))
    with pytest.raises(NotReady, match="is full"):
        preflight.check_disk(one, free=1_000_000)


def test_a_migration_that_fails_starts_nothing_and_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "tipline", lambda *_: ["sh", "-c", "echo table is locked >&2; exit 1"])
    assert supervisor.run(settings(tmp_path, TIPLINE_PORT=ports.lease())) == 1
    assert "table is locked" in capsys.readouterr().err
    assert not (tmp_path / "logs").exists()
