"""The layer around the wall: what is started, what it shows of the host; and the wall holds inside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.footage import Clip
from tipline import doctor, preflight
from tipline.settings import OUTER_PROGRAMS, Settings
from workers import checkup, main, outer, sandbox
from workers.media import codes

INNER = ["/usr/bin/python3", "-I", "-S", "/app/start.py", "/libs"]


@pytest.fixture
def no_layer() -> Iterator[None]:
    yield
    outer.choose(outer.NONE)


def test_bubblewrap_shows_libraries_and_shares_nothing() -> None:
    command = outer.bubblewrap("/usr/bin/bwrap", INNER, ["/usr/lib", "/libs"])
    assert command[-len(INNER) :] == INNER
    before = command[: -len(INNER) - 1]
    assert {"--unshare-all", "--die-with-parent", "--clearenv"} <= set(before)
    assert "--share-net" not in before
    assert [before[at + 1] for at, word in enumerate(before) if word == "--ro-bind"] == ["/usr/lib", "/libs"]
    assert not {"--bind", "--dev-bind", "--setenv"} & set(before)


def test_gvisor_shows_libraries_and_the_passed_files_and_nothing_else() -> None:
    bundle = outer.gvisor_bundle(INNER, ["/usr/lib"], {3: "/var/in", 5: "/var/out"}, lambda at: at == 5)
    mounts = {one["destination"]: (one["source"], one.get("options")) for one in bundle["mounts"]}
    assert mounts == {
        "/proc": ("proc", None),
        "/usr/lib": ("/usr/lib", ["rbind", "ro"]),
        "/passed/3": ("/var/in", ["rbind", "ro"]),
        "/passed/5": ("/var/out", ["rbind", "rw"]),
    }
    assert bundle["process"]["env"] == []
    assert bundle["root"]["readonly"] is True
    assert {"type": "network"} in bundle["linux"]["namespaces"]


def test_gvisor_runs_without_a_network_and_not_in_the_background(tmp_path: Path) -> None:
    command = outer.gvisor("/usr/bin/runsc", tmp_path, {})
    assert "--network=none" in command
    assert "--detach" not in command
    assert (tmp_path / "config.json").exists()


@pytest.mark.parametrize("name", OUTER_PROGRAMS)
def test_the_wall_holds_inside_the_layer_or_its_lack_is_told(
    name: str, clip: Clip, settings: Settings, no_layer: None
) -> None:
    """Where the program is installed everything works inside it; where it is not, nothing is opened."""
    asked = replace(settings, outer_sandbox=name)
    outer.choose(name)
    if shutil.which(OUTER_PROGRAMS[name]):
        preflight.check_outer(asked)
        assert sandbox.self_check() == []
        answer = sandbox.ask(clip.path)
        assert (answer.failure, answer.media["width"]) == (None, clip.width)
        assert answer.keyframes
    else:
        with pytest.raises(preflight.NotReady, match=OUTER_PROGRAMS[name]):
            preflight.check_outer(asked)
        assert sandbox.ask(clip.path).failure == codes.NO_SANDBOX
        assert sandbox.self_check() != []


def test_a_layer_that_is_not_installed_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: None)
    monkeypatch.setattr(os, "environ", {"TIPLINE_DATA": str(tmp_path), "TIPLINE_OUTER_SANDBOX": "bubblewrap"})
    assert main.main([]) == 2
    assert "bwrap" in capsys.readouterr().err
    told = checkup.outer()
    assert told == {"outer": "bubblewrap", "missing": "bwrap"}
    found = doctor.sandbox({"sandbox": [], **told})
    assert found.state is doctor.State.FAIL


def test_the_doctor_says_which_layer_holds() -> None:
    assert doctor.sandbox({"sandbox": [], "outer": "gvisor"}).values == {"layer": "gvisor"}
    assert doctor.sandbox({"sandbox": [], "outer": "none"}).values == {}
