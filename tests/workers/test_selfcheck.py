"""The wall holds, and the check would tell if it did not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.footage import Clip
from workers import childprocess, examination, sandbox
from workers.media import codes
from workers.media.job import Job, Limits

MEDIA = Path(childprocess.__file__).parent / "media"


def test_nothing_gets_through_the_wall() -> None:
    assert sandbox.self_check() == []


@pytest.mark.parametrize(
    ("missing", "seen"),
    [
        ("landlock.confine", {"reading a neighbour", "writing a file"}),
        ("syscalls.confine", {"udp", "fork", "ptrace"}),
    ],
)
def test_the_check_tells_when_a_layer_is_missing(
    missing: str, seen: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weaken(
        f"from workers.media import {missing.split('.', maxsplit=1)[0]}; {missing} = lambda *_, **__: None",
        tmp_path,
        monkeypatch,
    )
    through = set(sandbox.self_check())
    assert seen <= through


def test_without_a_wall_no_file_is_opened(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = """
        from workers.media import landlock
        def none(*_):
            raise landlock.Unavailable("no such kernel")
        landlock.confine = none
    """
    weaken(textwrap.dedent(refuse), tmp_path, monkeypatch)
    media = examination.examine(clip.path)
    assert media["failure"] == codes.NO_SANDBOX
    assert media["keyframes"] == []
    assert sandbox.self_check() != []
    allowed = examination.examine(clip.path, allow_unsandboxed=True)
    assert allowed["failure"] is None
    assert codes.UNSANDBOXED in allowed["warnings"]


def test_a_decoder_that_was_taken_over_stays_inside(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library that decodes is replaced by one that attacks as soon as it is imported."""
    libraries, elsewhere = tmp_path / "libraries", tmp_path / "elsewhere"
    (libraries / "av").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "secret").write_text("CANARY")
    real = Path(childprocess.libraries()) / "pyseccomp.py"
    (libraries / "pyseccomp.py").write_text(real.read_text())
    with socket.create_server(("127.0.0.1", 0)) as listener, victim() as bystander:
        (libraries / "av" / "__init__.py").write_text(
            ATTACK.format(folder=str(elsewhere), port=listener.getsockname()[1], victim=bystander.pid)
        )
        monkeypatch.setattr(childprocess, "libraries", lambda: str(libraries))
        with clip.path.open("rb") as file:
            job = Job(file.fileno(), clip.path.stat().st_size, os.getpid(), Limits())
            with childprocess.Child(job, file) as child:
                ended = child.converse(lambda message: None, 60)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
        assert bystander.poll() is None
        bystander.kill()
    assert "attacked" in ended.stderr
    assert "CANARY" not in ended.stderr
    assert "got through" not in ended.stderr
    assert [path.name for path in elsewhere.iterdir()] == ["secret"]


ATTACK = """
import os, socket, subprocess, sys
def attempt(name, act):
    try:
        sys.stderr.write(f"{{name}} got through: {{act()}}\\n")
    except Exception as error:
        sys.stderr.write(f"{{name}}: {{type(error).__name__}}\\n")
attempt("read", lambda: open("{folder}/secret").read())
attempt("environment", lambda: open(f"/proc/{{os.getppid()}}/environ").read())
attempt("write", lambda: open("{folder}/new", "w"))
attempt("temporary", lambda: open("/tmp/written-by-attack", "w"))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", {port}), 2))
attempt("spawn", lambda: subprocess.run(["/bin/true"]))
attempt("fork", os.fork)
attempt("kill", lambda: os.kill({victim}, 9))
attempt("kill parent", lambda: os.kill(os.getppid(), 0))
sys.stderr.write("attacked\\n")
raise SystemExit(9)
"""


def weaken(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the child with one part of it changed first."""
    start = tmp_path / "start.py"
    start.write_text(
        "import sys\n"
        f"sys.path[:0] = [{str(MEDIA.parents[1])!r}, sys.argv[1]]\n"
        f"{change}\n"
        "from workers.media import child\n"
        f"sys.exit(child.main(sys.argv[1], {str(MEDIA)!r}))\n"
    )
    monkeypatch.setattr(childprocess, "START", start)


def victim() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
