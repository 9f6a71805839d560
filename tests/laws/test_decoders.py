"""Bytes of strangers are decoded behind the wall, and there only in the ways that hold.

`make check` bans most of it by name (ruff, TID251, in pyproject.toml and workers/media/ruff.toml). Here the
bans are tried out, and what a name cannot say is read from the calls themselves.
"""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.laws.sources import ROOT, Source, calls, imports, python, strings

PRODUCT = python()
BEHIND = [one for one in PRODUCT if one.name.startswith("workers/media/")]
BEFORE = [one for one in PRODUCT if one not in BEHIND]
DECODERS = {"av", "cv2", "pillow_heif", "rapidocr", "onnxruntime", "c2pa"}
# Asks for versions; opens nothing.
MAY_LOAD = {"workers/checkup.py"}
# Starts a child of ours that builds the wall and only then becomes the program; and asks whether that works.
MAY_NAME = {"workers/exiftool.py", "workers/checkup.py", "tipline/doctor.py", "tipline/time_sources.py"}
# Make pictures of raw pixels, or load the encoders for it.
MAY_ENCODE = {
    "workers/captions.py",
    "workers/watermark.py",
    "workers/encode.py",
    "workers/main.py",
    "workers/waveform.py",
}
# Opens small pictures that we encoded ourselves, after comparing their digest: no bytes of strangers.
OPENS_OWN = "workers/sheets.py"
PROGRAMS = {
    "ffmpeg",
    "ffprobe",
    "exiftool",
    "mediainfo",
    "convert",
    "magick",
    "gs",
    "soffice",
    "pdftoppm",
    "heif-convert",
}
OPENS_FILMS, WRITES_FILMS = "workers/media/opening.py", {"workers/media/writing.py", "workers/media/draw.py"}


def banned_by_ruff(name: str, line: str) -> bool:
    """Whether `make check` refuses this line in a file of this name."""
    command = ["check", "--select", "TID251", "--no-cache", "--stdin-filename", name, "-"]
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", *command],
        cwd=ROOT, input=line, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert checked.returncode in (0, 1), checked.stderr
    return "TID251" in checked.stdout


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("workers/pictures.py", "import av"),
        ("tipline/web/pages.py", "from cv2 import imread"),
        ("tipline/domain/tips.py", "import c2pa"),
        ("workers/encode.py", "from PIL import Image\n\nImage.open('x')"),
        ("workers/media/film.py", "import cv2\n\ncv2.VideoCapture('x')"),
        ("workers/media/film.py", "import av\n\nav.open('x')"),
        ("workers/media/clock/film.py", "import subprocess"),
        ("workers/media/photo.py", "import socket"),
    ],
)
def test_the_check_refuses_a_decoder_in_the_wrong_place(name: str, line: str) -> None:
    assert banned_by_ruff(name, line)


def test_the_check_lets_honest_work_through() -> None:
    assert not banned_by_ruff("workers/encode.py", "from PIL import Image\n\nImage.new('RGB', (1, 1))")
    assert not banned_by_ruff("workers/media/report.py", "import cv2\n\ncv2.Laplacian")


def test_no_decoder_is_loaded_before_the_wall() -> None:
    loaded = {one.name for one in BEFORE if {name.split(".")[0] for name in imports(one)} & DECODERS}
    assert loaded == MAY_LOAD
    pictures = {one.name for one in BEFORE if any(name.split(".")[0] == "PIL" for name in imports(one))}
    assert pictures <= MAY_ENCODE | {OPENS_OWN}
    opened = [one.name for one in BEFORE for call in calls(one, "open") if _called(call) == "Image.open"]
    assert opened == [OPENS_OWN]


def test_no_program_that_decodes_is_started() -> None:
    started = [(one.name, word) for one in PRODUCT for word in strings(one) if _program(word) in PROGRAMS]
    # Behind the wall these words are names of versions and sources; there nothing can be started at all.
    assert {name for name, _ in started if not name.startswith("workers/media/")} <= MAY_NAME


def test_what_is_opened_is_opened_the_safe_way() -> None:
    for source in BEHIND:
        _require_safe_opens(source)


def _require_safe_opens(source: Source) -> None:
    for call in calls(source, "open"):
        words = {word.arg: word.value for word in call.keywords}
        if _called(call) == "Image.open":
            assert "formats" in words, f"{source.name}:{call.lineno} opens a picture of any format"
        if _called(call) == "av.open" and source.name in WRITES_FILMS:
            assert _second(call) == "w", f"{source.name}:{call.lineno} reads"
        elif _called(call) == "av.open":
            assert source.name == OPENS_FILMS, f"{source.name}:{call.lineno}"
            given = ast.literal_eval(_keys_alone(words["container_options"]))
            assert {
                "format_whitelist",
                "codec_whitelist",
                "protocol_whitelist",
                "max_streams",
                "max_pixels",
            } <= given
    for call in calls(source, "Reader"):
        if _called(call) == "c2pa.Reader":
            assert "context" in {word.arg for word in call.keywords}, f"{source.name}:{call.lineno} may fetch"


def test_the_rule_would_notice_an_open_without_formats() -> None:
    tree = ast.parse("Image.open(source)\nav.open(source, 'r')")
    assert [_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)] == [
        "Image.open",
        "av.open",
    ]
    assert (
        _second(next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1))
        == "r"
    )


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _second(call: ast.Call) -> object:
    mode = (
        call.args[1]
        if len(call.args) > 1
        else next((one.value for one in call.keywords if one.arg == "mode"), None)
    )
    return mode.value if isinstance(mode, ast.Constant) else None


def _keys_alone(node: ast.expr) -> str:
    assert isinstance(node, ast.Dict)
    return "{" + ", ".join(ast.unparse(key) for key in node.keys if key is not None) + "}"


def _program(word: str) -> str:
    """The program a string would start, if it is nothing else."""
    return word.rpartition("/")[2]


def test_what_a_child_is_handed_is_read_in_the_one_place_that_opens_seals() -> None:
    """Elsewhere a file that lies sealed would be taken for noise."""
    own = {"workers/media/plain.py", "workers/media/child.py"}  # the other: its own output
    wrong = [
        (one.name, call.lineno)
        for one in BEHIND
        for name in ("pread", "preadv", "dup", "FileIO")
        for call in calls(one, name)
        if one.name not in own and getattr(getattr(call.func, "value", None), "id", "") != "plain"
    ]

    assert wrong == []
