"""The command ``tipline media inspect``."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from tests import footage
from tipline.failures import sentence_of
from workers import inspect

KEYS = (
    {
        "kind",
        "mime",
        "container",
        "size",
        "sha256",
        "duration_s",
        "frame_count",
        "fps",
        "vfr",
        "width",
        "height",
    }
    | {
        "rotation",
        "video_codec",
        "audio_codec",
        "bitrate",
        "captured_at",
        "captured_at_source",
        "gps",
        "device",
    }
    | {
        "tags",
        "times",
        "clock",
        "provenance",
        "keyframes",
        "activity",
        "playable",
        "warnings",
        "failure",
        "timings_s",
    }
    | {"tools"}
)


def test_a_readable_file_prints_its_media_object_and_writes_its_pictures(
    clip: footage.Clip, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect.main([str(clip.path), "--out", str(tmp_path / "out")]) == 0
    media = json.loads(capsys.readouterr().out)
    assert set(media) >= KEYS
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == sorted(one["file"] for one in media["keyframes"])
    for one in media["keyframes"]:
        with Image.open(tmp_path / "out" / one["file"]) as image:
            assert (image.format, image.size) == ("JPEG", (one["width"], one["height"]))


def test_a_file_that_cannot_be_decoded_still_prints_says_why_and_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")
    assert inspect.main([str(footage.drawing(tmp_path / "x.mp4"))]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out)["failure"] == "media:script"
    assert said.err == f"{sentence_of('media:script')}\n"


def test_a_folder_that_takes_no_pictures_is_told_in_words(
    clip: footage.Clip, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert inspect.main([str(clip.path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.partition(":")[0]) == ("", "The pictures or the page cannot be written")


def test_wrong_usage_exits_2_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIPLINE_LOCALE", "en")
    assert inspect.main([str(tmp_path / "gone.mp4")]) == 2
    assert "There is no file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        inspect.main([])
    assert ended.value.code == 2
