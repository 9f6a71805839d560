"""Log lines: one an event, whole, even where several processes write into one stream."""

from __future__ import annotations

import io
import json

import pytest
import structlog
from apiflask import APIFlask
from flask.testing import FlaskClient

from tests.conftest import sign_in
from tipline import logs
from tipline.services import Services


class Stream(io.StringIO):
    """Remembers each write, as the system would see it from a stream that holds nothing back."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str, /) -> int:
        self.writes.append(text)
        return super().write(text)


def test_a_line_is_one_write_so_that_processes_do_not_break_each_others_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure()

    structlog.get_logger("worker").info("worker.broker-back", name="a\nb")

    (line,) = stream.writes
    assert line.endswith("}\n")
    assert json.loads(line) | {"event": "worker.broker-back", "name": "a\nb"} == json.loads(line)


def test_a_request_that_fails_is_told_by_its_kind_of_address_and_never_by_what_stood_in_it(
    app: APIFlask, capsys: pytest.CaptureFixture[str]
) -> None:
    @app.get("/broken/<secret>")
    def broken(secret: str) -> str:
        raise RuntimeError("out of order")

    logs.configure()
    assert app.test_client().get("/broken/K7Q2-9MXW-3TDE-58RA").status_code == 500

    said = capsys.readouterr().err
    assert "/broken/<secret>" in said
    assert "K7Q2" not in said


def test_hostile_names_stay_within_their_line(
    client: FlaskClient, services: Services, people: object, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    hostile = 'li\n{"event":"account.sign-in"}\x1b[2J\r\x07'
    sign_in(client, hostile, "a wrong password 42")

    said = capsys.readouterr().err
    assert said
    assert "a wrong password 42" not in said
    for line in said.splitlines():
        assert json.loads(line)["event"] != "account.sign-in"
    assert not set(said) & {"\x1b", "\r", "\x07"}
