"""Examination through the wall, seen from the parent: honest files, and children that lie, hang or die."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.footage import Clip
from workers import childprocess, examination, sandbox
from workers.media import codes
from workers.media.job import Job, Limits
from workers.sandbox import Hooks

ROOT = Path(__file__).resolve().parents[2]


def test_a_clip_gives_its_facts_and_its_pictures(clip: Clip) -> None:
    pictures: list[sandbox.Keyframe] = []
    before = clip.path.read_bytes()
    media = examination.examine(clip.path, hooks=Hooks(on_keyframe=pictures.append))
    assert media["failure"] is None
    assert (media["kind"], media["mime"], media["video_codec"]) == ("video", "video/mp4", "h264")
    assert (media["width"], media["height"], media["frame_count"]) == (clip.width, clip.height, clip.frames)
    assert media["duration_s"] == pytest.approx(clip.seconds, abs=0.2)
    assert media["sha256"] == hashlib.sha256(before).hexdigest()
    assert media["size"] == len(before)
    assert pictures[0].reason == "first"
    assert all(len(one.rgb) == one.width * one.height * 3 for one in pictures)
    assert sorted(one.name + ".jpg" for one in pictures) == sorted(one["file"] for one in media["keyframes"])
    assert clip.path.read_bytes() == before


def test_the_person_is_an_event_and_has_a_picture(clip: Clip) -> None:
    media = examination.examine(clip.path)
    (event,) = media["activity"]["events"]
    assert event["start"] == pytest.approx(2, abs=0.5)
    assert event["end"] == pytest.approx(5, abs=0.7)
    during = [one for one in media["keyframes"] if one["reason"] == "activity" and 2 <= one["t"] <= 5.2]
    assert during
    assert all(one["sharpness"] > 0 for one in media["keyframes"])
    assert [one["t"] for one in media["keyframes"]] == sorted(one["t"] for one in media["keyframes"])


def test_the_first_picture_comes_before_the_film_was_looked_through(clip: Clip) -> None:
    seen: list[str] = []
    examination.examine(
        clip.path,
        hooks=Hooks(
            on_keyframe=lambda keyframe: seen.append(keyframe.reason),
            on_progress=lambda part: seen.append("progress"),
        ),
    )
    assert seen[0] == "first"
    assert "progress" in seen


def test_a_photo_is_one_picture_with_its_place_and_time(picture: Path) -> None:
    media = examination.examine(picture)
    assert (media["kind"], media["failure"], media["playable"]) == ("photo", None, "original")
    assert media["gps"] == {"lat": 31.2304, "lon": 121.4737}
    assert (media["captured_at"], media["captured_at_source"]) == (
        "2024-03-09T21:14:00",
        "exif:DateTimeOriginal",
    )
    assert media["device"] == {"make": "Xiaomi", "model": "13T"}
    assert [one["reason"] for one in media["keyframes"]] == ["first"]


def test_what_the_caller_raises_goes_through_and_the_child_is_gone(clip: Clip, bystanders: set[str]) -> None:
    class Full(Exception):
        pass

    def refuse(keyframe: sandbox.Keyframe) -> None:
        raise Full

    with pytest.raises(Full):
        examination.examine(clip.path, hooks=Hooks(on_keyframe=refuse))
    assert _children() <= bystanders


def test_a_file_that_is_not_there_is_our_fault(tmp_path: Path) -> None:
    media = examination.examine(tmp_path / "gone.mp4")
    assert media["failure"] == codes.UNREADABLE
    assert media["failure"] in codes.OUR_FAULT


def test_too_little_processor_time_gives_what_was_found_and_says_so(clip: Clip) -> None:
    media = examination.examine(clip.path, limits=Limits(decode_cpu_seconds=0.0))
    assert media["failure"] is None
    assert codes.SAMPLED in media["warnings"]
    assert media["keyframes"]


def test_too_little_memory_is_a_result(clip: Clip) -> None:
    media = examination.examine(clip.path, limits=Limits(video_memory=60 << 20, photo_memory=60 << 20))
    assert media["failure"] in {codes.MEMORY, codes.CRASHED}


def picture_said(reason: str, **more: object) -> str:
    """What a child runs to send one picture of one pixel."""
    said = {"kind": "keyframe", "width": 1, "height": 1, "t": 0, "reason": reason, **more}
    return f"say({json.dumps(said).encode()!r}, b'abc')"


CHILDREN = {
    "silent": ("pass", codes.CRASHED),
    "exits badly": ("sys.exit(3)", codes.CRASHED),
    "is killed": ("os.kill(os.getpid(), 9)", codes.MEMORY),
    "uses up its time": ("os.kill(os.getpid(), 24)", codes.TIMEOUT),
    "breaks": ("os.kill(os.getpid(), 11)", codes.CRASHED),
    "lacks memory": ("raise MemoryError", codes.MEMORY),
    "hangs": ("time.sleep(600)", codes.TIMEOUT),
    "hangs silently closed": ("os.close(1); os.close(2); time.sleep(600)", codes.TIMEOUT),
    "floods standard error": ("while True: os.write(2, b'x' * 65536)", codes.BAD_ANSWER),
    "huge header": ("os.write(1, b'\\xff\\xff\\xff\\xff')", codes.BAD_ANSWER),
    "no JSON": ("say(b'}{')", codes.BAD_ANSWER),
    "NaN": ('say(b\'{"kind":"done","media":{"duration_s":NaN}}\')', codes.BAD_ANSWER),
    "giant picture": ('say(b\'{"kind":"keyframe","width":20000,"height":20000}\')', codes.BAD_ANSWER),
    "odd reason": (picture_said("../x"), codes.BAD_ANSWER),
    "fingerprint that is none": (
        picture_said("first", pdq="F", pdq_quality=9),
        codes.BAD_ANSWER,
    ),
    "fingerprint of no quality": (
        picture_said("first", pdq="0" * 64),
        codes.BAD_ANSWER,
    ),
    "tile without a position": ('say(b\'{"kind":"tile","width":1,"height":1}\', b\'abc\')', codes.BAD_ANSWER),
    "ends in the middle": ("os.write(1, b'\\0\\0\\0\\x40{')", codes.BAD_ANSWER),
    "wall refused": ('say(b\'{"kind":"refused","code":"fine"}\')', codes.NO_SANDBOX),
}


@pytest.mark.parametrize("behaviour", CHILDREN)
def test_a_child_that_misbehaves_becomes_a_failure_code(
    behaviour: str, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bystanders: set[str]
) -> None:
    script, code = CHILDREN[behaviour]
    play(script, tmp_path, monkeypatch)
    media = examination.examine(clip.path, limits=Limits(wall_seconds=3 if "hang" in behaviour else 30))
    assert media["failure"] == code
    assert media["size"] == clip.path.stat().st_size
    assert _children() <= bystanders


def test_a_child_that_dies_after_pictures_leaves_them_with_a_warning(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(f"{picture_said('first')}; os.kill(os.getpid(), 11)", tmp_path, monkeypatch)
    media = examination.examine(clip.path)
    assert media["failure"] is None
    assert {codes.INCOMPLETE, codes.CRASHED} <= set(media["warnings"])
    assert len(media["keyframes"]) == 1


def test_a_captured_child_cannot_name_files_or_slip_in_keys(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"kind": "video", "file": "/etc/passwd", "keyframes": [{"file": "../../x"}], "size": 1}
    body = json.dumps({"kind": "done", "media": said})
    play(f"say({body.encode()!r})", tmp_path, monkeypatch)
    media = examination.examine(clip.path)
    assert media["keyframes"] == []
    assert "file" not in media
    assert media["size"] == clip.path.stat().st_size


def test_a_fingerprint_and_tiles_cross_the_wall(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"""
{picture_said("first", pdq="0f" * 32, pdq_quality=87)}
say(b'{{"kind":"tile","width":2,"height":1,"t":1.5}}', b'abcdef')
say(b'{{"kind":"done","media":{{}}}}')
"""
    play(said, tmp_path, monkeypatch)
    pictures: list[sandbox.Keyframe] = []
    tiles: list[sandbox.Tile] = []
    media = examination.examine(clip.path, hooks=Hooks(on_keyframe=pictures.append, on_tile=tiles.append))
    assert [(one.pdq, one.pdq_quality) for one in pictures] == [("0f" * 32, 87)]
    assert media["keyframes"][0]["pdq"] == "0f" * 32
    assert tiles == [sandbox.Tile(1.5, 2, 1, b"abcdef")]


def test_the_child_has_an_empty_environment_and_no_open_files_but_its_own(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_SECRET_KEY", "canary")
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        look = "import json; said = {'env': dict(os.environ), 'open': os.listdir('/proc/self/fd')}"
        play(f"{look}; sys.stderr.write(json.dumps(said)); sys.exit(1)", tmp_path, monkeypatch)
        with clip.path.open("rb") as file, childprocess.Child(_job(file.fileno()), file) as child:
            ended = child.converse(lambda message: None, 20)
    assert "canary" not in ended.stderr
    assert '"env": {"LC_CTYPE": "C.UTF-8"}' in ended.stderr or '"env": {}' in ended.stderr
    # Standard streams, the input, and the listing itself.
    assert ended.stderr.count('"', ended.stderr.index('"open"') + 6) // 2 <= 5


def test_the_child_dies_with_its_parent(clip: Clip, tmp_path: Path) -> None:
    # Nobody reads what the child says, so it stops in the middle of its first picture and waits.
    script = textwrap.dedent(f"""
        import os, sys
        from workers.childprocess import Child
        from workers.media.job import Job, Limits
        with open({str(clip.path)!r}, "rb") as file:
            job = Job(file.fileno(), os.fstat(file.fileno()).st_size, os.getpid(), Limits())
            with Child(job, file) as child:
                child._process.stdin.write(job.line())
                print(child._process.pid, flush=True)
                sys.stdin.read()
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        _wait_until(lambda: "pipe" in _waits_in(child) or not _alive(child))
        assert _alive(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    _wait_until(lambda: not _alive(child))


def test_a_child_without_a_job_does_nothing_and_says_so_by_its_code() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "workers.media"], cwd=ROOT, input=b"{}\n", capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (64, b"")


def play(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a script in the place of the child."""
    helper = (
        "import json, os, struct, sys, time\nline = sys.stdin.readline()\n"
        "def say(head, body=b''): os.write(1, struct.pack('>I', len(head)) + head + body)\n"
    )
    path = tmp_path / "child.py"
    path.write_text(helper + script)
    monkeypatch.setattr(childprocess, "START", path)


def _job(descriptor: int) -> Job:
    return Job(descriptor, 1, os.getpid(), Limits())


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture
def bystanders() -> set[str]:
    """Children this process had before: servers and browsers that other tests go on using."""
    return _children()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _waits_in(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/wchan").read_text()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return ""


def _wait_until(true: object, most: float = 30.0) -> None:
    deadline = time.monotonic() + most
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
