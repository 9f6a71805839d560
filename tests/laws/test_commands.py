"""The commands outsiders rely on are there, under the names they rely on."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.laws.sources import ROOT
from tipline.cli import program

# What the page for outsiders lists, as far as the parts behind them exist.
COMMANDS = {
    "run": [],
    "web": [],
    "worker": ["--queues"],
    "user add": ["NAME", "--role", "--password-stdin"],
    "user reset-factors": ["NAME", "--reason"],
    "user code": ["NAME"],
    "beat add": ["CODE", "NAME"],
    "beat list": ["--at"],
    "beat rota": [],
    "beat duty": ["--who", "--as", "--days", "--from", "--until"],
    "beat off": ["LINE"],
    "token create": ["--user"],
    "intake watch": ["DIR", "--category", "--beat", "--place", "--once", "--settle", "--move-done"],
    "media inspect": ["FILE", "--out", "--html"],
    "custody verify": ["--checkpoint", "--store", "--log"],
    "custody checkpoint": ["--to"],
    "custody export": ["FILE"],
    "custody scrub": ["--all"],
    "key show": [],
    "key rotate": ["--yes"],
    "receipt verify": ["FILE", "--key", "--keys", "--file"],
    "backup": ["FOLDER", "--check", "--snapshot", "--keep"],
    "restore": ["FOLDER", "--snapshot"],
    "erase": ["TIP", "--reason"],
    "retention preview": [],
    "share list": ["--open"],
    "share revoke": ["NUMBER", "--reason"],
    "package verify": ["FILE", "--fingerprint"],
    "package verifier": [],
    "doctor": ["--store", "--lock"],
    "settings show": [],
}
TARGETS = ("help", "run", "test", "check", "sbom", "bench", "messages")


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tipline", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_program_lists_its_commands() -> None:
    shown = _run("--help")

    assert shown.returncode == 0
    for name in {command.split()[0] for command in COMMANDS}:
        assert f"\n  {name} " in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself_and_takes_what_it_promises(command: str) -> None:
    shown = CliRunner().invoke(program, [*command.split(), "--help"], catch_exceptions=False)

    assert shown.exit_code == 0, shown.stderr
    assert shown.stdout.startswith("Usage: ")
    for word in COMMANDS[command]:
        assert word in shown.stdout


def test_wrong_usage_ends_with_2_and_a_sentence() -> None:
    wrong = _run("user", "add")

    assert wrong.returncode == 2
    assert wrong.stderr.strip()
    assert "Traceback" not in wrong.stderr


def test_a_wrong_setting_stops_every_command_with_2_and_all_faults() -> None:
    command = [sys.executable, "-m", "tipline", "custody", "verify"]
    environment = {"TIPLINE_PORT": "eighty", "TIPLINE_WORKERS": "0", "PATH": "/usr/bin:/bin"}
    wrong = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )

    assert wrong.returncode == 2
    assert "TIPLINE_PORT" in wrong.stderr
    assert "TIPLINE_WORKERS" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_its_targets_and_help_tells_them(target: str) -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert f"make {target} " in shown.stdout
