"""Ways to look for movement in a film, each run as a process of its own: `python -m bench.methods NAME FILE`.

Prints one JSON list: the moments (seconds) at which the way says that something happens. Ours go through
the sandboxed child like any file; the others are what people would pick instead, with the settings they ship.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tipline.domain import composing
from workers import examination, sandbox
from workers.sandbox import Hooks

Moments = list[tuple[float, float]]
WIDTH, HEIGHT, CHANGED, SHARE = 240, 135, 12, 0.0005
SCENE = re.compile(rb"pts_time:([0-9.]+)")
CUT = re.compile(r"^\d+,\d+,[0-9:.]+,([0-9.]+),\d+,[0-9:.]+,([0-9.]+),", re.MULTILINE)


def pass_a(path: Path) -> Moments:
    """Ours, the first pass alone: packets and key frames. Its pictures are what it found."""
    found: list[float] = []
    sandbox.ask(path, hooks=Hooks(on_keyframe=lambda one: found.append(one.t)))
    return [(t, t) for t in found]


def passes_a_b(path: Path) -> Moments:
    """Ours, the first pass and the suspect stretches in full."""
    return _ours(path, {"suspects"})


def passes_a_b_c(path: Path) -> Moments:
    """Ours, all of it: every frame decoded, without the browser copy."""
    return _ours(path, {"suspects", "span"})


def _ours(path: Path, kinds: set[str]) -> Moments:
    first = sandbox.ask(path)
    begun = examination.first(first)
    plan = {**begun.found["plan"], "copy": ""}
    done, keyframes = [composing.Done("first", 0, {**begun.found, "plan": plan})], list(first.keyframes)
    for planned in composing.following(first.media, plan):
        if planned.kind in kinds:
            given = examination.given(planned, done[0].found, keyframes)
            answer = sandbox.ask(path, planned.kind, given=given)
            keyframes += answer.keyframes
            done.append(composing.Done(planned.kind, planned.number, answer.result, answer.failure))
    events = (composing.compose(done, keyframes)["activity"] or {}).get("events", [])
    return [(one["start"], one["end"]) for one in events]


def key_frames(path: Path) -> Moments:
    """I-frames only, each compared with the one before (PyAV)."""
    return _differences(path, skip="NONKEY")


def every_frame(path: Path) -> Moments:
    """Every frame decoded, each compared with the one before (PyAV)."""
    return _differences(path, skip="DEFAULT")


def decode_only(path: Path) -> Moments:
    """Every frame decoded and thrown away: the limit of all that look at every frame (PyAV)."""
    for _ in _frames(path, "DEFAULT"):
        pass
    return []


def opencv(path: Path) -> Moments:
    """The loop of most tutorials: read, shrink, grey, difference to the frame before (OpenCV)."""
    film = cv2.VideoCapture(str(path))
    cv2.setNumThreads(1)
    before: NDArray[np.uint8] | None = None
    found: Moments = []
    while True:
        is_there, frame = film.read()
        if not is_there:
            return found
        t = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
        small = cv2.cvtColor(cv2.resize(frame, (WIDTH, HEIGHT)), cv2.COLOR_BGR2GRAY)
        if before is not None and _changed(before, small):
            found.append((t, t))
        before = np.asarray(small, dtype=np.uint8)


def pyscenedetect(path: Path) -> Moments:
    """PySceneDetect, content detector."""
    said = _tool(
        "-m", "scenedetect", "-q", "-i", str(path), "detect-content", "list-scenes", "-q", "-s", "-n"
    )
    scenes = [(float(one), float(other)) for one, other in CUT.findall(said)]
    return [(start, start) for start, _ in scenes[1:]]


def dvr_scan(path: Path) -> Moments:
    """DVR-Scan, as it ships (MOG2)."""
    said = _tool("-m", "dvr_scan", "-q", "-so", "-i", str(path)).strip()
    stamps = [_seconds(one) for one in said.split(",") if one.count(":") == 2]
    return list(zip(stamps[::2], stamps[1::2], strict=True))


def ffmpeg(path: Path) -> Moments:
    """ffmpeg, select='gt(scene,0.02)'."""
    binary = _tool("-c", "import imageio_ffmpeg as i; print(i.get_ffmpeg_exe())").strip()
    choose = "select='gt(scene,0.02)',showinfo"
    command = [binary, "-threads", "1", "-i", str(path), "-an", "-vf", choose, "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, check=True).stderr
    return [(float(t), float(t)) for t in SCENE.findall(said)]


def _differences(path: Path, skip: str) -> Moments:
    before: NDArray[np.uint8] | None = None
    found: Moments = []
    scale = av.video.reformatter.VideoReformatter()
    for frame in _frames(path, skip):
        small = scale.reformat(frame, WIDTH, HEIGHT, "gray", interpolation="AREA").to_ndarray()
        if before is not None and _changed(before, small):
            found.append((frame.time or 0.0, frame.time or 0.0))
        before = small
    return found


def _changed(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    step = cv2.absdiff(before, np.asarray(now, dtype=np.uint8))
    step[:20] = 0  # the clock
    return float((step > CHANGED).mean()) > SHARE


def _frames(path: Path, skip: str) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = skip
        yield from film.decode(stream)


def _tool(*arguments: str) -> str:
    """A program from the environment of the tools, beside ours."""
    said = subprocess.run([TOOLS, *arguments], capture_output=True, text=True, check=True, cwd="/tmp")
    return said.stdout


def _seconds(stamp: str) -> float:
    hours, minutes, seconds = stamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


METHODS: dict[str, Callable[[Path], Moments]] = {
    "pass A": pass_a, "passes A+B": passes_a_b, "passes A+B+C": passes_a_b_c, "I-frames": key_frames,
    "every frame": every_frame, "decode only": decode_only, "OpenCV": opencv,
    "PySceneDetect": pyscenedetect, "DVR-Scan": dvr_scan, "ffmpeg": ffmpeg,
}  # fmt: skip
TOOLS = ""

if __name__ == "__main__":
    TOOLS = sys.argv[3] if len(sys.argv) > 3 else ""
    print(json.dumps(METHODS[sys.argv[1]](Path(sys.argv[2]))))
