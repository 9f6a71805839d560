"""`GET /api/v1/beats`, and the same from the command line: who is on duty."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import CliRunner
from flask.testing import FlaskClient

from tipline.cli import program
from tipline.domain import duties
from tipline.domain.accounts import Account
from tipline.domain.actors import SYSTEM
from tipline.domain.duties import Line
from tipline.services import Services


def test_beats_are_told_with_their_chain_at_a_moment(
    client: FlaskClient, headers: Callable[..., dict[str, str]], services: Services,
    people: dict[str, Account], beat: str,
) -> None:  # fmt: skip
    with services.database.transaction() as tx:
        duties.add(tx, SYSTEM, Line("li", "officer", beat, "1234567", "08:00", "20:00"))
        duties.add(tx, SYSTEM, Line("wang", "on_call"))

    def told(at: str) -> list[tuple[str, str]]:
        answer = client.get("/api/v1/beats", query_string={"at": at}, headers=headers())
        (one,) = answer.json["items"]
        return [(each["username"], each["part"]) for each in one["on_duty"]]

    assert told("2026-11-27T10:00:00+08:00") == [("li", "officer"), ("wang", "on_call")]
    assert told("2026-11-27T22:56:00") == [("wang", "on_call")]
    assert client.get("/api/v1/beats?at=tonight", headers=headers()).status_code == 422


def test_a_rota_is_kept_from_the_command_line(
    services: Services, people: dict[str, Account], beat: str, environment: dict[str, str]
) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(program, ["beat", *words], env={**environment, "TIPLINE_LOCALE": "en"})
        assert done.exit_code == 0, done.output
        return done.output

    run("duty", beat, "--who", "li", "--days", "12345", "--from", "08:00", "--until", "20:00")
    run("duty", "--who", "wang")
    line = run("rota", beat).split()
    assert line[1:] == ["li", "officer", "12345", "08:00–20:00"]
    assert "li → wang" in run("list", "--at", "2026-11-27 10:00:00")
    assert "  wang" in run("list", "--at", "2026-11-28 10:00:00")
    run("off", line[0])
    assert run("rota", beat) == ""
